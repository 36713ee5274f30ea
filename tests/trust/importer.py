"""A process of its own that imports a table into a SQLite file: the one that R12 kills.

Run as `python -m tests.trust.importer FOLDER FILE [--without-key] [--without-hold] [--die-at=N]`. With `--without-key` each record gets a new id in each
process, as if offers were not found again by (feed, external id): the negative control. With `--without-hold` what comes is
shown at once. With `--die-at=N` the process kills itself as it saves for the N-th time.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from portal import config, create_app, formats
from portal.errors import NotFound
from portal.formats import FeedItem
from portal.services import feed_brake, feeds
from portal.services.feed_limits import Limits
from tests.conftest import settings_for


def main() -> None:
    """Import the file into the feed "essai", made when it is new."""
    folder, file = Path(sys.argv[1]), Path(sys.argv[2])
    if "--without-key" in sys.argv:
        forget_ids()
    if "--without-hold" in sys.argv:
        feed_brake.has_offers = lambda feed: False
    app = create_app(config.from_environment({}, settings_for(folder)))
    with (
        app.app_context(),
        app.extensions["database"].writing() as session,
        file.open("rb") as body,
    ):
        try:
            feed = feeds.by_name("essai")
        except NotFound:
            feed = feeds.add("essai", "", "table")
        save = saving(session.commit)
        started = feeds.begin(feed)
        save()
        print("begun", flush=True)
        limits = Limits(max_bytes=10**8, max_seconds=60, max_records=10**6)
        tally = feeds.read(feed, body, limits, save)
        feeds.finish(feed, started, tally, save)
    print("done", flush=True)


def saving(commit: Callable[[], object]) -> Callable[[], object]:
    """The commit, until it is time to die: the last one is not made."""
    left = next((int(a.partition("=")[2]) for a in sys.argv if a.startswith("--die-at=")), 10**9)

    def save() -> object:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return commit()

    return save


def forget_ids() -> None:
    """Take the key away."""
    read = formats.read

    def renamed(*given: Any) -> Any:
        for one in read(*given):
            if isinstance(one, FeedItem):
                one = replace(one, external_id=f"{one.external_id}-{os.getpid()}")
            yield one

    formats.read = renamed


if __name__ == "__main__":
    main()
