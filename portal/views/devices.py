"""What this device keeps, in two signed cookies: a random number of its own, and the name and address last signed up with.

The first makes a double click one signup and opens the signup's own page again here; the second saves typing. Neither is
set before somebody signs up, both are HttpOnly, and the second is theirs to forget.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from flask import Response, current_app, g, request

from portal import tokens

YEAR = 365 * 86400
DEVICE, REMEMBERED = "device", "remembered"


@dataclass(frozen=True)
class Remembered:
    """Who signed up on this device last, as they typed it."""

    first_name: str
    email: str


def number() -> str:
    """This device's number, or one made now for a device that has none; `keep` sends it."""
    return _read(DEVICE) or tokens.random_token()


def hashed(number: str) -> str:
    """What the database keeps of it."""
    return tokens.keyed_hash("device", number)


def device_hash() -> str:
    """The keyed hash of this device's number, or "" when it has none."""
    known = _read(DEVICE)
    return hashed(known) if known else ""


def remembered() -> Remembered | None:
    """Who signed up here last, if the cookie is ours and whole. A page that shows it belongs to this visitor alone."""
    try:
        packed = base64.urlsafe_b64decode(_read(REMEMBERED).encode())
        first_name, email = json.loads(packed) if packed else ("", "")
    except (ValueError, binascii.Error):
        return None
    if not email:
        return None
    g.is_personal = True
    return Remembered(first_name, email)


def keep(response: Response, number: str, first_name: str = "", email: str = "") -> None:
    """Let the device keep its number and, when given, the name and address."""
    _write(response, DEVICE, number)
    if email:
        packed = base64.urlsafe_b64encode(json.dumps([first_name, email]).encode()).decode()
        _write(response, REMEMBERED, packed)


def forget(response: Response) -> None:
    """Forget name, address and number."""
    for name in (DEVICE, REMEMBERED):
        response.delete_cookie(_name(name), secure=_is_https(), httponly=True, samesite="Lax")


def _read(name: str) -> str:
    value, _dot, signature = request.cookies.get(_name(name), "").rpartition(".")
    return value if value and tokens.same(signature, _signature(name, value)) else ""


def _write(response: Response, name: str, value: str) -> None:
    response.set_cookie(
        _name(name),
        f"{value}.{_signature(name, value)}",
        max_age=YEAR,
        secure=_is_https(),
        httponly=True,
        samesite="Lax",
    )


def _signature(name: str, value: str) -> str:
    return tokens.keyed_hash(f"cookie/{name}", value)[:40]


def _name(name: str) -> str:
    return f"__Host-{name}" if _is_https() else name


def _is_https() -> bool:
    return str(current_app.config["BASE_URL"]).startswith("https://")
