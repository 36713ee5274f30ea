"""What people write for a place, taken apart: keys, arrondissements, postal codes, positions. Pure text, no database."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 120  # characters of a text worth reading: the longest label of France has 70

# Letters that Unicode does not take apart into a base and an accent.
_LETTERS = {
    "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "ı": "i",
}  # fmt: skip
_RESPELT = str.maketrans(_LETTERS)
_SHORT = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_OVER, _UNDER = re.compile(r"\bs/\s?"), re.compile(r"\bss/\s?")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_WORDS = re.compile(r"[a-z0-9]+")
_ARTICLE = re.compile(r"^(?:l|le|la|les) (?=.{3})")
_NUMBERS = {
    roman: number
    for number, roman in enumerate(
        (
            [
                "i",
                "ii",
                "iii",
                "iv",
                "v",
                "vi",
                "vii",
                "viii",
                "ix",
                "x",
                "xi",
                "xii",
                "xiii",
                "xiv",
                "xv",
                "xvi",
                "xvii",
                "xviii",
                "xix",
                "xx",
            ]
        ),
        1,
    )
}
_NUMBER = r"(?P<number>0?\d{1,2}|[ivx]{1,5}?)\s?(?:er|ere|ers|e|eme|em|nd|nde|re)?"
_CITY = r"(?P<city>paris|lyon|marseille)"
_ARRONDISSEMENT = (
    re.compile(rf"^{_CITY} (?:cedex )?{_NUMBER}(?: arr(?:t|dt|ondissement)?)?$"),
    re.compile(rf"^{_NUMBER}(?: arr(?:t|dt|ondissement)?)?(?: de| d)? {_CITY}$"),
)
_CITIES = {"paris": (75100, 20), "lyon": (69380, 9), "marseille": (13200, 16)}
_POSTCODES = {"750": "paris", "751": "paris", "690": "lyon", "130": "marseille"}
# What people write who do not know the arrondissement; the post office has no such code.
WHOLE_CITIES = {"75000": "75056", "69000": "69123", "13000": "13055"}
_CEDEX = re.compile(r"\b(cedex)(?: \d{1,2})?\b")
_PART = re.compile(
    r"^(?:centre(?: ville)?|gare) (?:de |du |d )?(?=.{2})|(?<=.{2}) (?:centre(?: ville)?|gare|nord|sud|est|ouest)$"
)
# Neither "en" nor "sur": who writes "en ligne" or "sur place" wants no village named Ligné or Placé.
_PREPOSITION = re.compile(
    r"^\s*(?:[àa] c[ôo]t[ée]|[àa]|aux?|dans|vers|pr[èe]s|proche|autour|in|near|around)\s+(?:d(?:es?|u)\s+|d['’]\s*)?(?=\w{2})",
    re.IGNORECASE,
)
_POSITION = re.compile(
    r"^\s*\(?\s*([+-]?\d{1,3}(?:\.\d+)?)\s*[,;]\s*([+-]?\d{1,3}(?:\.\d+)?)\s*(?:[,;]\s*\d{1,2})?\s*\)?\s*$"
)
_ZIP = re.compile(r"[0-9]{5}(?:-[0-9]{4})?")
_POSTCODE = re.compile(r"(?<!\d)(\d{5})(?!\d)")


@dataclass(frozen=True, slots=True)
class Address:
    """A text that holds a postal code: the code, and the name of a town when one is written beside it."""

    postcode: str
    city: str  # a key, "" when the code stands alone


def key(text: str) -> str:
    """The text as it is looked up: "L'Haÿ-les-Roses" and "l hay les roses" are one key, "" has nothing to look up.

    NFKD without accents, `oe` for œ, `saint` for st, `sur` for s/, and a space for all that is neither letter nor digit.
    """
    text = text.lower()
    if "/" in text:
        text = _OVER.sub("sur ", _UNDER.sub("sous ", text))
    if not text.isascii():
        if any(letter in text for letter in _LETTERS):
            text = text.translate(_RESPELT)
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    words = _WORDS.findall(text)
    return " ".join(map(_SHORT.get, words, words))


def without_article(name: str) -> str:
    """The key of a name without its article, as people often type it: "rochelle"."""
    return _ARTICLE.sub("", name)


def without_cedex(name: str) -> str:
    """The key without what only the post office needs: "beaune cedex" is Beaune."""
    return " ".join(_CEDEX.sub(" ", name).split())


def is_cedex(text: str) -> bool:
    """Is this an address as the post office sorts it, "21206 Beaune cedex", whose code no town has?"""
    return bool(_CEDEX.search(key(text)))


def without_part(name: str) -> str:
    """The key of a town of which a part is named: "nantes centre", "gare de nantes"."""
    return _PART.sub("", name)


def without_preposition(text: str) -> str:
    """A text without the words that lead to a place: "à Lyon", "près d’Aix", "autour du Havre"."""
    return _PREPOSITION.sub("", text)


def is_zip(text: str) -> bool:
    """May this be an American postal code? Those of France look the same, but for the four digits that may follow."""
    return bool(_ZIP.fullmatch(text))


def arrondissement(name: str) -> str | None:
    """The official code in a key such as "paris 15e", "lyon 3" or "5eme arrondissement de marseille"."""
    for shape in _ARRONDISSEMENT:
        if found := shape.match(name):
            number = found["number"]
            return _code(
                found["city"], int(number) if number.isdigit() else _NUMBERS.get(number, 0)
            )
    return None


def arrondissement_of_postcode(postcode: str) -> str | None:
    """The official code behind 75015, 69003 or 13001; 75116 is the other half of the 16th of Paris."""
    city = _POSTCODES.get(postcode[:3])
    return _code(city, int(postcode[3:])) if city and len(postcode) == 5 else None


def city_of_postcode(postcode: str) -> str:
    """The key of the city whose arrondissements have such codes, or ""."""
    return _POSTCODES.get(postcode[:3], "")


def _code(city: str, number: int) -> str | None:
    first, most = _CITIES[city]
    return str(first + number) if 1 <= number <= most else None


def position(text: str) -> tuple[float, float] | None:
    """Latitude and longitude in degrees from "48.85,2.35" (a third number, a zoom, is passed over)."""
    found = _POSITION.match(text)
    if not found:
        return None
    lat, lon = float(found[1]), float(found[2])
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None


def address(text: str) -> Address | None:
    """The postal code in a text and the town beside it: "12 rue Haute, 69003 Lyon", "Lyon (69003)", "69361 Lyon cedex 07"."""
    found = _POSTCODE.search(text)
    if not found:
        return None
    after, before = (
        key(text[found.end() :].split(",")[0]),
        key(text[: found.start()].split(",")[-1]),
    )
    return Address(found[1], without_cedex(after) or without_cedex(before))


def qualified(text: str) -> tuple[str, tuple[str, ...]]:
    """A name and what tells it from its namesakes, as keys: "Saint-Denis (974)" is ("saint denis", ("974",))."""
    qualifiers: list[str] = []
    if text.rstrip().endswith(")") and "(" in text:
        text, _, inside = text.rstrip().removesuffix(")").rpartition("(")
        qualifiers = inside.split(",")
    name, *rest = text.split(",")
    keys = (key(part) for part in (*rest, *qualifiers))
    return key(name), tuple(part for part in keys if part)
