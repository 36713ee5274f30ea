"""Cut an XML file into its records, as text, one after the other, in constant memory.

Why not one parser for the whole file: at the first misplaced tag a parser gives up on everything that follows. Here the
file is cut at its record elements first, and each record is parsed alone (markup.py). A malformed stretch loses its own
record only, we know the line where it began, and a document type definition never reaches a parser at all.

The cutter knows just enough XML: record tags, comments, CDATA. Its time is linear in the size of the file, also for
files made to hurt: what was searched once without success is not searched again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from portal.formats.errors import Forbidden

_TAIL = 256  # a token is never longer: kept when the buffer is emptied
_COMPACT = 131_072
_GAP = 2_000  # characters kept of what stands between records
_HEAD = 8_000  # characters kept of what stands before the first of them
_CLOSING = {"<!--": "-->", "<![CDATA[": "]]>", "<?": "?>"}
_NAMESPACE = re.compile(r"""\sxmlns(?::[\w.-]+)?\s*=\s*(?:"[^"<>]{0,300}"|'[^'<>]{0,300}')""")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of the file. `kind` is `record`, `unclosed`, `too_big`, or `gap`: what stands between two records.

    `line` is where it begins, from 1. The text of a gap or of a record that is too big is cut.
    """

    kind: str
    name: str
    text: str
    line: int
    is_cut: bool = False


class _Outside:
    """Looks for what matters between records: a record, a comment, CDATA, an instruction, a definition.

    A mark that is known not to be closed for a while is not looked for in that while: a file of a million "<!--" would
    make us stop at each.
    """

    def __init__(self, tag: str) -> None:
        self._record = rf"<{tag}|<!(?i:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)"
        self._patterns: dict[frozenset[str], re.Pattern[str]] = {}

    def search(
        self, text: str, place: int, dropped: int, misses: dict[str, int]
    ) -> tuple[re.Match[str] | None, int]:
        """The next thing from `place` on, and how far was looked when there is none."""
        unclosed = {
            o: misses[c] - dropped
            for o, c in _CLOSING.items()
            if misses.get(c, 0) - dropped > place
        }
        pattern = self._pattern(frozenset(unclosed))
        reached = min(len(text), *unclosed.values()) if unclosed else len(text)
        return pattern.search(text, place, reached), reached

    def _pattern(self, unclosed: frozenset[str]) -> re.Pattern[str]:
        if unclosed not in self._patterns:
            marks = "".join(f"|{re.escape(mark)}" for mark in _CLOSING if mark not in unclosed)
            self._patterns[unclosed] = re.compile(self._record + marks)
        return self._patterns[unclosed]


class Cutter:
    """Iterate over the stretches of `chunks`; `names` are the local names of record elements."""

    def __init__(self, chunks: Iterator[str], names: frozenset[str], limit: int) -> None:
        tag = rf"(?:[\w.-]+:)?({'|'.join(sorted(names, key=len, reverse=True))})(?=[\s/>])"
        self._start = re.compile(f"<{tag}")
        self._tag = re.compile(f"<(/?){tag}")
        self._inside = re.compile(rf"<(/?){tag}|<!--|<!\[CDATA\[")
        self._outside = _Outside(tag)
        self._chunks = chunks
        self._limit = limit
        self._text = ""
        self._at = 0  # where we are in the buffer: what is before is done with
        self._line = 1  # of that place
        self._dropped = 0  # characters of the file before the buffer
        self._ended = False
        self._misses: dict[
            str, int
        ] = {}  # closing mark -> place in the file up to which there is none
        self.namespaces: list[str] = []
        self._gap = ""  # what was passed since the last record, cut
        self._gap_line = 1
        self.head = ""  # what stands before the first record, without its comments, cut
        self._is_before = True
        self.tail = ""  # what stands after the last record: does the file end as it should?

    def __iter__(self) -> Iterator[Stretch]:
        while True:
            gap, gap_line, match = self._find_record()
            self.tail = gap if match is None else ""
            if gap.strip():
                yield Stretch("gap", "", gap, gap_line, len(gap) >= _GAP)
            if match is None:
                return
            yield self._take(match)

    def _more(self) -> bool:
        """Read on; False at the end of the file. Places in the buffer stay true."""
        if self._ended:
            return False
        chunk = next(self._chunks, None)
        if chunk is None:
            self._ended = True
            return False
        self._text += chunk
        return True

    def _advance(self, place: int) -> str:
        """Be done with the buffer up to `place`, and return that part. Places found before are void after this."""
        gone = self._text[self._at : place]
        self._line += gone.count("\n")
        self._at = place
        if self._at > _COMPACT:  # not at each record: that would copy the buffer over and over
            self._text = self._text[self._at :]
            self._dropped += self._at
            self._at = 0
        return gone

    def _find_record(self) -> tuple[str, int, re.Match[str] | None]:
        """Go to the next record; return what stood before it, the line of that, and the match of its tag."""
        self._gap, self._gap_line = "", self._line
        place = self._at
        while True:
            match, reached = self._outside.search(self._text, place, self._dropped, self._misses)
            if match is None and reached < len(self._text):
                place = reached
                continue
            if match is None:
                self._pass_over(max(self._at, len(self._text) - (0 if self._ended else _TAIL)))
                place = self._at
                if not self._more() and self._at == len(self._text):
                    return self._gap, self._gap_line, None
                continue
            if match.group(1):
                self._pass_over(match.start())
                return self._gap, self._gap_line, self._start.match(self._text, self._at)
            opening = match.group()
            if opening not in _CLOSING:
                raise Forbidden(line=self._line + self._text.count("\n", self._at, match.start()))
            self._pass_over(match.start())
            close = self._close(_CLOSING[opening], self._at + len(opening))
            if close > 0:
                passed = self._advance(close)
                if opening == "<![CDATA[":
                    self._keep_head(passed)
            else:  # never closed: go on as if it were text, and say so
                self._pass_over(self._at + len(opening))
            place = self._at

    def _pass_over(self, place: int) -> None:
        """Advance, and keep the beginning of what is passed: it may be a record whose tag is damaged."""
        line = self._line
        text = self._advance(place)
        self._keep_head(text)
        if not text.strip():
            return
        if not self._gap:
            self._gap_line = line + text[: len(text) - len(text.lstrip())].count("\n")
        if len(self.namespaces) < 20:
            found = [d for d in _NAMESPACE.findall(text) if d not in self.namespaces]
            self.namespaces.extend(dict.fromkeys(found))
        self._gap += text[: max(0, _GAP - len(self._gap))]

    def _keep_head(self, text: str) -> None:
        """What a channel says of itself may stand in CDATA, and behind a comment."""
        if self._is_before:
            self.head += text[: max(0, _HEAD - len(self.head))]

    def _close(self, mark: str, place: int) -> int:
        """Where the construct that was opened before `place` ends (after its mark), or -1."""
        start = max(place, self._misses.get(mark, 0) - self._dropped)
        while (found := self._text.find(mark, start)) < 0:
            start = max(start, len(self._text) - len(mark))
            if len(self._text) - self._at > self._limit or not self._more():
                self._misses[mark] = self._dropped + start
                return -1
        return found + len(mark)

    def _take(self, opening: re.Match[str]) -> Stretch:
        """The record that begins here."""
        name, line = opening.group(1), self._line
        self._is_before = False
        end, kind = self._end(name, opening.end())
        if kind == "too_big":
            text = self._text[self._at : self._at + _GAP]
            self._advance(opening.end())
            self._skip_rest()
            return Stretch(kind, name, text, line, is_cut=True)
        return Stretch(kind, name, self._advance(end), line)

    def _skip_rest(self) -> None:
        """Leave a record that is too big: up to the next tag of a record, opening or closing, whatever it stands in."""
        while (match := self._tag.search(self._text, self._at)) is None:
            self._advance(max(self._at, len(self._text) - _TAIL))
            if not self._more():
                self._advance(len(self._text))
                return
        close = self._text.find(">", match.end()) + 1 if match.group(1) else 0
        self._advance(max(match.start(), close))

    def _end(self, name: str, place: int) -> tuple[int, str]:
        """Where the record ends in the buffer, and of which kind it is."""
        trusts_marks = True  # once a comment or CDATA of this record proved broken, its others are not believed
        close = self._close(">", place)
        if close < 0:
            is_big = len(self._text) - self._at > self._limit
            return (0, "too_big") if is_big else (len(self._text), "unclosed")
        if self._text[close - 2] == "/" and "<" not in self._text[place:close]:
            return close, "record"
        while True:
            match = self._inside.search(self._text, place)
            reached = match.start() if match else len(self._text)
            if reached - self._at > self._limit:
                return 0, "too_big"
            if match is None:
                place = max(place, len(self._text) - _TAIL)
                if not self._more():
                    return len(self._text), "unclosed"
            elif match.group(2) is None:
                place = match.end()
                if trusts_marks:
                    after = self._after_mark(match)
                    trusts_marks = after > 0
                    place = max(place, after)
            elif not match.group(1):
                return match.start(), "unclosed"
            elif match.group(2) == name:
                close = self._text.find(">", match.end())
                if close < 0 and self._more():
                    continue
                # An end tag that lost its ">" does not reach into the record after it.
                following = self._text.find("<", match.end(), close)
                return (following if following >= 0 else close + 1 or len(self._text)), "record"
            else:
                place = match.end()

    def _after_mark(self, match: re.Match[str]) -> int:
        """Where the comment or CDATA ends; -1 when it is broken: never closed, or closed in a later record only.

        A record that begins inside it is taken for the later one: should it be a text about records, it is refused
        and told, which is better than two offers silently made one.
        """
        close = self._close(_CLOSING[match.group()], match.end())
        is_broken = close < 0 or self._start.search(self._text, match.end(), close)
        return -1 if is_broken else close
