"""Logs: one JSON object a line, with the request's id and its route. No address, e-mail, token or query is ever written."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import MutableMapping
from typing import Any

import structlog
from flask import Flask, Response, g, has_request_context, request

# What a line may carry. Anything else is dropped, so that a careless call cannot leak somebody's address.
ALLOWED = frozenset(
    (
        *("event", "level", "timestamp", "exception", "error", "reason"),
        *("request_id", "route", "method", "status", "milliseconds"),
        *("job", "feed", "run", "outcome", "kind", "key", "attempts"),
        *("seconds", "count", "version", "backend", "port", "name"),
    )
)


def init_app(app: Flask) -> None:
    """Write a line for every request but the probes."""
    _configure()
    log = structlog.get_logger("portal.request")

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        if request.endpoint not in ("health.healthz", "static"):
            log.info(
                "request",
                route=request.endpoint or "unknown",
                method=request.method,
                status=response.status_code,
                milliseconds=round(
                    (time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1
                ),
            )
        return response


def _configure() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _only_allowed,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )


def _only_allowed(
    _logger: object, _name: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    if has_request_context():
        line["request_id"] = g.get("request_id", "")
    return {key: value for key, value in line.items() if key in ALLOWED}
