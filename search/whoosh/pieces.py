"""The texts of a segment on their way to their words: each piece of text is analysed once.

A text is kept as the numbers of its pieces (see text.pieces), four bytes each. What a piece gives
to each group of fields stands in a table, so that words and positions of thousands of documents
come out of a few array operations, and no Python runs for each word of each document.
"""

from array import array
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.document import Language
from search.text import GAP, LANGUAGES, accented, all_forms, exact_words, pieces
from search.whoosh.runs import heads, spans
from search.whoosh.schema import ACCENTED, EXACT

TEXT = "text"
_TOGETHER = 8192  # documents

Ints = NDArray[Any]
Met = tuple[Ints, Ints, Ints, Ints]  # word, document, field, position: one of each an occurrence


class Numbers(dict[bytes, int]):
    """Numbers for words, in the order they are met."""

    def __missing__(self, word: bytes) -> int:
        number = self[word] = len(self)
        return number


class _Table:
    """What each piece gives to one group: how many places it takes, and the words at them."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._widths, self._counts = array("i"), array("i")
        self._offsets, self._words = array("i"), array("i")

    def add(self, width: int, words: Iterable[tuple[int, str]]) -> None:
        """The next piece: how many places it takes, and (place, word) of each word in it."""
        before = len(self._words)
        for offset, word in words:
            self._offsets.append(offset)
            self._words.append(self._numbers[word.encode()])
        self._widths.append(width)
        self._counts.append(len(self._words) - before)

    def arrays(self) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        """Widths and counts by piece, where its words begin; and the words with their places."""
        counts = np.array(self._counts, np.int32)
        begins = np.cumsum(counts, dtype=np.int64) - counts
        words, offsets = np.array(self._words, np.int32), np.array(self._offsets, np.int32)
        return np.array(self._widths, np.int32), counts, begins, words, offsets


class _Known(dict[str, int]):
    """The numbers of the pieces of one language."""

    def __init__(self, tables: dict[str, _Table], all_pieces: "Texts", language: Language) -> None:
        self._tables, self._all, self._language = tables, all_pieces, language

    def __missing__(self, piece: str) -> int:
        forms = list(all_forms(piece, self._language))
        each = [(at, form) for at, some in enumerate(forms) for form in some]
        exact = exact_words(piece)
        self._tables[TEXT].add(len(forms), each)
        self._tables[EXACT].add(len(exact), enumerate(exact))
        self._tables[ACCENTED].add(0, [(0, word) for word in set(accented(piece))])
        number = self[piece] = self._all.next_piece()
        return number


class Texts:
    """The texts of some documents as numbers of pieces, in the order they came."""

    def __init__(self, numbers: dict[str, Numbers]) -> None:
        self._tables = {group: _Table(some) for group, some in numbers.items()}
        self._known = {tongue: _Known(self._tables, self, tongue) for tongue in LANGUAGES}
        self._pieces = 0
        self._stream = array("i")
        self._doc, self._field, self._sizes = array("i"), array("b"), array("i")

    def next_piece(self) -> int:
        """A number for one more piece."""
        self._pieces += 1
        return self._pieces - 1

    def add(self, doc: int, field: int, text: str, language: Language) -> None:
        """One text of a document; the fields of a document come in turn."""
        numbers = list(map(self._known[language].__getitem__, pieces(text)))
        self._stream.fromlist(numbers)
        self._doc.append(doc)
        self._field.append(field)
        self._sizes.append(len(numbers))

    def end(self) -> None:
        """No more texts come: the pieces themselves are let go."""
        self._known = {}

    def size(self, group: str) -> int:
        """How many occurrences of words of a group there are."""
        counts = self._tables[group].arrays()[1]
        return int(counts[np.asarray(self._stream)].sum())

    def lengths(self, group: str) -> tuple[Ints, Ints, Ints]:
        """The field and the document of each text, and how many words it has."""
        counts = self._tables[group].arrays()[1]
        stream, sizes = np.asarray(self._stream), np.array(self._sizes, np.int64)
        before = np.concatenate(([0], np.cumsum(counts[stream], dtype=np.int64)))
        ends = np.cumsum(sizes)
        return self._fields(group), np.array(self._doc), before[ends] - before[ends - sizes]

    def _fields(self, group: str) -> Ints:
        """The field of each text: in all groups but `text` the fields of a document are one."""
        return np.array(self._field, np.int64) * (group == TEXT)

    def met(self, group: str) -> Iterator[Met]:
        """Every occurrence of a word of a group, some thousand documents at a time."""
        table, field = self._tables[group].arrays(), self._fields(group)
        doc, sizes = np.array(self._doc, np.int64), np.array(self._sizes, np.int64)
        ends = np.cumsum(sizes)
        last = int(doc[-1]) + 1 if len(doc) else 0
        cuts = np.searchsorted(doc, [*range(0, last, _TOGETHER), last]).tolist()
        for begin, end in zip(cuts, cuts[1:], strict=False):
            if begin == end:
                continue
            at = slice(begin, end)
            first = int(ends[begin] - sizes[begin])
            stream = np.array(self._stream[first : int(ends[end - 1])], np.int32)
            yield _occurrences(stream, table, doc[at], field[at], sizes[at])


def _occurrences(stream: Ints, table: tuple[Ints, ...], doc: Ints, field: Ints, sizes: Ints) -> Met:
    """The occurrences in the pieces of some texts."""
    widths, counts, begins, words, offsets = table
    text = np.repeat(np.arange(len(sizes)), sizes)
    before = np.concatenate(([0], np.cumsum(widths[stream], dtype=np.int64)))
    ends = np.cumsum(sizes)
    starts = before[ends - sizes]
    takes = before[ends] - starts + GAP
    new = heads(doc, field)
    base = np.cumsum(takes) - takes
    base -= base[np.maximum.accumulate(np.where(new, np.arange(len(new)), 0))]
    position = before[:-1] + (base - starts)[text]
    count = counts[stream]
    piece = np.repeat(np.arange(len(stream)), count)
    flat = spans(begins[stream], count)
    text = text[piece]
    return words[flat], doc[text], field[text], position[piece] + offsets[flat]
