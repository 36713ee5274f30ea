"""This app's open search index, and the stand-in that answers when it cannot (filled by services/finding)."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import cast

from flask import current_app

from portal import clock, queue
from search.index import Index, open_index

ASKED_EVERY = 30  # seconds
_filling = Lock()


def current() -> Index:
    """The index of the current app, opened at the first question; asking may raise IndexUnavailable."""
    kept = current_app.extensions
    if "index" not in kept:
        kept["index"] = open_index(current_app.config["SEARCH_URL"])
    return cast(Index, kept["index"])


def ask_for_repair() -> None:
    """Nudge the worker to look at the index; once in half a minute, however many searches fail meanwhile."""
    kept = current_app.extensions
    if kept.get("index_asked_at", 0) + ASKED_EVERY <= clock.epoch():
        kept["index_asked_at"] = clock.epoch()
        queue.nudge("index")


def stand_in(mark: object, fill: Callable[[], Index]) -> Index:
    """An index made of what the database has, kept until `mark` changes; threads wait for the one that fills it."""
    kept = current_app.extensions
    with _filling:
        if kept.get("index_stand_in", (None,))[0] != mark:
            kept["index_stand_in"] = (mark, fill())
        return cast(Index, kept["index_stand_in"][1])
