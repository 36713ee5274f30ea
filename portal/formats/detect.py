"""Which format a file is in, from its first bytes. The registry of formats is here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from portal.formats import (
    calendar,
    engagement,
    footprint,
    linked_data,
    relais,
    syndication,
    table,
)
from portal.formats.encoding import find_encoding
from portal.formats.errors import FormatError, NotThisFormat
from portal.formats.item import FeedItem
from portal.formats.problem import FeedProblem
from portal.formats.settings import ReadSettings

HEAD_BYTES = 65_536
# What a spreadsheet saves of itself, new and old, and what was squeezed for the journey.
WRAPPED = (
    (b"PK\x03\x04", "workbook"),
    (b"\xd0\xcf\x11\xe0", "workbook"),
    (b"\x1f\x8b", "compressed"),
)
Reader = Callable[[BinaryIO, ReadSettings], Iterator[FeedItem | FeedProblem]]


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name (as in `--format`), how to recognise it, and how to read it."""

    name: str
    recognises: Callable[[str], bool]
    read: Reader


FORMATS: Mapping[str, Format] = {
    module.NAME: Format(module.NAME, module.recognises, module.read)
    for module in (footprint, syndication, engagement, relais, linked_data, calendar, table)
}


def detect(head: bytes) -> Format:
    """The format of a file that begins with `head` (64 KiB are enough). Raises FormatError when none fits."""
    for beginning, code in WRAPPED:
        if head.startswith(beginning):
            raise NotThisFormat(code)
    encoding = find_encoding(head)
    text = head[encoding.skip :].decode(encoding.name, "replace")
    if not text.strip("\0 \r\n\t"):
        raise FormatError("empty")
    for candidate in FORMATS.values():
        if candidate.recognises(text):
            return candidate
    start = text[:2_000].lower()
    if "<html" in start or "<!doctype html" in start:
        raise NotThisFormat("html_page")
    raise NotThisFormat("unknown_format", formats=", ".join(FORMATS))
