"""What a partner sees of a feed: its runs, what each changed, its problems by reason, its quality, its offers' figures. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload, selectinload

from portal import clock, db
from portal.models import (
    Feed,
    FeedProblem,
    FeedRun,
    FeedState,
    History,
    Link,
    Location,
    Offer,
    OfferDay,
    OfferState,
    RunOutcome,
    Shift,
    Signup,
)
from portal.models.signup import OVER
from portal.services import feed_checks, feed_turns, indexing, links
from portal.services.feed_checks import SHOWN, Group

RUNS_SHOWN = 30
CURVE_DAYS = 90
PAGE = 50
CHANGES_SHOWN = 100
FRESH = timedelta(days=90)
LONG_ENOUGH = 80  # characters of a description that says something
WITHDRAWN = "feed_withdrawn"
UPDATED = "feed_updated"


@dataclass(frozen=True)
class Moment:
    """A point of the curve: how many offers were live when a run ended."""

    at: datetime
    live: int


@dataclass(frozen=True)
class Progress:
    """Where a reading of the feed stands: `waiting` for a reader, `fetching`, `reading` so many records, or "" for none."""

    step: str = ""
    records: int = 0


@dataclass(frozen=True)
class Changes:
    """What one run did to offers: the first hundred of each kind, and how many in all (they are the run's own counts)."""

    created: list[Offer]
    updated: list[tuple[Offer, list[str]]]
    withdrawn: list[Offer]


@dataclass(frozen=True)
class Quality:
    """Of a feed's live offers, how many are fresh (changed within 90 days), complete (place or remote, theme, a description that
    says something, and a way to sign up), doubled (another offer of the feed is the same need), and have a dead link."""

    live: int
    fresh: int
    complete: int
    doubled: int
    dead: int


@dataclass(frozen=True)
class Row:
    """An offer of the feed with what became of it. `signups` counts people, those who cancelled left out."""

    offer: Offer
    views: int
    click_outs: int
    signups: int


def runs(feed: Feed, limit: int = RUNS_SHOWN) -> list[FeedRun]:
    """The last runs, newest first."""
    asked = select(FeedRun).where(FeedRun.feed_id == feed.id)
    return list(db.session.scalars(asked.order_by(FeedRun.id.desc()).limit(limit)))


def curve(feed: Feed) -> list[Moment]:
    """Live offers at the end of each run of the last 90 days, oldest first; runs that never ended say nothing."""
    rows = db.session.execute(
        select(FeedRun.started_at, FeedRun.live)
        .where(
            FeedRun.feed_id == feed.id,
            FeedRun.started_at > clock.now() - timedelta(days=CURVE_DAYS),
            FeedRun.outcome != RunOutcome.RUNNING,
            FeedRun.finished_at.is_not(None),
        )
        .order_by(FeedRun.id)
    )
    return [Moment(at, live) for at, live in rows]


def progress(feed: Feed) -> Progress:
    """Is the feed read now, or about to be? Without a turn, a run that says "running" was cut short, and is not waited for."""
    last = next(iter(runs(feed, 1)), None)
    if last is not None and last.outcome is RunOutcome.RUNNING and feed_turns.is_taken(feed):
        return Progress("reading" if last.bytes or last.records else "fetching", last.records)
    is_asked = feed.next_run_at is not None and feed.next_run_at <= clock.now()
    return Progress(
        "waiting" if feed.url and feed.state is not FeedState.PAUSED and is_asked else ""
    )


def last_read(feed: Feed) -> FeedRun | None:
    """The last run that read a file: its problems are the ones to correct now, also when nothing came since."""
    was_read = FeedRun.outcome.in_((RunOutcome.DONE, RunOutcome.SUSPECT)) | FeedRun.problems.any()
    return _newest(feed, was_read)


def failed(feed: Feed) -> FeedRun | None:
    """The last run that ended, when it failed: a newer one, be it that nothing had changed, makes it the past."""
    last = _newest(feed, FeedRun.outcome != RunOutcome.RUNNING)
    return last if last is not None and last.outcome is RunOutcome.FAILED else None


def _newest(feed: Feed, condition: ColumnElement[bool]) -> FeedRun | None:
    asked = select(FeedRun).where(FeedRun.feed_id == feed.id, condition)
    return db.session.scalar(asked.order_by(FeedRun.id.desc()).limit(1))


def groups(run: FeedRun) -> list[Group[FeedProblem]]:
    """The problems of a run by reason, refusals first, each with its first lines."""
    found = []
    rows = db.session.execute(
        select(FeedProblem.severity, FeedProblem.code, func.count())
        .where(FeedProblem.run_id == run.id)
        .group_by(FeedProblem.severity, FeedProblem.code)
    ).all()
    for severity, code, count in rows:
        asked = _problems(run, code, severity.value).limit(SHOWN)
        found.append(Group(code, severity.value, count, list(db.session.scalars(asked))))
    return feed_checks.in_order(found)


def problems(run: FeedRun, code: str = "", page: int = 1) -> tuple[list[FeedProblem], int]:
    """One page of a run's problems (of one reason when `code` names it), and how many there are."""
    asked = _problems(run, code)
    total = db.session.scalar(select(func.count()).select_from(asked.order_by(None).subquery()))
    rows = db.session.scalars(asked.limit(PAGE).offset((page - 1) * PAGE))
    return list(rows), total or 0


def every_problem(run: FeedRun) -> list[FeedProblem]:
    """All that was kept of a run's problems, for the download."""
    return list(db.session.scalars(_problems(run)))


def _problems(run: FeedRun, code: str = "", severity: str = "") -> Select[FeedProblem]:
    asked = select(FeedProblem).where(FeedProblem.run_id == run.id).order_by(FeedProblem.id)
    if code:
        asked = asked.where(FeedProblem.code == code)
    return asked.where(FeedProblem.severity == severity) if severity else asked


def changes(run: FeedRun) -> Changes:
    """What happened to the feed's offers from this run's start until the next one's: what was confirmed later belongs to it too."""
    until = db.session.scalar(
        select(func.min(FeedRun.started_at)).where(
            FeedRun.feed_id == run.feed_id, FeedRun.id > run.id
        )
    )
    born = [Offer.feed_id == run.feed_id, *_between(Offer.created_at, run.started_at, until)]
    created = select(Offer).where(*born).order_by(Offer.id).limit(CHANGES_SHOWN)
    return Changes(
        created=list(db.session.scalars(created)),
        updated=[
            (offer, list(details.get("fields", [])))
            for offer, details in _told(run, UPDATED, until)
        ],
        withdrawn=[offer for offer, _details in _told(run, WITHDRAWN, until)],
    )


def _told(
    run: FeedRun, verb: str, until: datetime | None
) -> list[tuple[Offer, dict[str, list[str]]]]:
    rows = db.session.execute(
        select(Offer, History.details)
        .join(History, History.subject_id == Offer.id)
        .where(
            History.subject == "offer",
            History.verb == verb,
            Offer.feed_id == run.feed_id,
            *_between(History.created_at, run.started_at, until),
        )
        .order_by(History.id)
        .limit(CHANGES_SHOWN)
    )
    return [(offer, details) for offer, details in rows]


def _between(
    column: InstrumentedAttribute[datetime], start: datetime, until: datetime | None
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [column >= start]
    return [*found, column < until] if until is not None else found


def quality(feed: Feed) -> Quality:
    """The five figures, each in one statement."""
    live = _live(feed)
    has_place = (
        select(Location.id).where(Location.offer_id == Offer.id, Location.lat.is_not(None)).exists()
    )
    complete = (
        or_(has_place, Offer.remote != "no"),
        func.length(Offer.description) >= LONG_ENOUGH,
        Offer.themes != [],
    )
    shared = (
        select(Offer.cluster_id)
        .where(*live)
        .group_by(Offer.cluster_id)
        .having(func.count() > 1)
        .scalar_subquery()
    )
    return Quality(
        live=_count(*live),
        fresh=_count(*live, Offer.updated_at > clock.now() - FRESH),
        complete=_count(*live, *complete),
        doubled=_count(*live, Offer.cluster_id.in_(shared)),
        dead=len(links.bad_of(feed)),
    )


def dead(feed: Feed) -> list[Link]:
    """The pages of its live offers that do not answer."""
    return links.bad_of(feed)


def _live(feed: Feed) -> tuple[ColumnElement[bool], ...]:
    """Its offers for which a volunteer can still do something: one that is over is not found, whatever its record says."""
    return Offer.feed_id == feed.id, Offer.state == OfferState.LIVE, *indexing.undone(clock.now())


def _count(*conditions: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(Offer).where(*conditions)) or 0


def offers(feed: Feed, page: int = 1) -> tuple[list[Row], int]:
    """One page of the feed's live offers, the most viewed first, with views, click-outs and people signed up; and the total."""
    live = _live(feed)
    views = (
        select(OfferDay.offer_id, func.sum(OfferDay.count).label("views"))
        .where(OfferDay.verb == "view")
        .group_by(OfferDay.offer_id)
        .subquery()
    )
    asked = (
        select(Offer)
        .outerjoin(views, views.c.offer_id == Offer.id)
        .where(*live)
        .order_by(func.coalesce(views.c.views, 0).desc(), Offer.id)
        .options(joinedload(Offer.association), selectinload(Offer.shifts))
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    found = list(db.session.scalars(asked))
    ids = [offer.id for offer in found]
    days = db.session.execute(
        select(OfferDay.offer_id, OfferDay.verb, func.sum(OfferDay.count))
        .where(OfferDay.offer_id.in_(ids), OfferDay.verb.in_(("view", "click_out")))
        .group_by(OfferDay.offer_id, OfferDay.verb)
    )
    counted = {(ident, verb): int(count) for ident, verb, count in days}
    people = db.session.execute(
        select(Shift.offer_id, func.sum(Signup.party))
        .join(Signup, Signup.shift_id == Shift.id)
        .where(Shift.offer_id.in_(ids), Signup.state.not_in(OVER))
        .group_by(Shift.offer_id)
    )
    coming = {ident: int(count) for ident, count in people}
    rows = [
        Row(
            offer,
            counted.get((offer.id, "view"), 0),
            counted.get((offer.id, "click_out"), 0),
            coming.get(offer.id, 0),
        )
        for offer in found
    ]
    return rows, _count(*live)
