"""Words over a snapshot: which documents hold what a plan needs, and the score of their text.

The score of a word is the best of its forms (see worth.py), an expression's the sum of its words, a
need's the best of its literals.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from search.plan import Literal, Need, Plan, Slot
from search.whoosh import bits
from search.whoosh.bits import Bits, Docs
from search.whoosh.expressions import in_a_row
from search.whoosh.gathering import GROUPS
from search.whoosh.schema import EXACT
from search.whoosh.snapshot import Part, Snapshot
from search.whoosh.worth import Form, form_scores, rough_list

Floats = NDArray[np.float64]
Roughs = NDArray[np.float32]

# The group of a literal's words, and for each slot its offset, and its forms with their numbers.
Key = tuple[str, tuple[tuple[int, tuple[tuple[Form, int], ...]], ...]]


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
        self._masks: dict[Key, Bits] = {}
        self._keys: dict[int, Key] = {}
        self.mask = self._mask()

    def _key(self, literal: Literal) -> Key:
        """What a literal is here; the plan keeps it alive, so its id will do."""
        key = self._keys.get(id(literal))
        if key is None:
            group = _group(literal)
            forms = self._words.forms
            slots = [(slot.offset, tuple(forms(slot, group, self.at))) for slot in literal.slots]
            key = self._keys[id(literal)] = group, tuple(slots)
        return key

    def _wanted(self) -> Iterator[list[tuple[Key, float]]]:
        """The literals of each need that gives a score, each with its weight, but for those that
        say the same again, as a French and an English word often do, or that nothing here holds.
        """
        for need in self._words.plan.wanted:
            weights: dict[Key, float] = {}
            for literal in need.literals:
                key = self._key(literal)
                if all(forms for _, forms in key[1]):
                    weights[key] = max(literal.weight, weights.get(key, 0))
            yield list(weights.items())

    def _mask(self) -> Bits | None:
        """The documents that meet all needs; None when nothing is needed."""
        found: Bits | None = None
        for need in sorted(self._words.plan.needs, key=lambda need: need.excluded):
            keys = dict.fromkeys(map(self._key, need.literals))
            holds = _any([self._holders(key) for key in keys])
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

    def _holders(self, key: Key) -> Bits:
        """The documents that hold a literal, found once."""
        found = self._masks.get(key)
        if found is None:
            found = self._masks[key] = self._find(key)
        return found

    def _find(self, key: Key) -> Bits:
        """The documents that hold a literal."""
        group, slots = key
        words, count = self.part.groups[group], self.part.count
        found: Bits | None = None
        for _, forms in slots:
            if not forms:
                return bits.none(count)
            held = _any([words.mask(number, count) for _, number in forms])
            found = held if found is None else found & held
        if found is None or len(slots) == 1:
            return bits.none(count) if found is None else found
        numbered = [([number for _, number in forms], offset) for offset, forms in slots]
        docs = in_a_row(words, numbered, len(GROUPS[group]), found, count)
        return bits.of(docs, count)

    def scores(self, docs: Docs) -> Floats:
        """The score of the text of some documents that are under the mask, ascending or not."""
        total = np.zeros(len(docs))
        for literals in self._wanted():
            best = np.zeros(len(docs))
            for key, weight in literals:
                held = bits.holds(self._holders(key), docs).nonzero()[0]
                if len(held):
                    scores = weight * self._literal_scores(key, docs[held])
                    best[held] = np.maximum(best[held], scores)
            total += best
        return total if self.has_scores else total + 1.0

    def _literal_scores(self, key: Key, docs: Docs) -> Floats:
        words, scores = self.part.groups[key[0]], np.zeros(len(docs))
        for _, forms in key[1]:
            found = [form_scores(words, form, number, docs) for form, number in forms]
            scores += found[0] if len(found) == 1 else np.maximum.reduce(found)
        return scores

    def rough_scores(self, docs: Docs) -> Roughs:
        """The same to six digits, of so many documents that whole lists are added up."""
        total: Roughs | None = None
        for literals in self._wanted():
            best: Roughs | None = None
            for key, weight in literals:
                best = self._rough(weight, key, best)
            if best is not None:
                total = best if total is None else total + best
        return np.zeros(len(docs), np.float32) if total is None else total[docs]

    def _rough(self, weight: float, key: Key, best: Roughs | None) -> Roughs | None:
        """The best of what was found and one more literal, over all documents of the part."""
        words, count = self.part.groups[key[0]], self.part.count
        if len(key[1]) > 1:
            docs = bits.docs_of(self._holders(key), count)
            scores = weight * self._literal_scores(key, docs)
            found: list[tuple[Docs, Roughs]] = [(docs, np.asarray(scores, np.float32))]
        else:
            forms = key[1][0][1]
            found = [(words.docs(n), rough_list(words, form, n, weight)) for form, n in forms]
        for holders, rough in found:
            if best is None:
                best = np.zeros(count, np.float32)
                best[holders] = rough
            elif len(holders):
                best[holders] = np.maximum(best[holders], rough)
        return best

    def listed(self) -> int:
        """How many entries the lists have that `rough_scores` adds up."""
        return sum(
            self.part.groups[group].size(number)
            for literals in self._wanted()
            for (group, slots), _ in literals
            for _, forms in slots
            for _, number in forms
        )

    def texts(self, docs: Docs) -> list[tuple[str, ...]]:
        """The words and expressions that each of some documents was found by."""
        found: list[dict[str, None]] = [{} for _ in docs]
        for need in self._words.plan.wanted:
            for literal in need.literals:
                held = bits.holds(self._holders(self._key(literal)), docs)
                for which in held.nonzero()[0].tolist():
                    found[which][literal.text] = None
        return [tuple(texts) for texts in found]


def _any(masks: list[Bits]) -> Bits:
    return masks[0] if len(masks) == 1 else np.bitwise_or.reduce(masks, axis=0)


def _group(literal: Literal) -> str:
    return EXACT if literal.language is None else "text"
