"""Logs: one JSON object a line, with the request's id and its route. No address, e-mail, token or query is ever written."""

from __future__ import annotations

import json
import logging
import time
from datetime import UTC, datetime

from flask import Flask, Response, g, has_request_context, request

# What a line may carry. Anything else is dropped, so that a careless call cannot leak somebody's address.
ALLOWED = frozenset(
    (
        *("error", "reason", "why", "route", "method", "status", "milliseconds"),
        *("job", "feed", "run", "outcome", "kind", "key", "attempts", "row", "aside"),
        *("shift", "alert", "seconds", "count", "version", "backend", "port", "provider"),
    )
)

# Who tells what was done; the other rooms speak when something is wrong.
TELLING = ("portal.request", "portal.views", "portal.api", "portal.jobs")


def init_app(app: Flask) -> None:
    """Write a line for every request but the probes."""
    _configure()
    log = logging.getLogger("portal.request")

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        if request.endpoint not in ("health.healthz", "static"):
            log.info(
                "request",
                extra={
                    "route": request.endpoint or "unknown",
                    "method": request.method,
                    "status": response.status_code,
                    "milliseconds": round(
                        (time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1
                    ),
                },
            )
        return response


def _configure() -> None:
    said = logging.StreamHandler()
    said.setFormatter(Lines())
    logging.getLogger("portal").handlers = [said]
    for room in TELLING:
        logging.getLogger(room).setLevel(logging.INFO)


class Lines(logging.Formatter):
    """A record as one JSON object: what happened, and of its `extra` what a line may carry."""

    def format(self, record: logging.LogRecord) -> str:
        line = {key: value for key, value in vars(record).items() if key in ALLOWED}
        line["event"], line["level"] = record.msg, record.levelname.lower()
        line["timestamp"] = datetime.fromtimestamp(record.created, UTC).isoformat()
        if has_request_context():
            line["request_id"] = g.get("request_id", "")
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)
