"""The worker: huey's consumer for nudges, two threads that keep the timetable, and the readers of feeds.

It stops when it is told to, after its current job, for which it waits half a minute. A reader that is in the middle of a
feed is not waited for: a download may take minutes, and a run that is cut short loses nothing.
"""

from __future__ import annotations

import threading

from flask import Flask
from huey.consumer import Consumer

from portal.errors import SettingsError
from portal.jobs import feeds, timetable
from portal.queue import Queue

# The consumer's own rules would let it sleep up to ten seconds when nothing happens.
PACE = {"initial_delay": 0.2, "backoff": 1.0, "max_delay": 0.5}
WORKERS = 2


def run(app: Flask, *, periodic: bool = True) -> None:
    """Work until SIGTERM or Ctrl-C."""
    known: Queue = app.extensions["queue"]
    if known.huey is None:
        raise SettingsError(
            "QUEUE_URL vaut immediate: : tout est fait sur place, il n’y a pas de file à vider."
        )
    stop = threading.Event()
    keepers = [
        threading.Thread(
            target=timetable.keep, args=(app, stop), kwargs={"quick": quick}, daemon=True
        )
        for quick in (True, False)
        if periodic
    ]
    readers = [
        threading.Thread(target=feeds.keep, args=(app, stop), daemon=True)
        for _ in range(feeds.READERS)
        if periodic
    ]
    for thread in (*keepers, *readers):
        thread.start()
    try:
        Consumer(
            known.huey,
            workers=WORKERS,
            periodic=False,
            graceful_signal="TERM",
            shutdown_timeout=20,
            **PACE,
        ).run()
    finally:
        stop.set()
        for keeper in keepers:
            keeper.join(timeout=30)
