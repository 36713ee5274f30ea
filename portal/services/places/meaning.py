"""What people mean who write half of a name, or the name of a village for that of a large town."""

from __future__ import annotations

from portal.models.place import PlaceKind
from portal.services.places import areas, matching, names
from portal.services.places.completing import longer_names, similar
from portal.services.places.matching import PlaceMatch, Resolution
from portal.services.places.resolving import as_named, is_told_by

A_TOWN = (
    20_000  # people: from here on a town is what its name says, and may be called by a part of it
)
FAR_LARGER = 15  # times as many people: whoever writes a name means that town, not the village that has it too
NEVER_ALONE = ("", "saint", "sainte")
GOING_ON = frozenset(
    ("a", "au", "aux", "d", "de", "des", "du", "en", "l", "la", "le", "les", "lez", "sous", "sur")
)


def resolve(text: str, *, country: str = "FR") -> Resolution:
    """The place that a text means, as `as_named`, for people who leave out half of a name; for an unknown one, as rivals, what
    resembles it: nothing is guessed.

    "Aix" is two villages, and nearly always Aix-en-Provence; "Cologne" is one in the Gers. A small town has as its rivals the
    larger ones whose names go on, and gives way to one that outweighs it by far: it is then the first rival. Where no place
    has the name, a town that is called so for short is meant. One more statement, for small towns and unknown names alone.
    """
    found = as_named(text, country=country)
    best, key = found.best, names.key(text)
    if best is None:
        if len(text) > names.LONGEST or names.address(text) is not None:
            return found
        bare = names.without_preposition(text)
        return _for_short(text) or (
            _propose(text) if bare == text else resolve(bare, country=country)
        )
    own = names.key(best.name)
    is_small = best.kind == PlaceKind.COMMUNE and best.population < A_TOWN
    if not is_small or key not in (own, names.without_article(own)):
        return found
    longer = [town for town in longer_names(key) if town.population > best.population]
    rivals = (*longer, *found.rivals)
    meant = [town for town in longer if _is_short_for(key, town)]
    meant += [town for town in found.rivals if town.kind == PlaceKind.TOWN]
    main = max(meant, key=_weight, default=best)
    ambiguous = found.is_ambiguous or bool(longer)
    if main.population >= A_TOWN and _weight(main) >= FAR_LARGER * best.population:
        rivals = (best, *(town for town in rivals if town != main))
        best, ambiguous = main, True
    return Resolution(best, rivals[: matching.MOST_RIVALS], ambiguous)


def _for_short(text: str) -> Resolution | None:
    """ "Vitry", "Boulogne (62)", "Aix 13": what towns are called whose whole names no place has; "la" or "saint" calls none."""
    key, told = names.qualified(text)
    words = key.split()
    if len(words) > 1 and areas.by_code(words[-1]):
        key, told = " ".join(words[:-1]), (*told, words[-1])
    towns = () if key in GOING_ON or key in NEVER_ALONE else longer_names(key)
    towns = tuple(town for town in towns if all(is_told_by(town, word) for word in told))
    if not towns or (towns[0].population < A_TOWN and not told):
        return None
    best, *rivals = towns
    close = any(best.population < matching.CLOSE_CALL * town.population for town in rivals)
    return Resolution(best, tuple(rivals), close)


def _propose(text: str) -> Resolution:
    """Nothing, and what resembles the text."""
    name = names.without_cedex(names.qualified(text)[0])
    return Resolution(rivals=similar(name or names.key(text)))


def _is_short_for(key: str, town: PlaceMatch) -> bool:
    """Is this how the name of a town begins that goes on with where it lies: "Aix" and "en Provence"?"""
    rest = names.key(town.name).removeprefix(key).split()
    return bool(rest) and rest[0] in GOING_ON


def _weight(town: PlaceMatch) -> float:
    return town.population / areas.far(town.country)
