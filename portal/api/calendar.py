"""Shifts as calendars: every search, and every offer. One event a shift, the same UID for ever, SEQUENCE when moved."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app
from flask_babel import gettext

from portal import permissions
from portal.api import presenters
from portal.api.access import open_to_pages, public
from portal.errors import NotFound
from portal.formats.text import plain
from portal.formatting import number, where
from portal.models import OfferState, Shift, ShiftState
from portal.services import finding
from portal.services.finding import Card

if TYPE_CHECKING:
    from icalendar import Event

data = Blueprint("api_calendar", __name__)
data.after_request(open_to_pages)
IN_A_CALENDAR = 100
# Dates of a search: about a megabyte, which calendars still take, in less than a second. All those of 100 offers may be 20,000:
# ten megabytes, and seven seconds of a processor.
MOST_DATES = 2_000
GONE = (OfferState.WITHDRAWN, OfferState.CLOSED)


@data.get("/search.ics")
@public
def search() -> Response:
    """The dated shifts of the search: all of them, or the next ones, with a word that there are more."""
    found = finding.find(presenters.asked(IN_A_CALENDAR))
    cards = presenters.cards(found, finding.MOST_SHIFTS)
    return _calendar(cards, presenters.title(found), _cut(cards))


@data.get("/offers/<int:ident>.ics")
@data.get("/offers/<int:ident>-<slug>.ics")
@public
def offer(ident: int, slug: str = "") -> Response:
    """The dated shifts of one offer, those ahead that were cancelled too: who subscribed is told so."""
    card = finding.one(ident, most_shifts=finding.MOST_SHIFTS)
    if card is None or not permissions.is_public(card.offer):
        raise NotFound
    card.shifts += finding.cancelled(ident)
    return _calendar([card], card.offer.title)


def _cut(cards: list[Card]) -> str:
    """Leave the next dates of all cards together, and say how many there were; "" when they were not too many."""
    dates = [(s.starts_at, s.id) for card in cards for s in card.shifts if s.starts_at is not None]
    if len(dates) <= MOST_DATES:
        return ""
    kept = {ident for _at, ident in heapq.nsmallest(MOST_DATES, dates)}
    for card in cards:
        card.shifts = [shift for shift in card.shifts if shift.id in kept]
    return gettext(
        "Les %(kept)s prochaines dates sur %(count)s. Précisez la recherche pour les avoir toutes.",
        kept=number(MOST_DATES),
        count=number(len(dates)),
    )


def _calendar(cards: list[Card], name: str, note: str = "") -> Response:
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", f"-//{current_app.config['SITE_NAME']}//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    if note:
        calendar.add("x-wr-caldesc", note)
    for card in cards:
        for shift in card.shifts:
            if shift.starts_at is not None:
                calendar.add_component(_event(card, shift))
    calendar.add_missing_timezones()
    response = Response(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="relais.ics"'
    return response


def _event(card: Card, shift: Shift) -> Event:
    from icalendar import Event

    assert shift.starts_at is not None, "only dated shifts are events"  # noqa: S101
    zone = ZoneInfo(shift.zone)
    host = urlsplit(current_app.config["BASE_URL"]).hostname
    event = Event()
    event.add("uid", f"shift-{shift.id}@{host}")
    event.add("dtstamp", card.offer.updated_at)
    is_off = card.offer.state in GONE or shift.state is ShiftState.CANCELLED
    # The version goes up with every change of the offer, its withdrawal and its return among them.
    event.add("sequence", shift.sequence + card.offer.version)
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    event.add("dtstart", shift.starts_at.astimezone(zone))
    if shift.ends_at is not None:
        event.add("dtend", shift.ends_at.astimezone(zone))
    event.add("summary", card.offer.title)
    event.add("description", card.offer.summary or plain(card.offer.description)[:500])
    event.add("url", presenters.page_of(card))
    if card.location is not None:
        event.add("location", where(card.location))
    return event
