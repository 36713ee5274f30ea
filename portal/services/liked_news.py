"""News of what people like: a need nearly fills, or is about to end. One mail a week at most, each need once, off by a click."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import selectinload

from portal import clock, db, tokens
from portal.errors import NotFound
from portal.models import Like, Offer, OfferState, Person, PersonState, Shift, Signup
from portal.models.signup import OVER
from portal.services import outbox

FEW = 3  # places left, of a need that takes signups here
SOON = timedelta(days=7)
TOGETHER = 300  # offers in one statement


def tell(person_id: int, offer_ids: list[int]) -> bool:
    """Queue somebody's mail of this week about these offers; whether it was not queued yet."""
    year, week, _day = clock.today().isocalendar()
    payload = {"template": "liked_news", "liked_news": person_id, "offers": offer_ids}
    if not outbox.add("mail", f"liked_news:{person_id}:{year}-{week}", payload):
        return False
    db.session.execute(
        update(Like)
        .where(Like.person_id == person_id, Like.offer_id.in_(offer_ids))
        .values(told_at=clock.now())
    )
    return True


def news() -> dict[int, list[int]]:
    """{person: their liked offers that are news}, of which they were not told yet and where they are not signed up.

    Reads only, some offers at a time: a portal may have a million likes.
    """
    found: dict[int, list[int]] = {}
    for person_id, _like, offer_id in sorted(_listeners(_newsworthy())):
        found.setdefault(person_id, []).append(offer_id)
    return found


def still_true(offer_ids: Iterable[int]) -> list[Offer]:
    """Of these offers, those of which it is still news, as the mail is written."""
    found = db.session.scalars(
        select(Offer).where(Offer.id.in_(list(offer_ids))).options(selectinload(Offer.shifts))
    )
    return [offer for offer in found.unique() if is_news(offer)]


def is_news(offer: Offer) -> bool:
    """Few places are left on the next date, or the last date is within a week."""
    now = clock.now()
    if not offer.is_findable(now) or not offer.signs_up_here:
        return False
    ahead = [shift for shift in offer.shifts_ahead(now) if shift.starts_at is not None]
    if not ahead:
        return False
    open_ = [shift for shift in ahead if not shift.is_full]
    nearly_full = bool(open_) and _is_nearly_full(open_[0])
    ends = not offer.is_ongoing and all((s.starts_at or now) < now + SOON for s in ahead)
    return bool(open_) and (nearly_full or ends)


def stop_token(person: Person) -> str:
    """The token of the address that ends these mails; another one after the address changed."""
    return tokens.sign("liked_news", person.id, _nonce(person))


def stop(given: str) -> Person:
    """No more of these mails. Raises NotFound for a token that is not of this person and address."""
    person = of_token(given)
    person.wants_news = False
    return person


def of_token(given: str) -> Person:
    """The person of this token. Raises NotFound."""
    named = tokens.read("liked_news", given)
    person = db.session.get(Person, named[0]) if named else None
    if named is None or person is None or not tokens.same(_nonce(person), named[1]):
        raise NotFound
    return person


def _newsworthy() -> Iterator[list[int]]:
    """The offers that are news and that somebody likes, a few hundred at a time."""
    now = clock.now()
    left = Shift.capacity - Shift.taken
    theirs = Shift.offer_id == Offer.id
    # Whatever a look at the offer itself could still call news; of most the dates alone say that there is none.
    likable = select(Offer.id).where(
        Offer.state == OfferState.LIVE,
        Offer.is_ongoing.is_(False),
        exists().where(
            theirs, func.coalesce(Shift.ends_at, Shift.starts_at) > now, left.between(1, FEW)
        )
        | ~exists().where(theirs, Shift.starts_at >= now + SOON),
        exists().where(Like.offer_id == Offer.id, Like.told_at.is_(None)),
    )
    ids = list(db.session.scalars(likable))
    for start in range(0, len(ids), TOGETHER):
        yield [offer.id for offer in still_true(ids[start : start + TOGETHER])]
        db.session.expunge_all()


def _listeners(some: Iterable[list[int]]) -> Iterator[tuple[int, int, int]]:
    """Who is to hear of these offers: person, like, offer."""
    signed_up = (
        select(Signup.id)
        .join(Shift)
        .where(
            Shift.offer_id == Like.offer_id,
            Signup.person_id == Like.person_id,
            Signup.state.not_in(OVER),
        )
    )
    for ids in some:
        rows = db.session.execute(
            select(Like.person_id, Like.id, Like.offer_id)
            .join(Person, Person.id == Like.person_id)
            .where(
                Like.offer_id.in_(ids),
                Like.told_at.is_(None),
                Person.wants_news,
                Person.state == PersonState.ACTIVE,
                Person.email_verified_at.is_not(None),
                ~signed_up.exists(),
            )
        )
        yield from ((row.person_id, row.id, row.offer_id) for row in rows)


def _is_nearly_full(shift: Shift) -> bool:
    left = shift.places_left
    return left is not None and 0 < left <= FEW and left < (shift.capacity or 0)


def _nonce(person: Person) -> str:
    return tokens.keyed_hash("liked_news", person.email or "")[:16]
