"""A segment as flat arrays in one file, written once beside Whoosh's own and mapped by readers.

    magic, length of the header, header (JSON: arrays with type, place and length; names), arrays

The header carries the segment's name, the version of the schema and a CRC of everything after it;
the manifest carries the CRC of the whole. A file that is missing, torn, stale or of another
schema is refused, never half believed.
"""

import json
import os
import zlib
from pathlib import Path

import numpy as np

from search.whoosh import schema
from search.whoosh.layout import Names
from search.whoosh.schema import Arrays

MAGIC = b"RELAIS-SIDECAR\n"
_ALIGN = 64


class Damaged(Exception):
    """A file of the index is not what it should be; the text says which and how."""


def write(path: Path, name: str, arrays: Arrays, names: Names) -> int:
    """Write the file whole under another name, sync it, then rename; return its CRC."""
    table, parts, at = {}, [], 0
    for key, values in arrays.items():
        data = np.ascontiguousarray(values).tobytes()
        table[key] = [values.dtype.str, at, values.size]
        padding = -len(data) % _ALIGN
        parts += [data, b"\0" * padding]
        at += len(data) + padding
    body = b"".join(parts)
    head = {"schema": schema.VERSION, "segment": name, "crc": zlib.crc32(body), "size": at}
    header = json.dumps(head | {"arrays": table, "names": names}).encode()
    header += b" " * (-(len(MAGIC) + 8 + len(header)) % _ALIGN)
    whole = MAGIC + len(header).to_bytes(8, "little") + header
    draft = path.with_suffix(f".draft{os.getpid()}")
    with draft.open("wb") as file:
        file.write(whole)
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return zlib.crc32(body, zlib.crc32(whole))


def load(path: Path, name: str, crc: int) -> tuple[Arrays, Names]:
    """Map a file after checking all of it; the arrays are read-only views of the file.

    Raises Damaged when any byte is not the one that was written.
    """
    whole = np.asarray(np.memmap(path, np.uint8, "r"))
    if zlib.crc32(whole.data) != crc:
        raise Damaged(f"{path.name} is not the file that the manifest names.")
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
