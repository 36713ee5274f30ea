"""Words over a snapshot: which documents hold what a plan needs, and the score of their text.

Masks and scores are arrays over all documents of the snapshot. A form's score is Whoosh's BM25F:
per field, with the field's own document frequency and mean length, over live documents; a word's
is the best of its forms, an expression's the sum of its words, a need's the best of its literals.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.document import Language
from search.plan import Literal, Need, Plan, Slot
from search.ranking import LENGTHS, WEIGHTS, bm25, idf
from search.whoosh.lexicon import Entries, Group
from search.whoosh.schema import EXACT
from search.whoosh.snapshot import Snapshot

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_LENGTHS = np.array(LENGTHS, np.float64)
_WEIGHTS = {"text": WEIGHTS, EXACT: (1.0,)}
_PLACE_BITS = 33
_FIELD_BITS = 2


@dataclass(frozen=True, slots=True)
class Found:
    """Documents, ascending, and the score of each."""

    docs: Ints
    scores: Floats


@dataclass(frozen=True, slots=True)
class Matched:
    """What the words found: a mask, the score of each document, and who held which literal."""

    mask: Mask
    scores: Floats
    literals: tuple[tuple[Literal, Ints], ...]

    def texts(self, docs: Ints) -> list[tuple[str, ...]]:
        """The words and expressions that each of some documents was found by."""
        found: list[dict[str, None]] = [{} for _ in docs]
        for literal, holders in self.literals:
            if len(holders):
                at = np.minimum(np.searchsorted(holders, docs), len(holders) - 1)
                for which in np.flatnonzero(holders[at] == docs).tolist():
                    found[which][literal.text] = None
        return [tuple(texts) for texts in found]


def match(snapshot: Snapshot, plan: Plan) -> Matched:
    """Execute a plan over the live documents of a snapshot."""
    mask = snapshot.live.copy()
    scores = np.zeros(snapshot.count)
    literals: list[tuple[Literal, Ints]] = []
    for need in plan.needs:
        found = [(literal, find(snapshot, literal)) for literal in need.literals]
        if need.excluded:
            for _, one in found:
                mask[one.docs] = False
            continue
        best = np.zeros(snapshot.count)
        holds = _let_off(snapshot, need)
        for literal, one in found:
            holds[one.docs] = True
            best[one.docs] = np.maximum(best[one.docs], literal.weight * one.scores)
        mask &= holds
        scores += best
        literals += [(literal, one.docs) for literal, one in found]
    if not plan.wanted:
        scores += 1.0
    return Matched(mask, scores, tuple(literals))


def _let_off(snapshot: Snapshot, need: Need) -> Mask:
    """The documents in whose language the need asks for nothing."""
    off = np.zeros(snapshot.count, bool)
    language: Language
    for language in need.free:
        off |= snapshot.is_english if language == "en" else ~snapshot.is_english
    return off


def find(snapshot: Snapshot, literal: Literal) -> Found:
    """The live documents that hold a literal."""
    group = EXACT if literal.language is None else "text"
    slots = [_slot(snapshot, slot, group) for slot in literal.slots]
    if len(slots) == 1:
        return slots[0]
    docs = slots[0].docs
    for slot in slots[1:]:
        docs = np.intersect1d(docs, slot.docs, assume_unique=True)
    docs = _in_a_row(snapshot, literal, docs, group)
    scores = np.zeros(len(docs))
    for slot in slots:
        scores += slot.scores[np.searchsorted(slot.docs, docs)]
    return Found(docs, scores)


def _slot(snapshot: Snapshot, slot: Slot, group: str) -> Found:
    """One word under any of its forms."""
    forms = [_form(snapshot, form.encode(), group) for form in slot.forms]
    if len(forms) == 1:
        return forms[0]
    holds = np.zeros(snapshot.count, bool)
    for form in forms:
        holds[form.docs] = True
    docs = np.flatnonzero(holds)
    scores = np.zeros(len(docs))
    for form in forms:
        at = np.searchsorted(docs, form.docs)
        scores[at] = np.maximum(scores[at], form.scores)
    return Found(docs, scores)


def _form(snapshot: Snapshot, form: bytes, group: str) -> Found:
    """One form in all parts; frequencies are counted over live documents, field by field."""
    docs, fields, frequencies = [], [], []
    for part in snapshot.parts:
        number = part.groups[group].find(form)
        if number is None:
            continue
        entries = part.groups[group].entries(number)
        keep = slice(None) if part.whole else part.live[entries.doc]
        docs.append(entries.doc[keep].astype(np.int64) + part.base)
        fields.append(entries.field[keep])
        frequencies.append(entries.frequency[keep])
    if not docs or not any(len(some) for some in docs):
        return Found(np.empty(0, np.int64), np.empty(0))
    doc, field = np.concatenate(docs), np.concatenate(fields)
    frequency = np.concatenate(frequencies).astype(np.float64)
    each = _each(snapshot, group, doc, field, frequency)
    first = np.flatnonzero(np.diff(doc, prepend=-1))
    return Found(doc[first], np.add.reduceat(each, first))


def _each(
    snapshot: Snapshot, group: str, doc: Ints, field: NDArray[np.uint8], frequency: Floats
) -> Floats:
    """What each entry (document, field) adds to the score of its document."""
    weights = _WEIGHTS[group]
    counts = np.bincount(field, minlength=len(weights))
    by_field = [
        weight * idf(snapshot.live_count, int(count))
        for weight, count in zip(weights, counts, strict=True)
    ]
    length = _LENGTHS[snapshot.rungs[group][field, doc]]
    average = np.array(snapshot.averages[group])[field]
    return bm25(np.array(by_field)[field], frequency, length, average)


def _in_a_row(snapshot: Snapshot, literal: Literal, docs: Ints, group: str) -> Ints:
    """Those of the documents where the slots follow each other in one field."""
    found = []
    for part in snapshot.parts:
        here = docs[(docs >= part.base) & (docs < part.base + part.count)] - part.base
        if not len(here):
            continue
        wanted = np.zeros(part.count, bool)
        wanted[here] = True
        starts: Ints | None = None
        for slot in literal.slots:
            keys = _starts(part.groups[group], slot, wanted)
            starts = keys if starts is None else np.intersect1d(starts, keys)
        if starts is not None and len(starts):
            found.append(np.unique(starts >> (_PLACE_BITS + _FIELD_BITS)) + part.base)
    return np.concatenate(found) if found else np.empty(0, np.int64)


def _starts(group: Group, slot: Slot, wanted: Mask) -> Ints:
    """Where the expression would begin for each place of a slot: document, field and position."""
    keys = []
    for number in _numbers(group, slot.forms):
        entries: Entries = group.entries(number)
        keep = wanted[entries.doc]
        at, places = group.places(entries, keep)
        where = entries.doc[keep].astype(np.int64) << _FIELD_BITS | entries.field[keep]
        keys.append((where[at] << _PLACE_BITS) + places - slot.offset)
    return np.unique(np.concatenate(keys)) if keys else np.empty(0, np.int64)


def _numbers(group: Group, forms: Iterable[str]) -> list[int]:
    return [number for _, number in group.find_all(form.encode() for form in forms)]
