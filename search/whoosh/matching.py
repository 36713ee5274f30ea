"""Words over a snapshot: which documents hold what a plan needs, and the score of their text.

A form's score is Whoosh's BM25F: per field, with the field's own document frequency and mean
length, over live documents; a word's is the best of its forms, an expression's the sum of its
words, a need's the best of its literals. What a frequency and a length are worth is worked out once
for each form and question, as a small table that the stored codes look up.
"""

from collections.abc import Iterable
from functools import cached_property, reduce

import numpy as np
from numpy.typing import NDArray

from search.plan import Literal, Need, Plan, Slot
from search.ranking import LENGTHS, WEIGHTS, bm25, idf
from search.whoosh import bits
from search.whoosh.bits import Bits, Docs
from search.whoosh.gathering import GROUPS, MOST
from search.whoosh.lexicon import Group, among
from search.whoosh.schema import EXACT
from search.whoosh.snapshot import Part, Snapshot

Floats = NDArray[np.float64]
Roughs = NDArray[np.float32]
Ints = NDArray[np.int64]

_LENGTHS = np.array(LENGTHS, np.float64)
_WEIGHTS = {"text": WEIGHTS, EXACT: (1.0,)}
_PLACE_BITS = 40
MANY = 1000  # documents that hold all words of an expression: then their places are sketched first
_ONE, _MIX = np.uint64(1), np.uint32(0x9E37_79B1)


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


class Words:
    """The forms of a plan over a snapshot, each looked up once."""

    def __init__(self, snapshot: Snapshot, plan: Plan) -> None:
        self.plan = plan
        self._snapshot = snapshot
        self._forms: dict[tuple[str, str], Form] = {}

    def forms(self, slot: Slot, group: str, at: int) -> list[tuple[Form, int]]:
        """The forms of a slot that a part has, with their numbers there; of those alike, one."""
        found: dict[int, tuple[Form, int]] = {}
        words = self._snapshot.parts[at].groups[group]
        for text in slot.forms:
            form = self._forms.get((text, group))
            if form is None:
                form = self._forms[text, group] = Form(self._snapshot, text.encode(), group)
            number = form.numbers[at]
            if number is not None:
                key = words.alike(number) if len(self._snapshot.parts) == 1 else number
                found.setdefault(key, (form, number))
        return list(found.values())


class Matched:
    """A plan executed over one part: a mask, and the scores of documents that are asked for."""

    def __init__(self, words: Words, part: Part, at: int) -> None:
        self._words, self.part, self.at = words, part, at
        self.has_scores = bool(words.plan.wanted)
        self._masks: dict[int, Bits] = {}
        self.mask = self._mask()

    def _mask(self) -> Bits | None:
        """The documents that meet all needs; None when nothing is needed."""
        found: Bits | None = None
        for need in sorted(self._words.plan.needs, key=lambda need: need.excluded):
            masks = [self._literal(literal) for literal in need.literals]
            holds = masks[0] if len(masks) == 1 else np.bitwise_or.reduce(masks, axis=0)
            if need.excluded:
                found = ~holds if found is None else found & ~holds
                continue
            holds = self._let_off(need, holds)
            found = holds if found is None else found & holds
        return found

    def _let_off(self, need: Need, holds: Bits) -> Bits:
        """And the documents in whose language the need asks for nothing."""
        english = self.part.planes["english"]
        for language in need.free:
            holds = holds | (english if language == "en" else ~english)
        return holds

    def _literal(self, literal: Literal) -> Bits:
        """The documents that hold a literal, found once; the plan keeps it alive, so its id will do."""
        if id(literal) not in self._masks:
            self._masks[id(literal)] = self._find(literal)
        return self._masks[id(literal)]

    def _find(self, literal: Literal) -> Bits:
        """The documents that hold a literal."""
        group, count = _group(literal), self.part.count
        found: Bits | None = None
        for slot in literal.slots:
            forms = self._words.forms(slot, group, self.at)
            if not forms:
                return bits.none(count)
            masks = [self.part.groups[group].mask(number, count) for _, number in forms]
            held = masks[0] if len(masks) == 1 else np.bitwise_or.reduce(masks, axis=0)
            found = held if found is None else found & held
        if found is None or len(literal.slots) == 1:
            return bits.none(count) if found is None else found
        return bits.of(self._in_a_row(literal, found), count)

    def _in_a_row(self, literal: Literal, holders: Bits) -> Docs:
        """Those of the documents where the slots follow each other in one field."""
        group = _group(literal)
        words, fields = self.part.groups[group], len(GROUPS[group])
        slots = [
            (
                [number for _, number in self._words.forms(slot, group, self.at)],
                slot.offset * fields,
            )
            for slot in literal.slots
        ]
        if bits.count(holders) > MANY:
            sketches = [_sketched(words, *slot, holders, self.part.count) for slot in slots]
            holders = bits.pack(np.bitwise_and.reduce(sketches) != 0)
        starts = [_starts(words, *slot, holders) for slot in slots]
        return reduce(bits.common, starts) >> _PLACE_BITS

    def scores(self, docs: Docs) -> Floats:
        """The score of the text of some documents that are under the mask, ascending or not."""
        total = np.zeros(len(docs))
        for need in self._words.plan.wanted:
            best = np.zeros(len(docs))
            for literal in need.literals:
                held = bits.holds(self._literal(literal), docs).nonzero()[0]
                if len(held):
                    scores = literal.weight * self._literal_scores(literal, docs[held])
                    best[held] = np.maximum(best[held], scores)
            total += best
        return total if self._words.plan.wanted else total + 1.0

    def _literal_scores(self, literal: Literal, docs: Docs) -> Floats:
        group, scores = _group(literal), np.zeros(len(docs))
        for slot in literal.slots:
            best: Floats = np.zeros(len(docs))
            for form, number in self._words.forms(slot, group, self.at):
                words = self.part.groups[group]
                best = np.maximum(best, _form_scores(words, form, number, docs))
            scores += best
        return scores

    def rough_scores(self, docs: Docs) -> Roughs:
        """The same to six digits, of so many documents that whole lists are added up."""
        total = np.zeros(self.part.count, np.float32)
        for need in self._words.plan.wanted:
            best: Roughs | None = None
            for literal in need.literals:
                best = self._rough(literal, best)
            if best is not None:
                total += best
        return total[docs]

    def _rough(self, literal: Literal, best: Roughs | None) -> Roughs | None:
        """The best of what was found and one more literal, over all documents of the part."""
        group = _group(literal)
        words, count = self.part.groups[group], self.part.count
        if len(literal.slots) > 1:
            docs = bits.docs_of(self._literal(literal), count)
            scores = literal.weight * self._literal_scores(literal, docs)
            found: list[tuple[Docs, Roughs]] = [(docs, np.asarray(scores, np.float32))]
        else:
            forms = self._words.forms(literal.slots[0], group, self.at)
            weight = literal.weight
            found = [(words.docs(n), _rough_list(words, form, n, weight)) for form, n in forms]
        for holders, rough in found:
            if best is None:
                best = np.zeros(count, np.float32)
                best[holders] = rough
            elif len(holders):
                best[holders] = np.maximum(best[holders], rough)
        return best

    def listed(self) -> int:
        """How many entries the lists have that `rough_scores` adds up."""
        slots = [
            (slot, _group(literal))
            for need in self._words.plan.wanted
            for literal in need.literals
            for slot in literal.slots
        ]
        return sum(
            self.part.groups[group].size(number)
            for slot, group in slots
            for _, number in self._words.forms(slot, group, self.at)
        )

    def texts(self, docs: Docs) -> list[tuple[str, ...]]:
        """The words and expressions that each of some documents was found by."""
        found: list[dict[str, None]] = [{} for _ in docs]
        for need in self._words.plan.wanted:
            for literal in need.literals:
                for which in bits.holds(self._literal(literal), docs).nonzero()[0].tolist():
                    found[which][literal.text] = None
        return [tuple(texts) for texts in found]


def _group(literal: Literal) -> str:
    return EXACT if literal.language is None else "text"


def _form_scores(words: Group, form: Form, number: int, docs: Docs) -> Floats:
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


def _rough_list(words: Group, form: Form, number: int, weight: float) -> Roughs:
    """The scores of a whole list, times a weight."""
    scores: Roughs = form.rough_table[-1][words.codes(number)]
    at, fields, codes = words.side(number)
    worth = form.rough_worth(fields, codes)
    for field in range(len(form.rough_table)):
        some = (fields == field).nonzero()[0]
        scores[at[some]] += worth[some]
    return scores if weight == 1 else scores * np.float32(weight)


def _sketched(
    group: Group, numbers: Iterable[int], before: int, holders: Bits, count: int
) -> NDArray[np.uint64]:
    """For each document a bit of 64 for each place where the expression would begin.

    Documents without a bit in common are not worth a look at their places, which takes much longer.
    """
    sketches = np.zeros(count, np.uint64)
    for number in numbers:
        listed = group.docs(number)
        at = bits.holds(holders, listed).nonzero()[0]
        firsts, places = group.places_of(number, at)
        if len(at):
            mixed = (places - before).astype(np.uint32) * _MIX >> np.uint32(26)
            marks = np.left_shift(_ONE, mixed, dtype=np.uint64)
            sketches[listed[at]] |= np.bitwise_or.reduceat(marks, firsts)
    return sketches


def _starts(group: Group, numbers: Iterable[int], before: int, holders: Bits) -> Ints:
    """Where the expression would begin for each place of a slot: document, position and field."""
    keys = []
    for number in numbers:
        listed = group.docs(number)
        at = bits.holds(holders, listed).nonzero()[0]
        firsts, places = group.places_of(number, at)
        sizes = np.diff(firsts, append=len(places))
        docs = (listed[at].astype(np.int64) << _PLACE_BITS).repeat(sizes)
        keys.append(docs + (places - before))
    return keys[0] if len(keys) == 1 else bits.distinct(np.concatenate(keys))
