"""This app's open search index. What answers when it cannot is in services/finding.py: the database."""

from __future__ import annotations

from typing import cast

from flask import current_app

from search.index import Index, open_index


def current() -> Index:
    """The index of the current app, opened at the first question; asking may raise IndexUnavailable."""
    kept = current_app.extensions
    if "index" not in kept:
        kept["index"] = open_index(current_app.config["SEARCH_URL"])
    return cast(Index, kept["index"])
