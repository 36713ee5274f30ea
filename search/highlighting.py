"""Which words of a text are those that a hit matched, for a page to mark them.

A text is cut into pieces, plain text like the text itself: whoever prints them escapes them, and no
mark-up is made here, so that nothing that an association writes can become any.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
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
_Word = tuple[frozenset[str], int, int]  # its forms, its first character and the one after its last


def pieces(text: str, matched: Iterable[str], language: Language, *, exact: bool = False) -> Pieces:
    """The text (NFC) in pieces, each with whether it matched; joined they are the text.

    `matched` is what the hit says it was found by (words, or a phrase in quotes, of which only the
    whole is marked); `exact` compares words as they are but for case and accents.
    """
    text = _composed(text)
    words, phrases = _wanted(tuple(matched), language, exact)
    at: dict[int, _Word] = {}
    marked: dict[int, _Word] = {}
    for position, match in enumerate(_WORD.finditer(text)):
        forms, before = _known(match[0], language, exact)
        if not forms:  # a stop word has a position and no form
            continue
        if phrases:
            at[position] = forms, match.start() + before, match.end()
        if not words.isdisjoint(forms):
            marked[position] = forms, match.start() + before, match.end()
    for slots in phrases:
        for first in at:
            row = {first + place: at.get(first + place) for place, _ in slots}
            if all(w and w[0] & forms for w, (_, forms) in zip(row.values(), slots, strict=True)):
                marked |= row  # type: ignore[arg-type]  # all of them are words
    return tuple(_cut(text, [marked[position][1:] for position in sorted(marked)]))


@lru_cache(256)  # all cards of a page were found by the same words
def _wanted(
    matched: tuple[str, ...], language: Language, exact: bool
) -> tuple[frozenset[str], tuple[tuple[tuple[int, frozenset[str]], ...], ...]]:
    """The forms of single words, and the slots of phrases: how far each word is from the first, and its forms."""
    words: set[str] = set()
    phrases = []
    for text in matched:
        found = enumerate(_WORD.findall(_composed(text)))
        slots = [(at, forms) for at, word in found if (forms := _known(word, language, exact)[0])]
        if len(slots) == 1:
            words |= slots[0][1]
        elif slots:
            phrases.append(tuple((at - slots[0][0], forms) for at, forms in slots))
    return frozenset(words), tuple(phrases)


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


def _cut(text: str, marked: Sequence[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    end = 0
    for start, stop in marked:
        if start > end:
            yield text[end:start], False
        yield text[start:stop], True
        end = stop
    if end < len(text):
        yield text[end:], False
