"""Words over a snapshot: which documents hold what a plan needs, and the score of their text.

A form's score is Whoosh's BM25F: per field, with the field's own document frequency and mean
length, over live documents; a word's is the best of its forms, an expression's the sum of its
words, a need's the best of its literals. What a frequency and a length are worth is worked out once
for each form and question, as a small table that the stored codes look up.
"""

from collections.abc import Iterable
from functools import cached_property

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

    @cached_property
    def table(self) -> Floats:
        """What each code is worth, by field; 0 for code 0, which says that the word is not there."""
        parts = zip(self._snapshot.parts, self.numbers, strict=True)
        groups = [(part.groups[self._group], number) for part, number in parts]
        most = max(group.most(number) for group, number in groups if number is not None)
        frequencies = np.arange(most + 1, dtype=np.float64)[None, :, None]
        averages = np.array(self._snapshot.averages[self._group])[:, None, None]
        weights = self._by_field[:, None, None]
        worth = bm25(weights, frequencies, _LENGTHS[None, None, :], averages)
        return np.asarray(worth.reshape(len(averages), -1))

    @cached_property
    def rough_table(self) -> Roughs:
        """The table of the main field in half the bytes."""
        return np.asarray(self.table[-1].astype(np.float32))

    def side_worth(self, fields: Ints, codes: Ints) -> Floats:
        """What entries of the other fields are worth; those of an endless text one by one."""
        wide = codes >= (MOST + 1) << 8
        worth = self.table[fields, np.where(wide, 0, codes)]
        if wide.any():
            some, averages = fields[wide], np.array(self._snapshot.averages[self._group])
            frequency = (codes[wide] >> 8).astype(np.float64)
            length = _LENGTHS[codes[wide] & 255]
            worth[wide] = bm25(self._by_field[some], frequency, length, averages[some])
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
        return bits.of(self._in_a_row(literal, bits.docs_of(found, count)), count)

    def _in_a_row(self, literal: Literal, docs: Docs) -> Docs:
        """Those of the documents where the slots follow each other in one field."""
        group = _group(literal)
        starts: Ints | None = None
        for slot in literal.slots:
            numbers = [number for _, number in self._words.forms(slot, group, self.at)]
            keys = _starts(self.part.groups[group], numbers, slot.offset, docs, len(GROUPS[group]))
            starts = keys if starts is None else np.intersect1d(starts, keys, assume_unique=True)
        return docs[:0] if starts is None else np.unique(starts >> _PLACE_BITS)

    def scores(self, docs: Docs) -> Floats:
        """The score of the text of some documents that are under the mask, ascending or not."""
        total = np.zeros(len(docs))
        for need in self._words.plan.wanted:
            best = np.zeros(len(docs))
            for literal in need.literals:
                held = np.flatnonzero(bits.holds(self._literal(literal), docs))
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
                for which in np.flatnonzero(bits.holds(self._literal(literal), docs)).tolist():
                    found[which][literal.text] = None
        return [tuple(texts) for texts in found]


def _group(literal: Literal) -> str:
    return EXACT if literal.language is None else "text"


def _form_scores(words: Group, form: Form, number: int, docs: Docs) -> Floats:
    """The score of one form in some documents: the fields' in the order of the reference."""
    scores = np.zeros(len(docs))
    at, held = among(words.docs(number), docs)
    at = at[held]
    found = np.zeros(len(at))
    side_at, fields, codes = words.side(number)
    place, ends = np.searchsorted(side_at, at), np.searchsorted(side_at, at, "right")
    while (some := np.flatnonzero(place < ends)).size:
        here = place[some]
        found[some] += form.side_worth(fields[here].astype(np.int64), codes[here].astype(np.int64))
        place[some] += 1
    found += form.table[-1][words.codes(number)[at]]
    scores[held] = found
    return scores


def _rough_list(words: Group, form: Form, number: int, weight: float) -> Roughs:
    """The scores of a whole list, times a weight."""
    table = form.rough_table if weight == 1 else form.rough_table * np.float32(weight)
    scores: Roughs = table[words.codes(number)]
    at, fields, codes = words.side(number)
    worth = weight * form.side_worth(fields, codes.astype(np.int64))
    for field in range(form.table.shape[0]):
        some = np.flatnonzero(fields == field)
        scores[at[some]] += worth[some].astype(np.float32)
    return scores


def _starts(group: Group, numbers: Iterable[int], offset: int, docs: Docs, fields: int) -> Ints:
    """Where the expression would begin for each place of a slot: document, position and field."""
    keys = []
    for number in numbers:
        listed, held = among(group.docs(number), docs)
        at, places = group.places(number, listed[held])
        keys.append((docs[held][at] << _PLACE_BITS) + places - offset * fields)
    return np.unique(np.concatenate(keys)) if keys else np.empty(0, np.int64)
