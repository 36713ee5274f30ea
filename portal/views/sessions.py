"""The cookie side of sessions: who is this, before each request; signing in and out; what must not be cached.

Flask-Login keeps the cookie, whose `get_id` is our rotating token; the row behind it is judged anew at each request.
A visitor without the cookie costs nothing: no session is read, no cookie is set, their pages stay cacheable.
"""

from __future__ import annotations

import re
from typing import Any, cast

from flask import Flask, Response, current_app, g, request, session
from flask_login import LoginManager, UserMixin, login_user, logout_user
from flask_login import current_user as flask_user

from portal import clock, db, queue
from portal.models import Person, Session
from portal.services import sessions
from portal.views import access

SEEN = "seen"  # the day this cookie was last renewed
BROWSERS = ("Firefox", "Edg", "OPR", "SamsungBrowser", "Chrome", "Safari")
NAMES = {"Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet"}
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux")


class SignedIn(UserMixin):  # type: ignore[misc]
    """What Flask-Login knows of a person: their session."""

    def __init__(self, row: Session, token: str) -> None:
        self.row = row
        self.token = token

    def get_id(self) -> str:
        return self.token


def init_app(app: Flask) -> None:
    """Load the person before each request, after the unit of work and before the form token is checked."""
    app.config.update(
        PERMANENT_SESSION_LIFETIME=sessions.IDLE,
        # Renewed once a day by `load`: Flask would send it with every picture, which a proxy may keep for somebody else.
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    manager = LoginManager()
    manager.session_protection = None  # a phone changes its network all day long
    manager.user_loader(_user)
    # Not `manager.init_app`: it would read the session after every answer, so that all of them vary on the cookie.
    app.login_manager = manager  # type: ignore[attr-defined]
    app.before_request(load)
    app.after_request(_keep_private)
    app.context_processor(lambda: {"person": access.person()})


def load() -> None:
    """Set `g.person` and `g.session_row` from the cookie, when there is one and the view has people at all."""
    for kept in (
        "form_token",
        "is_personal",
        "_login_user",
    ):  # a test's requests share one application context
        g.pop(kept, None)
    g.person = g.session_row = None
    view = current_app.view_functions.get(request.endpoint or "")
    if current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        return
    if (
        request.endpoint == "static"
        or getattr(view, "is_keyed", False)
        or getattr(view, "is_frameable", False)
        or "_user_id" not in session
    ):
        return
    user = cast("SignedIn | Any", flask_user)
    if not user.is_authenticated:
        forget()
        return
    g.session_row, g.person = user.row, user.row.person
    today = clock.today().isoformat()
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        sessions.see(user.row)
    elif session.get(SEEN) != today:
        # A GET cannot write: the cookie is renewed here, once a day, and the row by the worker.
        session[SEEN] = today
        queue.nudge("session_seen", user.row.id)


def _user(token: str) -> SignedIn | None:
    row = sessions.find(token)
    return SignedIn(row, token) if row is not None else None


def sign_in(person: Person) -> Session:
    """Begin a session here: a new token, and nothing of what the cookie held before."""
    previous = g.get("session_row")
    if previous is not None:
        stale = db.session.get(Session, previous.id)
        if stale is not None:
            sessions.end(stale)
    session.clear()
    row, token = sessions.begin(person, device())
    _carry(row, token)
    return row


def rotate() -> None:
    """A new token for this device, after its person's rights or ways in changed."""
    row = g.session_row
    _carry(row, sessions.rotate(row))


def sign_out() -> None:
    """End the session of this device; a copy of its cookie opens nothing."""
    row = g.get("session_row")
    if row is not None:
        sessions.end(row)
    forget()


def forget() -> None:
    """Empty the cookie."""
    logout_user()
    session.clear()
    g.person = g.session_row = None


def _carry(row: Session, token: str) -> None:
    session.permanent = True
    session[SEEN] = clock.today().isoformat()
    login_user(SignedIn(row, token))
    g.session_row, g.person = row, row.person
    g.pop("form_token", None)


def device() -> str:
    """« Firefox, Linux »: what its owner recognises on the account page, and no more than that."""
    text = request.headers.get("User-Agent", "")[:400]
    browser = next((b for b in BROWSERS if re.search(rf"\b{b}[/\w]*", text)), "")
    system = next((s for s in SYSTEMS if s in text), "")
    return ", ".join(
        part for part in (NAMES.get(browser, browser), system.replace(" X", "")) if part
    )


def _keep_private(response: Response) -> Response:
    if g.get("person") is not None or g.get("is_personal"):
        response.headers["Cache-Control"] = "private, no-store"
    return response
