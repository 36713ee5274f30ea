"""Hand a job to the worker, by its name and with ids only. A nudge makes things happen at once; it never makes them sure.

What must happen is a row of the outbox, written in its own transaction. So a nudge that is lost (the queue's file is gone,
Redis does not answer, the worker was restarted) loses nothing: the worker looks at the outbox by itself every few seconds.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from flask import Flask, current_app

# huey takes whatever database driver is installed, for a queue that we do not use: psycopg would weigh 9 MiB in programs
# of a portal on SQLite.
sys.modules.setdefault("psycopg", None)  # type: ignore[arg-type]
from huey import Huey, RedisHuey, SqliteHuey  # noqa: E402
from huey.registry import Message  # noqa: E402
from huey.serializer import Serializer  # noqa: E402

if sys.modules["psycopg"] is None:
    del sys.modules["psycopg"]

log = logging.getLogger(__name__)
Job = Callable[..., object]


class JsonSerializer(Serializer):  # type: ignore[misc]
    """Names and ids, as JSON: whoever can write to the queue must not be able to run code by it, as pickle would."""

    def _serialize(self, data: object) -> bytes:
        return json.dumps(data).encode()

    def _deserialize(self, data: bytes) -> object:
        found = json.loads(data)
        return Message(*found) if isinstance(found, list) else found


class Queue:
    """The queue of one app and the jobs that it knows; `huey` is None where jobs run at once (unit tests)."""

    def __init__(self, app: Flask, url: str) -> None:
        self.app = app
        self.jobs: dict[str, Job] = {}
        self.huey = _open(url)
        if self.huey is not None:
            self._task = self.huey.task(name="job")(self.run)

    def run(self, name: str, *ids: int) -> None:
        """Do the job now, here, in an app context of its own."""
        with self.app.app_context():
            self.jobs[name](*ids)

    def nudge(self, name: str, *ids: int) -> bool:
        """Ask the worker to do it soon; False when the queue could not be reached, which loses nothing."""
        if self.huey is None:
            self.run(name, *ids)
            return True
        try:
            self._task(name, *ids)
        except (sqlite3.Error, OSError, _redis_error()) as error:
            log.warning("nudge_was_lost", extra={"job": name, "why": type(error).__name__})
            return False
        return True


def init_app(app: Flask) -> None:
    """Give the app its queue; `jobs.init_app` tells it what the jobs are."""
    app.extensions["queue"] = Queue(app, app.config["QUEUE_URL"])


def current() -> Queue:
    """The queue of the current app."""
    return cast(Queue, current_app.extensions["queue"])


def nudge(name: str, *ids: int) -> bool:
    """Ask the worker for a job by its name, after the commit."""
    return current().nudge(name, *ids)


def _open(url: str) -> Huey | None:
    rules: dict[str, Any] = {"results": False, "serializer": JsonSerializer()}
    if url.startswith("immediate:"):
        return None
    if url.startswith("redis"):
        return RedisHuey("relais", url=url, **rules)
    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("relais", filename=str(path), fsync=False, **rules)


def _redis_error() -> type[Exception]:
    try:
        from redis.exceptions import RedisError
    except ImportError:  # an installation without Redis has no such errors
        return ConnectionError
    return cast("type[Exception]", RedisError)
