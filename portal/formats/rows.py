"""Cut a delimited file into rows, in constant memory; a broken quote loses its own line only.

A quote that is opened and never closed makes a plain CSV reader swallow the lines that follow, up to the next quote
and sometimes to the end. Here a row that spreads over several lines must come out with the right number of cells;
otherwise its first line alone is refused, and reading goes on with the second.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

csv.field_size_limit(2**31 - 1)  # a row is bounded as a whole, which says better what is wrong
_MOST_LINES = 200  # of one row


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its first line in the file (from 1), its cells, and a code when something is wrong with it.

    Codes: `quotes_repaired` (usable), `quotes`, `too_big`, `columns_count` (not usable; `cells` holds what was read).
    """

    line: int
    cells: tuple[str, ...]
    code: str = ""
    text: str = ""


def lines(chunks: Iterator[str], limit: int) -> Iterator[str]:
    """The physical lines of a text, whatever ends them; a line beyond `limit` characters is cut, and its rest dropped."""
    buffer, is_overlong, after_return = "", False, False
    for chunk in chunks:
        if after_return and chunk.startswith("\n"):
            chunk = chunk[1:]
        after_return = chunk.endswith("\r") if chunk else after_return
        parts = chunk.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for part in parts[:-1]:
            yield buffer if is_overlong else buffer + part
            buffer, is_overlong = "", False
        if not is_overlong:
            buffer += parts[-1]
            if len(buffer) > limit:
                buffer, is_overlong = buffer[: limit + 1], True
    if buffer:
        yield buffer


class Rows:
    """The rows of a file. `expected` is the number of cells of a row, known once the header was read."""

    def __init__(self, source: Iterator[str], delimiter: str, limit: int) -> None:
        self._source, self._delimiter, self._limit = source, delimiter, limit
        self._waiting: deque[str] = deque()  # lines read ahead
        self._number = 0
        self.expected: int | None = None

    def __iter__(self) -> Iterator[Row]:
        while (first := self._next()) is not None:
            number = self._number
            if not first.strip(f'{self._delimiter} \t\ufeff"'):
                continue
            if len(first) > self._limit:
                yield Row(number, (), "too_big", first[:200])
            elif first.count('"') % 2 == 0:
                yield self._one_line(first, number)
            else:
                yield self._several(first, number)

    def _next(self) -> str | None:
        line = self._waiting.popleft() if self._waiting else next(self._source, None)
        if line is not None:
            self._number += 1
        return line

    def _one_line(self, text: str, number: int) -> Row:
        cells = self._cells(text, strict=True)
        code = ""
        if cells is None:
            cells, code = self._cells(text, strict=False), "quotes_repaired"
        if cells is None:
            return Row(number, (), "quotes", text[:200])
        if self.expected is not None and not self._fits(cells):
            return Row(number, cells, "columns_count", text[:200])
        return Row(number, cells, code, text[:200])

    def _several(self, first: str, number: int) -> Row:
        """A row whose text goes on over the next lines; when that does not work out, only its first line is lost."""
        taken = [first]
        size = len(first)
        while len(taken) < _MOST_LINES and size <= self._limit:
            following = self._next()
            if following is None:
                break
            taken.append(following)
            size += len(following) + 1
            if following.count('"') % 2 == 0:
                continue
            cells = self._cells("\n".join(taken), strict=True)
            if cells is not None and (self.expected is None or self._fits(cells)):
                return Row(number, cells, "", first[:200])
            break
        self._waiting.extendleft(reversed(taken[1:]))
        self._number = number
        return Row(number, self._cells(first, strict=False) or (), "quotes", first[:200])

    def _fits(self, cells: tuple[str, ...]) -> bool:
        """Spreadsheets drop empty cells at the end of a row, and add some: neither says anything."""
        assert self.expected is not None  # noqa: S101 - both callers have looked
        return len(cells) <= self.expected or not any(
            cell.strip() for cell in cells[self.expected :]
        )

    def _cells(self, text: str, *, strict: bool) -> tuple[str, ...] | None:
        if "\0" in text:
            text = text.replace("\0", "")
        try:
            found = list(
                csv.reader(
                    text.split("\n") if not strict else [text],
                    delimiter=self._delimiter,
                    strict=strict,
                )
            )
        except csv.Error:
            return None
        return tuple(found[0]) if len(found) == 1 else None
