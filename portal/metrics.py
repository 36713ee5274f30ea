"""Counters and durations for whoever watches the machine. Labelled by route, never by path: nobody can be read from them.

Each process counts for itself: behind several of them the figures are those of the one that answered.
"""

from __future__ import annotations

import time

from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    Counter,
    Histogram,
    generate_latest,
)

REQUESTS = Histogram(
    "relais_request_seconds",
    "How long answers took.",
    ("route", "method", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
SEARCHES = Counter(
    "relais_searches", "Who answered a search: the index or the database.", ("backend",)
)


def init_app(app: Flask) -> None:
    """Time every request."""

    @app.before_request
    def begin() -> None:
        g.metric_began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        spent = time.perf_counter() - g.get("metric_began", time.perf_counter())
        labels = (request.endpoint or "unknown", request.method, str(response.status_code))
        REQUESTS.labels(*labels).observe(spent)
        return response


def searched(backend: str) -> None:
    """A search was answered by this."""
    SEARCHES.labels(backend).inc()


def exposition() -> tuple[bytes, str]:
    """Everything that was counted, as Prometheus reads it, and its content type."""
    return generate_latest(REGISTRY), CONTENT_TYPE_LATEST
