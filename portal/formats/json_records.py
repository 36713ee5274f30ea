"""Cut a JSON file into its records, one after the other, in constant memory; a broken one loses itself only.

A JSON reader gives up on everything that follows the first misplaced quote. Here each record is read alone, and after a
broken one we look for the next `{` that begins a record which can be read whole. Numbers stay text, as written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

DECODER = json.JSONDecoder(
    parse_float=str, parse_int=str, parse_constant=lambda name: "", strict=False
)
_OBJECT = re.compile(r'\{\s*"')
_BLANK = re.compile(r"[ \t\r\n\ufeff]*")
_COMPACT = 131_072
_TAIL = 256
_STEP = 8_192
_SHOWN = 100_000  # characters kept of a broken stretch, to find its ids in
_LEVELS = 500  # characters at least of what nests too deep to be read
_TRIES = 4  # limits of a record: how much may be read in vain before we take a longer step


@dataclass(frozen=True, slots=True)
class Piece:
    """A record (`value` is what it holds), or a stretch that could not be read (`value` is None). `line` is from 1."""

    text: str
    line: int
    value: dict[str, Any] | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """What records look like: the names of the lists that hold them, how to tell one from an object inside it, and
    under which names one may hold others."""

    lists: frozenset[str]
    is_record: Callable[[dict[str, Any]], bool]
    nests: frozenset[str] = frozenset()


class JsonCutter:
    """Iterate over the pieces of `chunks`: the members of the list at the top, or of one that the shape names.

    After the last piece, `is_complete` says whether the file ended as it should, and `envelope` holds what stood
    around the list.
    """

    def __init__(self, chunks: Iterator[str], shape: Shape, limit: int, line: int = 1) -> None:
        self._chunks, self._shape, self._limit = chunks, shape, limit
        self._text, self._at, self._line, self._ended = "", 0, line, False
        self._failed_at = self._cost = 0  # of the last value that was broken
        self.envelope: dict[str, Any] = {}
        self.has_list = self.is_complete = False

    def __iter__(self) -> Iterator[Piece]:
        first = self._peek()
        if first == "[":
            yield from self._list()
        elif first == "{":
            self._advance(self._at + 1)
            yield from self._pairs()
        self.is_complete = not self._peek() and self._closed
        if (
            self._peek()
        ):  # more than one value, or one that broke: there may be records in what is left
            yield from self._recover()
            yield from self._members()
            self.is_complete = self.is_complete or self._closed

    _closed = False

    def _pairs(self) -> Iterator[Piece]:
        """The names and values around the list."""
        while self._peek() == '"':
            name = self._decode(self._at)
            if name is None:
                return
            self._advance(name[1])
            if self._peek() != ":":
                return
            self._advance(self._at + 1)
            if str(name[0]) in self._shape.lists and self._peek() == "[":
                yield from self._list()
                self._closed = False  # the list is whole, what stands around it is not yet
            else:
                value = self._decode(self._at) if self._peek() else None
                if value is None:
                    return
                self.envelope[str(name[0])] = value[0]
                self._advance(value[1])
            if self._peek() == ",":
                self._advance(self._at + 1)
        if self._peek() == "}":
            self._advance(self._at + 1)
            self._closed = True

    def _list(self) -> Iterator[Piece]:
        self.has_list = True
        self._advance(self._at + 1)
        yield from self._members()

    def _members(self) -> Iterator[Piece]:
        """The members of a list, up to its end: a bracket with nothing but the rest of the envelope behind it."""
        while mark := self._peek():
            if mark == ",":
                self._advance(self._at + 1)
            elif mark == "]" and self._ends_here():
                self._advance(self._at + 1)
                self._closed = not self._peek() or self._peek() in ",}"
                return
            else:
                yield from self._member()

    def _member(self) -> Iterator[Piece]:
        found = self._decode(self._at)
        if found is None or self._swallowed(*found):
            yield from self._recover()
            return
        value, end = found
        text, line = self._text[self._at : end], self._line
        self._advance(end)
        if isinstance(value, dict):
            yield Piece(text, line, value, "too_big" if len(text) > self._limit else "")
        else:
            yield Piece(text[:_SHOWN], line, code="malformed")

    def _ends_here(self) -> bool:
        """Is this bracket the end of the list, or a stray one with records behind it?"""
        while self._place_after(self._at + 1) + 1 >= len(self._text) and self._more():
            pass
        place = self._place_after(self._at + 1)
        follows = self._text[place : place + 1]
        if follows == ",":
            place = self._place_after(place + 1)
            return self._text[place : place + 1] == '"'
        if follows == "}":
            place = self._place_after(place + 1)
            return not self._text[place : place + 1]
        return not follows

    def _swallowed(self, value: Any, end: int) -> bool:
        """Did a record that lost its end take the next ones for a part of itself?"""
        if not isinstance(value, dict) or self._text.count("{", self._at, end) < 2:
            return False
        if self._shape.lists & set(value):
            return False
        return any(self._shape.is_record(inner) for inner in _inside(value, self._shape.nests))

    def _recover(self) -> Iterator[Piece]:
        """Pass over what cannot be read, up to the next record that can, and say what was passed."""
        line, shown, place, in_vain = self._line, "", self._at + 1, 0
        while True:
            match = _OBJECT.search(self._text, place)
            if match is None:
                if len(self._text) - self._at > self._limit:
                    shown += self._advance(len(self._text) - _TAIL)[:_SHOWN]
                place = max(self._at, len(self._text) - _TAIL)
                if self._more():
                    continue
                shown += self._advance(len(self._text))[:_SHOWN]
                break
            place = match.start()
            found = self._decode(place)
            if found is None:
                # Once this was costly, steps are long: what nests for ever is not tried at each of its levels.
                in_vain += self._cost
                place = self._failed_at if in_vain > _TRIES * self._limit else place + 1
                if place - self._at > _STEP and place < len(self._text):
                    # An error counts the lines before it: what was passed is let go of, or each would take longer.
                    shown = (shown + self._advance(place))[:_SHOWN]
                    self._text, self._at, place = self._text[self._at :], 0, 0
                continue
            value, end = found
            if self._shape.is_record(value):
                if not any(map(self._shape.is_record, _inside(value, self._shape.nests))):
                    shown += self._advance(place)[:_SHOWN]
                    break
                place += 1  # it lost its end: look inside
            else:
                place = end
        if shown.strip(" \t\r\n,]}\0"):
            yield Piece(shown[:_SHOWN], line, code="malformed")

    def _decode(self, place: int) -> tuple[Any, int] | None:
        """The value that begins at `place` and where it ends; None when it is broken (`_failed_at` says where)."""
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, place)
            except json.JSONDecodeError as error:
                self._failed_at = max(error.pos, place + 1)
                self._cost = self._failed_at - place
                may_go_on = error.pos >= len(self._text) - _TAIL or error.msg.startswith(
                    "Unterminated"
                )
                if may_go_on and len(self._text) - place <= self._limit and self._more():
                    continue
                return None
            except RecursionError:
                self._failed_at, self._cost = place + _LEVELS, self._limit // 20
                return None
            except ValueError:
                self._failed_at, self._cost = place + 1, 1
                return None
            if end == len(self._text) and not isinstance(value, (dict, list)) and self._more():
                continue
            return value, end

    def _peek(self) -> str:
        """The next character that is not blank, without passing it; nothing at the end."""
        while True:
            place = self._place_after(self._at)
            self._advance(place)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _place_after(self, place: int) -> int:
        match = _BLANK.match(self._text, place)
        return match.end() if match else place

    def _more(self) -> bool:
        """Read on; False at the end of the file. Places in the buffer stay true."""
        chunk = "" if self._ended else next(self._chunks, None)
        if chunk is None:
            self._ended = True
        self._text += chunk or ""
        return not self._ended

    def _advance(self, place: int) -> str:
        """Be done with the buffer up to `place`, and return that part. Places found before are void after this."""
        gone = self._text[self._at : place]
        self._line += gone.count("\n")
        self._at = place
        if self._at > _COMPACT:  # not at each record: that would copy the buffer over and over
            self._text, self._at = self._text[self._at :], 0
        return gone


def _inside(value: Any, nests: frozenset[str]) -> Iterator[dict[str, Any]]:
    """The objects inside a value, except those under a name that may hold records."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            inner = [part for name, part in one.items() if name not in nests]
        else:
            inner = one if isinstance(one, list) else []
        for part in inner:
            if isinstance(part, dict):
                yield part
            if isinstance(part, (dict, list)):
                waiting.append(part)
