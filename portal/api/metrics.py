"""`/metrics`, for whoever has its token."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

from portal import metrics, tokens
from portal.api.access import by_key
from portal.errors import NotFound

data = Blueprint("api_metrics", __name__)


@data.get("/metrics")
@by_key
def show() -> Response:
    """Counters and durations; without the token, or where none is set, the address does not exist."""
    wanted = current_app.config["METRICS_TOKEN"]
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not wanted or not tokens.same(given, wanted):
        raise NotFound
    body, content_type = metrics.exposition()
    return Response(body, content_type=content_type)
