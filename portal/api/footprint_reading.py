"""What a client of the All for Good API asks, put into our own words.

Distances are miles, words are exact (all required, as they are but for case and accents), offsets begin at 1. A place
that cannot be found finds nothing, and says so; so does a question that asks for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from flask import current_app
from sqlalchemy import select

from portal import db
from portal.api import footprint_dates, footprint_where, footprint_words
from portal.api.footprint_question import Order, Question, Reading
from portal.models import Feed
from portal.services.finding import Asked
from portal.services.finding.given import this_minute
from search.query import Query, Sort

MOST, USUAL = 999, 10
KINDS = ("statewide", "nationwide", "self_directed", "micro")
# A sort -> the engine's, ours, and whether it falls when it does not say.
SORTS: dict[str, tuple[Sort | None, Order, bool]] = {
    "r": ("relevance", "score", True),
    "score": ("relevance", "score", True),
    "m": (None, "modified", True),
    "eventrangestart": ("date", "start", False),
    "eventrangeend": (None, "end", False),
    "geodist()": ("distance", "distance", False),
}


def read(given: Mapping[str, str], now: datetime) -> Question:
    """The question in our own words; at most five statements."""
    reading = Reading(Query(now=this_minute(now), exact=True))
    _page(reading, given)
    footprint_words.read(reading, given)
    footprint_where.read(reading, given)
    footprint_dates.read(reading, given, now)
    _provider(reading, given)
    _kind(reading, given)
    _campaign(reading, given)
    _sort(reading, given)
    asked = Asked(
        replace(reading.query, apart=given.get("merge", "").strip() == "0"),
        text=given.get("q", ""),
        notes=tuple(reading.notes),
        nowhere=reading.nowhere or not reading.asks,
    )
    return Question(
        asked,
        reading.further,
        is_full=_is_yes(given, "fulldesc"),
        may_be_kept=given.get("cache", "").strip() != "0",
    )


def _page(reading: Reading, given: Mapping[str, str]) -> None:
    limit = _whole(reading, given, "num", USUAL, MOST)
    start = _whole(reading, given, "start", 1, 10_000_000)
    reading.query = replace(reading.query, limit=limit, offset=start - 1)


def _whole(reading: Reading, given: Mapping[str, str], name: str, default: int, most: int) -> int:
    typed = given.get(name, "").strip()
    if not typed:
        return default
    is_number = typed.isascii() and typed.isdigit()
    if is_number and 1 <= int(typed[:12]) <= most:
        return int(typed[:12])
    used = most if is_number and int(typed[:12]) > most else default
    reading.note(
        "%(name)s est un nombre de 1 à %(most)s : nous avons pris %(used)s.",
        name=name,
        most=most,
        used=used,
    )
    return used


def _provider(reading: Reading, given: Mapping[str, str]) -> None:
    """A feed by its name; the portal's own name means what was written here."""
    typed = (given.get("vol_provider") or given.get("source") or "").strip()
    if not typed:
        return
    reading.asks = True
    found = None
    if typed.isprintable():
        name = typed[:80].lower()
        found = db.session.scalar(select(Feed.id).where(Feed.name == name))
    if found is None and typed.casefold() == current_app.config["SITE_NAME"].casefold():
        reading.further = replace(reading.further, own=True)
    elif found is None:
        reading.nowhere = True
        reading.note("Aucun partenaire ne se nomme « %(name)s ».", name=typed[:80])
    reading.query = replace(reading.query, feed_id=found)


def _kind(reading: Reading, given: Mapping[str, str]) -> None:
    kind = given.get("type", "").strip().lower().replace("-", "_")
    if kind == "virtual" or _is_yes(given, "virtual"):
        reading.asks = True
        # Remote offers lie nowhere: with a place as well, they are still found from everywhere.
        reading.query = replace(reading.query, remote="only", circle=None)
    if kind in KINDS:
        reading.asks = True
        reading.further = replace(reading.further, kind=kind)
    elif kind not in ("", "all", "virtual"):
        reading.note("type « %(kind)s » est inconnu : il est laissé de côté.", kind=kind[:40])


def _campaign(reading: Reading, given: Mapping[str, str]) -> None:
    typed = given.get("campaign_id", "").strip()
    if typed:
        reading.asks = True
        reading.query = replace(reading.query, campaign=typed[:80])


def _sort(reading: Reading, given: Mapping[str, str]) -> None:
    """An order that the engine has is the engine's; what it lacks is worked out afterwards."""
    typed = given.get("sort", "").strip().lower()
    if not typed:
        return
    name, *rest = typed.split()
    if name not in SORTS or rest not in ([], ["asc"], ["desc"]):
        reading.note("sort « %(typed)s » est inconnu : par pertinence.", typed=typed[:40])
        return
    engine, order, usually_falls = SORTS[name]
    falls = rest == ["desc"] if rest else usually_falls
    if engine is not None and falls == usually_falls:
        reading.query = replace(reading.query, sort=engine)
    else:
        reading.further = replace(reading.further, order=order, falls=falls)


def _is_yes(given: Mapping[str, str], name: str) -> bool:
    return given.get(name, "").strip().lower() in ("1", "true", "yes")
