"""Where one record of a feed is: for the partner who looks for it by its id, or by words of its title. Reads only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from slugify import slugify
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from portal import clock, db
from portal.formats.item import normal_id
from portal.models import (
    AssociationState,
    Feed,
    FeedProblem,
    FeedRun,
    Offer,
    OfferState,
    ProblemSeverity,
)
from portal.services import feed_answers, feed_reports, feed_runs, indexing

SHOWN = 20  # records of one answer
MOST_PROBLEMS = 200  # of all of them


@dataclass
class Record:
    """One record of the feed, and what became of it. `where` is a word: `live`, `unconfirmed` (hidden with its whole feed), `over`
    (nothing of it is ahead), `held` (until the question of a suspect run is answered), `waiting` or `hidden` (moderation), `stopped`
    (by the association that took it over), `withdrawn` (at the offer's `updated_at`), `refused` (no offer was ever made of it)."""

    external_id: str
    where: str
    offer: Offer | None = None
    twin: Offer | None = None  # another partner's that can be found, on the same card
    is_missing: bool = False  # the last run did not have it, and a person is asked about that
    problems: list[FeedProblem] = field(default_factory=list)  # of the last run that read the feed
    told_at: datetime | None = None  # refused by an older run: its problems are of then

    @property
    def is_refused(self) -> bool:
        """Was its newest version refused?"""
        return any(one.severity is ProblemSeverity.REFUSED for one in self.problems)


@dataclass(frozen=True)
class Answer:
    """The records that were found, twenty at most. Where the last `run` refused records of which no id was read (`nameless`), or had
    more problems than are kept (`is_cut`), the one that is looked for may be among those."""

    run: FeedRun | None
    records: list[Record]
    has_more: bool
    nameless: int
    is_cut: bool


def look_up(feed: Feed, typed: str) -> Answer:
    """The record of that id alone when there is one, else those with these words in their id or title."""
    ident, run = normal_id(typed), feed_reports.last_read(feed)
    records = _records(feed, run, [ident]) or _refused_before(feed, ident)
    found: list[str] = []
    if not records:
        found = _idents(feed, run, ident)
        records = _records(feed, run, found[:SHOWN])
    _mark(feed, records)
    return Answer(
        run,
        records,
        has_more=len(found) > SHOWN,
        nameless=_count(run, FeedProblem.external_id == "", _REFUSED),
        is_cut=_count(run) >= feed_runs.STORED_PROBLEMS,
    )


_REFUSED = FeedProblem.severity == ProblemSeverity.REFUSED


def _records(feed: Feed, run: FeedRun | None, idents: list[str]) -> list[Record]:
    """The records of these ids that left an offer, or a problem of this run."""
    asked = select(Offer).where(Offer.feed_id == feed.id, Offer.external_id.in_(idents))
    loaded = asked.options(joinedload(Offer.association), selectinload(Offer.shifts))
    found = {
        str(offer.external_id): Record(str(offer.external_id), _where(feed, offer), offer)
        for offer in db.session.scalars(loaded)
    }
    told = select(FeedProblem).where(*_of(run), FeedProblem.external_id.in_(idents))
    for one in db.session.scalars(told.order_by(FeedProblem.id).limit(MOST_PROBLEMS)):
        refused = Record(one.external_id, "refused")
        found.setdefault(one.external_id, refused).problems.append(one)
    return [found[ident] for ident in idents if ident in found]


def _idents(feed: Feed, run: FeedRun | None, typed: str) -> list[str]:
    """The ids of the records that have this in their id or title, or that were refused for a value that has it."""
    # A copy that a renumbering retired has no id any more: it is no record of the feed.
    theirs = (Offer.feed_id == feed.id, Offer.external_id.is_not(None))
    of_offers = select(Offer.external_id).where(*theirs, _offer_has(typed))
    of_problems = (
        select(FeedProblem.external_id)
        .where(*_of(run), FeedProblem.external_id != "", _problem_has(typed))
        .group_by(FeedProblem.external_id)
        .order_by(func.min(FeedProblem.id))
    )
    asked = (of_offers.order_by(Offer.id), of_problems)
    found = [str(one) for each in asked for one in db.session.scalars(each.limit(SHOWN + 1))]
    return list(dict.fromkeys(found))


def _of(run: FeedRun | None) -> tuple[ColumnElement[bool], ...]:
    return (FeedProblem.run_id == (run.id if run is not None else 0),)


def _count(run: FeedRun | None, *conditions: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).where(*_of(run), *conditions)) or 0


def _offer_has(ident: str) -> ColumnElement[bool]:
    """The text in the id, or its words in the title, in any order: a slug is a title without its accents."""
    words = slugify(ident).split("-") if slugify(ident) else []
    has_id = Offer.external_id.icontains(ident, autoescape=True)
    if not words:
        return has_id
    return or_(has_id, and_(*(Offer.slug.contains(word) for word in words)))


def _problem_has(ident: str) -> ColumnElement[bool]:
    """The text in the id; of a record that was refused, also in the value that was wrong."""
    has_value = and_(_REFUSED, FeedProblem.value.icontains(ident, autoescape=True))
    return or_(FeedProblem.external_id.icontains(ident, autoescape=True), has_value)


def _where(feed: Feed, offer: Offer) -> str:
    match offer.state:
        case OfferState.LIVE if offer.association.state is not AssociationState.ACTIVE:
            return "hidden"
        case OfferState.LIVE if offer.is_over(clock.now()):
            return "over"
        case OfferState.LIVE:
            return "unconfirmed" if feed.hidden_at else "live"
        case OfferState.PENDING:
            return "held" if offer.is_held else "waiting"
        case OfferState.HIDDEN | OfferState.REFUSED:
            return "hidden"
        case OfferState.WITHDRAWN:
            return "withdrawn"
        case _:
            return "stopped"


def _mark(feed: Feed, records: list[Record]) -> None:
    """What other rows say of these offers: a twin of another partner, and the question that is asked about them."""
    asked = feed_answers.asked(feed)
    missing = set(asked.pending.get("missing", [])) if asked else set()
    clusters = [one.offer.cluster_id for one in records if one.offer and one.where == "live"]
    others = (
        indexing.findable(clock.now())
        .where(Offer.cluster_id.in_(clusters), Offer.feed_id.is_distinct_from(feed.id))
        .options(joinedload(Offer.feed))
        .order_by(Offer.id.desc())
    )
    twins = {twin.cluster_id: twin for twin in db.session.scalars(others)} if clusters else {}
    for one in records:
        if one.offer is not None:
            one.is_missing = one.offer.id in missing
            one.twin = twins.get(one.offer.cluster_id) if one.where == "live" else None


def _refused_before(feed: Feed, ident: str) -> list[Record]:
    """The last run said nothing of it; the newest of the runs that are shown which refused it did."""
    runs = [run.id for run in feed_reports.runs(feed)]
    theirs = (FeedProblem.run_id.in_(runs), FeedProblem.external_id == ident, _REFUSED)
    newest = select(FeedProblem).where(*theirs).order_by(FeedProblem.id.desc()).limit(1)
    told = db.session.scalar(newest.options(joinedload(FeedProblem.run)))
    if told is None:
        return []
    return [Record(ident, "refused", problems=[told], told_at=told.run.started_at)]
