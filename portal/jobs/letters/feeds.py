"""The letters about a feed: a run that waits for a person's word, or that failed."""

from __future__ import annotations

from flask import current_app

from portal import db
from portal.jobs.letters.draft import Draft, Payload
from portal.models import FeedRun, Person, PersonState


def write(payload: Payload) -> Draft | None:
    """To the feed's owner or a moderator."""
    run = db.session.get(FeedRun, payload["run"])
    person = db.session.get(Person, payload["person"])
    if run is None or person is None or person.state is not PersonState.ACTIVE or not person.email:
        return None
    context = {
        "feed": run.feed,
        "run": run,
        "url": f"{current_app.config['BASE_URL']}/partners/{run.feed.name}",
    }
    return Draft(person.email, person.language, context)
