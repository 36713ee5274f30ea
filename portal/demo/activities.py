"""What people do: the activities of texts/<theme>.toml, read once and made ready to print.

The texts are written with plain apostrophes and spaces, as one types; here they get the ones that French prints:
a curved apostrophe, a non-breaking space before ; : ! ? and inside guillemets.

A sentence that begins with "@word,word " goes only with a title that has one of these words: one does not swim on a tandem.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from portal import themes
from portal.demo.words import TEXTS


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, and the beginnings of words that its offer's title must have (none: it suits every title)."""

    text: str
    needs: tuple[str, ...] = ()

    def suits(self, title: str) -> bool:
        """May it stand under this title?"""
        return not self.needs or any(need in title.lower() for need in self.needs)


@dataclass(frozen=True, slots=True)
class Wording:
    """The sentences of an activity in one language; `why` opens a text, `what` tells the work, `how` closes it."""

    titles: tuple[str, ...]
    why: tuple[Sentence, ...]
    what: tuple[Sentence, ...]
    how: tuple[Sentence, ...]
    bring: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Activity:
    """Something people do. `when` holds "pattern slot" pairs, `months` the only ones in which it makes sense."""

    slug: str
    theme: str
    french: Wording
    english: Wording | None
    hosts: tuple[tuple[str, str], ...]  # (feminine, masculine)
    when: tuple[tuple[str, str], ...]
    hours: tuple[int, int]
    places: tuple[int, int]  # (0, 0) is no limit
    months: tuple[int, ...]
    minimum_age: int | None
    remote: str
    is_accessible: bool
    needs_coast: bool
    themes: tuple[str, ...]
    tags: tuple[str, ...]
    skills: tuple[str, ...]
    scene: str


@cache
def all_activities() -> tuple[Activity, ...]:
    """Every activity, theme after theme."""
    return tuple(
        _activity(theme, raw)
        for theme in themes.SLUGS
        for raw in tomllib.loads((TEXTS / f"{theme}.toml").read_text(encoding="utf-8"))["activity"]
    )


@cache
def activities_of(theme: str) -> tuple[Activity, ...]:
    """The activities whose first theme it is."""
    return tuple(activity for activity in all_activities() if activity.theme == theme)


def typeset(text: str) -> str:
    """French as it is printed."""
    text = re.sub(r" ([;:!?»])", "\u00a0\\1", text.replace("'", "’"))
    return text.replace("« ", "«\u00a0")


def _activity(theme: str, raw: dict[str, Any]) -> Activity:
    english = raw.get("en")
    low, high = raw["hours"]
    fewest, most = raw["places"]
    return Activity(
        slug=raw["slug"],
        theme=theme,
        french=_wording(raw, typeset),
        english=_wording(english, lambda text: text.replace("'", "’")) if english else None,
        hosts=_pairs([typeset(host) for host in raw["hosts"]], "|"),
        when=_pairs(raw["when"], " "),
        hours=(low, high),
        places=(fewest, most),
        months=tuple(raw.get("months", ())),
        minimum_age=raw.get("age"),
        remote=raw.get("remote", "no"),
        is_accessible=raw.get("accessible", False),
        needs_coast=raw.get("coast", False),
        themes=(theme, *raw.get("also", ())),
        tags=tuple(typeset(tag) for tag in raw["tags"]),
        skills=tuple(raw.get("skills", ())),
        scene=f"{theme}-{raw['scene']}",
    )


def _wording(raw: dict[str, Any], printed: Callable[[str], str]) -> Wording:
    return Wording(
        titles=tuple(map(printed, raw["titles"])),
        why=_sentences(raw["why"], printed),
        what=_sentences(raw["what"], printed),
        how=_sentences(raw["how"], printed),
        bring=_sentences(raw["bring"], printed),
    )


def _sentences(raw: list[str], printed: Callable[[str], str]) -> tuple[Sentence, ...]:
    split = [text[1:].split(" ", 1) if text[0] == "@" else ["", text] for text in raw]
    return tuple(
        Sentence(printed(text), tuple(needs.split(",")) if needs else ()) for needs, text in split
    )


def _pairs(texts: list[str], mark: str) -> tuple[tuple[str, str], ...]:
    cut = [text.partition(mark) for text in texts]
    return tuple((first, second) for first, _, second in cut)
