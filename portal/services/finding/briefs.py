"""The offers behind the hits of an answer as the lists of pages tell them: what a card says, read as rows.

Two statements for a page, whatever is on it. As objects of the tables the same took a third of the page's time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, Select, bindparam, func, select, union_all

from portal import clock, db
from portal.models import (
    Association,
    AssociationState,
    Feed,
    Like,
    Location,
    Offer,
    OfferState,
    Remote,
    Shift,
)
from portal.models.feed import unconfirmed_since
from portal.models.shift import places_left
from portal.services import indexing
from portal.services.finding.cards import SOONEST, admitted, bounds_of
from search.document import Language
from search.highlighting import Pieces, pieces, snippet
from search.query import Query
from search.results import Hit


class Who(NamedTuple):
    """The association that posted an offer."""

    name: str


class Place(NamedTuple):
    """Where an offer happens."""

    name: str
    city: str
    departement: str
    region: str
    lat: float | None
    lon: float | None


class Moment(NamedTuple):
    """A shift: when, and how many people it still takes (None is no limit). `starts_at` is None when it has no date."""

    starts_at: datetime | None
    ends_at: datetime | None
    zone: str
    places_left: int | None


@dataclass(slots=True)
class Listed:
    """Of an offer, what a list says."""

    association: Who
    signs_up_here: bool
    unconfirmed_since: datetime | None
    id: int
    cluster_id: int
    title: str
    slug: str
    summary: str
    language: str
    themes: list[str]
    remote: Remote
    schedule: str


@dataclass(slots=True)
class Brief:
    """An offer in a list: the shift and the location that answer the question, and what people did with it.

    `title` and `snippet` (of the summary, where a word is in it) are cut where the words asked for are.
    """

    offer: Listed
    location: Place | None = None
    distance_km: float | None = None
    shift: Moment | None = None
    likes: int = 0
    is_liked: bool = False
    matched: tuple[str, ...] = ()
    why: str = ""
    title: Pieces = ()
    snippet: Pieces = ()
    factors: list[tuple[str, str]] = field(default_factory=list)

    @property
    def language(self) -> Language:
        """The one in which its words were compared."""
        return "en" if self.offer.language == indexing.ENGLISH else "fr"


def briefs(
    hits: Sequence[Hit], query: Query | None = None, person_id: int | None = None
) -> list[Brief]:
    """The cards of these hits, in their order. What ended or was hidden since it was indexed is left out.

    `query` chooses which shift is told (the first that it admits, where the hit is about none); `person_id` whose likes
    are marked.
    """
    if not hits:
        return []
    made = _offers([hit.id for hit in hits], person_id)
    shifts = _shifts([hit for hit in hits if hit.id in made], query)
    found = []
    for hit in hits:
        if hit.id in made:
            brief, places = made[hit.id]
            rank = hit.location_index or 0
            brief.location = places[rank] if rank < len(places) else None
            brief.distance_km, brief.matched = hit.distance_km, hit.matched
            brief.shift = shifts.get(hit.id)
            if hit.matched:
                _mark(brief, is_exact=query is not None and query.exact)
            found.append(brief)
    return found


def briefs_of(ids: Sequence[int], person_id: int | None = None) -> list[Brief]:
    """The cards of these offers, without a question, each with its first shift."""
    return briefs([Hit(number, number, 0.0) for number in ids], None, person_id)


def _mark(brief: Brief, *, is_exact: bool) -> None:
    offer, language = brief.offer, brief.language
    brief.title = pieces(offer.title, brief.matched, language, exact=is_exact)
    brief.snippet = snippet(pieces(offer.summary, brief.matched, language, exact=is_exact))


def _offers(ids: Iterable[int], person_id: int | None) -> dict[int, tuple[Brief, list[Place]]]:
    # Listed or not is decided here: asked for the state as well, SQLite walks every live offer for the twenty.
    values = {"ids": list(ids), "now": clock.now(), "person": person_id}
    found: dict[int, tuple[Brief, list[Place]]] = {}
    # By name, and a column more or less is an error; as attributes of the row they take twenty times as long.
    for (
        number, cluster_id, title, slug, summary, language, themes, remote, schedule,
        detail_url, state, association, standing, hidden_at, url, confirmed_at,
        likes, is_liked, location_id, *place,
    ) in db.session.execute(_of_numbers(), values):  # fmt: skip
        if number not in found:
            if state is not OfferState.LIVE or standing is not AssociationState.ACTIVE or hidden_at:
                continue
            since = unconfirmed_since(url, confirmed_at) if url else None
            what = (number, cluster_id, title, slug, summary, language, themes, remote, schedule)
            offer = Listed(Who(association), not detail_url, since, *what)
            found[number] = (Brief(offer, likes=likes, is_liked=bool(is_liked)), [])
        if location_id is not None:
            found[number][1].append(Place(*place))
    return found


@cache  # a statement costs as much to write as to answer
def _of_numbers() -> Select[*tuple[Any, ...]]:
    """The offers `ids` with something left to do `now`, a row for each of their locations in order; their likes, and whether
    `person` is among those."""
    likes = select(func.count()).where(Like.cluster_id == Offer.cluster_id).scalar_subquery()
    mine = select(Like.id).where(
        Like.cluster_id == Offer.cluster_id, Like.person_id == bindparam("person")
    )
    return (
        select(
            *(Offer.id, Offer.cluster_id, Offer.title, Offer.slug, Offer.summary),
            *(Offer.language, Offer.themes, Offer.remote, Offer.schedule),
            *(Offer.detail_url, Offer.state, Association.name, Association.state),
            *(Feed.hidden_at, Feed.url, func.coalesce(Feed.confirmed_at, Feed.created_at)),
            *(likes, mine.exists()),
            *(Location.id, Location.name, Location.city, Location.departement, Location.region),
            *(Location.lat, Location.lon),
        )
        .join(Offer.association)
        .outerjoin(Offer.feed)
        .outerjoin(Offer.locations)
        .where(Offer.id.in_(bindparam("ids", expanding=True)), *indexing.undone(bindparam("now")))
        .order_by(Offer.id, Location.position)
    )


def _shifts(hits: Sequence[Hit], query: Query | None) -> dict[int, Moment]:
    """Of each hit the shift that it is about, else the first ahead that the question admits. One statement, and a second
    where a shift has gone since it was indexed."""
    starts = {hit.id: hit.next_at for hit in hits if hit.next_at is not None}
    bounds = bounds_of(query)
    others = [hit.id for hit in hits if hit.id not in starts]
    found = _moments(starts, others, bounds)
    gone = [number for number in starts if number not in found]
    return found | _moments({}, gone, bounds) if gone else found


def _moments(
    starts: Mapping[int, int], others: Sequence[int], bounds: Mapping[str, datetime]
) -> dict[int, Moment]:
    instants = {datetime.fromtimestamp(at, UTC) for at in starts.values()}
    values = {"dated": list(starts), "starts": list(instants), "others": others}
    rows = db.session.execute(_told(*bounds), {**values, "now": clock.now(), **bounds})
    found: dict[int, Moment] = {}
    # Of two at one instant the one with the lower number, as in SOONEST.
    for _id, number, starts_at, ends_at, zone, capacity, taken in sorted(rows, key=itemgetter(0)):
        if number not in starts or starts_at.timestamp() == starts[number]:
            moment = Moment(starts_at, ends_at, zone, places_left(capacity, taken))
            found.setdefault(number, moment)
    return found


@cache
def _told(*bounds: str) -> CompoundSelect[*tuple[Any, ...]]:
    """The shifts ahead of the offers `dated` that begin at one of `starts`, and of each of the offers `others` the first: an
    index finds each, where to number all shifts of twenty offers took longer than to read the offers."""
    columns = (
        Shift.id,
        Shift.offer_id,
        Shift.starts_at,
        Shift.ends_at,
        Shift.zone,
        Shift.capacity,
        Shift.taken,
    )
    dated = Shift.offer_id.in_(bindparam("dated", expanding=True))
    then = Shift.starts_at.in_(bindparam("starts", expanding=True))
    first = (
        select(Shift.id)
        .where(Shift.offer_id == Offer.id, *admitted(*bounds))
        .order_by(*SOONEST)
        .limit(1)
        .correlate(Offer)
        .scalar_subquery()
    )
    return union_all(
        select(*columns).where(dated, then, *admitted(*bounds)),
        select(*columns)
        .join_from(Offer, Shift, Shift.id == first)
        .where(Offer.id.in_(bindparam("others", expanding=True))),
    )
