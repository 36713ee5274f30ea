"""Who may enter an address for machines: everybody who reads, or whoever has a key; and how often in a minute.

The marks are those of portal/views/access.py; a door never imports another, so they are set here anew. A key travels in
the address (`key=`, as clients of All for Good send it) or, better, in a header, and is written nowhere: neither in a log
nor in an answer, and no page is told where a visitor comes from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Blueprint, Flask, Response, current_app, g, jsonify, request
from flask_babel import gettext as _
from flask_limiter import RateLimitExceeded

from portal import db, queue, security, tokens
from portal.errors import Forbidden, KeyNeeded
from portal.limits import limiter
from portal.models import KeyScope
from portal.services import api_keys

View = TypeVar("View", bound=Callable[..., Any])
DEMO_KEY = "testkey"
MOST_CHARACTERS = 200  # of a key
PER_MINUTE = 600  # with a key
RETRY = {"Retry-After": "60"}


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose key was given: what it permits. The demo's key has no row, so its uses are not counted."""

    key_id: int | None
    scopes: frozenset[str]
    per_minute: int = PER_MINUTE
    feed_id: int | None = None


DEMO = Holder(None, frozenset({KeyScope.READ.value}))


def public(view: View) -> View:
    """Everybody may read; what it shows is public."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def by_key(view: View) -> View:
    """An API key opens it; the view checks it. It has no session, so no form token either."""
    view.access = "key"  # type: ignore[attr-defined]
    view.is_keyed = True  # type: ignore[attr-defined]
    return view


def given() -> str:
    """The key that came with the request, in its address or in a header; "" without one."""
    scheme, _space, bearer = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":  # a password of a server before us is no key
        bearer = ""
    key = request.args.get("key") or request.headers.get("X-Api-Key") or bearer.strip()
    return key if len(key) <= MOST_CHARACTERS else "?"


def holder() -> Holder | None:
    """Whose key it is; None without a key, and with one that opens nothing. Looked up once in a request."""
    if "key_holder" not in g:
        g.key_holder = _holder(given())
    found: Holder | None = g.key_holder
    return found


def _holder(key: str) -> Holder | None:
    if not key or not key.isascii():
        return None
    if current_app.config["DEMO"] and tokens.same(key, DEMO_KEY):
        return DEMO
    row = api_keys.find(key)
    if row is None:
        return None
    return Holder(row.id, frozenset(row.scopes), row.per_minute, row.feed_id)


def require(scope: KeyScope) -> Holder:
    """The holder, when their key permits this. KeyNeeded (401) without a good key, Forbidden (403) with another one."""
    found = holder()
    if found is None:
        raise KeyNeeded
    if scope.value not in found.scopes:
        raise Forbidden("Cette clé n’est pas faite pour cela. La modération en donne une autre.")
    return found


def refuse_bad_keys() -> None:
    """Where no key is needed, a key that opens nothing is told all the same: its owner believes to be known."""
    if given():
        require(KeyScope.READ)


def open_to_pages(response: Response) -> Response:
    """Let scripts of other sites read: there is nothing here that a cookie would open."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Headers"] = "X-Api-Key, Authorization, If-None-Match"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Link, Retry-After"
    return response


def _identity() -> str:
    found = holder()
    if found is None:
        return f"network {security.network()}"
    return f"key {found.key_id or DEMO_KEY}"


def _most() -> str:
    found = holder()
    return f"{found.per_minute if found else current_app.config['API_PER_MINUTE']} per minute"


# Each web process counts for itself.
limited = limiter.shared_limit(_most, scope="api", key_func=_identity)


def init_app(app: Flask) -> None:
    """Forget who asked last."""

    @app.before_request
    def forget() -> None:
        g.pop("key_holder", None)


def keyed(blueprint: Blueprint, verb: str) -> None:
    """Count the uses of keys in a blueprint, send nobody's key on, and say what to do after too many requests."""
    blueprint.after_request(open_to_pages)
    blueprint.register_error_handler(RateLimitExceeded, _too_many)

    @blueprint.after_request
    def count(response: Response) -> Response:
        found: Holder | None = g.get("key_holder")
        if given():
            response.headers["Referrer-Policy"] = "no-referrer"
        if found is not None and found.key_id is not None:
            if db.in_transaction():
                db.session.rollback()  # what was to stay is committed: nothing is locked while the use is told
            kinds = {429: "too_many", 403: "refused"}
            queue.nudge(
                "key_used",
                found.key_id,
                api_keys.VERBS.index(kinds.get(response.status_code, verb)),
            )
        return response


def too_many() -> str:
    """What to do after too many requests."""
    return str(
        _("C’est beaucoup en une minute. Attendez un peu, ou demandez une clé à la modération.")
    )


def _too_many(_error: RateLimitExceeded) -> tuple[Response, int, dict[str, str]]:
    told = {"status": 429, "sentence": too_many(), "request_id": g.get("request_id")}
    return jsonify(error=told), 429, RETRY
