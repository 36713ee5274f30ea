"""ETag and 304 for pages that anybody may see: who comes back asks whether something changed, and is mostly told no.
What does travel is compressed.

The form token is different on every page, so it is left out of the tag. A page that a browser keeps must not outlive
the token inside it (24 hours): the tag changes every 12 hours.
"""

from __future__ import annotations

import hashlib

from flask import Flask, Response, g, request
from flask_compress import Compress

from portal import clock

KEPT_SECONDS = 12 * 3600
# Static files are compressed once, in assets. What a page repeats of a visitor's words sits beside a form token that is
# another one each time, so lengths tell nothing about it.
SQUEEZED = (
    *("text/html", "text/plain", "text/csv", "text/calendar", "application/json"),
    *("application/geo+json", "application/xml", "application/rss+xml", "application/atom+xml"),
)


def init_app(app: Flask) -> None:
    """Tag every public answer of a GET, then compress: Flask calls last what was registered first."""
    app.config.update(
        COMPRESS_ALGORITHM=["br", "gzip"], COMPRESS_BR_LEVEL=5, COMPRESS_MIMETYPES=list(SQUEEZED)
    )
    Compress(app)
    app.after_request(tag)


def tag(response: Response) -> Response:
    """Give the answer its tag, or make it a 304 when the browser has it. What belongs to somebody gets none."""
    if request.method not in ("GET", "HEAD") or response.status_code != 200 or response.is_streamed:
        return response
    if request.endpoint == "static" or g.get("person") is not None or g.get("is_personal"):
        return response
    if "Set-Cookie" in response.headers or "no-store" in response.headers.get("Cache-Control", ""):
        return response
    if "ETag" in response.headers:  # an export's: what it would say is known before it is written
        return response
    body = response.get_data()
    token = g.get("form_token")
    seen = hashlib.sha256(body.replace(token.encode(), b"") if token else body)
    if token:
        seen.update(str(clock.epoch() // KEPT_SECONDS).encode())
    response.set_etag(seen.hexdigest()[:32], weak=True)
    response.headers.setdefault("Cache-Control", "no-cache")
    return response.make_conditional(request)
