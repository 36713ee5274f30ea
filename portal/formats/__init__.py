"""Formats: how other people's files become FeedItems. Pure: no database, no web, no clock.

`read(stream, settings, name)` is the only door: it yields a FeedItem or a FeedProblem, one at a time, and raises a
FormatError when the file is not usable at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from portal.formats.detect import FORMATS, HEAD_BYTES, Format, detect
from portal.formats.errors import FormatError, NotThisFormat
from portal.formats.item import FeedItem
from portal.formats.problem import FeedProblem, Severity
from portal.formats.settings import ReadSettings
from portal.formats.xml_feed import rewindable

__all__ = [
    "FORMATS",
    "FeedItem",
    "FeedProblem",
    "Format",
    "FormatError",
    "ReadSettings",
    "Severity",
    "choose",
    "read",
]


def choose(stream: BinaryIO, name: str = "") -> Format:
    """The format called `name`, or the one that the stream's first bytes tell; the stream must be seekable.

    Raises FormatError when no format fits or the name is not known.
    """
    if name:
        if name not in FORMATS:
            raise NotThisFormat("unknown_format", formats=", ".join(FORMATS))
        return FORMATS[name]
    start = stream.tell()
    head = stream.read(HEAD_BYTES)
    stream.seek(start)
    return detect(head)


def read(
    stream: BinaryIO, settings: ReadSettings | None = None, name: str = ""
) -> Iterator[FeedItem | FeedProblem]:
    """The offers and problems of a file, in its order; a record's problems come just before its item.

    Memory does not grow with the file. FormatError may also be raised after the first item, when the file proves
    unusable further on (a document type definition between two records): a run that meets it has failed.
    """
    stream = rewindable(stream)
    yield from choose(stream, name).read(stream, settings or ReadSettings())
