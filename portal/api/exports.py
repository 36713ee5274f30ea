"""Everything as feeds that other portals read: `/export/footprint.xml` and `/export/engagement.xml`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flask import Blueprint, Response, current_app, request, stream_with_context

from portal import clock, db, tokens
from portal.api.access import open_to_pages, public
from portal.formats import engagement_writing, footprint_writing
from portal.formats.xml_writing import Source
from portal.services import exports

data = Blueprint("api_exports", __name__)
data.after_request(open_to_pages)
FRESH = "public, max-age=3600"  # seconds: an export is read whole, so nobody needs it more often


@data.get("/export/footprint.xml")
@public
def footprint() -> Response:
    """Every offer that can still be done, as Footprint XML 0.1."""
    base_url = current_app.config["BASE_URL"]
    source = Source("relais", current_app.config["SITE_NAME"], base_url, clock.now())
    return _feed(
        lambda: footprint_writing.write(source, exports.associations(), exports.items(base_url))
    )


@data.get("/export/engagement.xml")
@public
def engagement() -> Response:
    """The same, as API Engagement's XML."""
    base_url = current_app.config["BASE_URL"]
    return _feed(lambda: engagement_writing.write(exports.items(base_url)))


def _feed(write: Callable[[], Iterator[bytes]]) -> Response:
    """Streamed from a reading of its own, which outlives the request's. Whoever has the newest is told so first."""
    etag = tokens.digest(f"{request.path} {exports.mark()}")
    response = Response(mimetype="application/xml")
    response.headers["Cache-Control"] = FRESH
    response.set_etag(etag)
    if request.if_none_match.contains_weak(etag):
        response.status_code = 304
        return response

    def pieces() -> Iterator[bytes]:
        with db.database().reading():
            yield from write()

    response.response = stream_with_context(pieces())
    return response
