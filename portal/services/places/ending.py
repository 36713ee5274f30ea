"""The place that a sentence ends with: "aider les personnes âgées à Lyon"."""

from __future__ import annotations

import re

from portal.models.place import AREAS
from portal.services.places import names
from portal.services.places.matching import NOTEWORTHY
from portal.services.places.named import Named

LONGEST = 5  # words of a place, its preposition not counted
_BEFORE = re.compile(
    r"(?:^|\s)(?:[\u00e0a]|au|aux|dans|sur|en|vers|de|pr\ws|autour|in|at|near|around)(?:\s+(?:de|du|le|la|les|[dl]['’]))?$",
    re.IGNORECASE,
)


def at_the_end(text: str, named: Named | None = None) -> tuple[str, str] | None:
    """What stands before the place and the name of the place, as typed; None without a place. One statement.

    A village is read only where it is written as a name ("à Jardin"): "un jardin" and "dans la rue" name no place.
    """
    words = text.split()
    tails = [" ".join(words[at:]) for at in range(max(0, len(words) - LONGEST), len(words))]
    keys = {tail: names.key(tail) for tail in tails if tail[0].isalnum()}
    named = named or Named()
    named.ahead(filter(None, keys.values()))
    for tail, key in keys.items():
        known = named.of(key) if key else []
        rest = text[: len(text) - len(tail)].rstrip()
        before = _BEFORE.search(rest)
        is_large = names.arrondissement(key) is not None or any(
            row.country == "FR" and (row.kind in AREAS or row.weight >= NOTEWORTHY) for row in known
        )
        if is_large or (before and tail[0].isupper() and known):
            return (rest[: before.start()] if before else rest).rstrip(), tail
    return None
