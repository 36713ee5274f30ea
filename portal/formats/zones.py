"""Which wall clock a feed means: an Olson name when it gives one, else the zone of the place it names. Plain data."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from portal.formats.problem import Notebook

_COUNTRY = {
    "FR": "Europe/Paris", "BE": "Europe/Brussels", "LU": "Europe/Luxembourg", "CH": "Europe/Zurich",
    "MC": "Europe/Monaco", "DE": "Europe/Berlin", "AT": "Europe/Vienna", "IT": "Europe/Rome",
    "ES": "Europe/Madrid", "PT": "Europe/Lisbon", "NL": "Europe/Amsterdam", "GB": "Europe/London",
    "IE": "Europe/Dublin", "DK": "Europe/Copenhagen", "SE": "Europe/Stockholm", "NO": "Europe/Oslo",
    "FI": "Europe/Helsinki", "PL": "Europe/Warsaw", "CZ": "Europe/Prague", "GR": "Europe/Athens",
    "RO": "Europe/Bucharest", "HU": "Europe/Budapest", "AD": "Europe/Andorra", "GP": "America/Guadeloupe",
    "MQ": "America/Martinique", "GF": "America/Cayenne", "RE": "Indian/Reunion", "YT": "Indian/Mayotte",
    "PM": "America/Miquelon", "BL": "America/St_Barthelemy", "MF": "America/Marigot", "WF": "Pacific/Wallis",
    "PF": "Pacific/Tahiti", "NC": "Pacific/Noumea", "MA": "Africa/Casablanca", "TN": "Africa/Tunis",
    "DZ": "Africa/Algiers", "SN": "Africa/Dakar", "CI": "Africa/Abidjan", "CM": "Africa/Douala",
    "MG": "Indian/Antananarivo", "IN": "Asia/Kolkata", "JP": "Asia/Tokyo",
}  # fmt: skip
_STATES = {
    "America/New_York": "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV",
    "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
    "America/Denver": "CO ID MT NM UT WY",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA NV OR WA",
    "America/Anchorage": "AK",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR VI",
}
_STATE = {state: zone for zone, states in _STATES.items() for state in states.split()}
_PROVINCES = {
    "America/Toronto": "ON QC", "America/Halifax": "NS NB PE", "America/St_Johns": "NL", "America/Winnipeg": "MB",
    "America/Regina": "SK", "America/Edmonton": "AB", "America/Vancouver": "BC",
}  # fmt: skip
_PROVINCE = {
    province: zone for zone, provinces in _PROVINCES.items() for province in provinces.split()
}
_OVERSEAS = {
    "971": "GP", "972": "MQ", "973": "GF", "974": "RE", "975": "PM", "976": "YT", "977": "BL", "978": "MF",
    "986": "WF", "987": "PF", "988": "NC",
}  # fmt: skip
US_STATES = frozenset(_STATE)
# The countries that a feed may call its own: those where a position is checked, and the clocks are known.
HOMES = (
    *("FR", "BE", "LU", "CH", "MC", "DE", "AT", "IT", "ES", "PT", "NL", "GB", "IE", "US", "CA"),
)
_BESIDE = {
    "FR": tuple(_COUNTRY[code] for code in _OVERSEAS.values()),
    "ES": ("Atlantic/Canary",),
    "PT": ("Atlantic/Madeira", "Atlantic/Azores"),
    "US": tuple(_STATES),
    "CA": tuple(_PROVINCES),
}


@lru_cache(maxsize=256)
def find_zone(name: str) -> ZoneInfo | None:
    """The zone of that name, or None. A name is never taken for a path."""
    if not name or not all(c.isalnum() or c in "/_+-" for c in name) or name[0] in "/.":
        return None
    try:
        return ZoneInfo(name)
    except (
        ZoneInfoNotFoundError,
        ValueError,
        OSError,
    ):  # OSError: the name of a folder, as "Europe"
        return None


def zone_of(
    name: str | None, fallback: str, field: str, notes: Notebook, at: int | None = None
) -> ZoneInfo:
    """The zone a feed names; an unknown one is told and replaced by `fallback`, which must exist."""
    text = (name or "").strip()
    zone = find_zone(text)
    if zone is None:
        if text:
            notes.repaired(field, text, "zone", at, used=fallback)
        zone = find_zone(fallback) or ZoneInfo("UTC")
    return zone


def clocks_of(country: str) -> tuple[str, ...]:
    """The zones of one of HOMES, the one that most of it keeps first; of two countries none does (`main_clock`)."""
    return tuple(filter(None, (main_clock(country), *_BESIDE.get(country, ()))))


def main_clock(country: str) -> str:
    """The zone that most of a country keeps; "" where nobody could say without knowing the place."""
    return _COUNTRY.get(country, "")


def zone_of_place(country: str, region: str, postal_code: str, home: str = "") -> str:
    """The zone of a place; where its address does not tell, that of the feed (`home`) if the country keeps it, else the one
    that most of the country keeps. Nothing when its country has several and no region tells them apart."""
    told = ""
    if country == "US":
        told = _STATE.get(region.upper(), "")
    elif country == "CA":
        told = _PROVINCE.get(region.upper(), "")
    elif country == "FR" and postal_code:
        told = _COUNTRY[_OVERSEAS.get(postal_code[:3], "FR")]
    return told or (home if home in clocks_of(country) else main_clock(country))
