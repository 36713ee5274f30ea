"""A segment as flat arrays in one file, written once beside Whoosh's own and mapped by readers.

    magic, length of the header, header (JSON: arrays with type, place and length; names), arrays

The header carries the segment's name, the version of the schema and a CRC of everything after it;
the manifest carries the CRC of the whole. A file that is missing, torn, stale or of another
schema is refused, never half believed.
"""

import json
import os
import zlib
from collections.abc import Iterator
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


def write(path: Path, name: str, arrays: Arrays, names: Names) -> int:
    """Write the file whole under another name, sync it, then rename; return its CRC."""
    table, crc, at = {}, 0, 0
    for key, values in arrays.items():
        table[key] = [values.dtype.str, at, values.size]
        for piece in _pieces(values):
            crc = zlib.crc32(piece, crc)
            at += len(piece)
    head = {"schema": schema.VERSION, "segment": name, "crc": crc, "size": at}
    header = json.dumps(head | {"arrays": table, "names": names}).encode()
    header += b" " * (-(len(MAGIC) + 8 + len(header)) % _ALIGN)
    first = MAGIC + len(header).to_bytes(8, "little") + header
    crc = zlib.crc32(first)
    draft = path.with_suffix(f".draft{os.getpid()}")
    with draft.open("wb") as file:
        file.write(first)
        for values in arrays.values():
            for piece in _pieces(values):
                file.write(piece)
                crc = zlib.crc32(piece, crc)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return crc


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


def mapped(path: Path, name: str) -> tuple[Arrays, Names]:
    """Map a file that was checked before."""
    whole = np.asarray(np.memmap(path, np.uint8, "r"))
    begin = len(MAGIC) + 8
    length = int.from_bytes(whole[len(MAGIC) : begin].tobytes(), "little")
    header = json.loads(whole[begin : begin + length].tobytes())
    if header["schema"] != schema.VERSION or header["segment"] != name:
        raise Damaged(f"{path.name} is of another schema or segment.")
    body = whole[begin + length :]
    arrays = {}
    for key, (kind, at, size) in header["arrays"].items():
        width = np.dtype(kind).itemsize * size
        arrays[key] = body[at : at + width].view(kind)
    return arrays, header["names"]
