"""Bytes to characters, as a stream: the announced encoding, the real one, and the byte that fits neither.

A file that says UTF-8 and holds a few Windows-1252 bytes is common (a database export glued to a template). Such bytes
come out as lone surrogates, so that the record which holds them can repair and report them (`repair_bytes`): one bad
byte never changes how the rest of the file is read.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from portal.formats.errors import FormatError

CHUNK_BYTES = 65_536
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ANNOUNCED = re.compile(
    rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_.:-]{1,40})["']"""
)
# Text encodings only: Python also knows codecs (base64, unicode_escape, utf-7) that turn text into something else.
_ACCEPTED = re.compile(
    r"^(utf-8|ascii|utf-16(-[lb]e)?|utf-32(-[lb]e)?|iso8859-\d+|cp125\d|cp850|mac-roman|koi8-r)$"
)
_SURROGATES = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding to read with. `announced` is what the file claimed, when that was wrong."""

    name: str
    skip: int = 0  # bytes of the byte order mark
    announced: str = ""


def find_encoding(head: bytes, default: str = "utf-8") -> Encoding:
    """The encoding of a file that begins with `head`: its mark, its zero bytes, its XML declaration, the default.

    Raises FormatError when it announces an encoding that we do not read.
    """
    for mark, name in _BOMS:
        if head.startswith(mark):
            return Encoding(name, len(mark))
    if head[:1] == b"\0" and head[1:2] != b"\0":
        return Encoding("utf-16-be")
    if head[1:2] == b"\0" and head[:1] != b"\0":
        return Encoding("utf-16-le")
    announced = _ANNOUNCED.match(head)
    if announced is None:
        return Encoding(default)
    label = announced.group(1).decode("ascii")
    name = _accepted(label)
    if name.startswith(
        ("utf-16", "utf-32")
    ):  # it cannot be: we have just read it one byte at a time
        return Encoding("utf-8", announced=label)
    return Encoding(name)


def characters(stream: BinaryIO, encoding: Encoding) -> Iterator[str]:
    """The file as chunks of text. A byte order mark is dropped; bad bytes become lone surrogates."""
    errors = (
        "replace"
        if encoding.name.startswith("utf-16") or encoding.name.startswith("utf-32")
        else "surrogateescape"
    )
    decoder = codecs.getincrementaldecoder(encoding.name)(errors)
    stream.read(encoding.skip)
    while chunk := stream.read(CHUNK_BYTES):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", True)


def repair_bytes(text: str) -> tuple[str, bool]:
    """The text with its undecoded bytes read as Windows-1252, and whether there were any."""
    if text.isascii() or not _SURROGATES.search(text):
        return text, False
    return _SURROGATES.sub(_as_windows, text), True


def _as_windows(match: re.Match[str]) -> str:
    return bytes([ord(match.group()) - 0xDC00]).decode("cp1252", "replace")


def _accepted(label: str) -> str:
    try:
        name = codecs.lookup(label).name
    except LookupError:
        name = ""
    if not _ACCEPTED.match(name):
        raise FormatError("encoding_unknown", encoding=label)
    # The Web reads Latin-1 as Windows-1252, its superset: so do the exports that claim it.
    return "cp1252" if name in {"iso8859-1", "ascii"} else name
