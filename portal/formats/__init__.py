"""Formats: how other people's files become FeedItems. Pure: no database, no web, no clock.

`read(stream, name, settings)` is the only door: it yields a FeedItem or a FeedProblem, one at a time, and raises a
FormatError when the file is not usable at all.
"""

from __future__ import annotations
