"""Operations: is the process alive (`/healthz`), and may traffic be sent to it (`/readyz`)."""

from __future__ import annotations

import shutil
from typing import Any

from flask import Blueprint, current_app, jsonify
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from portal import clock, db, index, migrate
from portal.models import Outbox
from portal.views.access import public
from search.index import IndexUnavailable

pages = Blueprint("health", __name__)
FREE_BYTES = 500 * 1024 * 1024
LATE_SECONDS = 900


@pages.get("/healthz")
@public
def healthz() -> Any:
    """Alive: touches nothing."""
    return jsonify(status="ok")


@pages.get("/readyz")
@public
def readyz() -> Any:
    """Ready, or 503 with reasons. A broken mail server, feed or index only makes it degraded: pages still work."""
    failed = _database_problems()
    if shutil.disk_usage(current_app.config["DATA"]).free < FREE_BYTES:
        failed.append("disk")
    degraded = [] if failed else _degraded()
    body = jsonify(status="failed" if failed else "ok", failed=failed, degraded=degraded)
    return (body, 503) if failed else body


def _database_problems() -> list[str]:
    try:
        db.session.execute(text("SELECT 1"))
        return [] if migrate.is_current(db.database().engine) else ["migrations"]
    except SQLAlchemyError:
        return ["database"]


def _degraded() -> list[str]:
    found = []
    oldest = db.session.scalar(
        select(func.min(Outbox.due_at)).where(Outbox.done_at.is_(None), Outbox.failed_at.is_(None))
    )
    if oldest is not None and (clock.now() - oldest).total_seconds() > LATE_SECONDS:
        found.append("outbox")
    try:
        index.current().refresh()
    except IndexUnavailable:
        found.append("index")
    return found
