"""A feed's own country and clock: by which its records are read where they name none. What a record says goes first."""

from __future__ import annotations

from portal import clock
from portal.errors import FeedBusy, Invalid
from portal.formats.zones import HOMES, clocks_of, main_clock
from portal.models import Feed
from portal.services import feed_turns

COUNTRY = HOMES[0]  # of a feed that nobody asked


def home(country: str = "", zone: str = "") -> tuple[str, str]:
    """The country (two letters, one of HOMES) and the zone (Olson name, one of the country's) that a feed's row keeps.

    "" is France, and the zone that most of the country keeps. Raises Invalid for another country, another country's zone,
    and no zone where the country has several of which none goes first.
    """
    country = country or COUNTRY
    if country not in HOMES:
        raise Invalid(
            "Ce pays n’est pas proposé. Choisissez parmi : %(countries)s.",
            field="country",
            countries=", ".join(HOMES),
        )
    clocks = clocks_of(country)
    if zone and zone not in clocks:
        raise Invalid(
            "Cette heure n’est pas celle de ce pays. Choisissez parmi : %(zones)s.",
            field="zone",
            zones=", ".join(clocks),
        )
    if not zone and not main_clock(country):
        raise Invalid(
            "Ce pays a plusieurs heures : choisissez celle du flux, parmi %(zones)s.",
            field="zone",
            zones=", ".join(clocks),
        )
    return country, zone or main_clock(country)


def chosen_zone(feed: Feed) -> str:
    """The zone that somebody chose for a feed; "" for that of its country, which another country changes with it."""
    return "" if feed.zone == main_clock(feed.country) else feed.zone


def change(feed: Feed, country: str, zone: str) -> None:
    """Give a feed another country and clock. The next run, which is soon when one is to come, reads the same file anew.

    Raises Invalid like `home`, and FeedBusy while a run reads it as it was: at its end it would take the file for known.
    """
    if feed_turns.is_taken(feed):
        raise FeedBusy(name=feed.title or feed.name)
    feed.country, feed.zone = home(country, zone)
    feed.etag = feed.last_modified = ""
    feed.next_run_at = feed.next_run_at and clock.now()
