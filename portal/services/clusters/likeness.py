"""Are two offers the same need? Pure rules, each of which can say why. What they measure is in tests/services/samples.

Across feeds: the same association, near text, near place, overlapping dates, and no mark that differs. Never by text alone
across two towns. Inside one feed two ids are one need only when title, text and association are identical: a partner
that gave two ids to nearly the same text meant two needs; other dates or places of the same words are one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from portal.services.clusters import words
from portal.services.clusters.need import Need, Spot
from search import geo

NEAR_TEXT = 0.5  # shared share of the shingles of both
CONTAINED = (
    0.75  # share of the shorter text's shingles found in the longer one: a text that was cut
)
LEAST_SHINGLES = 6  # of a text that may be compared at all; shorter ones must be identical
NEAR_KM = 2.0  # two exact positions in one town
SLACK = 59 * 60  # seconds: a zone that was read wrong by an hour on one side

Reason = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Same:
    """Two offers are one need: why, as codes with figures, and how near their texts are (0 to 1)."""

    reasons: tuple[Reason, ...]
    likeness: float


def compare(one: Need, other: Need) -> Same | None:
    """What makes them one need, or None. Symmetric."""
    if one.feed_id == other.feed_id:
        return _twins(one, other)
    association, place, dates = _association(one, other), _place(one, other), _dates(one, other)
    if association is None or place is None or dates is None:
        return None  # what is soon known first: texts take a thousand times as long
    likeness = None if is_told_apart(one, other) else _likeness(one, other)
    if likeness is None:
        return None
    text = {"code": "text", "share": round(likeness, 2)} if likeness < 1 else {"code": "same_text"}
    return Same((association, text, place, dates), likeness)


def is_told_apart(one: Need, other: Need) -> bool:
    """Does anything say that these are two needs, whoever else looks like both? Another town, or a mark that differs."""
    return _place(one, other) is None or _numbers_differ(one, other) or _titles_differ(one, other)


def is_twin(one: Need, other: Need) -> bool:
    """Two ids of one feed for the same words of the same association."""
    return (
        one.feed_id == other.feed_id
        and one.association_id == other.association_id
        and one.wording.digest == other.wording.digest
    )


def _twins(one: Need, other: Need) -> Same | None:
    if not is_twin(one, other):
        return None
    return Same(({"code": "same_feed"}, {"code": "same_text"}), 1.0)


def _association(one: Need, other: Need) -> Reason | None:
    shared = {key.partition(":")[0]: key.partition(":")[2] for key in one.keys & other.keys}
    if not shared:
        return None
    for register in ("rna", "siren"):
        ours, theirs = (_of(need.keys, register) for need in (one, other))
        if ours and theirs and ours != theirs:
            return None
    kind = next(kind for kind in ("rna", "siren", "site", "name") if kind in shared)
    return {"code": f"association_{kind}", "value": shared[kind]}


def _of(keys: Iterable[str], kind: str) -> str:
    return next((key for key in keys if key.startswith(f"{kind}:")), "")


def _likeness(one: Need, other: Need) -> float | None:
    """The share of the shingles that they have in common, when that is enough."""
    if one.wording.digest == other.wording.digest:
        return 1.0
    ours, theirs = one.wording.shingles, other.wording.shingles
    fewest = min(len(ours), len(theirs))
    if fewest < LEAST_SHINGLES:
        return None
    common = len(ours & theirs)
    share = common / (len(ours) + len(theirs) - common)
    if share >= NEAR_TEXT or common / fewest >= CONTAINED:
        return min(share, 0.99)
    return None


def _numbers_differ(one: Need, other: Need) -> bool:
    """Both have a number that the other lacks, or a title has one that the other offer has nowhere.

    The year, and what only repeats where it is (the département, the arrondissement), is no such number.
    """
    mine, its = one.wording, other.wording
    if words.differ(mine.marks, its.marks):
        return True
    lacking = (mine.title.numbers - its.numbers) | (its.title.numbers - mine.numbers)
    return bool({n for n in lacking if not _is_year(n)} - _of_places(one) - _of_places(other))


def _is_year(number: str) -> bool:
    return len(number) == 4 and number.startswith("20")


def _of_places(need: Need) -> set[str]:
    codes = {code for spot in need.spots for code in (spot.departement, spot.postal_code)}
    rounds = {code[-2:] for code in codes if len(code) == 5}
    return {str(int(code)) for code in codes | rounds if code.isdigit()}


def _titles_differ(one: Need, other: Need) -> bool:
    """A word of a title that the other offer has nowhere tells them apart when both titles have one ("collégiens",
    "lycéens"), or when its own text says it too. A new title for the same text has no such word."""
    ours, theirs = _strange(one, other), _strange(other, one)
    if ours and theirs:
        return True
    said = (
        words.roots(ours) & one.wording.text.roots,
        words.roots(theirs) & other.wording.text.roots,
    )
    return any(said)


def _strange(one: Need, other: Need) -> list[tuple[str, ...]]:
    return [forms for forms in one.wording.title.forms if other.wording.lacks(forms)]


def _place(one: Need, other: Need) -> Reason | None:
    """Near place: each location of one is near some location of the other, both ways."""
    far = [need.remote == "full" for need in (one, other)]
    if all(far):
        return {"code": "remote"}
    if any(far) or not one.spots or not other.spots:
        return None
    worst = 0.0
    is_measured = True
    for here, there in ((one, other), (other, one)):
        for spot in here.spots:
            near = [km for km in (_apart(spot, place) for place in there.spots) if km is not None]
            if not near:
                return None
            best = min(near)
            worst, is_measured = max(worst, best), is_measured and best >= 0
    town = one.spots[0].town
    if is_measured:
        return {"code": "distance", "metres": round(worst * 1000)}
    return {"code": "same_town", "value": town} if town else None


def _apart(one: Spot, other: Spot) -> float | None:
    """Kilometres when they are near, -1 when they are in one town and no more is known, None when they are not near."""
    if one.town != other.town:
        return None
    km = None
    if None not in (one.lat, one.lon, other.lat, other.lon):
        km = geo.distance_km(one.lat, one.lon, other.lat, other.lon)  # type: ignore[arg-type]
    if one.departement and other.departement and one.departement != other.departement:
        return None  # Saint-Denis and Saint-Denis
    is_known = one.is_exact and other.is_exact
    differs = one.postal_code and other.postal_code and one.postal_code != other.postal_code
    if km is not None and (is_known or differs or not one.town):
        return km if km <= NEAR_KM else None
    return -1.0 if one.town else None


def _dates(one: Need, other: Need) -> Reason | None:
    if one.is_ongoing or other.is_ongoing or not one.spans or not other.spans:
        return {"code": "ongoing"}
    if one.spans == other.spans:
        return {"code": "same_dates"}
    return {"code": "dates"} if _overlap(one, other) else None


def _overlap(one: Need, other: Need) -> bool:
    """Two sorted lists of shifts, walked together."""
    ours, theirs = _wide(one), _wide(other)
    i = j = 0
    while i < len(ours) and j < len(theirs):
        if ours[i][0] < theirs[j][1] and theirs[j][0] < ours[i][1]:
            return True
        if ours[i][1] <= theirs[j][1]:
            i += 1
        else:
            j += 1
    return False


def _wide(need: Need) -> list[tuple[int, int]]:
    return [(start - SLACK, (end or start + 60) + SLACK) for start, end in need.spans]
