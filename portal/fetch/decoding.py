"""Undo gzip, deflate, Brotli and Zstandard in small steps, so that a bomb is stopped before it bursts.

Each step gives about 64 KiB, whatever one more byte of input would expand to. A stream that stops in its middle is
an error: half a feed would look like a feed from which half the offers were withdrawn.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

STEP_BYTES = 65_536
ACCEPTED = "gzip, br, zstd, deflate"
_MOST_LAYERS = 2


class Undecodable(Exception):
    """The body is not what its Content-Encoding says, or stops too early. The argument names the coding."""


class _Decoder(Protocol):
    def steps(self, data: bytes) -> Iterator[bytes]: ...
    def finish(self) -> None: ...


class _Zlib:
    """gzip (any number of members) and deflate (with or without its header)."""

    def __init__(self, coding: str) -> None:
        self._coding, self._wbits = coding, 31 if coding == "gzip" else 15
        self._engine = zlib.decompressobj(self._wbits)
        self._has_begun = False

    def steps(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._engine.eof:
                if self._coding != "gzip" or not data.strip(b"\0"):
                    return  # padding after the end is common and says nothing
                self._engine = zlib.decompressobj(self._wbits)
            if not self._has_begun and self._coding == "deflate" and data[0] & 0x0F != 8:
                self._engine = zlib.decompressobj(-15)
            self._has_begun = True
            yield self._engine.decompress(data, STEP_BYTES)
            data = self._engine.unused_data if self._engine.eof else self._engine.unconsumed_tail
        while not self._engine.eof and (more := self._engine.decompress(b"", STEP_BYTES)):
            yield more

    def finish(self) -> None:
        if self._has_begun and not self._engine.eof:
            raise Undecodable(self._coding)


class _Brotli:
    def __init__(self) -> None:
        self._engine = brotli.Decompressor()
        self._has_begun = False

    def steps(self, data: bytes) -> Iterator[bytes]:
        self._has_begun = self._has_begun or bool(data)
        piece = self._engine.process(data, output_buffer_limit=STEP_BYTES)
        yield piece
        # can_accept_more_data() is no help: it is true as soon as the input is taken in, with output still to come.
        while piece and not self._engine.is_finished():
            piece = self._engine.process(b"", output_buffer_limit=STEP_BYTES)
            yield piece

    def finish(self) -> None:
        if self._has_begun and not self._engine.is_finished():
            raise Undecodable("br")


class _Zstd:
    """Zstandard frames, one after the other; a window beyond 8 MiB is refused, as browsers do."""

    def __init__(self) -> None:
        self._engine = self._new()
        self._has_begun = False

    def _new(self) -> zstd.ZstdDecompressor:
        return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: 23})

    def steps(self, data: bytes) -> Iterator[bytes]:
        self._has_begun = self._has_begun or bool(data)
        while data or not (self._engine.needs_input or self._engine.eof):
            if self._engine.eof:
                self._engine = self._new()
            yield self._engine.decompress(data, STEP_BYTES)
            data = self._engine.unused_data if self._engine.eof else b""

    def finish(self) -> None:
        if self._has_begun and not self._engine.eof:
            raise Undecodable("zstd")


def decoded(chunks: Iterable[bytes], content_encoding: str) -> Iterator[bytes]:
    """The body without its codings, about 64 KiB a piece. Raises Undecodable."""
    layers = [coding.strip().lower() for coding in content_encoding.split(",") if coding.strip()]
    layers = [coding for coding in layers if coding != "identity"]
    if len(layers) > _MOST_LAYERS:
        raise Undecodable(content_encoding[:40])
    for coding in reversed(layers):
        chunks = _undone(chunks, coding)
    yield from chunks


def _undone(chunks: Iterable[bytes], coding: str) -> Iterator[bytes]:
    decoder = _decoder(coding)
    try:
        for chunk in chunks:
            yield from decoder.steps(
                chunk
            )  # empty ones too: the reader looks at its watch between two
    except (zlib.error, brotli.error, zstd.ZstdError) as error:
        raise Undecodable(coding) from error
    decoder.finish()


def _decoder(coding: str) -> _Decoder:
    if coding in {"gzip", "x-gzip"}:
        return _Zlib("gzip")
    if coding == "deflate":
        return _Zlib("deflate")
    if coding == "br":
        return _Brotli()
    if coding == "zstd":
        return _Zstd()
    raise Undecodable(coding[:40])
