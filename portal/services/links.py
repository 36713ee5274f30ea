"""Dead links: do the partners' own pages of offers answer? Found here before a volunteer meets them, shown to the partner.

Checked politely: what robots.txt says, HEAD before GET, one host after the other with a pause between two questions, once a
week, once a day while it is bad. The network is asked outside of any transaction; `note` writes what was found.
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload

from portal import clock, db, tokens
from portal.fetch import ROBOT, AddressRefused, BadAnswer, FetchError, fetch, probe
from portal.models import Feed, Link, LinkState, Offer, OfferState

WEEK, DAY = timedelta(days=7), timedelta(days=1)
SPREAD = 0.2  # of the interval, so that what was read together is not checked together for ever
MAX_SECONDS = 15.0
MAX_ROBOTS_BYTES = 500 * 1024
A_HOST = 30  # addresses of one host in one turn: the others want theirs
LONGEST_PAUSE = 10.0  # seconds that a robots.txt may ask for between two questions
# What a server says to whom it does not want or not now: its page may be well.
NOT_FOR_US = frozenset({401, 403, 407, 429, 451, 503})


@dataclass(frozen=True)
class Wish:
    """An address to check, of one offer."""

    offer_id: int
    url: str

    @property
    def host(self) -> str:
        return host_of(self.url)


@dataclass(frozen=True)
class Verdict:
    """What a check found; `why` is a status, or the code of a FetchError."""

    state: LinkState
    why: str = ""


def host_of(url: str) -> str:
    """The host and port of an address, "" when it has none."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""


def due(limit: int) -> list[list[Wish]]:
    """What is to be checked now, host by host: never checked, another address than before, or its time has come."""
    now = clock.now()
    rows = db.session.execute(
        select(Offer.id, Offer.detail_url)
        .outerjoin(Link, Link.offer_id == Offer.id)
        .where(
            Offer.state == OfferState.LIVE,
            Offer.detail_url != "",
            or_(Link.offer_id.is_(None), Link.due_at <= now, Link.url != Offer.detail_url),
        )
        .order_by(Link.due_at, Offer.id)
        .limit(limit)
    )
    wishes = sorted((Wish(ident, url) for ident, url in rows), key=lambda wish: wish.host)
    return [list(some)[:A_HOST] for _, some in itertools.groupby(wishes, lambda wish: wish.host)]


class Robots:
    """What one host's robots.txt allows. Without one everything is allowed; a server in trouble is left alone."""

    def __init__(self, url: str, *, allow_private: bool = False) -> None:
        parts = urlsplit(url)
        self._rules = RobotFileParser()
        try:
            with fetch(
                f"{parts.scheme}://{parts.netloc}/robots.txt",
                max_bytes=MAX_ROBOTS_BYTES,
                max_seconds=MAX_SECONDS,
                allow_private=allow_private,
            ) as found:
                self._rules.parse(found.file.read().decode("utf-8", "replace").splitlines())
        except BadAnswer as error:
            is_in_trouble = str(error.values.get("answer", "")).startswith("5")
            self._rules.parse(["User-agent: *", "Disallow: /"] if is_in_trouble else [])
        except FetchError:
            self._rules.parse([])  # the page itself will say what is wrong with the host

    def allow(self, url: str) -> bool:
        """May we look at this page?"""
        return self._rules.can_fetch(ROBOT, url)

    @property
    def pause(self) -> float:
        """Seconds to wait between two questions, as far as the host says so."""
        return min(float(self._rules.crawl_delay(ROBOT) or 0), LONGEST_PAUSE)


def check(url: str, robots: Robots, *, allow_private: bool = False) -> Verdict:
    """Ask for the page: HEAD, and GET when that did not please the server. Never raises for what is out there."""
    if not robots.allow(url):
        return Verdict(LinkState.CLOSED, "robots.txt")
    status, why = 0, ""
    for method in ("HEAD", "GET"):
        try:
            status = probe(url, method=method, max_seconds=MAX_SECONDS, allow_private=allow_private)
        except AddressRefused as error:
            return Verdict(LinkState.BAD, error.code)
        except FetchError as error:
            status, why = 0, error.code
        if 200 <= status < 300:
            return Verdict(LinkState.GOOD)
    if status in NOT_FOR_US:
        return Verdict(LinkState.CLOSED, str(status))
    return Verdict(LinkState.BAD, str(status) if status else why)


def note(wish: Wish, verdict: Verdict) -> None:
    """Keep what a check found; an offer that went meanwhile is passed over."""
    if db.session.get(Offer, wish.offer_id) is None:
        return
    now = clock.now()
    link = db.session.get(Link, wish.offer_id) or Link(offer_id=wish.offer_id)
    is_bad = verdict.state is LinkState.BAD
    link.url, link.state, link.why = wish.url, verdict.state, verdict.why[:200]
    link.checked_at = now
    link.bad_since = (link.bad_since or now) if is_bad else None
    interval = DAY if is_bad else WEEK
    link.due_at = now + interval - interval * SPREAD * tokens.fraction()
    db.session.add(link)
    db.session.flush()


def bad_of(feed: Feed) -> list[Link]:
    """The dead links of a feed's live offers, the longest dead first, each with its offer."""
    return list(
        db.session.scalars(
            select(Link)
            .join(Link.offer)
            .where(*_of(feed), Link.state == LinkState.BAD)
            .order_by(Link.bad_since, Link.offer_id)
            .options(joinedload(Link.offer))
        )
    )


def counts(feed: Feed) -> Counter[LinkState]:
    """How many links of a feed's live offers are good, bad, closed to us; what was not checked yet is in none."""
    rows = db.session.execute(
        select(Link.state, func.count()).join(Link.offer).where(*_of(feed)).group_by(Link.state)
    )
    found: Counter[LinkState] = Counter()
    for state, count in rows:
        found[state] = count
    return found


def _of(feed: Feed) -> tuple[ColumnElement[bool], ...]:
    return (
        Offer.feed_id == feed.id,
        Offer.state == OfferState.LIVE,
        Link.url == Offer.detail_url,
    )
