"""Entries of the gazetteer as the rest of Relais sees them: frozen matches with a label that leads back to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, select

from portal import db
from portal.models.place import AREAS, Place, PlaceKind, PlacePostcode
from portal.services.places import areas, names, usual

LARGE, MIDDLING = 100_000, 10_000  # people; from here on a default circle is 10 km, 15 km
ESTIMATE_KM = 10  # added to a circle around a position that is only estimated
CLOSE_CALL = 3  # two namesakes within this factor of population: nobody can tell which was meant
NOTEWORTHY = 10_000  # people: a town this size is worth naming beside the area of the same name
A_TOWN = 1_000  # people: a commune this size is what its own name says, whatever else is called so
MOST_RIVALS = 8
LAND = "land"  # the kind of a match that has no town hall: an island, a massif

Found = Row[*tuple[Any, ...]]  # the columns of ENTRY, by their names
ENTRY: Select[*tuple[Any, ...]] = select(
    Place.id,
    Place.code,
    Place.kind,
    Place.name,
    Place.key,
    Place.departement,
    Place.region,
    Place.country,
    Place.population,
    Place.lat,
    Place.lon,
    Place.is_estimated,
)


@dataclass(frozen=True, slots=True)
class PlaceMatch:
    """A place somebody may mean. `lat` and `lon` are degrees, both None when unknown; `radius_km` is a default.

    When `area` is set (`69`, `R84`), filter by that code: it has no circle, `radius_km` is 0. `kind` is a PlaceKind's word, or
    `postcode` (the centre of all its communes), or `position` (a point that was given, named by the nearest town), or `land`
    (an island, a massif: what has no town hall; its `radius_km` is as far as it goes).
    """

    code: str
    kind: str
    name: str
    label: str
    departement: str
    departement_name: str
    region: str
    region_name: str
    country: str
    population: int
    lat: float | None
    lon: float | None
    radius_km: int
    area: str
    is_estimated: bool

    def __str__(self) -> str:
        return self.label

    def label_in(self, language: str) -> str:
        """The label in a language of the portal, `fr` or `en`; each of them resolves to this entry."""
        if language != "en" or self.kind != PlaceKind.TOWN:
            return self.label
        return _abroad(areas.english_name(self.name, self.country) or self.name, self, language)


@dataclass(frozen=True, slots=True)
class Resolution:
    """The best reading of a text and its rivals, best first.

    `kind` is the best one's, or "" when nothing was found: then the rivals are what the text may have been meant for,
    and `best` is never one of them, because a keyword is never guessed to be a place.
    """

    best: PlaceMatch | None = None
    rivals: tuple[PlaceMatch, ...] = ()
    is_ambiguous: bool = False
    is_contradicted: bool = False  # a town and a postal code far from it: the code's place is best

    @property
    def kind(self) -> str:
        """What the best one is."""
        return self.best.kind if self.best else ""


def radius_km(population: int, *, is_estimated: bool) -> int:
    """The default circle in km: a village is searched more widely than a city."""
    base = 10 if population >= LARGE else 15 if population >= MIDDLING else 25
    return base + (ESTIMATE_KM if is_estimated else 0)


def match(row: Found) -> PlaceMatch:
    """An entry as a match."""
    departement, region = areas.departement(row.departement), areas.region(row.region)
    at_home = row.country == "FR"
    is_area = row.kind in AREAS
    reach = usual.reach_km(row.code, row.country)
    area = f"R{row.code}" if row.kind is PlaceKind.REGION else row.code
    around = reach or radius_km(row.population, is_estimated=row.is_estimated)
    return PlaceMatch(
        code=row.code,
        kind=row.kind.value if reach is None else LAND,
        name=row.name,
        label=label(row),
        departement=row.departement,
        departement_name=departement.name if departement else "",
        region=row.region,
        region_name=region.name if region and at_home else "",
        country=row.country,
        population=row.population,
        lat=row.lat,
        lon=row.lon,
        radius_km=0 if is_area else around,
        area=area if is_area else "",
        is_estimated=row.is_estimated,
    )


def label(row: Found) -> str:
    """What a list shows, and what resolves to this very entry: the name and what tells it from its namesakes."""
    if row.kind is PlaceKind.REGION:
        return f"{row.name} (région)"
    if row.kind is PlaceKind.DEPARTEMENT:
        return f"{row.name} (département)"
    if row.country != "FR":
        return _abroad(row.name, row, "fr")
    name: str = row.name
    home = areas.departement(row.departement)
    if home is None or row.kind is PlaceKind.ARRONDISSEMENT:
        return name
    # Where town and département share their name, "Mayenne (Mayenne)" says less than the number.
    return f"{name} ({home.code if row.key == home.key else home.name})"


def _abroad(name: str, town: Found | PlaceMatch, language: str) -> str:
    where = areas.country_name(town.country, language)
    return f"{name} ({town.region}, {where})" if town.region else f"{name} ({where})"


# Written once: to build a statement takes longer than to run it.
_OF_POSTCODE = ENTRY.join(PlacePostcode, PlacePostcode.place_id == Place.id).where(
    PlacePostcode.postcode == bindparam("postcode"), Place.kind != PlaceKind.ARRONDISSEMENT
)
_OF_CODE = ENTRY.where(
    Place.country == "FR", Place.kind == bindparam("kind"), Place.code == bindparam("code")
)


def rows_where(*conditions: ColumnElement[bool]) -> Sequence[Found]:
    """The entries for which all of this is true."""
    return db.session.execute(ENTRY.where(*conditions)).all()


def rows_of_postcode(postcode: str) -> list[Found]:
    """The towns with this postal code; an arrondissement is left to the city it belongs to."""
    return list(db.session.execute(_OF_POSTCODE, {"postcode": postcode}))


def row_of_code(code: str, kind: PlaceKind) -> Found | None:
    """The French entry with this official code."""
    return db.session.execute(_OF_CODE, {"kind": kind, "code": code}).first()


def ranked(
    rows: Iterable[Found], key: str, country: str, *, told_apart: bool = False
) -> list[Found]:
    """Best first: at home, then the most populated; on a tie the town goes before its area. Abroad, the farther away the
    fewer people count: "Valencia" is in Spain, not in Venezuela. What is only called so goes behind a commune that has the
    very name, unless that is tiny: "Évry" is no village of 400 people, a town that becomes a commune again is itself.

    Who told namesakes apart ("Mayenne (53)", a label of the completion) wrote the whole name of a town: La Rochette is
    not Rochette then, and the area of that name is not meant.
    """

    rows = list(rows)
    has_own = any(
        row.kind is PlaceKind.COMMUNE and row.key == key and row.population >= A_TOWN
        for row in rows
    )

    def rank(row: Found) -> tuple[bool, bool, bool, bool, float, bool, str]:
        is_area, is_abroad = row.kind in AREAS, row.country != country
        return (
            is_abroad,
            has_own and not _has_name(row, key),
            told_apart and row.key != key,
            is_area and told_apart,
            -row.population / (areas.far(row.country) if is_abroad else 1),
            is_area,
            row.code,
        )

    return sorted(rows, key=rank)


def _has_name(row: Found, key: str) -> bool:
    """Is this key the entry's own name, with its article or without, or with what stands in brackets or without?"""
    own: str = row.key
    return key in (own, names.without_article(own), names.key(row.name.partition("(")[0]))


def is_close_call(rows: Sequence[Found]) -> bool:
    """Could the second have been meant? Within a factor 3 of the first, or a real town that bears an area's name; beside a
    town of France, one abroad that has thrice its people: Orléans is not in Canada, though as many live there."""
    if len(rows) < 2:
        return False
    first = rows[0]
    for row in rows[1:]:
        same_ground = row.kind in AREAS and row.departement == first.departement
        is_abroad = first.country == "FR" and row.country != "FR"
        rival = row.population / CLOSE_CALL if is_abroad else row.population * CLOSE_CALL
        if not same_ground and first.population < rival:
            return True
        if first.kind in AREAS and row.kind not in AREAS and row.population >= NOTEWORTHY:
            return True
    return False


def resolution(rows: Sequence[Found]) -> Resolution:
    """The first as the best, the others as its rivals."""
    if not rows:
        return Resolution()
    best = match(rows[0])
    rivals = {rival.label: rival for rival in map(match, rows[1:]) if rival.label != best.label}
    return Resolution(best, tuple(rivals.values())[:MOST_RIVALS], is_close_call(rows))
