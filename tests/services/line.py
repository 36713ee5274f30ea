"""What the tests of signups say often: a wish, who is on a shift, which messages wait."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Outbox, Signup
from portal.services.signups import SignupRequest


def wish(name: str, **given: Any) -> SignupRequest:
    """What `name` would send with the form."""
    defaults: dict[str, Any] = {
        "first_name": name.capitalize(),
        "email": f"{name}@example.org",
        "key": f"key of {name}",
    }
    return SignupRequest(**{**defaults, **given})


def line(session: Session) -> list[Signup]:
    """Every signup, in the order of the line."""
    return list(session.scalars(select(Signup).order_by(Signup.created_at, Signup.id)))


def keys(session: Session, kind: str = "mail") -> list[str]:
    """The keys of the messages that wait, oldest first."""
    return list(session.scalars(select(Outbox.key).where(Outbox.kind == kind).order_by(Outbox.id)))
