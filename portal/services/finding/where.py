"""Where: a place and a circle, a département or région, a box of the map, or a position."""

from __future__ import annotations

from dataclasses import dataclass, replace

from portal.models.place import PlaceKind
from portal.services import places
from portal.services.finding import sentences
from portal.services.finding.asked import Params
from portal.services.finding.given import Given, number
from portal.services.places import PlaceMatch, Resolution
from search.query import Area, Box, Circle

LARGEST_KM = 500.0
AROUND_KM = 10.0  # around a position that was given
LEAST_KM = 0.1


@dataclass(frozen=True, slots=True)
class Where:
    """The parts of a query that say where, and the place they came from."""

    circle: Circle | None = None
    box: Box | None = None
    area: Area | None = None
    place: PlaceMatch | None = None
    rivals: tuple[PlaceMatch, ...] = ()
    is_ambiguous: bool = False


def read(given: Given) -> Where:
    """A place that was typed wins over a position, a position over the box of a map; an area narrows what lies in it.

    The page keeps box and position in hidden fields, so whoever types a place beside them wrote it last.
    """
    area = _area(given)
    typed = given.one("place")
    found = given.known.place(typed) if typed else Resolution()
    if found.best is not None and (found.best.lat is not None or found.best.area):
        _say_what_is_replaced(given, found.best)
        return _place(given, typed, area, found.best, found)
    here = _position(given)
    there = _around_position(given, area, here) if here else _drawn(given, area)
    return replace(there, rivals=_instead(given, typed, found)) if typed else there


def _say_what_is_replaced(given: Given, best: PlaceMatch) -> None:
    if given.one("lat") or given.one("lon"):
        given.note("« %(place)s » remplace votre position.", place=best)
    if given.one("box"):
        given.note("« %(place)s » remplace la zone de la carte.", place=best)


def _instead(given: Given, typed: str, found: Resolution) -> tuple[PlaceMatch, ...]:
    """What a text may have been meant for that is no place; why it is none is said."""
    if sentences.says_near(typed):
        if not given.one("lat"):
            given.note("Pour chercher près de vous, appuyez sur « Autour de moi ».")
        return ()
    if places.country(typed):
        given.note(
            "« %(place)s » est un pays : la recherche se fait sans lui. Indiquez une ville, ou un département français.",
            place=typed[:80],
        )
        return ()
    given.note(
        "Nous ne connaissons pas de lieu nommé « %(place)s » : la recherche se fait sans lui. "
        "Essayez une commune, un code postal ou un département.",
        place=typed[:80],
    )
    return found.rivals


def _around_position(given: Given, area: Area | None, here: tuple[float, float]) -> Where:
    if given.one("box"):
        given.note("Votre position remplace la zone de la carte.")
    if area is not None:
        town = given.known.near(*here)
        if town is None or not _lies_in(town, area):
            given.take_back("area")
            given.note(
                "Votre position est hors de « %(area)s » : ce territoire est laissé de côté.",
                area=_asked_area(given).name,
            )
            area = None
    km, chosen = _radius(given, AROUND_KM)
    circle = Circle(*here, km)
    pairs = (("lat", f"{here[0]:g}"), ("lon", f"{here[1]:g}"), *chosen)
    given.part("place", pairs, "à moins de %(km)s km de votre position", km=circle.radius_km)
    return Where(circle=circle, area=area)


def _drawn(given: Given, area: Area | None) -> Where:
    _no_radius(given)
    return Where(box=_box(given), area=area)


def _place(
    given: Given, typed: str, area: Area | None, best: PlaceMatch, found: Resolution
) -> Where:
    if best.area:
        return _whole_area(given, typed, area, best, found.rivals, found.is_ambiguous)
    assert best.lat is not None and best.lon is not None  # noqa: S101 - positions come whole
    if area is not None and not _lies_in(best, area):
        _leave_area(given, best)
        area = None
    km, chosen = _radius(given, float(best.radius_km))
    circle = Circle(best.lat, best.lon, km)
    given.part(
        "place",
        (("place", typed), *chosen),
        "à moins de %(km)s km %(of_place)s",
        km=circle.radius_km,
        place=best,
    )
    return Where(circle, None, area, best, found.rivals, found.is_ambiguous)


def _lies_in(town: PlaceMatch, area: Area) -> bool:
    own = town.region if area.kind == "region" else town.departement
    return town.country == "FR" and own == area.code


def _leave_area(given: Given, best: PlaceMatch) -> None:
    """Where a place and an area only exclude each other what was typed counts, and it is said."""
    given.take_back("area")
    given.note(
        "« %(place)s » et « %(area)s » n’ont rien en commun : la recherche porte sur « %(place)s ».",
        place=best,
        area=_asked_area(given).name,
    )


def _asked_area(given: Given) -> places.Area:
    asked = places.area(given.one("area"))
    assert asked is not None  # noqa: S101 - the area asked for was read from it
    return asked


def _whole_area(
    given: Given,
    typed: str,
    area: Area | None,
    best: PlaceMatch,
    rivals: tuple[PlaceMatch, ...],
    ambiguous: bool,
) -> Where:
    """A département or région has its own border, so a radius around it means nothing."""
    if given.one("radius"):
        given.note(
            "« %(place)s » est un territoire entier : le rayon ne s’y applique pas.",
            place=best,
        )
    given.part("place", (("place", typed),), "%(place)s", place=best)
    return Where(None, None, _narrower(given, area, best), best, rivals, ambiguous)


def _narrower(given: Given, area: Area | None, best: PlaceMatch) -> Area:
    """What a territory that was typed and one that was asked for have in common: the smaller, where one is in the other.

    Two that only exclude each other would find nothing: what was typed counts, and it is said.
    """
    here = area_of(best.kind, best.code)
    if area is None:
        return here
    asked = _asked_area(given)
    if area.kind == "departement" and here.kind == "region" and asked.region == here.code:
        return area
    if area.kind == "region" and here.kind == "departement" and best.region == area.code:
        return here
    if area == here:
        given.take_back("area")
    else:
        _leave_area(given, best)
    return here


def area_of(kind: str, code: str) -> Area:
    """The engine's word for a département or a région."""
    return Area("region" if kind == PlaceKind.REGION else "departement", code)


def _area(given: Given) -> Area | None:
    typed = given.one("area")
    if not typed:
        return None
    found = places.area(typed)
    if found is None:
        given.note(
            "« %(area)s » n’est le numéro d’aucun département ni d’aucune région : il est laissé de côté.",
            area=typed[:40],
        )
        return None
    given.part("area", (("area", found.asked_by),), "%(place)s", place=found.name)
    return area_of(found.kind, found.code)


def _box(given: Given) -> Box | None:
    """West, south, east, north in degrees, as the map writes them."""
    typed = given.one("box")
    if not typed:
        return None
    west, south, east, north = ([number(part.strip()) for part in typed.split(",")] + [None] * 4)[
        :4
    ]
    if (
        typed.count(",") != 3
        or west is None or south is None or east is None or north is None
        or not -90 <= south <= north <= 90
        or max(abs(west), abs(east)) > 540
    ):  # fmt: skip
        given.note(
            "La zone de la carte n’a pas pu être lue (ouest, sud, est, nord, en degrés) : elle est laissée de côté."
        )
        return None
    given.part("box", (("box", typed),), "dans la zone de la carte")
    if east - west >= 360:
        return Box(south, -180.0, north, 180.0)
    return Box(south, _turned(west), north, _turned(east))


def _turned(lon: float) -> float:
    """A longitude beyond the date line, as a map that was dragged too far writes it, brought back."""
    return lon if -180 <= lon <= 180 else (lon + 180) % 360 - 180


def _position(given: Given) -> tuple[float, float] | None:
    typed = given.one("lat"), given.one("lon")
    if not any(typed):
        return None
    lat, lon = number(typed[0]), number(typed[1])
    if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180:
        given.note(
            "Cette position n’existe pas (la latitude va de -90 à 90, la longitude de -180 à 180) : "
            "elle est laissée de côté."
        )
        return None
    return lat, lon


def _radius(given: Given, default: float) -> tuple[float, Params]:
    """How many km, and the parameter that says so: none where nobody chose, or the next place would have no circle of its own."""
    typed = given.one("radius")
    if not typed:
        return default, ()
    km = number(typed)
    if km is None or not LEAST_KM <= km <= LARGEST_KM:
        too_far = km is not None and km > LARGEST_KM
        km = LARGEST_KM if too_far else default
        given.note(
            "« %(typed)s » n’est pas une distance de %(least)s à %(most)s km : nous avons cherché à moins de %(km)s km.",
            typed=typed[:20],
            least=LEAST_KM,
            most=LARGEST_KM,
            km=km,
        )
        if not too_far:
            return km, ()
    return km, (("radius", f"{km:g}"),)


def _no_radius(given: Given) -> None:
    if given.one("radius"):
        given.note("Une distance se compte depuis un lieu : indiquez-en un pour qu’elle compte.")
