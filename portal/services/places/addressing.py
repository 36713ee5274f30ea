"""The address of a feed's location: cleaned, and matched with a town or an area when it says which."""

from __future__ import annotations

import re
from dataclasses import dataclass

from portal.services.places import areas, names
from portal.services.places.matching import CLOSE_CALL, PlaceMatch, Resolution, rows_of_postcode
from portal.services.places.resolving import as_named, at_address

TOWN_ENOUGH = 1000  # people: from here on a town outweighs the area of the same name, where a town is asked for


@dataclass(frozen=True, slots=True)
class Written:
    """An address as a feed wrote it, cleaned. `country`: two letters, "" when none is given, None when nobody knows it."""

    street: str
    postal_code: str
    city: str
    region: str
    country: str | None

    @property
    def is_french(self) -> bool:
        """France, or nothing that says otherwise."""
        return self.country in ("", "FR")


@dataclass(frozen=True, slots=True)
class Addressed:
    """What an address names: a place, with rivals when it may be another of the same name."""

    place: PlaceMatch | None = None
    rivals: tuple[PlaceMatch, ...] = ()
    is_ambiguous: bool = False
    is_contradicted: bool = False  # its town lies far from its postal code
    is_empty: bool = False  # nothing was written


def as_written(
    street: str, postal_code: str, city: str, region: str, country: str
) -> tuple[Written, bool]:
    """The address cleaned, and whether its postal code had to be repaired."""
    code = areas.country(country) if country.strip() else ""
    plain = postal_code.strip()
    written = Written(street.strip(), plain, city.strip(), region.strip(), code)
    repaired = _postal_code(written)
    return Written(written.street, repaired, written.city, written.region, code), repaired != plain


def _postal_code(written: Written) -> str:
    """Spreadsheets eat the zero of 01400, and people write F-75015 or 75 015."""
    code = written.postal_code
    if not written.is_french or (len(code) == 5 and code.isdigit()):
        return code
    digits = re.sub(r"\D", "", re.sub(r"\.0$", "", code))
    if len(digits) == 5:
        return digits
    if len(digits) != 4 or not code[:4].isdigit():
        return code
    # Belgium and Switzerland have four digits: either the country or the town must say that this is France.
    towns = rows_of_postcode(f"0{digits}")
    city = names.without_cedex(names.key(written.city))
    said = written.country == "FR" or any(row.key == city for row in towns)
    return f"0{digits}" if towns and said else code


def address_of(written: Written) -> Addressed:
    """The place that an address names: by its postal code, else by its town, else by its area, else inside its street."""
    if not (written.postal_code or written.city or written.region or written.street):
        return Addressed(is_empty=True)
    if written.country is None:
        return Addressed()
    for found in (_by_postcode(written), _by_city(written), _by_area(written), _by_street(written)):
        if found is not None and found.best is not None:
            return Addressed(
                found.best,
                found.rivals,
                found.is_ambiguous or found.is_contradicted,
                found.is_contradicted,
            )
    return Addressed()


def _by_postcode(written: Written) -> Resolution | None:
    code = written.postal_code
    if not code:
        return None
    country = written.country or "FR"
    if country == "FR" and not (len(code) == 5 and code.isdigit()):
        return None
    city = names.without_cedex(names.key(written.city))
    found = at_address(code, city, country, is_cedex=names.is_cedex(written.city))
    if found.best is None or found.best.country != country:
        return None
    # The communes of a shared code are not rivals: its centre stands for them all.
    return found if found.is_contradicted else Resolution(found.best)


def _by_city(written: Written) -> Resolution | None:
    if not written.city:
        return None
    found = Resolution()
    if written.region:
        found = as_named(f"{written.city}, {written.region}", country=written.country or "FR")
    if found.best is None:
        found = as_named(written.city, country=written.country or "FR")
    if found.best is None:
        return None
    return _towns_first(_of_country(found, written.country or ""))


def _of_country(found: Resolution, country: str) -> list[PlaceMatch]:
    matches = [found.best, *found.rivals] if found.is_ambiguous else [found.best]
    return [place for place in matches if place and country in ("", place.country)]


def _towns_first(matches: list[PlaceMatch]) -> Resolution | None:
    """A field for towns that says "Vienne" means the town in Isère; one that says "Bretagne" means no hamlet."""
    towns = [place for place in matches if not place.area and place.population >= TOWN_ENOUGH]
    chosen = towns if towns and matches[0].area else matches
    if not chosen:
        return None
    best, *rivals = chosen
    close = tuple(one for one in rivals if best.population < CLOSE_CALL * one.population)
    # A namesake abroad is only what coordinates may say: "Valence" alone is in France.
    return Resolution(best, close, any(one.country == best.country for one in close))


def _by_area(written: Written) -> Resolution | None:
    if not written.region or not written.is_french:
        return None
    area = areas.named(names.key(written.region)) or areas.by_code(written.region)
    return Resolution(as_named(area.asked_by).best) if area else None


def _by_street(written: Written) -> Resolution | None:
    """Some feeds write the whole address on one line."""
    found = names.address(written.street) if written.is_french else None
    if found is None:
        return None
    is_cedex = names.is_cedex(written.street)
    return Resolution(at_address(found.postcode, found.city, is_cedex=is_cedex).best)
