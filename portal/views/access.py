"""Who may enter a view. Every view wears exactly one of these marks; one without any is refused before it runs.

The marks are also read by the authorization table of the tests (route x method x role), so a new route cannot be
forgotten: it answers 500 in development and fails a test.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, g, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal import clock, db, permissions, security
from portal.errors import Forbidden, NotFound, ProofNeeded, SignInNeeded
from portal.models import Association, Feed, Person, TeamRole

View = TypeVar("View", bound=Callable[..., Any])
PROOF_HOURS = 12


def person() -> Person | None:
    """The signed-in person of this request, or None (`accounts` reads the session before each request)."""
    found: Person | None = g.get("person")
    return found


def signed_in_person() -> Person:
    """The signed-in person; for views behind a mark that made sure there is one."""
    found = person()
    if found is None:
        raise SignInNeeded
    return found


def public(view: View) -> View:
    """Everyone may enter; what it shows must be public, or be opened by a secret in its address."""
    return _mark(view, "public")


def by_token(view: View) -> View:
    """Whoever holds the unguessable address may enter; the view compares it and answers 404 otherwise."""
    return _mark(view, "token")


def one_click(view: View) -> View:
    """Mail programs press it too (RFC 8058): they come from nowhere, without a form, and say so in the body."""
    view.is_one_click = True  # type: ignore[attr-defined]
    return view


def frameable(view: View) -> View:
    """Any site may show it in a frame, so it knows nobody: no session is read, no cookie is set."""
    view.is_frameable = True  # type: ignore[attr-defined]
    return view


def by_key(view: View) -> View:
    """An API key opens it; the view checks it. Such a view has no session, so no form token either."""
    view.is_keyed = True  # type: ignore[attr-defined]
    return _mark(view, "key")


def signed_in(view: View) -> View:
    """People who are signed in."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        signed_in_person()
        return view(*args, **kwargs)

    return _mark(guarded, "person")  # type: ignore[return-value]


def freshly_proved(view: View) -> View:
    """People whose last proof of identity is under 12 hours old: exports, erasing, roles."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        signed_in_person()
        require_proof()
        return view(*args, **kwargs)

    return _mark(guarded, "proved")  # type: ignore[return-value]


def moderators(view: View) -> View:
    """Moderators, with a fresh proof. Others are told plainly that it is not for them."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not permissions.may_moderate(signed_in_person()):
            raise Forbidden("Cette page est réservée à la modération.")
        require_proof()
        return view(*args, **kwargs)

    return _mark(guarded, "moderator")  # type: ignore[return-value]


def helpers(view: View) -> View:
    """The team of the association named in the address (`slug`), which is handed over as `association`."""
    return _team(view, "helper")


def coordinators(view: View) -> View:
    """The coordinators of the association named in the address (`slug`), handed over as `association`."""
    return _team(view, "coordinator")


def _team(view: View, role: str) -> View:
    @wraps(view)
    def guarded(*args: Any, slug: str, **kwargs: Any) -> Any:
        found = signed_in_person()
        association = association_of(slug)
        # A stranger must not even learn that the page exists: 404, as for any wrong name.
        if not permissions.may_help(found, association):
            raise NotFound
        if role == TeamRole.COORDINATOR and not permissions.may_edit(found, association):
            raise Forbidden(
                "Seules les personnes qui coordonnent l’association peuvent faire cela."
            )
        return view(*args, association=association, **kwargs)

    return _mark(guarded, role)  # type: ignore[return-value]


def partners(view: View) -> View:
    """Those who may watch the feed named in the address (`name`), handed over as `feed`: its owner, its association's team,
    moderators. To anybody else it does not exist."""
    return _of_feed(view, "partner")


def feed_runners(view: View) -> View:
    """Those of them who may also run and pause it: its owner, its association's coordinators, moderators."""
    return _of_feed(view, "runner")


def _of_feed(view: View, role: str) -> View:
    @wraps(view)
    def guarded(*args: Any, name: str, **kwargs: Any) -> Any:
        found = signed_in_person()
        feed = db.session.scalar(select(Feed).where(Feed.name == name))
        if feed is None or not permissions.may_watch(found, feed):
            raise NotFound
        if not permissions.is_partner(found, feed):
            require_proof()  # a moderator's eyes, as everywhere in moderation
        if role == "runner" and not permissions.may_run(found, feed):
            raise Forbidden(
                "Seules les personnes qui coordonnent l’association peuvent faire cela."
            )
        return view(*args, feed=feed, **kwargs)

    return _mark(guarded, role)  # type: ignore[return-value]


def association_of(slug: str) -> Association:
    """The association of that name with its memberships, or 404."""
    association = db.session.scalar(
        select(Association)
        .where(Association.slug == slug)
        .options(selectinload(Association.memberships))
    )
    if association is None:
        raise NotFound
    return association


def is_proved() -> bool:
    """Did the person prove who they are less than 12 hours ago?"""
    row = g.get("session_row")
    return row is not None and (clock.now() - row.proved_at).total_seconds() <= PROOF_HOURS * 3600


def require_coordinator(association: Association) -> None:
    """For what a helper may only do to themself."""
    if not permissions.may_edit(person(), association):
        raise Forbidden("Seules les personnes qui coordonnent l’association peuvent faire cela.")


def require_proof() -> None:
    """Ask for a fresh proof of identity when the last one is older than 12 hours."""
    if not is_proved():
        raise ProofNeeded


def takes_files(most_bytes: int) -> Callable[[View], View]:
    """The form of this view may carry a file: that many bytes in all (security.py lets no other form be so big)."""

    def mark(view: View) -> View:
        view.most_bytes = most_bytes  # type: ignore[attr-defined]
        return view

    return mark


def init_app(app: Flask) -> None:
    """Deny by default: a view without a mark is never run."""

    @app.before_request
    def refuse_unmarked() -> Any:
        if request.endpoint is None or request.endpoint == "static":
            return None
        view = current_app.view_functions[request.endpoint]
        if not hasattr(view, "access"):
            raise RuntimeError(f"{request.endpoint} names nobody who may enter")
        return None


def to_sign_in() -> Any:
    """Send somebody to the sign-in page, to come back here afterwards."""
    here = request.full_path.rstrip("?") if request.method == "GET" else page_before()
    return redirect(url_for("sign_in.ask", next=here), code=303)


def page_before(default: str = "/") -> str:
    """The path of the page whose form was sent, when the browser names it and it is one of ours."""
    parts = urlsplit(request.referrer or "")
    if f"{parts.scheme}://{parts.netloc}/" != request.host_url:
        return default
    return security.safe_path(f"{parts.path}?{parts.query}".rstrip("?"), default)


def _mark(view: View, access: str) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view
