"""A builder of segments: `python -m search.whoosh.builder BUILD NAME`, started by building.py.

Reads pickled lists of offers from its standard input, of which an empty one ends a segment, and
None everything; prints a line of JSON for each segment, once its sidecar is written. When its input
ends without that word, whoever started it is gone: what it began is left to be swept.

One builder at a time sorts and writes, which takes twice the memory of reading and as long: the
other reads meanwhile.
"""

import fcntl
import json
import pickle
import sys
from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import IO, BinaryIO

from whoosh import index as whoosh_index

from search.whoosh import schema, writer
from search.whoosh.schema import Entry


def main(home: Path, name: str, given: BinaryIO) -> None:
    """Make segments until nothing more is given."""
    (home / name).mkdir(mode=0o700)
    index = whoosh_index.create_in(str(home / name), schema.make_schema())
    while (first := _next(given)) is not None:
        with (home / "sorting").open("a") as turn:
            for segment in writer.add_segment(index, home, chain(first, _rest(given, turn))):
                print(json.dumps(asdict(segment)), flush=True)


def _rest(given: BinaryIO, turn: IO[str]) -> Iterator[Entry]:
    """What else is of the segment; it ends when it is this builder's turn, until the file is closed."""
    while entries := _next(given):
        yield from entries
    fcntl.flock(turn, fcntl.LOCK_EX)


def _next(given: BinaryIO) -> list[Entry] | None:
    entries = pickle.load(given)  # noqa: S301 - from the process that started this one
    return entries and [Entry(*entry) for entry in entries]


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), sys.argv[2], sys.stdin.buffer)
    except EOFError:
        sys.exit(1)
