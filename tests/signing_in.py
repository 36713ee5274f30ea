"""A short way in for tests that are not about signing in: the session row and the cookie that the real way leaves."""

from __future__ import annotations

from portal.models import Person
from portal.services import sessions
from tests.visitor import BASE, Visitor


def sign_in(visitor: Visitor, person: Person) -> str:
    """Sign somebody in on this visitor's browser; returns the session's token."""
    with visitor.app.extensions["database"].writing() as opened:
        _row, token = sessions.begin(opened.get_one(Person, person.id), "tests")
        opened.commit()
    with visitor.client.session_transaction(base_url=BASE) as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    visitor.page = None
    return token
