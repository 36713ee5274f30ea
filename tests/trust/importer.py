"""A process of its own that imports a table into a SQLite file: the one that R12 kills.

Run as `python -m tests.trust.importer FOLDER FILE [--without-key]`. With `--without-key` each record gets a new id in each
process, as if offers were not found again by (feed, external id): the negative control.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from portal import config, create_app, formats
from portal.errors import NotFound
from portal.formats import FeedItem
from portal.services import feeds
from portal.services.feeds import Limits
from tests.conftest import settings_for


def main() -> None:
    """Import the file into the feed "essai", made when it is new."""
    folder, file = Path(sys.argv[1]), Path(sys.argv[2])
    if "--without-key" in sys.argv:
        forget_ids()
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
        started = feeds.begin(feed)
        session.commit()
        print("begun", flush=True)
        limits = Limits(max_bytes=10**8, max_seconds=60, max_records=10**6)
        tally = feeds.read(feed, body, limits, session.commit)
        feeds.finish(feed, started, tally, session.commit)
    print("done", flush=True)


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
