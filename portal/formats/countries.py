"""Countries as feeds write them, and roughly where they lie. Plain data.

The boxes (south, west, north, east, in degrees) are wide on purpose: they catch a position on the wrong continent or
with its two numbers swapped, not one across a border.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

Box = tuple[float, float, float, float]

_NAMES = {
    "FR": "france fra république française metropolitan france", "BE": "belgique belgium bel", "LU": "luxembourg lux",
    "CH": "suisse switzerland che", "DE": "allemagne germany deu", "ES": "espagne spain esp", "IT": "italie italy ita",
    "GB": "royaume-uni united kingdom uk gbr", "IE": "irlande ireland irl", "PT": "portugal prt",
    "NL": "pays-bas netherlands nld", "AT": "autriche austria aut", "US": "états-unis united states usa united states of america",
    "CA": "canada can", "MC": "monaco mco", "MA": "maroc morocco mar", "TN": "tunisie tunisia tun",
    "SN": "sénégal senegal sen", "RE": "la réunion reunion reu", "GP": "guadeloupe glp", "MQ": "martinique mtq",
    "GF": "guyane french guiana guf", "YT": "mayotte myt", "NC": "nouvelle-calédonie new caledonia",
    "PF": "polynésie française french polynesia", "DK": "danemark denmark", "SE": "suède sweden", "PL": "pologne poland",
}  # fmt: skip
_MULTIWORD = (
    "république française", "metropolitan france", "royaume-uni", "united kingdom", "pays-bas", "états-unis",
    "united states of america", "united states", "la réunion", "french guiana", "nouvelle-calédonie",
    "new caledonia", "polynésie française", "french polynesia",
)  # fmt: skip
BOXES: Mapping[str, tuple[Box, ...]] = {
    "FR": ((41.0, -5.6, 51.6, 10.0), (14.2, -63.3, 18.3, -60.6), (2.0, -54.8, 6.0, -51.4),
           (-21.6, 55.0, -20.7, 56.0), (-13.2, 44.9, -12.5, 45.5), (46.6, -56.6, 47.3, -56.0),
           (-14.5, -178.4, -13.1, -176.0), (-28.0, -155.0, -7.5, -134.0), (-23.0, 163.0, -19.0, 168.6)),
    "BE": ((49.4, 2.4, 51.6, 6.5),), "LU": ((49.4, 5.7, 50.2, 6.6),), "CH": ((45.7, 5.9, 47.9, 10.6),),
    "DE": ((47.2, 5.8, 55.1, 15.1),), "ES": ((27.5, -18.3, 43.9, 4.4),), "IT": ((35.4, 6.6, 47.2, 18.6),),
    "GB": ((49.8, -8.7, 60.9, 1.8),), "IE": ((51.3, -10.7, 55.5, -5.9),), "PT": ((30.0, -31.4, 42.2, -6.1),),
    "NL": ((50.7, 3.3, 53.6, 7.3),), "AT": ((46.3, 9.5, 49.1, 17.2),), "MC": ((43.7, 7.3, 43.8, 7.5),),
    "US": ((24.3, -125.1, 49.5, -66.8), (51.0, -180.0, 71.6, -129.0), (18.8, -160.4, 22.3, -154.7), (17.6, -67.4, 18.6, -64.5)),
    "CA": ((41.6, -141.1, 83.2, -52.5),),
    "RE": ((-21.6, 55.0, -20.7, 56.0),), "GP": ((15.7, -62.0, 16.7, -60.9),), "MQ": ((14.2, -61.4, 15.0, -60.6),),
    "GF": ((2.0, -54.8, 6.0, -51.4),), "YT": ((-13.2, 44.9, -12.5, 45.5),),
}  # fmt: skip


def _fold(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(
        "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c)).split()
    )


def _table() -> dict[str, str]:
    table: dict[str, str] = {}
    for code, names in _NAMES.items():
        table[code.casefold()] = code
        for phrase in _MULTIWORD:
            if phrase in names:
                table[_fold(phrase)] = code
                names = names.replace(phrase, " ")
        table.update({_fold(word): code for word in names.split()})
    return table


_CODE = _table()


def country_code(text: str) -> str | None:
    """The two letters of a country, from its code or its name in French or English; None when it is not known."""
    found = _CODE.get(_fold(text))
    if found is None and len(text) == 2 and text.isascii() and text.isalpha():
        return text.upper()
    return found


def lies_in(country: str, lat: float, lon: float) -> bool:
    """Whether the position may be in the country; a country without a box takes every position."""
    boxes = BOXES.get(country)
    return boxes is None or any(s <= lat <= n and w <= lon <= e for s, w, n, e in boxes)
