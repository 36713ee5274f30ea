"""The letters of an alert: the button that starts it, and what is new."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_babel import force_locale

from portal import db
from portal.formatting import looked_for
from portal.jobs.letters.draft import Draft, Payload
from portal.models import Alert
from portal.services import alerts, finding


def write(payload: Payload) -> Draft | None:
    """None once it is stopped or forgotten, once the button has been pressed, and when nothing that was new can still be done."""
    alert = db.session.get(Alert, payload["alert"])
    if alert is None or alert.stopped_at is not None:
        return None
    url = f"{current_app.config['BASE_URL']}/alerts/{alerts.token(alert)}"
    asked = alerts.asked(alert.search, alert.language)
    with force_locale(alert.language):
        words = looked_for([part.words for part in asked.parts])
    context: dict[str, Any] = {"alert": alert, "words": words, "url": url}
    if payload["template"] == "alert_confirm":
        return Draft(alert.email, alert.language, context) if alert.verified_at is None else None
    cards = finding.of_ids(payload["offers"])
    if not cards:
        return None
    newest = finding.address(asked.changed(sort="newest"))
    context |= {
        "cards": cards,
        "more": payload["total"] - len(payload["offers"]),
        "total": payload["total"] - len(payload["offers"]) + len(cards),
        "search_url": f"{current_app.config['BASE_URL']}{newest}",
        "stop_url": f"{url}/stop",
    }
    return Draft(alert.email, alert.language, context, unsubscribe=f"{url}/stop")
