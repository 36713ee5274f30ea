"""Positions, checked against what else is known of the place: its country and, in France, its postal code.

Zero is a valid longitude (it runs through Normandy) and 0,0 is not a place of ours. A position that contradicts the
address is dropped, because an address was written by a person.
"""

from __future__ import annotations

import math
import re

from portal.formats.countries import lies_in
from portal.formats.departments import CHIEF_TOWNS, department_of
from portal.formats.problem import Notebook

_FAR_KM = {"973": 450.0}
_USUALLY_FAR_KM = 160.0
_NUMBER = re.compile(r"^[+-]?\d{1,3}(?:[.,]\d{1,20})?$")
_PAIR = re.compile(r"[+-]?\d{1,3}(?:\.\d{1,20})?")
Position = tuple[float, float]


def position(
    lat: str | None,
    lon: str | None,
    country: str,
    postal_code: str,
    notes: Notebook,
    at: int | None = None,
) -> Position | None:
    """The (latitude, longitude) in degrees, repaired when they are swapped; None when there is none to be trusted."""
    written = f"{(lat or '').strip()} {(lon or '').strip()}".strip()
    if not written:
        return None
    numbers = (_number(lat), _number(lon))
    if numbers[0] is None or numbers[1] is None:
        notes.repaired("position", written, "position", at)
        return None
    return _checked((numbers[0], numbers[1]), written, country, postal_code, notes, at)


def position_pair(
    text: str | None, country: str, postal_code: str, notes: Notebook, at: int | None = None,
    *, longitude_first: bool,
) -> Position | None:  # fmt: skip
    """The position out of one text that holds both numbers, such as `2.35, 48.85` or `[2.35 48.85]`."""
    if not (text or "").strip():
        return None
    numbers = _PAIR.findall(text or "")
    if len(numbers) != 2:
        notes.repaired("position", text, "position", at)
        return None
    lat, lon = reversed(numbers) if longitude_first else numbers
    return position(lat, lon, country, postal_code, notes, at)


def _checked(
    found: Position, written: str, country: str, postal_code: str, notes: Notebook, at: int | None
) -> Position | None:
    swapped = (found[1], found[0])
    if found == (0.0, 0.0):
        notes.repaired("position", written, "position_zero", at)
        return None
    if _fits(found, country, postal_code):
        return found
    if _fits(swapped, country, postal_code):
        notes.repaired("position", written, "latitude_longitude_swapped", at)
        return swapped
    exists = abs(found[0]) <= 90 and abs(found[1]) <= 180
    notes.repaired("position", written, "position_elsewhere" if exists else "position", at)
    return None


def _fits(found: Position, country: str, postal_code: str) -> bool:
    lat, lon = found
    if not (abs(lat) <= 90 and abs(lon) <= 180 and lies_in(country, lat, lon)):
        return False
    department = (
        department_of(postal_code) if country in {"FR", "RE", "GP", "MQ", "GF", "YT"} else ""
    )
    chief_town = CHIEF_TOWNS.get(department)
    if chief_town is None:
        return True
    return _kilometres(found, chief_town) <= _FAR_KM.get(department, _USUALLY_FAR_KM)


def _number(text: str | None) -> float | None:
    stripped = (text or "").strip()
    return float(stripped.replace(",", ".")) if _NUMBER.match(stripped) else None


def _kilometres(one: Position, other: Position) -> float:
    """Distance on a flat map: exact enough for a few hundred kilometres."""
    middle = math.radians((one[0] + other[0]) / 2)
    return 111.2 * math.hypot(one[0] - other[0], (one[1] - other[1]) * math.cos(middle))
