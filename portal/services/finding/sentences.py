"""What a sentence says besides its words: a time ("ce week-end"), a place at its end ("à Lyon"), or "près de moi".

Nothing here decides anything: what is read becomes a way out that a person may take, never a filter by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

from portal.services import places

_DAYS = (
    ("lundi", "monday"),
    ("mardi", "tuesday"),
    ("mercredi", "wednesday"),
    ("jeudi", "thursday"),
    ("vendredi", "friday"),
    ("samedi", "saturday"),
    ("dimanche", "sunday"),
)
_WEEKDAY = {name: number for number, names in enumerate(_DAYS) for name in names}
# An accent is any letter: half of those who type leave it out.
_HOUR = r"(?: (?P<part>matin|midi|apr\ws[- ]midi|soir|morning|afternoon|evening|night))?"
# The hour at which a part of a day is over; the evening ends with its day.
_OVER_AT = (("matin", 12), ("morning", 12), ("midi", 14), ("apr", 18), ("afternoon", 18))


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'’-])(?:{pattern})(?![\w'’-])", re.IGNORECASE)


_NAMED = (
    (_whole(r"(?:(?:ce|le|this|the|pour le|on the) )?week[- ]?ends?"), "weekend"),
    (_whole(r"aujourd\W?hui|ce (?:soir|matin|midi)|cet apr\ws[- ]midi"), "today"),
    (_whole(r"today|tonight|this (?:morning|afternoon|evening)"), "today"),
    (_whole(r"cette semaine(?:[- ]ci)?|this week"), "week"),
    (_whole(r"ce mois(?:[- ]ci)?|this month"), "month"),
)
_TOMORROW = _whole(rf"(?:demain|tomorrow){_HOUR}")
_ON = _whole(
    rf"(?:(?:le|ce|on|this|(?P<next>next)) )?(?P<day>{'|'.join(_WEEKDAY)})s?(?P<prochain> prochains?)?{_HOUR}"
)
_NEAR = _whole(
    r"(?:tout )?(?:pr\ws|proche|autour|non loin|[\u00e0a] c\wt\w) de (?:chez )?moi|[\u00e0a] proximit\w|"
    r"dans mon quartier|near ?by|(?:near|around|close to) me"
)


def says_near(text: str) -> bool:
    """Whether it asks for what is near; only the browser knows where that is."""
    return _NEAR.search(text) is not None


def read(
    text: str, now: datetime, ending: Callable[[str], tuple[str, str] | None] = places.at_the_end
) -> tuple[str, dict[str, str]]:
    """The text without what says when and where, and the parameters of a search that say it instead.

    `now` is the time of Paris; a weekday is the next one, which may be today until what is named of it is over. One
    statement, for the place.
    """
    today = now.date()
    filters: dict[str, str] = {}
    rest = _NEAR.sub(" ", text)
    for shape, name in _NAMED:
        rest, times = shape.subn(" ", rest)
        if times:
            filters = {"when": name}
    if found := _ON.search(rest):
        ahead = (_WEEKDAY[found["day"].lower()] - today.weekday()) % 7
        if ahead == 0 and (found["next"] or found["prochain"] or _is_over(found["part"], now)):
            ahead = 7
        rest, filters = _without(rest, found), _on(today + timedelta(days=ahead))
    elif found := _TOMORROW.search(rest):
        rest, filters = _without(rest, found), _on(today + timedelta(days=1))
    rest = " ".join(rest.split())
    if place := ending(rest):
        rest, filters["place"] = place
    return rest, filters


def _is_over(part: str | None, now: datetime) -> bool:
    """Whether this part of today ("matin") is gone by; the whole day, or its evening, never is."""
    named = (part or "").lower()
    return any(named.startswith(name) and now.hour >= hour for name, hour in _OVER_AT)


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"


def _on(day: date) -> dict[str, str]:
    return {"from": day.isoformat(), "to": day.isoformat()}
