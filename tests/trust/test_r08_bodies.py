"""R08: a body that is too big, never ends, drips or lies is left, in bounded time and memory.

Every download runs in a process of its own against a bad server on loopback, with a limit of 32 MiB and a few seconds.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import brotli
import pytest
from backports import zstd

from portal.fetch import FetchError, fetch
from tests.trust.bad_server import Answer, bad_server, respond

ROOT = Path(__file__).parents[2]
MIB = 1 << 20
LIMIT = 32 * MIB
GROWN_MIB = 40  # how much more memory a download may take, whatever it is sent


def download_all(
    answers: dict[str, Answer], seconds: float = 4, which: str = "portal"
) -> dict[str, dict[str, Any]]:
    """What became of each download, one after the other in a process of its own."""
    names = list(answers)

    def by_number(connection: socket.socket, request: bytes) -> object:
        return answers[names[int(request.split()[1].lstrip(b"/"))]](connection, request)

    with bad_server(by_number) as server:
        urls = [f"http://127.0.0.1:{server.port}/{number}" for number in range(len(names))]
        child = str(Path(__file__).with_name("body_child.py"))
        done = subprocess.run(
            [sys.executable, child, which, str(LIMIT), str(seconds), *urls],
            capture_output=True, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": ""}, timeout=300, check=True,
        )  # fmt: skip
    return dict(zip(names, map(json.loads, done.stdout.splitlines()), strict=True))


def download(answer: Answer, seconds: float = 4, which: str = "portal") -> dict[str, Any]:
    return download_all({"one": answer}, seconds, which)["one"]


@cache
def zeros(coding: str, mebibytes: int) -> bytes:
    """So many MiB of zeros in that coding: about a thousandth of it, or a millionth for the newer ones."""
    packed = io.BytesIO()
    if coding == "gzip":
        with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9) as file:
            for _ in range(mebibytes):
                file.write(bytes(MIB))
        return packed.getvalue()
    if coding == "deflate":
        engine = zlib.compressobj(9)
        return b"".join([*(engine.compress(bytes(MIB)) for _ in range(mebibytes)), engine.flush()])
    if coding == "br":
        compressor = brotli.Compressor(quality=5)
        return b"".join(
            [*(compressor.process(bytes(MIB)) for _ in range(mebibytes)), compressor.finish()]
        )
    frames = zstd.ZstdCompressor()
    pieces = [frames.compress(bytes(MIB)) for _ in range(mebibytes)]
    return b"".join([*pieces, frames.flush()])


def endless(piece: bytes, pause: float = 0.0, head: str = "", first: bytes = b"") -> Answer:
    def answer(connection: socket.socket, request: bytes) -> None:
        connection.sendall(f"HTTP/1.1 200 OK\r\n{head}\r\n".encode() + first)
        while True:
            connection.sendall(piece)
            if pause:
                time.sleep(pause)

    return answer


def dripping_head(connection: socket.socket, request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        connection.sendall(b"x")
        time.sleep(0.2)


def silent(connection: socket.socket, request: bytes) -> None:
    time.sleep(30)


CHUNKED = "Transfer-Encoding: chunked\r\n"
TOO_BIG = {
    "5 GiB announced": respond(b"x", Content_Length=str(5 << 30)),
    "endless without a length": endless(bytes(65_536)),
    "endless chunks": endless(b"10000\r\n" + bytes(65_536) + b"\r\n", head=CHUNKED),
    "endless, as it is": endless(
        bytes(65_536).replace(b"\0", b"a"), head="Content-Encoding: identity\r\n"
    ),
}
TOO_SLOW = {
    "one byte a moment": endless(b"x", 0.2),
    "one byte a moment, with a length": endless(b"x", 0.2, "Content-Length: 100000\r\n"),
    "small chunks": endless(b"1\r\nx\r\n", 0.2, CHUNKED),
    "a chunk extension without end": endless(b"1;x", 0.2, CHUNKED),
    "gzip that gives nothing": endless(b"n", 0.2, "Content-Encoding: gzip\r\n", b"\x1f\x8b\x08\x08\0\0\0\0\0\0"),
    "a head without end": dripping_head,
    "interim answers without end": lambda c, r: [c.sendall(b"HTTP/1.1 100 Continue\r\n\r\n") or time.sleep(0.05) for _ in range(600)],
    "silence": silent,
}  # fmt: skip
BROKEN = {
    "more promised than sent": respond(b"<source/>", Content_Length="1000"),
    "chunks that stop": respond(b"5\r\nhello\r\n", Transfer_Encoding="chunked"),
    "chunk size that is none": respond(b"zz\r\nhello\r\n0\r\n\r\n", Transfer_Encoding="chunked"),
    "gzip cut short": respond(gzip.compress(b"x" * 100_000)[:-30], Content_Encoding="gzip"),
    "brotli cut short": respond(
        brotli.compress(bytes(range(256)) * 99)[:-5], Content_Encoding="br"
    ),
    "zstandard cut short": respond(
        zstd.compress(bytes(range(256)) * 99)[:-5], Content_Encoding="zstd"
    ),
    "not gzip at all": respond(b"<source/>", Content_Encoding="gzip"),
    "a coding we do not know": respond(b"<source/>", Content_Encoding="rot13"),
    "codings in layers": respond(b"<source/>", Content_Encoding=", ".join(["gzip"] * 50)),
    "a thousand headers": respond(b"", **{f"X-{n}": "x" for n in range(1_000)}),
    "headers of a megabyte": respond(b"", **{f"X-{n}": "x" * 20_000 for n in range(50)}),
    "no HTTP": lambda c, r: c.sendall(b"220 mail ESMTP\r\n"),
    "an error": respond(b"<html>", status="503 Service Unavailable"),
    "a part": respond(b"<sou", status="206 Partial Content"),
    "not modified, though nobody asked": respond(status="304 Not Modified"),
}


def test_a_bomb_is_stopped_at_the_limit(
    full: bool, record_property: Callable[[str, object], None]
) -> None:
    mebibytes = 1_024 if full else 128
    bombs = {
        c: respond(zeros(c, mebibytes), Content_Encoding=c)
        for c in ("gzip", "deflate", "br", "zstd")
    }
    bombs["bomb in a bomb"] = respond(
        gzip.compress(zeros("gzip", mebibytes)), Content_Encoding="gzip, gzip"
    )
    bombs["many members"] = respond(zeros("gzip", 1) * mebibytes, Content_Encoding="gzip")
    found = download_all(bombs)
    record_property("n", len(found))
    assert {name: one["error"] for name, one in found.items()} == dict.fromkeys(bombs, "TooBig")
    assert max(one["seconds"] for one in found.values()) < 3
    assert max(one["grown"] for one in found.values()) < GROWN_MIB


def test_a_body_without_measure_is_left_at_the_limit(
    record_property: Callable[[str, object], None],
) -> None:
    found = download_all(TOO_BIG, seconds=20)
    record_property("n", len(found))
    assert {name: one["error"] for name, one in found.items()} == dict.fromkeys(TOO_BIG, "TooBig")
    assert max(one["grown"] for one in found.values()) < GROWN_MIB
    assert all("la taille permise (32 Mio)" in one["sentence"] for one in found.values())


def test_a_drip_ends_with_its_time_wherever_it_drips(
    record_property: Callable[[str, object], None],
) -> None:
    found = download_all(TOO_SLOW, seconds=1)
    record_property("n", len(found))
    assert {name: one["error"] for name, one in found.items()} == dict.fromkeys(TOO_SLOW, "TooSlow")
    assert max(one["seconds"] for one in found.values()) < 2
    assert max(one["grown"] for one in found.values()) < GROWN_MIB


def test_half_a_file_is_no_file(record_property: Callable[[str, object], None]) -> None:
    found = download_all(BROKEN)
    record_property("n", len(found))
    assert {
        n: one
        for n, one in found.items()
        if one["error"]
        not in {"BadAnswer", "HeadersTooLong", "NoHttp", "TooManyRedirects", "Unreachable"}
    } == {}
    assert {n for n, one in found.items() if one["error"] == "NoHttp"} == {"no HTTP"}
    endless = {n for n, one in found.items() if one["error"] == "HeadersTooLong"}
    assert endless == {"a thousand headers", "headers of a megabyte"}
    assert max(one["grown"] for one in found.values()) < GROWN_MIB


def test_a_handshake_that_drips_ends_with_its_time() -> None:
    def drip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(b"\x16\x03\x03\x40\x00")  # 16 KiB of handshake are coming
            while True:
                connection.sendall(b"\0")
                time.sleep(0.1)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=drip, args=(listener,), daemon=True).start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        started = time.monotonic()
        with pytest.raises(FetchError):
            fetch(url, max_bytes=LIMIT, max_seconds=1, allow_private=True)
        assert time.monotonic() - started < 2


def test_an_honest_body_just_under_the_limit_arrives_whole() -> None:
    found = download(respond(zeros("gzip", 31), Content_Encoding="gzip"), seconds=20)
    assert (found["error"], found["bytes"]) == ("", 31 * MIB)
    assert found["grown"] < GROWN_MIB


def test_control_a_plain_download_swallows_the_bomb() -> None:
    found = download(
        respond(zeros("gzip", 128), Content_Encoding="gzip"), seconds=30, which="plain"
    )
    assert found["bytes"] == 128 * MIB


def test_control_a_plain_download_waits_for_a_drip_long_after_its_time() -> None:
    """The drip ends by itself after 5 s here: the download had 1.5, and noticed nothing."""

    def dripping(connection: socket.socket, request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        for _ in range(25):
            connection.sendall(b"x")
            time.sleep(0.2)

    assert download(dripping, seconds=1.5, which="plain")["seconds"] > 4


def test_control_a_plain_download_takes_half_a_file_for_a_whole_one() -> None:
    half = gzip.compress(b"x" * 100_000)[:-30]
    assert (
        download(respond(half, Content_Encoding="gzip", Connection="close"), which="plain")["error"]
        == ""
    )
