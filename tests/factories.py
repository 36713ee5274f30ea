"""Makes models that are valid as they come; a test names only what it is about. Nothing is added to a session here."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from slugify import slugify

from portal import clock, tokens
from portal.models import (
    Alert,
    Association,
    Cluster,
    Location,
    Membership,
    Offer,
    OfferState,
    Person,
    PersonRole,
    Precision,
    Shift,
    Signup,
    SignupState,
    TeamRole,
)

_numbers = count(1)


def person(name: str = "", **given: Any) -> Person:
    """Somebody who proved the address name@example.org."""
    name = name or f"personne{next(_numbers)}"
    defaults: dict[str, Any] = {
        "first_name": name.capitalize(),
        "email": f"{name}@example.org",
        "email_verified_at": clock.now(),
    }
    return Person(**{**defaults, **given})


def moderator(name: str = "") -> Person:
    return person(name, role=PersonRole.MODERATOR)


def association(name: str = "", **given: Any) -> Association:
    """A verified association in good standing."""
    number = next(_numbers)
    name = name or f"Association {number}"
    defaults: dict[str, Any] = {
        "name": name,
        "slug": f"{slugify(name)}-{number}",
        "email": f"association{number}@example.org",
        "verified_at": clock.now(),
    }
    return Association(**{**defaults, **given})


def membership(who: Person, where: Association, role: TeamRole) -> Membership:
    return Membership(person=who, association=where, role=role)


def offer(of: Association | None = None, **given: Any) -> Offer:
    """A live offer in Lyon with one shift next week for ten people, in a cluster of its own."""
    title = given.pop("title", "Planter une haie")
    defaults: dict[str, Any] = {
        "association": of or association(),
        "cluster": Cluster(),
        "title": title,
        "slug": slugify(title),
        "summary": "Une matinée dehors.",
        "description": "<p>On plante ensemble, les outils sont là.</p>",
        "themes": ["environment"],
        "state": OfferState.LIVE,
        "published_at": clock.now(),
        "locations": [location()],
        "shifts": [shift()],
    }
    return Offer(**{**defaults, **given})


def location(**given: Any) -> Location:
    """Lyon, with an exact position."""
    defaults: dict[str, Any] = {
        "street": "12 rue des Lilas",
        "postal_code": "69007",
        "city": "Lyon",
        "departement": "69",
        "region": "84",
        "lat": 45.7458,
        "lon": 4.8424,
        "precision": Precision.EXACT,
    }
    return Location(**{**defaults, **given})


def shift(days: float = 7, hours: float = 3, capacity: int | None = 10, **given: Any) -> Shift:
    """A shift that begins in so many days."""
    starts_at = given.pop("starts_at", clock.now() + timedelta(days=days))
    ends_at = starts_at + timedelta(hours=hours) if starts_at else None
    return Shift(**{"starts_at": starts_at, "ends_at": ends_at, "capacity": capacity, **given})


def undated_shift(capacity: int | None = None) -> Shift:
    """The one shift of an ongoing offer."""
    return Shift(starts_at=None, ends_at=None, capacity=capacity)


def signup(on: Shift, first_name: str = "", **given: Any) -> Signup:
    """A confirmed party of one on a shift that is in the database; the shift's count follows."""
    number = next(_numbers)
    email = given.pop("email", f"benevole{number}@example.org")
    defaults: dict[str, Any] = {
        "shift_id": on.id,
        "first_name": first_name or f"Bénévole {number}",
        "email": email,
        "email_hash": tokens.email_hash(email),
        "nonce": tokens.nonce(),
        "state": SignupState.CONFIRMED,
        "verified_at": clock.now(),
    }
    made = Signup(**{**defaults, **given})
    if made.takes_places:
        on.taken += made.party or 1
    return made


def alert(email: str, search: str = "q=haie", **given: Any) -> Alert:
    """A search that waits for the button of its owner's letter."""
    known = {"email": email, "email_hash": tokens.email_hash(email), "nonce": tokens.nonce()}
    return Alert(**{**known, "search": search, **given})
