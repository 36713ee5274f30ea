"""This app's open search index, and the stand-in that answers when it cannot (filled by services/finding)."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any, NamedTuple, cast

from flask import current_app

from portal import clock, queue
from search.index import Index, open_index

ASKED_EVERY = 30  # seconds
REFILLED_EVERY = 60  # seconds
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


class _StandIn(NamedTuple):
    index: Index
    mark: object
    until: int


def stand_in(mark: Callable[[], object], fill: Callable[[Any], Index]) -> Index:
    """An index made of what the database has. Once a minute it is looked at, and if `mark` has changed the next one is made of
    it (the first one of None).

    Threads wait for the first that is filled; while the next is, they are answered by the one before.
    """
    kept = current_app.extensions
    held: _StandIn | None = kept.get("index_stand_in")
    if held and (clock.epoch() < held.until or _filling.locked()):
        return held.index
    with _filling:
        held = kept.get("index_stand_in")  # another thread may have filled it meanwhile
        if held is None or clock.epoch() >= held.until:
            new = mark()
            index = held.index if held and held.mark == new else fill(held and held.index)
            held = kept["index_stand_in"] = _StandIn(index, new, clock.epoch() + REFILLED_EVERY)
        return held.index
