"""The feeds of partners in the world of tests/world.py."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session as Unit

from portal import clock
from portal.models import Feed, FeedProblem, FeedRun, FeedState, ProblemSeverity, RunOutcome
from portal.services import partners
from tests.people import Cast


def of_partners(unit: Unit, cast: Cast) -> dict[str, Any]:
    """Les Jardins' feeds: one that waits for a word about its last run, one that is well, one that rests; and one that Dora proposes."""
    own = Feed(name="flux-jardins", title="Flux des Jardins", url="https://example.org/jardins.xml")
    own.state, own.association_id = FeedState.SUSPECT, cast.jardins.id
    well = Feed(name="flux-actif", title="Flux actif", url="https://example.org/actif.xml")
    well.association_id = cast.jardins.id
    asked = Feed(name="flux-propose", title="Flux proposé", url="https://example.org/propose.xml")
    asked.state, asked.proposed_at, asked.owner_id = FeedState.PAUSED, clock.now(), cast.dora.id
    resting = Feed(name="flux-en-pause", title="Flux en pause", url="https://example.org/pause.xml")
    resting.association_id, resting.state = cast.jardins.id, FeedState.PAUSED
    unit.add_all([own, well, asked, resting])
    unit.flush()
    run = FeedRun(feed_id=own.id, outcome=RunOutcome.SUSPECT, refused=1)
    run.problems.append(
        FeedProblem(record=1, line=7, value="valeurcanari", severity=ProblemSeverity.REFUSED,
                    code="id_missing", sentence="Un identifiant manque.")
    )  # fmt: skip
    unit.add(run)
    unit.flush()
    return {"jardins_run": run.id, "feed_digest_token": partners.digest_token(own)}
