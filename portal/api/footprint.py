"""`GET /api/volopps`: the All for Good API, so that clients written for it work unchanged."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from flask_limiter import RateLimitExceeded

from portal import clock
from portal.api import footprint_finding, footprint_reading, footprint_writing
from portal.api.access import RETRY, by_key, keyed, limited, require, too_many
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
    output = _output()
    if output not in footprint_writing.OUTPUTS:
        known = ", ".join(footprint_writing.OUTPUTS)
        return _refused(400, _("output vaut json, rss, xml, csv, tsv ou html.") + f" ({known})")
    try:
        require(KeyScope.READ)
    except PortalError as error:
        return _refused(error.status, error.in_words(_))
    given = {name: value[:1000] for name, value in request.args.items()}
    question = footprint_reading.read(given, clock.now())
    found = footprint_finding.find(question)
    response = footprint_writing.OUTPUTS[output](found, question.is_full)
    response.headers["Cache-Control"] = FRESH if question.may_be_kept else "no-cache"
    return response


def _output() -> str:
    return request.args.get("output", "json").strip().lower()


def _refused(status: int, sentence: str) -> Response:
    """A refusal that a client of this output can read; of one that there is not, as JSON."""
    refusal = footprint_writing.REFUSALS.get(_output(), footprint_writing.refused_json)
    response = refusal(sentence)
    response.status_code = status
    return response


@data.errorhandler(RateLimitExceeded)
def _too_many(_error: RateLimitExceeded) -> tuple[Response, int, dict[str, str]]:
    return _refused(429, too_many()), 429, RETRY
