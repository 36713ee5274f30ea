"""Which words of a text are those that a hit matched, for a page to mark them.

A text is cut into pieces, plain text like the text itself: whoever prints them escapes them, and no
mark-up is made here, so that nothing that an association writes can become any.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from search.document import Language
from search.text import analyse, fold

_APOSTROPHES = "'’ʼ‘´`′＇ʹ‛"
_WORD = re.compile(
    rf"(?<!\w)(?:[^\W\d_]\.){{2,}}(?:[^\W\d_](?!\w))?|[^\W_]+(?:[{_APOSTROPHES}][^\W_]+)*"
)
_LAST = re.compile(rf"[^{_APOSTROPHES}]+$")
_AROUND = 60  # characters before the first match of a snippet

Pieces = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class _Word:
    position: int
    forms: frozenset[str]
    start: int
    end: int


def pieces(text: str, matched: Iterable[str], language: Language, *, exact: bool = False) -> Pieces:
    """The text (NFC) in pieces, each with whether it matched; joined they are the text.

    `matched` is what the hit says it was found by (words, or a phrase in quotes, of which only the
    whole is marked); `exact` compares words as they are but for case and accents.
    """
    text = _composed(text)
    words = list(_words(text, language, exact))
    at = {word.position: word for word in words}
    marked: set[int] = set()
    for wanted in matched:
        slots = [(word.position, word.forms) for word in _words(_composed(wanted), language, exact)]
        for first in words if slots else ():
            row = [at.get(first.position + place - slots[0][0]) for place, _ in slots]
            if all(w and w.forms & forms for w, (_, forms) in zip(row, slots, strict=True)):
                marked |= {word.position for word in row if word}
    return tuple(_cut(text, [at[position] for position in sorted(marked)]))


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def snippet(found: Pieces, most: int = 160) -> Pieces:
    """About `most` characters of the pieces around the first that matched; () when none did."""
    first = next((rank for rank, (_, is_match) in enumerate(found) if is_match), None)
    if first is None:
        return ()
    before = "".join(piece for piece, _ in found[:first])
    if len(before) > _AROUND:
        before = "… " + before[-_AROUND:].partition(" ")[2]
    kept: list[tuple[str, bool]] = [(before, False)] if before else []
    left = most - len(before)
    for piece, is_match in found[first:]:
        if len(piece) > left and not is_match:
            kept.append((piece[: max(left, 0)].rpartition(" ")[0] + " …", False))
            break
        kept.append((piece, is_match))
        left -= len(piece)
    return tuple(kept)


def _words(text: str, language: Language, exact: bool) -> Iterator[_Word]:
    """The words of a text with their forms; a stop word has a position and no form, so is left out."""
    for position, match in enumerate(_WORD.finditer(text)):
        forms, before = _known(match[0], language, exact)
        if forms:
            yield _Word(position, forms, match.start() + before, match.end())


@lru_cache(1 << 13)  # the texts of a page share most of their words
def _known(word: str, language: Language, exact: bool) -> tuple[frozenset[str], int]:
    """Its forms, and how many characters of it an elision takes: of « l’aide » only « aide » is marked."""
    if exact:
        return frozenset((fold(word),)), 0
    analysed = analyse(word, language)
    forms = frozenset(form for _, each in analysed for form in each)
    last = _LAST.search(word)
    if not (forms and last and last.start()):
        return forms, 0
    is_elided = [each for _, each in analyse(last[0], language)] == [analysed[-1][1]]
    return forms, last.start() if is_elided else 0


def _cut(text: str, marked: Sequence[_Word]) -> Iterator[tuple[str, bool]]:
    end = 0
    for word in marked:
        if word.start > end:
            yield text[end : word.start], False
        yield text[word.start : word.end], True
        end = word.end
    if end < len(text):
        yield text[end:], False
