"""How a visitor of the tests signs in: through the real form and the real button; only the mail is read from the database."""

from __future__ import annotations

from sqlalchemy import select

from portal.db import Database
from portal.models import SignInLink
from portal.services import sign_in_links
from tests.visitor import Visitor


def ask(visitor: Visitor | None, database: Database, email: str, onward: str = "/") -> str:
    """Ask for a link (unless nobody does) and read its token as the worker would write it."""
    if visitor is not None:
        visitor.get(f"/sign-in?next={onward}")
        visitor.submit("/sign-in", email=email)
    with database.reading() as session:
        newest = select(SignInLink).order_by(SignInLink.id.desc()).limit(1)
        link = session.scalars(newest.where(SignInLink.email == email.lower())).one()
        return sign_in_links.token(link)


def sign_in(visitor: Visitor, database: Database, email: str, onward: str = "/") -> None:
    """Ask, look, press."""
    visitor.get(f"/sign-in/link/{ask(visitor, database, email, onward)}")
    visitor.submit("/sign-in/link/")
