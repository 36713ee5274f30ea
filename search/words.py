"""From what a person typed to clauses: plain words, quotes, minus and parentheses, nothing else.

No wildcard, range, field name or regular expression can come out of here: whatever is not one of
the four is a character of a word or nothing. It never fails: any text gives clauses.
"""

import re
import unicodedata
from itertools import product

from search import french
from search.query import Clause, Term

MOST_CHARACTERS = 200
MOST_WORDS = 12
_MINUS = "\x00"

_QUOTES = str.maketrans({"«": '"', "»": '"', "“": '"', "”": '"', "„": '"', "‟": '"', "＂": '"'})
_PIECE = re.compile(r'\x00|["()]|[^\s\x00"()]+')
_SIGN = re.compile(r'(?<![^\s("])-(?=[\w"(#])')
# What joins no words, although no blank is beside it; 2,5 and 24/7 and S.A.M.U. stay whole.
_BETWEEN = re.compile(r"(?<!\d)[,;/+]|[,;/+](?!\d)|(?<=[^\W\d_]{2})\.(?=[^\W\d_]{2})")
_SAYS_SOMETHING = re.compile(r"[^\W_]")
_EITHER = {"OR", "OU"}


def parse(text: str, *, exact: bool = False) -> tuple[Clause, ...]:
    """Read a search text of which 200 characters and 12 words count.

    `a b` both; `"a b"` one after the other; `-a` without; `(a OR b)`, or `(a OU b)`, either;
    `-(a b)` without any of them. `exact` keeps a leading # as part of its word: #0 is a token.
    """
    return _Parser(_pieces(text), exact).clauses()


def is_too_long(text: str) -> bool:
    """Whether some of a text does not count."""
    words = [piece for piece in _pieces(text) if _SAYS_SOMETHING.search(piece)]
    return len(text) > MOST_CHARACTERS or len(words) > MOST_WORDS


def _pieces(text: str) -> list[str]:
    """Cut a text into minus signs, quotes, parentheses and words.

    Characters that nobody sees (controls, zero widths, direction marks) are dropped first: they
    would make two words that look the same differ.
    """
    text = unicodedata.normalize("NFC", text[: MOST_CHARACTERS * 4])
    seen = (" " if c.isspace() else c for c in text if c.isspace() or _is_seen(c))
    shown = "".join(seen)[:MOST_CHARACTERS].translate(_QUOTES)
    return _PIECE.findall(_SIGN.sub(_MINUS, _BETWEEN.sub(" ", shown)))


def _is_seen(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


class _Parser:
    """One walk over the pieces; unbalanced quotes and parentheses close at the end."""

    def __init__(self, pieces: list[str], exact: bool) -> None:
        self._pieces = pieces
        self._at = 0
        self._words_left = MOST_WORDS
        self._exact = exact

    def clauses(self) -> tuple[Clause, ...]:
        found: list[Clause] = []
        while self._at < len(self._pieces):
            found += self._part(excluded=False)
        return tuple(found)

    def _next(self) -> str:
        self._at += 1
        return self._pieces[self._at - 1]

    def _part(self, *, excluded: bool) -> list[Clause]:
        piece = self._next()
        if piece == _MINUS:
            if self._at == len(self._pieces):
                return []
            return self._part(excluded=not excluded)
        if piece == "(":
            return self._group(excluded=excluded)
        if piece == ")":
            return []
        term = self._quoted() if piece == '"' else self._word(self._hyphenated(piece))
        return [Clause((term,), excluded)] if term else []

    def _word(self, piece: str) -> Term | None:
        word = piece.strip("-'’.,;:!?…*+~^|&=<>[]{}\\/")
        if not self._exact:
            word = word.lstrip("#")
        if self._words_left == 0 or not _SAYS_SOMETHING.search(word):
            return None
        self._words_left -= 1
        return Term((word,))

    def _hyphenated(self, piece: str) -> str:
        """The piece, with the next one where both are one word: sans abri is sans-abri."""
        following = self._pieces[self._at : self._at + 1]
        both = "-".join([piece, *following])
        if self._exact or not following or both.lower() not in french.HYPHENATED:
            return piece
        self._at += 1
        return both

    def _quoted(self) -> Term | None:
        words: list[str] = []
        while self._at < len(self._pieces) and (piece := self._next()) != '"':
            term = self._word(piece)
            words += term.words if term else ()
        return Term(tuple(words)) if words else None

    def _group(self, *, excluded: bool) -> list[Clause]:
        """What is between parentheses, as clauses.

        `(a b OR c)` is (a OR c) AND (b OR c). Without a minus a group without OR asks for all of
        its words; with one, none of its words may be there.
        """
        sides: list[list[Clause]] = [[]]
        while self._at < len(self._pieces):
            if self._pieces[self._at] == ")":
                self._at += 1
                break
            if self._pieces[self._at] in _EITHER and (len(sides) > 1 or sides[-1]):
                self._at += 1
                sides.append([])
                continue
            sides[-1] += self._part(excluded=False)
        sides = [side for side in sides if side]
        inner = [clause for side in sides for clause in side]
        if excluded:
            return [Clause((t,), True) for c in inner if not c.excluded for t in c.terms]
        if len(sides) < 2:
            return inner
        wanted = [[clause for clause in side if not clause.excluded] for side in sides]
        refused = [clause for clause in inner if clause.excluded]
        rows = list(product(*[side for side in wanted if side]))
        joined = [tuple(dict.fromkeys(t for clause in row for t in clause.terms)) for row in rows]
        return [Clause(terms) for terms in joined if terms] + refused
