"""What the JSON formats share: the records of a file with their notebooks, and values as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from portal.formats.encoding import characters, find_encoding, repair_bytes
from portal.formats.errors import FormatError
from portal.formats.json_records import DECODER, JsonCutter, Piece, Shape
from portal.formats.problem import FeedProblem, Notebook
from portal.formats.settings import ReadSettings
from portal.formats.xml_feed import rewindable

_HEAD_BYTES = 4_096
Record = tuple[dict[str, Any], Notebook]


def open_text(stream: BinaryIO) -> tuple[BinaryIO, str]:
    """The stream, rewindable, and how its text begins. Raises FormatError when it is empty."""
    stream = rewindable(stream)
    start = stream.tell()
    head = stream.read(_HEAD_BYTES)
    stream.seek(start)
    encoding = find_encoding(head)
    text = head[encoding.skip :].decode(encoding.name, "replace").lstrip("\ufeff \r\n\t\0")
    if not text:
        raise FormatError("empty")
    return stream, text


def chunks_of(stream: BinaryIO) -> Iterator[str]:
    """The characters of the file."""
    start = stream.tell()
    head = stream.read(_HEAD_BYTES)
    stream.seek(start)
    return characters(stream, find_encoding(head))


class JsonReader:
    """The records of a JSON file, each with its notebook, or the FeedProblem that stands for it; counted from 1."""

    def __init__(self, shape: Shape, ident: re.Pattern[str], settings: ReadSettings) -> None:
        self._shape, self._ident, self._settings = shape, ident, settings
        self.count = 0
        self.first_line = 1  # of the text being read
        self.has_list = False
        self.envelope: dict[str, Any] = {}

    def read(self, chunks: Iterator[str], line: int = 1) -> Iterator[Record | FeedProblem]:
        """One JSON text; the line of the file on which it begins. What is outside of any record stays in `envelope`."""
        self.first_line = line
        cutter = JsonCutter(chunks, self._shape, self._settings.max_record_chars, line)
        for piece in cutter:
            self.count += 1
            if self.count > self._settings.max_records:
                yield from self._told("too_many_records", limit=self._settings.max_records)
                return
            yield from self._record(piece)
        self.envelope, self.has_list = cutter.envelope, self.has_list or cutter.has_list
        if not cutter.is_complete:
            yield from self._told("truncated")

    def _record(self, piece: Piece) -> Iterator[Record | FeedProblem]:
        text, was_odd = repair_bytes(piece.text)
        if piece.value is not None and not piece.code:
            notes = Notebook(self.count, piece.line)
            if was_odd:
                notes.repaired("", text, "encoding_bytes")
            yield (DECODER.decode(text) if was_odd else piece.value), notes
            return
        # Records run together when what parts them is damaged: each was there, and counts as seen.
        idents: list[str | None] = [*dict.fromkeys(self._ident.findall(text))] or [None]
        for ident in idents:
            notes = Notebook(self.count, piece.line, ident)
            code = piece.code or "malformed"
            values: dict[str, Any] = (
                {"limit": self._settings.max_record_chars} if code == "too_big" else {}
            )
            notes.refused("", text, f"{code}_json" if code == "malformed" else code, None, **values)
            yield from notes.problems

    def _told(self, code: str, limit: int = 0) -> list[FeedProblem]:
        notes = Notebook(0, None)
        notes.refused("", "", code, limit=limit)
        return notes.problems


def text_of(value: Any) -> str:
    """A value as text: the first of a list, the name or address of an object, yes and no as words."""
    if isinstance(value, list):
        return next(filter(None, map(text_of, value)), "")
    if isinstance(value, dict):
        return text_of(
            next((value[k] for k in ("@value", "name", "url", "@id") if value.get(k)), "")
        )
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else ""


def said_of(value: dict[str, Any], *names: str) -> str:
    """The text of the first of these names that says something."""
    return next(filter(None, (text_of(value.get(name)) for name in names)), "")


def listed(value: Any) -> list[Any]:
    """A value that may be one or several, as several."""
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects among one or several values."""
    return [one for one in listed(value) if isinstance(one, dict)]
