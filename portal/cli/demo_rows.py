"""What the demo's world looks like as rows: one function for each table, nothing is read or written here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from slugify import slugify

from portal import clock, tokens
from portal.demo import DemoWorld
from portal.demo.world import DemoAssociation, DemoOffer, DemoPerson
from portal.models import (
    AssociationState,
    FlagReason,
    OfferState,
    PersonRole,
    Precision,
    Remote,
    SignupState,
)
from portal.models.signup import TAKING

HELD_HOURS = 20  # what is still held when the demo is loaded
Row = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """The rows that offers point at: demo number -> id in the database."""

    world: DemoWorld
    people: list[int]
    associations: list[int]
    email_hashes: list[str]


def person(one: DemoPerson) -> Row:
    """A person whose address is proved, so that one click signs them in."""
    since = clock.now() - timedelta(days=60 + one.number % 400)
    return {
        "email": one.email,
        "email_verified_at": since,
        "first_name": one.first_name,
        "language": one.language,
        "role": PersonRole.MODERATOR if one.role == "moderator" else PersonRole.PERSON,
        "is_seen": one.is_seen,
        "created_at": since,
    }


def association(one: DemoAssociation) -> Row:
    """An association; those that are not verified wait for a look."""
    return {
        "slug": one.slug[:120],
        "name": one.name,
        "summary": one.summary[:400],
        "description": one.description_html,
        "city": one.town,
        "email": one.email,
        "state": AssociationState.ACTIVE,  # their founders have proved their address
        "verified_at": one.created_at if one.is_verified else None,
        "created_at": one.created_at,
    }


def offer(known: Known, one: DemoOffer, cluster: int) -> Row:
    """The offer itself; a draft and what waits for a moderator were never published."""
    return {
        "association_id": known.associations[one.association],
        "cluster_id": cluster,
        "title": one.title,
        "slug": slugify(one.title)[:120] or "offre",
        "summary": one.summary[:400],
        "description": one.description_html,
        "bring": one.bring,
        "welcome": one.welcome,
        "language": one.language,
        "themes": list(one.themes),
        "tags": list(one.tags),
        "audiences": list(one.audiences),
        "skills": one.skills,
        "image": one.scene,
        "remote": Remote(one.remote),
        "is_ongoing": one.is_ongoing,
        "schedule": one.schedule,
        "hours_per_week": one.hours_per_week,
        "minimum_age": one.minimum_age,
        "is_accessible": one.is_accessible,
        "near_transport": one.near_transport,
        "state": OfferState(one.state),
        "published_at": one.posted_at if one.state not in ("draft", "pending") else None,
        "created_at": one.posted_at,
        "updated_at": one.posted_at,
    }


def rule(one: DemoOffer, offer_id: int) -> Row:
    """The recurrence rule of an offer that has one."""
    assert one.rule is not None  # noqa: S101 (only offers with a rule are asked)
    return {
        "offer_id": offer_id,
        "rrule": one.rule.rrule,
        "starts_at": one.rule.starts_at,
        "minutes": one.rule.minutes,
        "zone": one.zone,
        "capacity": one.capacity,
        "rolled_until": one.shifts[-1].starts_at,
    }


def shifts(one: DemoOffer, offer_id: int, rule_id: int | None) -> Iterator[Row]:
    """The shifts, with who is on them already counted."""
    taken: Counter[int] = Counter()
    waiting: Counter[int] = Counter()
    for signup in one.signups:
        taken[signup.shift] += signup.party if SignupState(signup.state) in TAKING else 0
        waiting[signup.shift] += signup.state == SignupState.WAITLISTED
    for number, shift in enumerate(one.shifts):
        yield {
            "offer_id": offer_id,
            "rule_id": rule_id,
            "starts_at": shift.starts_at,
            "ends_at": shift.ends_at,
            "zone": one.zone,
            "capacity": shift.capacity,
            "taken": taken[number],
            "waiting": waiting[number],
        }


def locations(one: DemoOffer, offer_id: int) -> Iterator[Row]:
    """Where it happens."""
    for place in one.locations:
        yield {
            "offer_id": offer_id,
            "street": place.street,
            "postal_code": place.postal_code,
            "city": place.town,
            "departement": place.departement,
            "region": place.region,
            "country": place.country,
            "lat": place.lat,
            "lon": place.lon,
            "precision": Precision.EXACT,
        }


def signups(known: Known, one: DemoOffer, shift_ids: list[int]) -> Iterator[Row]:
    """The parties on its shifts; `shift_ids` are the ids of the shifts in their order."""
    for signup in one.signups:
        person = known.world.people[signup.person]
        is_held = signup.state == SignupState.HELD
        yield {
            "shift_id": shift_ids[signup.shift],
            "person_id": known.people[signup.person],
            "nonce": tokens.nonce(),
            "email": person.email,
            "email_hash": known.email_hashes[signup.person],
            "first_name": person.first_name,
            "message": signup.message,
            "party": signup.party,
            "language": person.language,
            "state": SignupState(signup.state),
            "verified_at": None if is_held else signup.made_at,
            "held_until": clock.now() + timedelta(hours=HELD_HOURS) if is_held else None,
            "created_at": signup.made_at,
            "changed_at": signup.made_at,
        }


def flags(known: Known, one: DemoOffer, offer_id: int) -> Iterator[Row]:
    """What visitors reported."""
    for flag in one.flags:
        person_id = known.people[flag.person]
        yield {
            "offer_id": offer_id,
            "person_id": person_id,
            "reporter": tokens.keyed_hash("flag", f"person/{person_id}"),
            "reason": FlagReason(flag.reason),
            "text": flag.text,
            "created_at": flag.made_at,
        }


def likes(known: Known, one: DemoOffer, offer_id: int, cluster: int) -> Iterator[Row]:
    """Who likes it."""
    for like in one.likes:
        yield {
            "person_id": known.people[like.person],
            "cluster_id": cluster,
            "offer_id": offer_id,
            "created_at": like.made_at,
        }


def days(one: DemoOffer, offer_id: int) -> Iterator[Row]:
    """How often it was seen and shared."""
    for day in one.days:
        yield {"offer_id": offer_id, "on": day.on, "verb": day.verb, "count": day.count}
