"""A segment as flat arrays in one file, written once beside Whoosh's own and mapped by readers.

    arrays, header (JSON: arrays with type, place and length; names), length of the header, magic

The header carries the segment's name and the version of the schema; the manifest carries the CRC
of the whole. A file that is missing, torn, stale or of another schema is refused, never half
believed. The arrays come first so that each can be written, and forgotten, as soon as it is made.
"""

import json
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.whoosh import schema
from search.whoosh.layout import Names
from search.whoosh.schema import Arrays

MAGIC = b"RELAIS-SIDECAR\n"
_ALIGN = 64
_BLOCK = 1 << 22
_whole: dict[Path, tuple[int, ...]] = {}


class Damaged(Exception):
    """A file of the index is not what it should be; the text says which and how."""


class Draft:
    """A file that is being written under another name: synced and renamed when it is whole."""

    def __init__(self, path: Path, name: str) -> None:
        self._path, self._name = path, name
        self._draft = path.with_suffix(f".draft{os.getpid()}")
        self._file = self._draft.open("wb")
        self._table: dict[str, tuple[str, int, int]] = {}
        self._at = self._crc = 0

    def put(self, arrays: Arrays) -> None:
        """Write some more arrays."""
        for key, values in arrays.items():
            self._table[key] = values.dtype.str, self._at, values.size
            for piece in _pieces(values):
                self._write(piece)

    def finish(self, names: Names) -> int:
        """Write the header, make it last, give it its name; return the CRC of the file."""
        head = {"schema": schema.VERSION, "segment": self._name, "size": self._at}
        header = json.dumps(head | {"arrays": self._table, "names": names}).encode()
        self._write(memoryview(header + len(header).to_bytes(8, "little") + MAGIC))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._draft.replace(self._path)
        return self._crc

    def drop(self) -> None:
        """Let go of what was not finished."""
        self._file.close()
        self._draft.unlink(missing_ok=True)

    def _write(self, piece: memoryview) -> None:
        self._file.write(piece)
        self._crc = zlib.crc32(piece, self._crc)
        self._at += len(piece)


@contextmanager
def draft(path: Path, name: str) -> Iterator[Draft]:
    """A file to be written; what is not finished is not kept."""
    made = Draft(path, name)
    try:
        yield made
    finally:
        made.drop()


def _pieces(values: NDArray[Any]) -> Iterator[memoryview]:
    """The bytes of an array without copying it, and what aligns the next."""
    data = np.ascontiguousarray(values).reshape(-1).view(np.uint8).data
    yield data
    yield memoryview(b"\0" * (-len(data) % _ALIGN))


def is_whole(path: Path, name: str, crc: int) -> bool:
    """Whether the file is the one that the manifest names.

    A writer asks this of every segment with every change: what it has read once, and nobody has
    touched since, it does not read again.
    """
    try:
        status = path.stat()
        seen = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns, crc)
        if _whole.get(path) != seen:
            load(path, name, crc)
            _whole[path] = seen
    except (Damaged, OSError, ValueError):
        return False
    return True


def _crc_of(path: Path) -> int:
    crc, block = 0, memoryview(bytearray(_BLOCK))
    with path.open("rb", buffering=0) as file:
        while size := file.readinto(block):
            crc = zlib.crc32(block[:size], crc)
    return crc


def load(path: Path, name: str, crc: int) -> tuple[Arrays, Names]:
    """Map a file after checking all of it; the arrays are read-only views of the file.

    Raises Damaged when any byte is not the one that was written. Checking reads the file from end
    to end, which is also what brings it from a cold disk in one go; what is mapped afterwards
    counts as this process's memory only where a question has touched it.
    """
    if _crc_of(path) != crc:
        raise Damaged(f"{path.name} is not the file that the manifest names.")
    return mapped(path, name)


def values(path: Path) -> int:
    """How many numbers all of its arrays hold: a long text costs a byte each in the file, and many more while it is merged."""
    header = _header(np.asarray(np.memmap(path, np.uint8, "r")), path)
    return sum(size for _kind, _at, size in header["arrays"].values())


def _header(whole: NDArray[np.uint8], path: Path) -> dict[str, Any]:
    end = len(whole) - len(MAGIC) - 8
    if end < 0 or whole[end + 8 :].tobytes() != MAGIC:
        raise Damaged(f"{path.name} is of another schema.")
    length = int.from_bytes(whole[end : end + 8].tobytes(), "little")
    header: dict[str, Any] = json.loads(whole[end - length : end].tobytes())
    return header


def mapped(path: Path, name: str) -> tuple[Arrays, Names]:
    """Map a file that was checked before."""
    whole = np.asarray(np.memmap(path, np.uint8, "r"))
    header = _header(whole, path)
    if header["schema"] != schema.VERSION or header["segment"] != name:
        raise Damaged(f"{path.name} is of another schema or segment.")
    arrays = {}
    for key, (kind, at, size) in header["arrays"].items():
        arrays[key] = whole[at : at + np.dtype(kind).itemsize * size].view(kind)
    return arrays, header["names"]
