"""The table by which a partner that renumbers its records says which new id each old one has: two columns, any delimiter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from portal.formats.encoding import characters, find_encoding
from portal.formats.item import ID_LENGTH, normal_id
from portal.formats.problem import FeedProblem, Notebook
from portal.formats.rows import Row, Rows, lines
from portal.formats.xml_feed import rewindable

_DELIMITERS = ";,\t|"
_SAMPLE_BYTES = 65_536
_LONGEST_LINE = 2_000
_HEADERS = frozenset(
    {"ancien", "old", "ancien id", "old id", "ancien identifiant", "from", "avant"}
)

Pair = tuple[int, str, str]  # line, old id, new id


def read(stream: BinaryIO) -> Iterator[Pair | FeedProblem]:
    """The pairs and problems of the table, in its order. A header is passed over. Ids are text, as written."""
    stream = rewindable(stream)
    start = stream.tell()
    sample = stream.read(_SAMPLE_BYTES)
    stream.seek(start)
    encoding = find_encoding(sample)
    head = sample[encoding.skip :].decode(encoding.name, "replace").lstrip().split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=head.count)
    stream.seek(start + encoding.skip)
    source = lines(characters(stream, encoding), _LONGEST_LINE)
    for number, row in enumerate(Rows(source, delimiter, _LONGEST_LINE), start=1):
        if number == 1 and row.cells and _name(row.cells[0]) in _HEADERS:
            continue
        yield _pair(number, row)


def _pair(number: int, row: Row) -> Pair | FeedProblem:
    cells = [normal_id(cell) for cell in row.cells]
    old, new = [*cells, "", ""][:2]
    if old and new and len(old) <= ID_LENGTH and len(new) <= ID_LENGTH:
        return row.line, old, new
    notes = Notebook(number, row.line, old or None)
    notes.refused("external_id", row.text, "renumber_incomplete")
    return notes.problems[0]


def _name(cell: str) -> str:
    return " ".join(cell.strip().casefold().replace("_", " ").replace("-", " ").split())
