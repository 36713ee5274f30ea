"""Coming in, whichever door it was: the session begins, what the device had kept joins the account, and it is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app, flash, redirect
from flask_babel import gettext as _

from portal import db, security
from portal.models import Person
from portal.views import likes, sessions


def come_in(person: Person, onward: str, *, commit: Callable[[], None] | None = None) -> Any:
    """Sign the person in here, commit, and go on with what was being done."""
    sessions.sign_in(person)
    joined = likes.bring_in(person)
    (commit or db.session.commit)()
    name = person.first_name or person.email or ""
    flash(_("Bonjour %(name)s, vous êtes connecté.", name=name))
    if joined:
        flash(_("Les besoins que vous aimiez sur cet appareil sont dans votre compte."))
    target = security.safe_path(onward, "/")
    response = current_app.make_response(
        redirect("/account" if target == "/" else target, code=303)
    )
    likes.forget_cookie(response)
    return response
