"""Alerts: asked for, proved by the mailed button, told what is new, changed and stopped.

Asking does the same work for every address: two counts, a row, a row of the outbox. An alert is looked at one morning a
day at most; it writes only when something is new, every so many days at most, and no need twice: what was told is written
down in the transaction that queues the letter.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, cast
from urllib.parse import parse_qs, urlencode

from sqlalchemy import ColumnElement, CursorResult, and_, delete, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from portal import clock, db, tokens
from portal.errors import Invalid, NotFound, TooMany
from portal.models import Alert, AlertOffer, Offer, OfferState, Person
from portal.services import finding, outbox
from portal.services.finding import Asked
from search.document import Language

PACES = (1, 7)  # days between two letters at least
HOUR = time(7)  # in France: read with the coffee
HOURLY = 20  # asked for by one network
UNPROVED_LETTERS = 3  # a day to an address that proves none of them
UNPROVED_KEPT = timedelta(days=2)
STOPPED_KEPT = timedelta(days=30)
MOST_SEEN = 2000  # offers of a search that are looked at, newest first
MOST_NAMED = 10  # in a letter; how many there are is said too
LONGEST = 1000  # characters of a search
NO_PART_OF_IT = ("sort", "page", "explain")  # of a search: how it is shown, not what it looks for


def ask(
    email: str, search: str, *, every_days: int, language: str, network_hash: str = ""
) -> Alert:
    """An alert that waits for its owner's button. Raises Invalid for a search too long, TooMany for a network that asks too often.

    An address that was written to again and again, and proves nothing, gets no letter any more; nobody can tell.
    """
    kept = _kept(search)
    if len(kept) > LONGEST:
        raise Invalid("Cette recherche est trop longue pour une alerte : raccourcissez-la.")
    _refuse_a_flood(network_hash)
    alert = Alert(
        email=tokens.normal_email(email),
        email_hash=tokens.email_hash(email),
        nonce=tokens.nonce(),
        search=kept,
        every_days=every_days,
        language=language,
        network_hash=network_hash,
    )
    db.session.add(alert)
    db.session.flush()
    if _unproved_today(alert) <= UNPROVED_LETTERS:
        payload = {"template": "alert_confirm", "alert": alert.id}
        outbox.add("mail", f"alert:{alert.id}:confirm", payload)
    return alert


def asked(search: str, language: str = "fr") -> Asked:
    """What a search of an alert asks now: "this week" is another one every Monday."""
    spoken: Language = "en" if language == "en" else "fr"
    params = parse_qs(search, keep_blank_values=False)
    return finding.read(params, now=clock.now(), limit=MOST_SEEN, language=spoken)


def token(alert: Alert) -> str:
    """The token of the alert's address."""
    return tokens.sign("alert", alert.id, alert.nonce)


def find(given: str) -> Alert:
    """The alert of this token. Raises NotFound."""
    named = tokens.read("alert", given)
    alert = db.session.get(Alert, named[0]) if named else None
    if named is None or alert is None or not tokens.same(alert.nonce, named[1]):
        raise NotFound
    return alert


def of(person: Person) -> list[Alert]:
    """The alerts of this person that go on, and those of their proved address, the oldest first."""
    mine = Alert.person_id == person.id
    if person.is_verified:
        mine = or_(mine, Alert.email_hash == tokens.email_hash(person.email or ""))
    going_on = (Alert.verified_at.is_not(None), Alert.stopped_at.is_(None))
    return list(db.session.scalars(select(Alert).where(mine, *going_on).order_by(Alert.id)))


def confirm(alert: Alert) -> Alert:
    """Its owner pressed the button: it begins. Asked for twice it is one, the older, at the pace of the newer."""
    if alert.stopped_at is not None or alert.verified_at is not None:
        return alert
    older = db.session.scalar(
        select(Alert).where(
            Alert.email_hash == alert.email_hash,
            Alert.search == alert.search,
            Alert.verified_at.is_not(None),
            Alert.stopped_at.is_(None),
        )
    )
    if older is not None:
        db.session.delete(alert)
        change(older, alert.every_days)
        return older
    alert.verified_at, alert.network_hash = clock.now(), ""
    alert.person_id = db.session.scalar(
        select(Person.id).where(Person.email == alert.email, Person.email_verified_at.is_not(None))
    )
    alert.due_at = _morning(clock.now(), alert.every_days)
    db.session.flush()
    return alert


def change(alert: Alert, every_days: int) -> None:
    """Another pace, counted from the last letter."""
    alert.every_days = every_days
    if alert.verified_at is not None and alert.stopped_at is None:
        alert.due_at = _morning(alert.last_sent_at or alert.verified_at, every_days)
    db.session.flush()


def stop(alert: Alert) -> None:
    """It tells nothing any more; a letter that waits is not written."""
    alert.stopped_at = alert.stopped_at or clock.now()
    alert.due_at = None
    db.session.flush()


def due() -> list[tuple[int, datetime]]:
    """(id, due at) of the alerts whose morning has come, the longest due first."""
    rows = db.session.execute(
        select(Alert.id, Alert.due_at).where(Alert.due_at <= clock.now()).order_by(Alert.due_at)
    )
    return [(row.id, row.due_at) for row in rows]


def news(alert_id: int) -> list[int]:
    """The offers that this alert has to tell, newest first: found by its search, new since it was asked for, told to nobody
    at its address. A read.

    A search that is not understood as it was (its association left, its dates are over) would find other things: it tells
    nothing. Remote offers from anywhere are told only where the search asks for them.
    """
    alert = db.session.get(Alert, alert_id)
    if alert is None or alert.stopped_at is not None:
        return []
    understood = asked(alert.search, alert.language)
    if urlencode(_lasting(understood)) != alert.search or understood.nowhere:
        return []
    query = understood.query
    here = "no" if query.has_place and query.remote is None else query.remote
    found = finding.results(replace(query, remote=here, sort="newest", spread=False, offset=0))
    ids = [hit.id for hit in found.hits]
    new = set(db.session.scalars(select(Offer.id).where(Offer.id.in_(ids), *_news_for(alert))))
    return [ident for ident in ids if ident in new]


def tell(alert_id: int, due_at: datetime, offers: list[int]) -> bool:
    """Queue the letter and write down what it tells, together; without news only the next morning. True when a letter is queued.

    `due_at` is the turn that was seen: of two workers who saw it one takes it, and a stopped alert has none.
    """
    every_days = db.session.scalar(select(Alert.every_days).where(Alert.id == alert_id)) or 1
    now = clock.now()
    told: dict[str, Any] = {"last_sent_at": now} if offers else {}
    taken = db.session.execute(
        update(Alert)
        .where(Alert.id == alert_id, Alert.due_at == due_at)
        .values(due_at=_morning(now, every_days if offers else 1), **told)
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", taken).rowcount != 1 or not offers:
        return False
    rows = [{"alert_id": alert_id, "offer_id": ident, "told_at": now} for ident in offers]
    db.session.execute(insert(AlertOffer), rows)
    payload = {
        "template": "alert_news",
        "alert": alert_id,
        "offers": offers[:MOST_NAMED],
        "total": len(offers),
    }
    return outbox.add("mail", f"alert:{alert_id}:{due_at:%Y%m%dT%H%M%S}", payload)


def forget_old() -> int:
    """Upkeep: what nobody confirmed goes after two days, what was stopped after thirty. Returns how many."""
    now = clock.now()
    unproved = and_(Alert.verified_at.is_(None), Alert.created_at < now - UNPROVED_KEPT)
    gone = db.session.execute(
        delete(Alert).where(or_(unproved, Alert.stopped_at < now - STOPPED_KEPT))
    )
    return cast("CursorResult[Any]", gone).rowcount


def _kept(search: str) -> str:
    """What of a typed query string is understood, in its shortest form."""
    return urlencode(_lasting(asked(search)))


def _lasting(understood: Asked) -> list[tuple[str, str]]:
    return [pair for pair in understood.params if pair[0] not in NO_PART_OF_IT]


def _news_for(alert: Alert) -> tuple[ColumnElement[bool], ...]:
    """New to Relais since the alert was asked for, as a need: neither it nor a twin was there before, or was told."""
    twin = aliased(Offer)
    known = select(twin.id).where(
        twin.cluster_id == Offer.cluster_id,
        twin.state == OfferState.LIVE,
        twin.created_at <= alert.created_at,
        func.coalesce(twin.published_at, twin.created_at) <= alert.created_at,
    )
    through = aliased(Offer)
    told = (
        select(AlertOffer.id)
        .join(Alert, Alert.id == AlertOffer.alert_id)
        .join(through, through.id == AlertOffer.offer_id)
        .where(Alert.email_hash == alert.email_hash, through.cluster_id == Offer.cluster_id)
    )
    return ~known.exists(), ~told.exists()


def _morning(after: datetime, days: int) -> datetime:
    """Seven in France, so many days later; not counted in hours, so that a change of the clocks moves nothing."""
    day = after.astimezone(clock.PARIS).date() + timedelta(days=days)
    return datetime.combine(day, HOUR, clock.PARIS).astimezone(UTC)


def _unproved_today(alert: Alert) -> int:
    recent = Alert.created_at > clock.now() - timedelta(days=1)
    unproved = select(func.count()).where(
        Alert.email_hash == alert.email_hash, Alert.verified_at.is_(None), recent
    )
    return db.session.scalar(unproved) or 0


def _refuse_a_flood(network_hash: str) -> None:
    if not network_hash:
        return
    hour = timedelta(hours=1)
    asked_for = select(func.count()).where(
        Alert.network_hash == network_hash, Alert.created_at > clock.now() - hour
    )
    if (db.session.scalar(asked_for) or 0) >= HOURLY:
        raise TooMany(retry_after=int(hour.total_seconds()))
