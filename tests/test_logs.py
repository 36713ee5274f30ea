"""A line of the log: one JSON object, with what a line may carry and nothing else."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask


@pytest.fixture
def lines(app: Flask) -> Iterator[io.StringIO]:
    said = io.StringIO()
    [handler] = logging.getLogger("portal").handlers
    assert isinstance(handler, logging.StreamHandler)
    before = handler.setStream(said)
    yield said
    handler.setStream(before)


def read(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_a_request_is_a_line_without_its_query(app: Flask, lines: io.StringIO) -> None:
    answer = app.test_client().get("/search?q=mona@example.org", base_url=app.config["BASE_URL"])
    [line] = [one for one in read(lines) if one["event"] == "request"]
    assert {line["route"], line["method"], line["status"]} == {"search.show", "GET", 200}
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert "mona" not in lines.getvalue()


def test_what_a_line_may_not_carry_is_left_out(app: Flask, lines: io.StringIO) -> None:
    logging.getLogger("portal.jobs.feeds").info(
        "feed_run", extra={"feed": "a", "email": "mona@example.org"}
    )
    [line] = read(lines)
    assert (line["event"], line["feed"], line["level"]) == ("feed_run", "a", "info")
    assert "mona" not in lines.getvalue()


def test_an_error_has_its_trace(app: Flask, lines: io.StringIO) -> None:
    try:
        raise ValueError("odd")
    except ValueError:
        logging.getLogger("portal.services").exception("broke")
    [line] = read(lines)
    assert line["level"] == "error"
    assert "ValueError: odd" in line["exception"]


def test_a_service_speaks_when_something_is_wrong(app: Flask, lines: io.StringIO) -> None:
    logging.getLogger("portal.services.finding").info("found")
    assert read(lines) == []
