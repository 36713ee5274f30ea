"""Everything as feeds that other portals read: `/export/footprint.xml` and `/export/engagement.xml`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from tempfile import SpooledTemporaryFile

from flask import Blueprint, Response, current_app, request, send_file

from portal import clock, tokens
from portal.api.access import open_to_pages, public
from portal.formats import engagement_writing, footprint_writing
from portal.formats.xml_writing import Source
from portal.services import exports

data = Blueprint("api_exports", __name__)
data.after_request(open_to_pages)
FRESH = "public, max-age=3600"  # seconds: an export is read whole, so nobody needs it more often
IN_MEMORY = 8 * 1024 * 1024  # bytes; a larger export goes to a temporary file


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
    """Written to a file that nobody sees, then sent: memory stays flat. Whoever has the newest is told so first."""
    etag = tokens.digest(f"{request.path} {exports.mark()}")
    if request.if_none_match.contains_weak(etag):
        response = Response(status=304)
    else:
        response = _written(write())
    response.headers["Cache-Control"] = FRESH
    response.set_etag(etag, weak=True)  # its first lines say when it was written
    return response


def _written(pieces: Iterator[bytes]) -> Response:
    """A small feed as it is, a large one from a temporary file."""
    file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - a large one is closed by the response that sends it
    for piece in pieces:
        file.write(piece)
    is_small = file.tell() <= IN_MEMORY
    file.seek(0)
    if not is_small:
        return send_file(file, mimetype="application/xml")
    with file:
        return Response(file.read(), mimetype="application/xml")
