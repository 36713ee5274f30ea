"""What a word is worth in each document: Whoosh's BM25F, from the codes that a sidecar keeps.

Per field, with the field's own document frequency and mean length, over live documents. A few
entries are worked out one by one; for long lists a small table, made once for a form and a
question, turns codes into scores that are right to six digits.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from search.ranking import LENGTHS, WEIGHTS, bm25, idf
from search.whoosh.bits import Docs
from search.whoosh.gathering import MOST
from search.whoosh.lexicon import Group, among
from search.whoosh.schema import EXACT
from search.whoosh.snapshot import Snapshot

Floats = NDArray[np.float64]
Roughs = NDArray[np.float32]
Ints = NDArray[np.int64]

_LENGTHS = np.array(LENGTHS, np.float64)
_WEIGHTS = {"text": WEIGHTS, EXACT: (1.0,)}


class Form:
    """One form of a word in all parts: its number in each, and what its codes are worth."""

    def __init__(self, snapshot: Snapshot, form: bytes, group: str) -> None:
        self._snapshot, self._group = snapshot, group
        self.numbers = [part.groups[group].find(form) for part in snapshot.parts]

    @cached_property
    def _by_field(self) -> Floats:
        """The weight of each field times how telling the form is in it."""
        weights = _WEIGHTS[self._group]
        counts = np.zeros(len(weights), np.int64)
        for part, number in zip(self._snapshot.parts, self.numbers, strict=True):
            if number is not None:
                counts += part.counts(self._group, number)
        total = self._snapshot.live_count
        return np.array([w * idf(total, n) for w, n in zip(weights, counts.tolist(), strict=True)])

    def worth(self, fields: Ints, codes: Ints) -> Floats:
        """What entries are worth, each in its field."""
        averages = np.array(self._snapshot.averages[self._group])
        frequency, length = (codes >> 8).astype(np.float64), _LENGTHS[codes & 255]
        return np.asarray(bm25(self._by_field[fields], frequency, length, averages[fields]))

    def main_worth(self, codes: Ints) -> Floats:
        """What entries of the main field are worth; 0 for code 0: the word is not there."""
        frequency, length = (codes >> 8).astype(np.float64), _LENGTHS[codes & 255]
        return bm25(self._by_field[-1], frequency, length, self._snapshot.averages[self._group][-1])

    @cached_property
    def rough_table(self) -> Roughs:
        """What each code is worth, by field, to six digits: for lists too long to work out."""
        parts = zip(self._snapshot.parts, self.numbers, strict=True)
        groups = [(part.groups[self._group], number) for part, number in parts]
        most = max(group.most(number) for group, number in groups if number is not None)
        frequencies = np.arange(most + 1, dtype=np.float64)[None, :, None]
        averages = np.array(self._snapshot.averages[self._group])[:, None, None]
        weights = self._by_field[:, None, None]
        worth = bm25(weights, frequencies, _LENGTHS[None, None, :], averages)
        return np.asarray(worth.reshape(len(averages), -1), np.float32)

    def rough_worth(self, fields: Ints, codes: Ints) -> Roughs:
        """What entries are worth to six digits; those of an endless text one by one."""
        wide = codes >= (MOST + 1) << 8
        worth = self.rough_table[fields, np.where(wide, 0, codes)]
        if wide.any():
            worth[wide] = self.worth(fields[wide], codes[wide])
        return worth


def form_scores(words: Group, form: Form, number: int, docs: Docs) -> Floats:
    """The score of one form in some documents: the fields' in the order of the reference."""
    scores = np.zeros(len(docs))
    at, held = among(words.docs(number), docs)
    at = at[held]
    owner, fields, codes = words.side_of(number, at)
    found = np.zeros(len(at))
    if len(owner):
        found += np.bincount(owner, form.worth(fields, codes), len(at))
    scores[held] = found + form.main_worth(words.codes(number)[at])
    return scores


def rough_list(words: Group, form: Form, number: int, weight: float) -> Roughs:
    """The scores of a whole list, times a weight."""
    scores: Roughs = form.rough_table[-1][words.codes(number)]
    at, fields, codes = words.side(number)
    worth = form.rough_worth(fields, codes)
    for field in range(len(form.rough_table)):
        some = (fields == field).nonzero()[0]
        scores[at[some]] += worth[some]
    return scores if weight == 1 else scores * np.float32(weight)
