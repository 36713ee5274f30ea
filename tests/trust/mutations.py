"""Spoil a feed in the ways that feeds are spoilt, by a seed: the same seed spoils it the same way.

A mutation touches one record of a list and says whether it may reach its neighbours: cutting a file short does, a flipped
byte does not.
"""

from __future__ import annotations

import random
from collections.abc import Callable

Mutation = Callable[[random.Random, bytes], bytes]
_ODD_VALUES = [
    b"0000-00-00", b"9999-12-31", b"NaN", b"-1", b"1e400", b"9" * 5_000, b"\x00", b"\xed\xa0\x80", b"\xff\xfe", b"\xf0\x9f\x98",
    b"&nope;", b"&#0;", b"&#xD800;", b"&#99999999;", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<", b">", b"&", b'"', b"'", b"\r",
    b"\\n", b"\xe9t\xe9", b"\xe2\x80\xae", b"{{7*7}}", b"=1+1", b"x" * 140_000, b"\x1f", b"%s%n", b"<?x", b"?>", b"\xc2\x85",
]  # fmt: skip


def flip_bytes(chance: random.Random, record: bytes) -> bytes:
    spoilt = bytearray(record)
    for _ in range(chance.randint(1, 3)):
        spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


def drop_bytes(chance: random.Random, record: bytes) -> bytes:
    start = chance.randrange(len(record))
    return record[:start] + record[start + chance.randint(1, 40) :]


def put_odd_value(chance: random.Random, record: bytes) -> bytes:
    place = chance.randrange(len(record))
    return record[:place] + chance.choice(_ODD_VALUES) + record[place:]


def double_part(chance: random.Random, record: bytes) -> bytes:
    start = chance.randrange(len(record))
    end = min(len(record), start + chance.randint(1, 200))
    return record[:end] + record[start:end] + record[end:]


def swap_parts(chance: random.Random, record: bytes) -> bytes:
    one, two = sorted(chance.sample(range(len(record)), 2))
    width = min(chance.randint(1, 20), two - one, len(record) - two)
    return (
        record[:one]
        + record[two : two + width]
        + record[one + width : two]
        + record[one : one + width]
        + record[two + width :]
    )


def other_encoding(chance: random.Random, record: bytes) -> bytes:
    text = record.decode("utf-8", "replace")
    return text.encode(chance.choice(["cp1252", "utf-16-le", "utf-7", "mac-roman"]), "replace")


def mixed_line_ends(chance: random.Random, record: bytes) -> bytes:
    return b"".join(
        bytes([c]) if c != 10 else chance.choice([b"\r\n", b"\r", b"\n"]) for c in record
    )


MUTATIONS: list[Mutation] = [
    flip_bytes, drop_bytes, put_odd_value, double_part, swap_parts, other_encoding, mixed_line_ends,
]  # fmt: skip
