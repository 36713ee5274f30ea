"""What every answer and every writing request must respect: headers, hosts, form tokens, request ids, safe redirects.

The form token of an anonymous page is a signed nonce that is not tied to a session, so that the page sets no cookie and
stays cacheable; what stops another site from posting with it is the Origin / Sec-Fetch-Site check. A signed-in person's
token is bound to the session, on top of the same check.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, request
from markupsafe import Markup
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import clock, tokens
from portal.errors import Forbidden

if TYPE_CHECKING:
    from portal.config import Settings

FORM_TOKEN_HOURS = 24
ONE_CLICK = "List-Unsubscribe"  # what a mail program sends to stop letters (RFC 8058)
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": a browser then sends "Origin: null" with the forms of the page, and they would be refused.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=(), usb=()",
}


def init_app(app: Flask, settings: Settings) -> None:
    """Put the checks before, and the headers after, every request."""
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_NAME="__Host-relais" if settings.is_https else "relais",
        MAX_CONTENT_LENGTH=1024 * 1024,
        MAX_FORM_MEMORY_SIZE=256 * 1024,
        MAX_FORM_PARTS=400,
    )
    if settings.PROXY_HOPS:
        hops = settings.PROXY_HOPS
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    app.before_request(_take_request_id)
    app.before_request(_take_files)
    app.after_request(_set_headers)
    app.jinja_env.globals["form_token"] = form_token
    app.jinja_env.globals["form_token_field"] = form_token_field


def form_token() -> str:
    """The token for the forms of this page: `issued.nonce.signature`, bound to the session when there is one."""
    if "form_token" not in g:
        issued = clock.epoch()
        g.form_token = f"{issued}.{tokens.sign(_form_purpose(), issued, tokens.nonce())}"
    return str(g.form_token)


def form_token_field() -> Markup:
    """The hidden input that every posting form carries."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(form_token())


def check_form_token() -> None:
    """Refuse a writing request from another site, or without a token of ours. A view that `is_keyed` asks for an API key instead."""
    if request.method in SAFE_METHODS:
        return
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "is_keyed", False):
        return
    if getattr(view, "is_one_click", False) and request.form.get(ONE_CLICK) == "One-Click":
        return  # the secret in the address is the proof
    if not _is_same_site() or form_token_age() is None:
        raise Forbidden(
            "Ce formulaire est resté ouvert trop longtemps, ou ne vient pas d’ici. "
            "Revenez à la page, rechargez-la et renvoyez-le."
        )


def sent_form_token() -> str:
    """The token that came with this request, in its form or in its header; not checked here."""
    return request.form.get("csrf_token") or request.headers.get("X-Form-Token", "")


def form_token_age() -> int | None:
    """How many seconds ago the posted form was made, or None when its token is not ours, too old, or of another session."""
    issued_text, _, signed = sent_form_token().partition(".")
    found = tokens.read(_form_purpose(), signed) if issued_text.isdigit() else None
    if found is None or str(found[0]) != issued_text:
        return None
    age = clock.epoch() - found[0]
    return age if -120 <= age <= FORM_TOKEN_HOURS * 3600 else None


def network() -> str:
    """Who asks, for counting: a keyed hash of the address (of the /64 in IPv6, which is one household), or "" when unknown."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return ""
    if address.version == 6 and address.ipv4_mapped:
        address = address.ipv4_mapped
    width = 32 if address.version == 4 else 64
    return tokens.keyed_hash("network", str(ipaddress.ip_network((address, width), strict=False)))


def _form_purpose() -> str:
    bound = g.get("session_row")
    return f"form/{bound.token_hash}" if bound is not None else "form"


def _is_same_site() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None and site not in ("same-origin", "none"):
        return False
    if origin is not None:
        return origin in (request.host_url.rstrip("/"), current_app.config["BASE_URL"])
    return True


def safe_path(target: str | None, default: str = "/") -> str:
    """A path of this site to go to after something, else `default`: what follows a sign-in must never leave the site.

    Browsers read `\\` as `/` and drop tabs and newlines, so `/\\evil.example` and `/<tab>/evil.example` leave the site
    though no parser sees a host in them: only printable paths that begin with exactly one slash are taken.
    """
    if not target or not re.fullmatch(r"/(?![/\\])[!-\[\]-~]*", target):
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc else target


def _take_request_id() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if re.fullmatch(r"[A-Za-z0-9-]{8,64}", given) else tokens.short_code(16)
    host = urlsplit(current_app.config["BASE_URL"]).netloc
    if request.host not in (host, *current_app.config["TRUSTED_NAMES"]):
        abort(400)


def _take_files() -> None:
    """A view that takes files says how many bytes at most; every other form is small."""
    view = current_app.view_functions.get(request.endpoint or "")
    most = getattr(view, "most_bytes", None)
    if most is not None:
        request.max_content_length = most


def _set_headers(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.get("request_id", "")
    policy = dict(POLICY)
    tiles = current_app.config["MAP_TILES_URL"]
    if tiles:
        parts = urlsplit(tiles)
        policy["img-src"] += f" {parts.scheme}://{parts.netloc.replace('{s}', '*')}"
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "is_frameable", False):
        policy["frame-ancestors"] = "*"
    response.headers["Content-Security-Policy"] = "; ".join(f"{k} {v}" for k, v in policy.items())
    for name, value in HEADERS.items():
        if not (name == "X-Frame-Options" and getattr(view, "is_frameable", False)):
            response.headers.setdefault(name, value)
    if current_app.config["BASE_URL"].startswith("https://"):
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response
