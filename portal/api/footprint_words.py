"""`q` of the All for Good API: exact words, phrases, exclusions, alternatives, and `category:NAME`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from portal import themes
from portal.api.footprint_question import Reading
from search import words

_NAME = r'category:("[^"]*"|[^\s()"]+)'
_ALONE = re.compile(rf"(?<!\S)(-?){_NAME}(?!\S)", re.IGNORECASE)
_EITHER = re.compile(rf"(?<!\S)(-?)\(\s*({_NAME}(?:\s+OR\s+{_NAME})*)\s*\)(?!\S)", re.IGNORECASE)
_EACH = re.compile(_NAME, re.IGNORECASE)
_MIXED = re.compile(r"(?<!\S)(-?)\(([^()]*)\)(?!\S)")
_OR = re.compile(r"\s+(?:OR|\|)\s+")


def read(reading: Reading, given: Mapping[str, str]) -> None:
    """Words are all required, as they are but for case and accents. A category that is none of our themes is a word."""
    rest, unknown = given.get("q", ""), list[str]()
    for pattern in (_EITHER, _ALONE):
        for found in pattern.finditer(rest):
            _category(reading, found[1] == "-", _EACH.findall(found[0]), unknown)
        rest = pattern.sub(" ", rest)
        if pattern is _EITHER:
            rest = _MIXED.sub(lambda found: _mixed(reading, found), rest)
    text = " ".join([rest, *unknown])
    if len(text) > words.MOST_CHARACTERS or len(text.split()) > words.MOST_WORDS:
        reading.note(
            "q est trop long : seuls ses %(words)s premiers mots comptent.", words=words.MOST_WORDS
        )
    clauses = words.parse(text, exact=True)
    further = reading.further
    reading.asks |= bool(clauses or further.all_of or further.either or reading.query.themes)
    reading.query = replace(reading.query, words=clauses)


def _mixed(reading: Reading, found: re.Match[str]) -> str:
    """One demand for a category or for words: the union, which the engine cannot be asked. Gives what is left to read as words."""
    parts = _OR.split(found[2].strip())
    names = [name[1].strip('"') for part in parts if (name := _EACH.fullmatch(part))]
    slugs = frozenset(slug for name in names for slug in themes.of_tag(name))
    others = [part for part in parts if not _EACH.fullmatch(part)]
    others += [f'"{name}"' for name in names if not themes.of_tag(name)]
    if not slugs or any(_EACH.search(part) for part in others):
        return found[0]
    said = f"({' OR '.join(others)})"
    if found[1] == "-":
        reading.further = replace(reading.further, none_of=reading.further.none_of | slugs)
        return f" -{said} "
    either = (*reading.further.either, (slugs, words.parse(said, exact=True)))
    reading.further = replace(reading.further, either=either)
    return " "


def _category(reading: Reading, excluded: bool, typed: list[str], unknown: list[str]) -> None:
    """One demand for a category, or for one of several. The engine takes the first, the others are looked at later."""
    names = [name.strip('"') for name in typed]
    slugs = frozenset(slug for name in names for slug in themes.of_tag(name))
    further = reading.further
    if excluded:
        reading.further = replace(further, none_of=further.none_of | slugs)
    elif not slugs:
        unknown.append("(" + " OR ".join(f'"{name}"' for name in names) + ")")
    elif not reading.query.themes:
        reading.query = replace(reading.query, themes=tuple(sorted(slugs)))
    else:
        reading.further = replace(further, all_of=(*further.all_of, slugs))
