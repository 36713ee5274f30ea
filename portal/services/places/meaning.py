"""What people mean who write half of a name, or the name of a village for that of a large town."""

from __future__ import annotations

from portal.models.place import PlaceKind
from portal.services.places import areas, matching, names
from portal.services.places.completing import longer_names, similar
from portal.services.places.matching import PlaceMatch, Resolution
from portal.services.places.named import Named
from portal.services.places.resolving import as_named, is_told_by, names_in

A_TOWN = (
    20_000  # people: from here on a town is what its name says, and may be called by a part of it
)
FAR_LARGER = 15  # times as many people: whoever writes a name means that town, not the village that has it too
NEVER_ALONE = ("", "saint", "sainte")
GOING_ON = frozenset(
    ("a", "au", "aux", "d", "de", "des", "du", "en", "l", "la", "le", "les", "lez", "sous", "sur")
)


def resolve(text: str, *, country: str = "FR", named: Named | None = None) -> Resolution:
    """The place that a text means, as `as_named`, for people who leave out half of a name; for an unknown one, as rivals, what
    resembles it: nothing is guessed.

    "Aix" is two villages, and nearly always Aix-en-Provence; "Cologne" is one in the Gers. A small town has as its rivals the
    larger ones whose names go on, and gives way to one that outweighs it by far: it is then the first rival. Where no place
    has the name, a town that is called so for short is meant. One statement for nearly all texts, two for an unknown name.
    """
    named, bare = named or Named(), names.without_preposition(text)
    if len(text) <= names.LONGEST:
        named.ahead(names_in(text) | names_in(bare), _short(bare)[0])
    found = as_named(text, country=country, named=named)
    best, key = found.best, names.key(text)
    if best is None:
        if len(text) > names.LONGEST or names.address(text) is not None:
            return found
        if bare != text:
            return resolve(bare, country=country, named=named)
        return _for_short(text, named) or _propose(text, named)
    own = names.key(best.name)
    is_small = best.kind == PlaceKind.COMMUNE and best.population < A_TOWN
    if not is_small or key not in (own, names.without_article(own)):
        return found
    longer = [town for town in longer_names(key, named) if town.population > best.population]
    rivals = (*longer, *found.rivals)
    meant = [town for town in longer if _is_short_for(key, town)]
    meant += [town for town in found.rivals if town.kind == PlaceKind.TOWN]
    main = max(meant, key=_weight, default=best)
    ambiguous = found.is_ambiguous or bool(longer)
    if main.population >= A_TOWN and _weight(main) >= FAR_LARGER * best.population:
        rivals = (best, *(town for town in rivals if town != main))
        best, ambiguous = main, True
    return Resolution(best, rivals[: matching.MOST_RIVALS], ambiguous)


def _short(text: str) -> tuple[str, tuple[str, ...]]:
    """ "Vitry", "Boulogne (62)", "Aix 13": how a town may be called for short, and what tells it apart."""
    key, told = names.qualified(text)
    words = key.split()
    if len(words) > 1 and areas.by_code(words[-1]):
        return " ".join(words[:-1]), (*told, words[-1])
    return key, told


def _for_short(text: str, named: Named) -> Resolution | None:
    """What towns are called whose whole names no place has; "la" or "saint" calls none."""
    key, told = _short(text)
    towns = () if key in GOING_ON or key in NEVER_ALONE else longer_names(key, named)
    towns = tuple(town for town in towns if all(is_told_by(town, word) for word in told))
    if not towns or (towns[0].population < A_TOWN and not told):
        return None
    best, *rivals = towns
    close = any(best.population < matching.CLOSE_CALL * town.population for town in rivals)
    return Resolution(best, tuple(rivals), close)


def _propose(text: str, named: Named) -> Resolution:
    """Nothing, and what resembles the text."""
    name = names.without_cedex(names.qualified(text)[0])
    return Resolution(rivals=similar(name or names.key(text), named))


def _is_short_for(key: str, town: PlaceMatch) -> bool:
    """Is this how the name of a town begins that goes on with where it lies: "Aix" and "en Provence"?"""
    rest = names.key(town.name).removeprefix(key).split()
    return bool(rest) and rest[0] in GOING_ON


def _weight(town: PlaceMatch) -> float:
    return town.population / areas.far(town.country)
