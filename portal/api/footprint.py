"""`GET /api/volopps`: the All for Good API, so that clients written for it work unchanged."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, make_response, request
from flask_babel import gettext as _
from lxml.builder import ElementMaker

from portal import clock
from portal.api import footprint_finding, footprint_reading, footprint_writing
from portal.api.access import by_key, keyed, limited, require
from portal.api.syndication import xml
from portal.errors import PortalError
from portal.models import KeyScope

data = Blueprint("api_footprint", __name__)
keyed(data, "volopps")
FRESH = "public, max-age=300"


@data.get("/api/volopps")
@by_key
@limited
def search() -> Any:
    """Volunteer offers. 400 for an unknown `output`, 401 without a valid key; each with a sentence."""
    output = request.args.get("output", "json").strip().lower()
    if output not in footprint_writing.OUTPUTS:
        known = ", ".join(footprint_writing.OUTPUTS)
        return _refused(
            "json", 400, _("output vaut json, rss, xml, csv, tsv ou html.") + f" ({known})"
        )
    try:
        require(KeyScope.READ)
    except PortalError as error:
        return _refused(output, error.status, error.in_words(_))
    given = {name: value[:1000] for name, value in request.args.items()}
    question = footprint_reading.read(given, clock.now())
    found = footprint_finding.find(question)
    response = footprint_writing.OUTPUTS[output](found, question.is_full)
    response.headers["Cache-Control"] = FRESH if question.may_be_kept else "no-cache"
    return response


def _refused(output: str, status: int, sentence: str) -> Response:
    """A refusal that a client of this output can read."""
    if output in ("rss", "xml"):
        e = ElementMaker()
        channel = e.channel(e.title(sentence), e.link(request.base_url), e.description(sentence))
        response = xml(e.rss(channel, version="2.0"), "application/rss+xml")
    else:
        response = jsonify(version=1.0, error=sentence, TotalMatch=0, num=0, items=[])
    return make_response(response, status)
