"""The words of two texts as they are compared: forms and shingles, and the marks that tell needs apart. Pure, no database.

Marks are what a template changes and an editor does not: numbers ("game #1" is not "game #10"), weekdays, months. Numbers
are values, however they are written: `14h00`, `14 h` and "quatorze heures" are all 14.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import filterfalse
from zlib import crc32

from portal.services.places import names
from search import text
from search.document import Language

Marks = tuple[frozenset[str], frozenset[str]]  # numbers; weekdays and months

ROOT = 5  # letters: what a noun and its verb share
SHINGLE = 2  # content words: an edited word then costs two shingles

_UNITS = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "un",
            "deux",
            "trois",
            "quatre",
            "cinq",
            "six",
            "sept",
            "huit",
            "neuf",
            "dix",
            "onze",
            "douze",
            "treize",
            "quatorze",
            "quinze",
            "seize",
        ]
    )
} | {"une": 1}
_TENS = {"vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60}
_HUNDREDS = {"cent": 100, "cents": 100}
_THOUSANDS = {"mille": 1000}
_NUMERALS = _UNITS | _TENS | _HUNDREDS | _THOUSANDS
_ORDINALS = {
    "premier": 1, "premiere": 1, "second": 2, "seconde": 2, "deuxieme": 2, "troisieme": 3,
    "quatrieme": 4, "cinquieme": 5, "sixieme": 6, "septieme": 7, "huitieme": 8, "neuvieme": 9,
    "dixieme": 10, "onzieme": 11, "douzieme": 12,
}  # fmt: skip
_CALENDAR = {
    word: f"day{number % 7}"
    for number, word in enumerate(
        [
            "lundi",
            "mardi",
            "mercredi",
            "jeudi",
            "vendredi",
            "samedi",
            "dimanche",
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
        ]
    )
} | {
    word: f"month{number % 12}"
    for number, word in enumerate(
        [
            "janvier",
            "fevrier",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "aout",
            "septembre",
            "octobre",
            "novembre",
            "decembre",
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ]
    )
}
_CALENDAR |= {f"{word}s": named for word, named in _CALENDAR.items()}
_DATES = frozenset(_CALENDAR.values())
_DIGITS = re.compile(r"(\d+)|([a-z]+)")
_MOST_DIGITS = (
    6  # longer ones are telephone numbers, registers, account numbers: not a count of anything
)


def normalised(value: str) -> str:
    """Letters and digits only, without case or accents: two texts with equal ones are identical to a reader."""
    return names.key(value)


def forms(value: str, language: Language) -> tuple[tuple[str, ...], ...]:
    """The content words of a text in their order, each with the forms under which it is recognised."""
    return tuple(forms for _position, forms in text.analyse(value, language))


def roots(words: Iterable[tuple[str, ...]]) -> frozenset[str]:
    """The beginnings of the forms of these words: "ramassage" and "ramasser", "mentor" and "mentorat" have one in common."""
    return frozenset().union(*map(_roots, words))


@lru_cache(10_000)
def _roots(forms: tuple[str, ...]) -> frozenset[str]:
    return frozenset(form[:ROOT] for form in forms)


def shingles(words: Iterable[tuple[str, ...]]) -> frozenset[int]:
    """The runs of `SHINGLE` content words, as 32-bit numbers; a text of one word is one shingle."""
    first = [forms[0] for forms in words]
    runs = zip(*(first[start:] for start in range(SHINGLE)), strict=False)
    found = {crc32(" ".join(run).encode()) for run in runs}
    return frozenset(found or {crc32(word.encode()) for word in first})


def numbers(tokens: list[str]) -> frozenset[str]:
    """The numbers among the words of a normalised text: values ("13"), and codes of a letter and digits ("a1"). "Un"
    alone is an article.

    Zero is left out: `14h00` says no more than `14 h`.
    """
    return frozenset([*_written(tokens), *_spelt(tokens)]) - {"0"}


def calendar(tokens: Iterable[str]) -> frozenset[str]:
    """The weekdays and months that these words name, the same in both languages ("may" is left to chance)."""
    return frozenset(_CALENDAR[word] for word in _CALENDAR.keys() & tokens)


def differ(ours: Marks, theirs: Marks) -> bool:
    """Has each of two a mark of one kind that the other lacks?"""
    return any(one - other and other - one for one, other in zip(ours, theirs, strict=True))


def marks_of(marks: Iterable[str]) -> Marks:
    """Marks that were written down in one row, by kind."""
    known = frozenset(marks)
    dates = known & _DATES
    return known - dates, dates


def _written(tokens: list[str]) -> Iterator[str]:
    for token in filterfalse(str.isalpha, tokens):
        parts = [digits or letters for digits, letters in _DIGITS.findall(token)]
        if len(parts) == 2 and len(parts[0]) == 1 and parts[0].isalpha():
            yield token  # A1, B2: a level, a room, a road
            continue
        for part in parts:
            if part.isdigit() and len(part) <= _MOST_DIGITS:
                yield str(int(part))


def _spelt(tokens: list[str]) -> Iterator[str]:
    """Numbers in letters: "trois cents" is 300, "dix huit" 18, "quatre vingt dix" 90."""
    run: list[str] = []
    for token in [*tokens, ""]:
        if token in _ORDINALS:
            yield str(_ORDINALS[token])
        if token in _NUMERALS or (run and token == "et"):  # noqa: S105 - a French word
            run.append(token)
            continue
        if run and any(word not in ("un", "une", "et") for word in run):
            yield str(_value([word for word in run if word != "et"]))
        run = []


def _value(run: list[str]) -> int:
    total = part = 0
    for word in run:
        if word in _THOUSANDS:
            total, part = total + (part or 1) * 1000, 0
        elif word in _HUNDREDS:
            part = (part or 1) * 100
        elif word.startswith("vingt") and part % 100 == 4:
            part += 76  # quatre-vingts
        else:
            part += _NUMERALS[word]
    return total + part
