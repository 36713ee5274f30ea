"""The letters to a partner: their feed was accepted or refused, and what it refused this week."""

from __future__ import annotations

from typing import Any

from flask import current_app

from portal import db, permissions
from portal.jobs.letters.draft import Draft, Payload
from portal.models import Feed, FeedProblem, Person, PersonState
from portal.services import feed_reports, partners
from portal.services.feed_checks import Group

LINES_NAMED = 5  # of a reason


def write(payload: Payload) -> Draft | None:
    """To who owns the feed, or coordinates its association; None when they no longer do, or when nothing is refused any more."""
    feed = db.session.get(Feed, payload["feed"])
    person = db.session.get(Person, payload["person"])
    if feed is None or person is None or person.state is not PersonState.ACTIVE:
        return None
    if not person.email or not permissions.is_partner(person, feed):
        return None
    base_url = current_app.config["BASE_URL"]
    context: dict[str, Any] = {"feed": feed, "url": f"{base_url}/partners/{feed.name}"}
    if payload["template"] != "feed_digest":
        return Draft(person.email, person.language, context)
    last = feed_reports.last_read(feed)
    groups = [one for one in feed_reports.groups(last) if one.severity == "refused"] if last else []
    if not groups or not feed.wants_digest:
        return None
    stop_url = f"{base_url}/partners/digest/{partners.digest_token(feed)}"
    context |= {
        "groups": [_told(one, person.language) for one in groups],
        "refused": sum(one.count for one in groups),
        "stop_url": stop_url,
    }
    return Draft(person.email, person.language, context, unsubscribe=stop_url)


def _told(group: Group[FeedProblem], language: str) -> dict[str, Any]:
    first = group.problems[0]
    lines = [str(one.line) for one in group.problems[:LINES_NAMED] if one.line is not None]
    word = "ligne" if language == "fr" else "line"
    more = "…" if group.count > len(lines) else ""
    return {
        "count": group.count,
        "sentence": (language == "en" and first.sentence_en) or first.sentence,
        "where": f"{word} {', '.join(lines)}{more}" if lines else "",
    }
