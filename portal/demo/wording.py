"""From the sentences of an activity to the text of one offer: two to four of them, in an order that makes sense."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import chain, count

from portal.demo.activities import Activity, Sentence, Wording, typeset
from portal.demo.dice import Dice
from portal.demo.people import a_host
from portal.demo.timetable import FRENCH_DAYS, Clock
from portal.demo.towns import Town
from portal.demo.words import QUARTERS

# What a text may call a time of day -> from when to when, in minutes after midnight.
_TIMES = {
    "matin": (0, 720),
    "matinée": (0, 720),
    "après-midi": (720, 1050),
    "soir": (1000, 1440),
    "nuit": (1050, 1440),
}
_WORD = re.compile(r"[a-zà-ÿœ-]+")
_WELCOME = {
    "fr": (
        "{name}, {role}, vous accueille sur place et vous présente l’équipe.",
        "Demandez {name}, {role} : on vous attend.",
        "{name}, {role}, sera là dès votre arrivée.",
        "C’est {name}, {role}, qui vous montre tout le premier jour.",
        "{name} ({role}) vous écrit la veille et vous retrouve à l’entrée.",
    ),
    "en": (
        "{name} meets you at the door and introduces you to the team.",
        "Ask for {name}, who runs the team and speaks English.",
    ),
}
_WELCOME_AFAR = {
    "fr": (
        "{name}, {role}, vous appelle avant de commencer.",
        "{name}, {role}, vous ouvre l’accès et répond à vos questions.",
    ),
    "en": ("{name} calls you before you start, and answers your questions after.",),
}


@dataclass(frozen=True, slots=True)
class Text:
    """What an offer says."""

    title: str
    summary: str
    description_html: str
    bring: str
    welcome: str
    language: str


def write(
    dice: Dice,
    activity: Activity,
    town: Town,
    language: str,
    hours: Clock | None,
    taken: set[str],
    told: set[int],
) -> Text:
    """The text of one offer that happens at `hours`.

    Its title is none of those `taken`, and is added to them; its description is none of those `told` (by their hash),
    unless five tries give nothing new.
    """
    words = activity.english if language == "en" and activity.english else activity.french
    title = free_title(dice, [t for t in words.titles if suits(t, hours)] or words.titles, taken)
    first, second = _paragraphs(dice, words, title, hours, town)
    for _ in range(5):
        if hash((*first, *second)) not in told:
            break
        first, second = _paragraphs(dice, words, title, hours, town)
    told.add(hash((*first, *second)))
    welcome = _WELCOME_AFAR if activity.remote == "full" else _WELCOME
    name, role = a_host(dice, activity.hosts)
    return Text(
        title=title,
        summary=first[-1] if len(first[-1]) <= 160 else first[0],
        description_html="".join(
            f"<p>{escape(' '.join(part), quote=False)}</p>" for part in (first, second) if part
        ),
        bring=dice.pick(_fit(words.bring, title, None) or [Sentence("")]).text,
        welcome=typeset(dice.pick(welcome[language]).format(name=name, role=role)),
        language=language,
    )


def suits(text: str, hours: Clock | None) -> bool:
    """Does a text that names a day or a time of day go with these hours? An undated offer names none in its title."""
    days, times = _said(text)
    if hours is None:
        return not days and not times
    if days and not days & hours.weekdays:
        return False
    return all(low <= hours.start < high for low, high in times)


@cache
def _said(text: str) -> tuple[frozenset[int], tuple[tuple[int, int], ...]]:
    """The weekdays and the times of day that a text names."""
    said = set(_WORD.findall(text.lower()))
    days = frozenset(n for n, day in enumerate(FRENCH_DAYS) if said & {day, f"{day}s"})
    return days, tuple(span for part, span in _TIMES.items() if said & {part, f"{part}s"})


def free_title(dice: Dice, titles: Sequence[str], taken: set[str]) -> str:
    """A title that this association has not used: plain at first, then with the quarter or the team in brackets."""
    for title in dice.several(titles, len(titles)):
        if title not in taken:
            taken.add(title)
            return title
    title, start = dice.pick(titles), dice.below(len(QUARTERS))
    longer = (f"{title} ({QUARTERS[(start + n) % len(QUARTERS)]})" for n in range(len(QUARTERS)))
    numbered = (f"{title} (équipe {n})" for n in count(2))
    free = next(each for each in chain(longer, numbered) if each not in taken)
    taken.add(free)
    return free


def _paragraphs(
    dice: Dice, words: Wording, title: str, hours: Clock | None, town: Town
) -> tuple[list[str], list[str]]:
    why, what, how = (_fit(part, title, hours) for part in (words.why, words.what, words.how))
    first = [dice.pick(why)] if why and dice.chance(82) else []
    what = what or _fit(words.what, title, None)
    first += dice.several(what, 2 if dice.chance(25) or not first else 1)
    second = dice.several(how, 2 if dice.chance(20) and len(first) < 3 else 1)
    fill = {"at": town.at, "of": town.of, "town": town.city}
    return [s.text.format(**fill) for s in first], [s.text.format(**fill) for s in second]


def _fit(sentences: tuple[Sentence, ...], title: str, hours: Clock | None) -> list[Sentence]:
    return [
        each
        for each in sentences
        if each.suits(title) and (hours is None or suits(each.text, hours))
    ]
