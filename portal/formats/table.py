"""Tables: CSV, TSV, semicolons; any encoding; columns named in French or in English, or by the feed's own map.

The form that a small association can fill in a spreadsheet. One row is one offer; an id that never changes is asked
for, because an id made out of the text would lose every like and signup at the first correction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from portal.formats.checks import checked
from portal.formats.columns import find_columns
from portal.formats.encoding import Encoding, characters, find_encoding, repair_bytes
from portal.formats.errors import FormatError, NotThisFormat
from portal.formats.item import FeedItem
from portal.formats.problem import FeedProblem, Notebook
from portal.formats.rows import Row, Rows, lines
from portal.formats.settings import ReadSettings
from portal.formats.table_offers import TableRow
from portal.formats.xml_feed import rewindable

NAME = "table"
_DELIMITERS = ",;\t|"
_SAMPLE_BYTES = 65_536
_HEADER_WITHIN = 10  # lines: some sheets begin with a title and a date


def recognises(head: str) -> bool:
    """Whether a file that begins so is a table with a header that we know."""
    return (
        not head.lstrip("\ufeff \r\n\t").startswith(("<", "{", "["))
        and _header(head, {}) is not None
    )


def read(stream: BinaryIO, settings: ReadSettings) -> Iterator[FeedItem | FeedProblem]:
    """The offers and problems of a table, row by row. Raises FormatError when there is no header to go by."""
    stream = rewindable(stream)
    start = stream.tell()
    sample = stream.read(_SAMPLE_BYTES)
    stream.seek(start)
    encoding = _encoding(sample)
    head = sample[encoding.skip :].decode(encoding.name, "replace")
    if not head.strip("\0 \r\n\t\ufeff"):
        raise FormatError("empty")
    if "<html" in head[:2_000].lower() or "<!doctype html" in head[:2_000].lower():
        raise NotThisFormat("html_page")
    found = _header(head, settings.columns)
    if found is None:
        raise FormatError("no_header")
    delimiter, columns = found
    if not {"external_id", "detail_url"} & set(columns.values()):
        raise FormatError("no_id_column")
    yield from _rows(stream, encoding, delimiter, columns, settings)


def _rows(
    stream: BinaryIO,
    encoding: Encoding,
    delimiter: str,
    columns: dict[int, str],
    settings: ReadSettings,
) -> Iterator[FeedItem | FeedProblem]:
    rows = Rows(
        lines(characters(stream, encoding), settings.max_record_chars),
        delimiter,
        settings.max_record_chars,
    )
    record = 0
    for row in rows:
        if rows.expected is None:  # up to the header
            if find_columns(row.cells, settings.columns) == columns:
                rows.expected = max(len(row.cells), max(columns) + 1)
            continue
        record += 1
        notes = Notebook(record, row.line)
        if record > settings.max_records:
            notes.refused("", "", "too_many_records", limit=settings.max_records)
            yield from notes.problems
            return
        item = _offer(row, rows.expected, columns, notes, settings)
        yield from notes.problems
        if item is not None:
            yield item


def _offer(
    row: Row, expected: int, columns: Mapping[int, str], notes: Notebook, settings: ReadSettings
) -> FeedItem | None:
    repaired = [repair_bytes(cell) for cell in row.cells]
    cells = {columns[i]: text.strip() for i, (text, _) in enumerate(repaired) if i in columns}
    table_row = TableRow(cells, notes, settings)
    notes.external_id = table_row.ident()
    if any(was_odd for _, was_odd in repaired):
        notes.repaired(
            "", " ".join(text for text, was_odd in repaired if was_odd), "encoding_bytes"
        )
    if row.code == "quotes_repaired":
        notes.repaired("", row.text, row.code)
    elif row.code:
        values = {"columns_count": {"found": len(row.cells), "expected": expected},
                  "too_big": {"limit": settings.max_record_chars}}.get(row.code, {})  # fmt: skip
        notes.refused("", repair_bytes(row.text)[0], row.code, **values)
        return None
    return checked(table_row.draft(), notes, settings)


def _encoding(sample: bytes) -> Encoding:
    """A table announces nothing: it is UTF-8 when it can be, else Windows-1252, what spreadsheets write here."""
    found = find_encoding(sample)
    if found.name != "utf-8" or found.skip:
        return found
    try:
        sample[: sample.rfind(b"\n") + 1 or None].decode("utf-8")
    except UnicodeDecodeError:
        return Encoding("cp1252" if _is_mostly_odd(sample) else "utf-8")
    return found


def _is_mostly_odd(sample: bytes) -> bool:
    """Whether the letters beyond ASCII are mostly not UTF-8: then the file is not, else it has a few bad bytes."""
    text = sample.decode("utf-8", "surrogateescape")
    odd = sum("\udc80" <= c <= "\udcff" for c in text)
    return odd * 2 > sum(c > "\x7f" for c in text)


def _header(head: str, given: Mapping[str, str]) -> tuple[str, dict[int, str]] | None:
    """The delimiter and the columns, by trying each on the first lines: the one that finds most names is right."""
    best: tuple[str, dict[int, str]] | None = None
    first_lines = head.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for delimiter in _DELIMITERS:
        rows = Rows(iter(first_lines[: _HEADER_WITHIN * 4]), delimiter, 100_000)
        for count, row in enumerate(rows):
            columns = find_columns(row.cells, given)
            if columns and (best is None or len(columns) > len(best[1])):
                best = (delimiter, columns)
            if columns or count >= _HEADER_WITHIN:
                break
    return best
