"""What a client of the All for Good API asks, put into our own words.

Distances are miles, words are exact (all required, as they are but for case and accents), offsets begin at 1. A place
that cannot be found finds nothing, and says so; so does a question that asks for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select

from portal import db, themes
from portal.clock import PARIS
from portal.models import Feed
from portal.models.place import PlaceKind
from portal.services import finding, places
from portal.services.finding import Asked, Note
from portal.services.finding.given import day, number
from portal.services.finding.when import midnight
from portal.services.places import PlaceMatch, areas
from search import words
from search.query import Circle, Query, Sort

KM_PER_MILE = 1.609344
MOST, USUAL = 999, 10
MILES = {PlaceKind.REGION: 50.0, PlaceKind.DEPARTEMENT: 10.0}
TOWN_MILES, COUNTRY_MILES = 5.0, 500.0
FARTHEST_MILES = 12_500.0  # half way around
FRANCE = (46.6, 2.45)
PERIODS = {
    "today": "today",
    "this_week": "week",
    "this_weekend": "weekend",
    "this_month": "month",
}
SORTS: dict[str, Sort] = {
    "r": "relevance",
    "score": "relevance",
    "m": "newest",
    "eventrangestart": "date",
    "eventrangeend": "date",
    "geodist()": "distance",
}
UNTOLD = ("statewide", "nationwide", "self_directed", "micro")  # kinds that no offer here is
_CATEGORY = re.compile(r'(?<!\S)category:("[^"]*"|[^\s()]+)', re.IGNORECASE)
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


@dataclass(slots=True)
class _Reading:
    """The query as it grows, and what there is to say about it."""

    query: Query
    notes: list[Note]
    asks: bool = False  # for anything at all
    nowhere: bool = False

    def note(self, sentence: str, **values: object) -> None:
        self.notes.append(Note(sentence, **values))


def read(given: Mapping[str, str], now: datetime) -> Asked:
    """The question in our own words; at most three statements."""
    empty = Query(now=int(now.timestamp()), exact=True)
    reading = _Reading(empty, [])
    _page(reading, given)
    _words(reading, given)
    _place(reading, given)
    _dates(reading, given, now)
    _provider(reading, given)
    _kind(reading, given)
    _sort(reading, given)
    return Asked(
        reading.query,
        text=given.get("q", ""),
        notes=tuple(reading.notes),
        nowhere=reading.nowhere or not reading.asks,
    )


def _page(reading: _Reading, given: Mapping[str, str]) -> None:
    limit = _whole(reading, given, "num", USUAL, MOST)
    start = _whole(reading, given, "start", 1, 10_000_000)
    reading.query = replace(reading.query, limit=limit, offset=start - 1)


def _whole(reading: _Reading, given: Mapping[str, str], name: str, default: int, most: int) -> int:
    typed = given.get(name, "").strip()
    if not typed:
        return default
    if typed.isascii() and typed.isdigit() and 1 <= int(typed[:12]) <= most:
        return int(typed)
    used = most if typed.isascii() and typed.isdigit() and int(typed[:12]) > most else default
    reading.note(
        "%(name)s est un nombre de 1 à %(most)s : nous avons pris %(used)s.",
        name=name,
        most=most,
        used=used,
    )
    return used


def _words(reading: _Reading, given: Mapping[str, str]) -> None:
    text = given.get("q", "")
    chosen: list[str] = []
    unknown: list[str] = []
    for typed in _CATEGORY.findall(text):
        found = themes.of_tag(typed.strip('"'))
        chosen += found
        unknown += [] if found else [typed]
    clauses = words.parse(" ".join([_CATEGORY.sub(" ", text), *unknown]), exact=True)
    reading.asks |= bool(clauses or chosen)
    reading.query = replace(reading.query, words=clauses, themes=tuple(dict.fromkeys(chosen)))


def _place(reading: _Reading, given: Mapping[str, str]) -> None:
    typed = given.get("vol_loc", "").strip()
    if not typed:
        return
    reading.asks = True
    if typed.lower() == "anywhere":
        return
    if typed.lower() == "virtual":
        reading.query = replace(reading.query, remote="only")
        return
    centre = _centre(typed)
    if centre is None:
        reading.nowhere = True
        reading.note("Nous ne connaissons pas de lieu nommé « %(place)s ».", place=typed[:80])
        return
    lat, lon, usual = centre
    circle = Circle(lat, lon, _miles(reading, given, usual) * KM_PER_MILE)
    reading.query = replace(reading.query, circle=circle, remote="no")


def _centre(typed: str) -> tuple[float, float, float] | None:
    """Where a text is, in degrees, and the usual distance around it in miles."""
    if areas.country(typed) == "FR":
        return (*FRANCE, COUNTRY_MILES)
    best: PlaceMatch | None = places.resolve(typed).best
    if best is None or best.lat is None or best.lon is None:
        return None
    return best.lat, best.lon, MILES.get(best.kind, TOWN_MILES)  # type: ignore[call-overload]


def _miles(reading: _Reading, given: Mapping[str, str], usual: float) -> float:
    typed = given.get("vol_dist", "").strip()
    if not typed:
        return usual
    miles = number(typed)
    if miles is not None and 0 < miles <= FARTHEST_MILES:
        return miles
    reading.note(
        "vol_dist est un nombre de miles plus grand que 0 : nous avons pris %(miles)s.", miles=usual
    )
    return usual


def _dates(reading: _Reading, given: Mapping[str, str], now: datetime) -> None:
    period = given.get("timeperiod", "").strip().lower()
    if period:
        name = PERIODS.get(period)
        if name:
            window = next(one for one in finding.windows(now) if one.name == name)
            reading.asks = True
            reading.query = replace(reading.query, start=window.start, end=window.end)
            return
        reading.note(
            "timeperiod « %(typed)s » est inconnu : il est laissé de côté.", typed=period[:40]
        )
    first, last = (
        _day(reading, given, "vol_startdate", now),
        _day(reading, given, "vol_enddate", now),
    )
    if first and last and first > last:
        first, last = last, first
        reading.note("Les deux dates étaient à l’envers : nous les avons échangées.")
    reading.asks |= bool(first or last)
    reading.query = replace(
        reading.query,
        start=midnight(first) if first else reading.query.start,
        end=midnight(last + timedelta(days=1)) if last else reading.query.end,
    )


def _day(reading: _Reading, given: Mapping[str, str], name: str, now: datetime) -> date | None:
    typed = given.get(name, "").strip()
    if not typed:
        return None
    if typed.lower() in ("today", "now"):
        return now.astimezone(PARIS).date()
    american = _AMERICAN.fullmatch(typed)
    found = day(f"{american[3]}-{american[1]}-{american[2]}" if american else typed)
    if found is None:
        reading.note(
            "%(name)s « %(typed)s » n’est pas une date (2026-11-28 ou 11/28/2026) : il est laissé de côté.",
            name=name,
            typed=typed[:40],
        )
    return found


def _provider(reading: _Reading, given: Mapping[str, str]) -> None:
    typed = (given.get("vol_provider") or given.get("source") or "").strip()
    if not typed:
        return
    reading.asks = True
    found = None
    if typed.isprintable():
        found = db.session.scalar(select(Feed.id).where(Feed.name == typed[:80]))
    if found is None:
        reading.nowhere = True
        reading.note("Aucun partenaire ne se nomme « %(name)s ».", name=typed[:80])
    reading.query = replace(reading.query, feed_id=found)


def _kind(reading: _Reading, given: Mapping[str, str]) -> None:
    kind = given.get("type", "").strip().lower()
    if kind == "virtual" or given.get("virtual", "").strip().lower() in ("1", "true"):
        reading.asks = True
        reading.query = replace(reading.query, remote="only")
    elif kind in UNTOLD:
        reading.nowhere = True
        reading.note("Aucune offre n’est de la sorte « %(kind)s » ici.", kind=kind)
    elif kind not in ("", "all"):
        reading.note("type « %(kind)s » est inconnu : il est laissé de côté.", kind=kind[:40])
    for name in ("vol_startdayofweek", "campaign_id"):
        if given.get(name):
            reading.note("%(name)s n’est pas encore pris en compte.", name=name)


def _sort(reading: _Reading, given: Mapping[str, str]) -> None:
    typed = given.get("sort", "").strip().lower()
    if not typed:
        return
    name, _space, direction = typed.partition(" ")
    chosen = SORTS.get(name)
    if (
        chosen is None
        or direction not in ("", "asc", "desc")
        or (name == "geodist()" and direction == "desc")
    ):
        reading.note("sort « %(typed)s » est inconnu : par pertinence.", typed=typed[:40])
        return
    reading.query = replace(reading.query, sort=chosen)
