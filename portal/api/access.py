"""Who may enter an address for machines: everybody who reads, or whoever has a key.

The marks are those of portal/views/access.py; a door never imports another, so they are set here anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response, current_app

from portal import tokens

View = TypeVar("View", bound=Callable[..., Any])
DEMO_KEY = "testkey"


def public(view: View) -> View:
    """Everybody may read; what it shows is public."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def by_key(view: View) -> View:
    """An API key opens it; the view checks it. It has no session, so no form token either."""
    view.access = "key"  # type: ignore[attr-defined]
    view.is_keyed = True  # type: ignore[attr-defined]
    return view


def is_valid(key: str) -> bool:
    """The demo's key opens the demo; no other key is made yet."""
    return bool(current_app.config["DEMO"]) and tokens.same(key, DEMO_KEY)


def open_to_pages(response: Response) -> Response:
    """Let scripts of other sites read: there is nothing here that a cookie would open."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
