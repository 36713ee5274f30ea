"""`/metrics`, for whoever has its token."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

from portal import metrics, tokens
from portal.api.access import by_key

data = Blueprint("api_metrics", __name__)


@data.get("/metrics")
@by_key
def show() -> Response:
    """Counters and durations; 401 without the token, and where none is set."""
    wanted = current_app.config["METRICS_TOKEN"]
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not wanted or not tokens.same(given, wanted):
        refusal = Response(
            "The bearer token of METRICS_TOKEN is needed.\n", 401, mimetype="text/plain"
        )
        refusal.headers["WWW-Authenticate"] = "Bearer"
        return refusal
    body, content_type = metrics.exposition()
    return Response(body, content_type=content_type)
