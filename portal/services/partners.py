"""Partners: whose feeds are whose, how a new one is proposed and let in, and who hears of its problems once a week."""

from __future__ import annotations

from datetime import date, timedelta

from slugify import slugify
from sqlalchemy import Select, func, or_, select

from portal import clock, db, permissions, tokens
from portal.errors import Conflict, FeedBusy, Forbidden, Invalid, NotFound
from portal.models import (
    Association,
    Feed,
    FeedRun,
    FeedState,
    Membership,
    Person,
    PersonState,
)
from portal.services import feed_countries, feed_turns, feeds, notices, outbox

MOST_WAITING = 5  # proposals of one person
PAGES = {"new", "digest"}  # addresses under /partners that are no feed's
WEEK = timedelta(days=7)


def of(person: Person) -> list[Feed]:
    """The feeds that this person owns, and those of their associations, by name."""
    teams = select(Membership.association_id).where(Membership.person_id == person.id)
    asked = select(Feed).where(or_(Feed.owner_id == person.id, Feed.association_id.in_(teams)))
    return list(db.session.scalars(asked.order_by(Feed.title, Feed.name)))


def everybodys() -> list[Feed]:
    """All feeds, for moderators."""
    return list(db.session.scalars(select(Feed).order_by(Feed.title, Feed.name)))


def waiting() -> list[Feed]:
    """Proposed feeds that wait for a moderator, oldest first."""
    return list(db.session.scalars(_waiting().order_by(Feed.proposed_at)))


def _waiting() -> Select[Feed]:
    return select(Feed).where(Feed.proposed_at.is_not(None))


def propose(
    person: Person,
    title: str,
    url: str,
    *,
    format: str = "",
    date_order: str = "dmy",
    country: str = "",
    zone: str = "",
    association: Association | None = None,
) -> Feed:
    """A feed that waits for a moderator: it is not fetched before one lets it in. Its name is made of its title.

    Raises Invalid for an address that is a feed here already (and like feed_countries.home), Conflict when this person has five waiting,
    Forbidden for an association that the person does not coordinate.
    """
    if association is not None and not permissions.may_edit(person, association):
        raise Forbidden
    if db.session.scalar(select(Feed.id).where(Feed.url == url, Feed.refusal == "")) is not None:
        raise Invalid("Ce flux est déjà repris ici.", field="url")
    mine = _waiting().where(Feed.owner_id == person.id).subquery()
    if (db.session.scalar(select(func.count()).select_from(mine)) or 0) >= MOST_WAITING:
        raise Conflict(
            "Vos flux proposés attendent encore une réponse. Revenez quand ils l’auront."
        )
    country, zone = feed_countries.home(country, zone)
    how = {"date_order": date_order, "country": country, "zone": zone}
    feed = feeds.add(_free_name(title), url, format, title=title, **how)
    feed.owner_id = person.id
    feed.association_id = association.id if association is not None else None
    feed.state, feed.proposed_at, feed.next_run_at = FeedState.PAUSED, clock.now(), None
    db.session.flush()
    return feed


def _free_name(title: str) -> str:
    start = slugify(title)[:60].strip("-") or "flux"
    taken = set(db.session.scalars(select(Feed.name).where(Feed.name.startswith(start)))) | PAGES
    return next(
        name for name in (start, *(f"{start}-{n}" for n in range(2, 10_000))) if name not in taken
    )


def approve(feed: Feed) -> None:
    """Let a proposed feed in: it is fetched at once, and its owner is told."""
    _require_waiting(feed)
    feed.proposed_at = None
    feeds.resume(feed)
    _tell(feed, "feed_approved")


def refuse(feed: Feed, reason: str) -> None:
    """Say no to a proposed feed; its owner reads why."""
    _require_waiting(feed)
    feed.proposed_at, feed.refusal = None, reason[:500] or "-"
    _tell(feed, "feed_refused")


def _require_waiting(feed: Feed) -> None:
    if feed.proposed_at is None:
        raise Conflict("Ce flux n’attend pas de réponse.")


def require_let_in(feed: Feed) -> None:
    """For what only a feed that was let in may do. Raises Conflict."""
    if feed.proposed_at is not None or feed.refusal:
        raise Conflict("Ce flux n’a pas été accepté : il n’est pas lu.")


def run_soon(feed: Feed) -> None:
    """Ask the worker to read it at its next look, which is in a moment. Raises Conflict when it may not be read now."""
    require_let_in(feed)
    if feed.state is FeedState.PAUSED:
        raise Conflict("Ce flux est en pause : reprenez-le d’abord.")
    if feed_turns.is_taken(feed):
        raise FeedBusy(name=feed.title or feed.name)
    if not feed.url:
        raise Conflict("Ce flux n’a pas d’adresse : il est importé à la main.")
    feed.next_run_at = clock.now()
    db.session.flush()


def _tell(feed: Feed, template: str) -> None:
    if feed.owner_id is not None:
        payload = {"template": template, "feed": feed.id, "person": feed.owner_id}
        outbox.add("mail", f"feed:{feed.id}:{template}", payload)
    db.session.flush()


def readers(feed: Feed) -> list[int]:
    """Who hears of the feed's week: its owner, else the coordinators of its association."""
    if feed.owner_id is not None:
        owner = db.session.get(Person, feed.owner_id)
        if owner is not None and owner.state is PersonState.ACTIVE and owner.email_verified_at:
            return [owner.id]
    return notices.coordinators(feed.association_id) if feed.association_id is not None else []


def digests(on: date) -> int:
    """One letter a week for each feed that refused something in it; returns how many were queued."""
    refused = select(FeedRun.feed_id).where(
        FeedRun.refused > 0, FeedRun.started_at > clock.now() - WEEK
    )
    asked = select(Feed).where(Feed.wants_digest.is_(True), Feed.id.in_(refused))
    year, week, _day = on.isocalendar()
    count = 0
    for feed in db.session.scalars(asked).all():
        for person_id in readers(feed):
            payload = {"template": "feed_digest", "feed": feed.id, "person": person_id}
            key = f"feed_digest:{feed.id}:{person_id}:{year}-{week}"
            count += outbox.add("mail", key, payload)
    return count


def digest_token(feed: Feed) -> str:
    """The token of the address that ends the weekly letter of this feed."""
    return tokens.sign("feed_digest", feed.id, _nonce(feed))


def of_token(given: str) -> Feed:
    """The feed of this token. Raises NotFound."""
    named = tokens.read("feed_digest", given)
    feed = db.session.get(Feed, named[0]) if named else None
    if named is None or feed is None or not tokens.same(_nonce(feed), named[1]):
        raise NotFound
    return feed


def _nonce(feed: Feed) -> str:
    """Another one when the feed has another owner: who lost it ends nobody's letters."""
    return tokens.keyed_hash("feed_digest", f"{feed.id}/{feed.owner_id}/{feed.association_id}")[:16]
