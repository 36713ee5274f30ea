"""What the clock changes: holds and offers that run out, rules to roll out, the index to compare, old rows to forget."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import or_, select, text
from sqlalchemy.orm import selectinload

from portal import clock, db
from portal.models import Offer, OfferState, RecurrenceRule
from portal.services import (
    alerts,
    capacity,
    indexing,
    invitations,
    liked_news,
    notices,
    outbox,
    partners,
    sessions,
    shifts,
    sign_in_links,
    waiting,
)
from portal.services.signups import begin
from search.index import IndexUnavailable

log = logging.getLogger(__name__)

DIGEST_HOUR = 7  # in France: read with the coffee
# Pieces of the index beyond those of a fresh one: each costs every question most of a millisecond.
SPARE_PIECES = 8
TOLD_TOGETHER = 50  # people in one write transaction
ROLL_AGAIN = timedelta(weeks=25)  # rules are rolled out 26 weeks ahead, once a week


def settle_lines() -> int:
    """End holds and offers that ran out and offer what came free: one short transaction a shift."""
    with db.database().reading():
        due = waiting.shifts_to_settle()
    for shift_id in due:
        try:
            with db.database().writing() as session:
                waiting.settle(capacity.lock(shift_id))
                session.commit()
        except Exception:  # whatever is wrong with one shift, the lines of the others move on
            log.exception("line_not_settled", extra={"shift": shift_id})
    return len(due)


def roll_out_rules() -> int:
    """Add the dates that came within 26 weeks, offer by offer."""
    now = clock.now()
    wanted = (
        select(RecurrenceRule.id)
        .join(Offer)
        .where(
            Offer.state.in_((OfferState.LIVE, OfferState.PAUSED)),
            or_(
                RecurrenceRule.rolled_until.is_(None),
                RecurrenceRule.rolled_until < now + ROLL_AGAIN,
            ),
        )
    )
    with db.database().reading() as session:
        due = session.scalars(wanted).all()
    for rule_id in due:
        with db.database().writing() as session:
            rule = session.get_one(
                RecurrenceRule,
                rule_id,
                options=[selectinload(RecurrenceRule.offer).selectinload(Offer.shifts)],
            )
            if shifts.roll_out(rule.offer, rule, now):
                outbox.reindex(rule.offer_id)
            session.commit()
    return len(due)


def reconcile_index() -> int:
    """Compare index and database both ways, and ask for what differs: after a crash the index is right again by itself.

    One that cannot be read at all (missing, damaged, of an old schema) is made anew.
    """
    with db.database().reading():
        try:
            found = indexing.check()
        except IndexUnavailable as why:
            log.warning("index_is_rebuilt", extra={"why": str(why)})
            return indexing.rebuild()
    ids = [*found.missing, *found.outdated, *found.stray]
    if ids:
        with db.database().writing() as session:
            outbox.reindex_all(ids)
            session.commit()
    if indexing.tidy() > SPARE_PIECES:
        with db.database().reading():
            indexing.rebuild()
    return len(ids)


def plan_statements() -> None:
    """Let SQLite look at how its rows are spread; PostgreSQL does so by itself.

    Without it a page of twenty cards was found by reading all live offers: 15 ms of 100,000, and 0.5 by their numbers.
    """
    with db.database().writing() as session:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("PRAGMA analysis_limit=1000"))
            session.execute(text("ANALYZE"))
        session.commit()


def tell_liked_news() -> int:
    """Queue the week's news of what people like; read first, so that nobody who signs up waits for it."""
    with db.database().reading():
        news = liked_news.news()
    people, queued = sorted(news), 0
    for start in range(0, len(people), TOLD_TOGETHER):
        with db.database().writing() as session:
            for person_id in people[start : start + TOLD_TOGETHER]:
                queued += liked_news.tell(person_id, news[person_id])
            session.commit()
    return queued


def tell_alerts() -> int:
    """Queue the letters of the alerts whose morning has come; returns how many. Each searches outside its short transaction."""
    with db.database().reading():
        due = alerts.due()
    count = 0
    for alert_id, due_at in due:
        try:
            with db.database().reading():
                offers = alerts.news(alert_id)
            with db.database().writing() as session:
                count += alerts.tell(alert_id, due_at, offers)
                session.commit()
        except Exception:  # whatever is wrong with one search, the others are answered
            log.exception("alert_not_told", extra={"alert": alert_id})
    return count


def forget_friends() -> int:
    """Forget the addresses of invitations that could not leave within a day."""
    with db.database().writing() as session:
        count = invitations.forget_old()
        session.commit()
    return count


def forget() -> int:
    """Delete what served: rows of the outbox and what attempts had typed after 30 days, mailed links, dead
    sessions, alerts that nobody confirmed or that were stopped."""
    with db.database().writing() as session:
        count = outbox.forget_old() + begin.forget_attempts() + begin.forget_unproved()
        count += sign_in_links.forget_old() + sessions.forget_old() + alerts.forget_old()
        session.commit()
    return count


def tell_partners() -> int:
    """Once a week, what each feed refused, to its partner."""
    with db.database().writing() as session:
        count = partners.digests(clock.today())
        session.commit()
    return count


def tell_teams() -> int:
    """The digest of the day, from seven in the morning on, to the teams that do not want to hear at once."""
    if clock.now().astimezone(clock.PARIS).hour < DIGEST_HOUR:
        return 0
    with db.database().writing() as session:
        count = notices.digests(clock.today())
        session.commit()
    return count
