"""`POST /api/upload?key=...`: a Footprint XML body becomes a run of the key's feed, by the road of every other run."""

from __future__ import annotations

import tempfile
from typing import Any

from flask import Blueprint, current_app, jsonify, request

from portal import db, formatting, language
from portal.api.access import by_key, keyed, limited, require
from portal.errors import Conflict, Invalid, KeyNeeded, TooLarge
from portal.formats.problem import FeedProblem
from portal.models import Feed, FeedRun, FeedState, KeyScope, RunOutcome
from portal.services import feed_runs, feed_turns, feeds
from portal.services.feed_limits import Limits
from portal.services.feed_runs import Tally

data = Blueprint("api_uploads", __name__)
keyed(data, "upload")
PIECE = 1 << 16
COUNTS = ("records", "created", "updated", "unchanged", "withdrawn", "repaired", "refused")


@data.post("/api/upload")
@by_key
@limited
def upload() -> Any:
    """200 with the run's counts; 202 when a person must look first; 422 with its problems when nothing was usable."""
    feed = _feed(require(KeyScope.UPLOAD).feed_id)
    limits = Limits.of(current_app.config)
    feed_id = feed.id
    # The body may come slowly: nothing is locked meanwhile.
    db.session.commit()
    with tempfile.TemporaryFile() as file:
        _receive(file, limits.max_bytes)
        feed = db.session.get_one(Feed, feed_id)
        with feed_turns.alone(feed, db.session.commit) as save:
            feed.format = "footprint"
            done, tally = feeds.receive(feed, file, limits, save)
    return jsonify(_told(feed, done, tally)), _status(done, tally)


def _feed(feed_id: int | None) -> Feed:
    """The key's feed, when it takes Footprint XML and nobody stopped it."""
    feed = db.session.get(Feed, feed_id) if feed_id else None
    if feed is None:
        raise KeyNeeded
    if feed.state is FeedState.PAUSED:
        raise Conflict("Le flux « %(name)s » est en pause.", name=feed.name)
    if feed.format not in ("", "footprint"):
        raise Conflict("Le flux « %(name)s » n’est pas en Footprint XML.", name=feed.name)
    return feed


def _receive(file: Any, most: int) -> None:
    request.max_content_length = most
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Invalid("Envoyez le XML tel quel, sans compression.")
    if (request.content_length or 0) > most:
        raise TooLarge(most=most)
    size = 0
    while piece := request.stream.read(PIECE):
        size += len(piece)
        if size > most:
            raise TooLarge(most=most)
        file.write(piece)
    if not size:
        raise Invalid("Le corps de la requête est vide : envoyez-y le Footprint XML.")
    file.seek(0)


def _status(done: FeedRun, tally: Tally) -> int:
    if done.outcome is RunOutcome.SUSPECT:
        return 202
    usable = tally.created + tally.updated + tally.unchanged
    return 200 if done.outcome is RunOutcome.DONE and usable else 422


def _told(feed: Feed, done: FeedRun, tally: Tally) -> dict[str, Any]:
    return {
        "feed": feed.name,
        "run": done.id,
        "outcome": done.outcome.value,
        "why": formatting.why(done),
        "why_code": done.why_code,
        **{name: getattr(done, name) for name in COUNTS},
        "problems": [_problem(one) for one in tally.problems[: feed_runs.STORED_PROBLEMS]],
    }


def _problem(one: FeedProblem) -> dict[str, Any]:
    return {
        "severity": one.severity.value,
        "record": one.record,
        "line": one.line,
        "external_id": one.external_id,
        "field": one.field,
        "value": one.value,
        "code": one.code,
        "sentence": one.sentence_en if language.spoken() == "en" else one.sentence_fr,
    }
