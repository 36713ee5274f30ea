"""What an association's dashboard reads: who comes, on which shift, and what became of each offer. Reads only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from portal import clock, db
from portal.models import (
    Association,
    Like,
    Offer,
    OfferDay,
    OfferState,
    ShareLink,
    ShareVisit,
    Shift,
    ShiftState,
    Signup,
)
from portal.models.signup import OVER, TAKING, SignupState
from portal.services.signups.change import TICK_BEFORE

PAGE = 50
DAYS_AHEAD = 14
WEEKS = 12


@dataclass
class Coming:
    """A shift with its people; `coming` counts people, not parties; `day` is the day on the shift's own wall."""

    shift: Shift
    offer: Offer
    day: date
    signups: list[Signup] = field(default_factory=list)

    @property
    def coming(self) -> int:
        return sum(one.party for one in self.signups if one.takes_places)

    @property
    def can_tick(self) -> bool:
        """Ticking opens a little before the start; until then the buttons would only be refused."""
        start = self.shift.starts_at
        return start is not None and clock.now() >= start - TICK_BEFORE


@dataclass(frozen=True)
class Row:
    """What became of an offer."""

    offer: Offer
    is_over: bool
    views: int
    likes: int
    shares: int
    signups: int
    places: str


def coming(association: Association, days: int = DAYS_AHEAD) -> list[Coming]:
    """The dated shifts from today on, with everyone on them: three statements, whatever the number of people."""
    now = clock.now()
    rows = db.session.scalars(
        select(Shift)
        .join(Offer)
        .where(
            Offer.association_id == association.id,
            Offer.state.in_(
                (OfferState.LIVE, OfferState.PAUSED, OfferState.CLOSED, OfferState.WITHDRAWN)
            ),
            Shift.state == ShiftState.PLANNED,
            Shift.starts_at.is_not(None),
            Shift.starts_at < now + timedelta(days=days),
            or_(
                Shift.ends_at > now - timedelta(hours=18),
                Shift.starts_at > now - timedelta(hours=18),
            ),
        )
        .order_by(Shift.starts_at)
        .options(joinedload(Shift.offer))
    ).all()
    found = {row.id: Coming(row, row.offer, _day(row)) for row in rows}
    people = db.session.scalars(
        select(Signup)
        .where(Signup.shift_id.in_(found), Signup.state.not_in(OVER))
        .order_by(func.lower(Signup.first_name), Signup.id)
    )
    for signup in people:
        found[signup.shift_id].signups.append(signup)
    return list(found.values())


def _day(shift: Shift) -> date:
    starts_at = shift.starts_at or clock.now()
    return starts_at.astimezone(ZoneInfo(shift.zone)).date()


def people(association: Association, text: str = "") -> Select[Signup]:
    """Everybody who signed up with this association, newest first; `text` is part of a first name or an address."""
    asked = (
        select(Signup)
        .join(Shift, Signup.shift_id == Shift.id)
        .join(Offer, Shift.offer_id == Offer.id)
        .where(Offer.association_id == association.id)
        .order_by(Signup.created_at.desc(), Signup.id.desc())
        .options(joinedload(Signup.shift).joinedload(Shift.offer))
    )
    if text:
        escaped = text.lower().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        asked = asked.where(
            or_(
                func.lower(Signup.first_name).like(f"%{escaped}%", escape="\\"),
                func.lower(Signup.email).like(f"%{escaped}%", escape="\\"),
            )
        )
    return asked


def one(association: Association, signup_id: int) -> Signup | None:
    """A signup, if it is on one of this association's shifts."""
    return db.session.scalar(people(association).where(Signup.id == signup_id))


def offers(association: Association) -> list[Row]:
    """Every offer with its figures: five statements, whatever the number of offers."""
    now = clock.now()
    found = db.session.scalars(
        select(Offer)
        .where(Offer.association_id == association.id)
        .order_by(Offer.updated_at.desc())
        .limit(200)
        .options(selectinload(Offer.shifts), selectinload(Offer.locations))
    ).all()
    ids = [offer.id for offer in found]
    views = _counted(
        select(OfferDay.offer_id, func.sum(OfferDay.count))
        .where(OfferDay.offer_id.in_(ids), OfferDay.verb == "view")
        .group_by(OfferDay.offer_id)
    )
    shares = _counted(
        select(ShareLink.offer_id, func.sum(ShareVisit.count))
        .join(ShareVisit, ShareVisit.share_link_id == ShareLink.id)
        .where(ShareLink.offer_id.in_(ids))
        .group_by(ShareLink.offer_id)
    )
    likes = _counted(
        select(Offer.id, func.count(Like.id))
        .join(Like, Like.cluster_id == Offer.cluster_id)
        .where(Offer.id.in_(ids))
        .group_by(Offer.id)
    )
    taken = _counted(
        select(Shift.offer_id, func.sum(Signup.party))
        .join(Signup, Signup.shift_id == Shift.id)
        .where(Shift.offer_id.in_(ids), Signup.state.in_(TAKING))
        .group_by(Shift.offer_id)
    )
    return [
        Row(
            offer,
            offer.is_over(now),
            views.get(offer.id, 0),
            likes.get(offer.id, 0),
            shares.get(offer.id, 0),
            taken.get(offer.id, 0),
            _places(offer, now),
        )
        for offer in found
    ]


def _counted(asked: Select[int, int]) -> dict[int, int]:
    return {ident: int(number or 0) for ident, number in db.session.execute(asked)}


def _places(offer: Offer, now: datetime) -> str:
    ahead = offer.shifts_ahead(now)
    if not ahead or any(shift.capacity is None for shift in ahead):
        return ""
    return f"{sum(s.taken for s in ahead)} / {sum(s.capacity or 0 for s in ahead)}"


def weekly(association: Association, states: tuple[SignupState, ...] = TAKING) -> list[int]:
    """People who signed up in each of the last 12 weeks, oldest first."""
    start = clock.now() - timedelta(weeks=WEEKS)
    rows = db.session.execute(
        select(Signup.created_at, Signup.party)
        .join(Shift)
        .join(Offer)
        .where(
            Offer.association_id == association.id,
            Signup.created_at >= start,
            Signup.state.in_(states),
        )
    )
    weeks = [0] * WEEKS
    for created_at, party in rows:
        weeks[min(WEEKS - 1, int((created_at - start).days // 7))] += party
    return weeks


def figures(association: Association) -> list[tuple[str, list[int]]]:
    """What the picture of the last weeks shows: people who signed up, people who came."""
    return [
        ("signed_up", weekly(association)),
        ("came", weekly(association, (SignupState.ATTENDED,))),
    ]
