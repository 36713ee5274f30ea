"""The links of a turn: host after host, each in its own short transaction, for a minute at most."""

from __future__ import annotations

import threading
from datetime import timedelta

from flask import current_app

from portal import clock, db
from portal.services import links

A_TURN = 1_000  # addresses looked up at once
A_WHILE = timedelta(seconds=45)  # feeds wait for their turn meanwhile
PAUSE = 0.5  # seconds between two questions to one host


def check_due(pause: float = PAUSE) -> int:
    """Check what is due, as far as the time goes; how many were."""
    private = current_app.config["FEEDS_ALLOW_PRIVATE"]
    until = clock.now() + A_WHILE
    with db.database().reading():
        turns = links.due(A_TURN)
    count = 0
    for wishes in turns:
        robots = None
        for wish in wishes:
            if clock.now() > until:
                return count
            if robots is None:
                robots = links.Robots(wish.url, allow_private=private)
            verdict = links.check(wish.url, robots, allow_private=private)
            with db.database().writing() as session:
                links.note(wish, verdict)
                session.commit()
            count += 1
            if pause and wish is not wishes[-1]:
                threading.Event().wait(max(pause, robots.pause))
    return count
