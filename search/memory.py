"""The reference: an index in plain Python, slow and obvious, that the others must agree with.

It looks at every document for every query and keeps nothing that could be out of date. Tests and
small installations use it; it is gone when the process ends.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from search.document import Document
from search.explaining import Factor, factors
from search.index import Progress
from search.plan import Literal, Plan, make_plan, suggestion
from search.query import Query
from search.ranking import FIELDS, LENGTHS, SPREAD_WINDOW, WEIGHTS, bm25, idf, length_rung, spread
from search.reference import Card, best_cards, every_place, facet_counts
from search.results import Hit, Results
from search.text import Analysed, accented, analyse, analyse_all, exact_all, fold, is_proposed

EXACT = "exact"


class Entry:
    """One document with its words: field -> form -> positions."""

    def __init__(self, document: Document) -> None:
        self.document = document
        tongue = document.language
        texts = (document.title, document.association, *document.tags, document.description)
        words: dict[str, Analysed] = {
            "title": analyse(document.title, tongue),
            "association": analyse(document.association, tongue),
            "tags": analyse_all(document.tags, tongue),
            "description": analyse(document.description, tongue),
            EXACT: [(position, (word,)) for position, word in exact_all(texts)],
        }
        self.fields: dict[str, dict[str, list[int]]] = {name: {} for name in words}
        for name, analysed in words.items():
            for position, forms in analysed:
                for form in forms:
                    self.fields[name].setdefault(form, []).append(position)
        self.lengths = {
            name: sum(len(positions) for positions in forms.values())
            for name, forms in self.fields.items()
        }
        self.accented = frozenset(word for text in texts for word in accented(text))

    def has(self, literal: Literal) -> bool:
        """Whether the literal's slots follow each other somewhere in one field."""
        names = (EXACT,) if literal.language is None else FIELDS
        return any(self._has_in(self.fields[name], literal) for name in names)

    @staticmethod
    def _has_in(field: dict[str, list[int]], literal: Literal) -> bool:
        starts: set[int] | None = None
        for slot in literal.slots:
            here = {at - slot.offset for form in slot.forms for at in field.get(form, ())}
            starts = here if starts is None else starts & here
        return bool(starts)


class MemoryIndex:
    """An index that forgets; see search.index.Index for what its methods promise."""

    def __init__(self) -> None:
        self._entries: dict[int, Entry] = {}
        self._frequencies: Counter[tuple[str, str]] = Counter()
        self._lengths: Counter[str] = Counter()
        self._generation = 0

    @property
    def generation(self) -> int:
        return self._generation

    def update(self, documents: Iterable[Document], deleted_ids: Iterable[int] = ()) -> None:
        entries = {document.id: Entry(document) for document in documents}
        self._entries = {**self._entries, **entries}
        for number in deleted_ids:
            self._entries.pop(number, None)
        self._count()

    def changed(self, documents: Iterable[Document], deleted_ids: Iterable[int]) -> "MemoryIndex":
        """Another index with these changes: whoever is asking this one is not disturbed."""
        made = MemoryIndex()
        made._entries = self._entries
        made.update(documents, deleted_ids)
        return made

    def rebuild(self, documents: Iterable[Document], progress: Progress | None = None) -> int:
        entries: dict[int, Entry] = {}
        for done, document in enumerate(documents, start=1):
            if document.id in entries:
                raise ValueError(f"Document {document.id} came twice.")
            entries[document.id] = Entry(document)
            if progress:
                progress(done)
        self._entries = entries
        self._count()
        return len(entries)

    def _count(self) -> None:
        """Count again in how many documents each form is, and how long the fields are."""
        self._frequencies = Counter(
            (name, form)
            for entry in self._entries.values()
            for name, forms in entry.fields.items()
            for form in forms
        )
        self._lengths = Counter()
        for entry in self._entries.values():
            self._lengths.update(entry.lengths)
        self._generation += 1

    def tidy(self) -> int:
        return 0

    def versions(self) -> Iterator[tuple[int, int]]:
        for number in sorted(self._entries):
            yield number, self._entries[number].document.version

    def refresh(self) -> bool:
        return False

    def close(self) -> None:
        self._entries = {}

    def holds(self, form: str) -> bool:
        return any((name, form) in self._frequencies for name in FIELDS)

    def most_frequent(self, words: Iterable[str]) -> str | None:
        known = [word for word in words if (EXACT, word) in self._frequencies]
        return min(known, key=lambda word: (-self._frequencies[EXACT, word], word), default=None)

    def frequency(self, word: str) -> int:
        return self._frequencies[EXACT, word]

    def spelled(self, word: str) -> str:
        entries = self._entries.values()
        ways = Counter(w for entry in entries for w in entry.accented if fold(w) == word)
        ways[word] = self._frequencies[EXACT, word] - ways.total()
        return min(ways, key=lambda way: (-ways[way], way))

    def complete(self, prefix: str, limit: int = 8) -> tuple[str, ...]:
        """Words in the spelling that most documents give them."""
        begin = fold(prefix.strip())
        if not begin:
            return ()
        found = [
            (-count, word)
            for (name, word), count in self._frequencies.items()
            if name == EXACT and word.startswith(begin) and is_proposed(word)
        ]
        return tuple(self.spelled(word) for _, word in sorted(found)[:limit])

    def search(self, query: Query) -> Results:
        plan = make_plan(query, self)
        worded = self._worded(plan)
        documents = [self._entries[number].document for number in worded]
        cards = best_cards(query, documents, worded)
        remote_from = None
        if every_place(query) and any(card.in_tail for card in cards):
            remote_from = sum(not card.in_tail for card in cards)
        if query.spread:
            cards = _spread(cards, remote_from)
        page = cards[query.offset : query.offset + query.limit]
        return Results(
            hits=tuple(self._hit(card, plan) for card in page),
            total=len(cards),
            facets=facet_counts(query, documents),
            remote_from=remote_from,
            corrected=plan.corrected,
            suggestion=suggestion(query, len(cards), self, self._total),
        )

    def explain(self, query: Query, number: int) -> tuple[Factor, ...]:
        """Why a document that is found ranks where it does: what its score is the product of."""
        worded = self._worded(make_plan(query, self))
        documents = [self._entries[number].document]
        (card,) = best_cards(query, documents, worded)
        others = factors(query, card.document, card.distance_km, card.next_at)
        return (Factor("words", worded[number]), *others)

    def _worded(self, plan: Plan) -> dict[int, float]:
        """The documents that hold the words, with the score of their text."""
        found: dict[int, float] = {}
        for number, entry in self._entries.items():
            score = self._text_score(entry, plan)
            if score is not None:
                found[number] = score
        return found

    def _text_score(self, entry: Entry, plan: Plan) -> float | None:
        language = entry.document.language
        total = 0.0
        for need in plan.needs:
            scores = [
                literal.weight * self._literal_score(entry, literal)
                for literal in need.literals
                if literal.language in (None, language) and entry.has(literal)
            ]
            if need.excluded and scores:
                return None
            if not need.excluded and not scores and language not in need.free:
                return None
            total += max(scores, default=0.0)
        return total if plan.wanted else 1.0

    def _literal_score(self, entry: Entry, literal: Literal) -> float:
        score = 0.0
        for slot in literal.slots:
            score += max(self._form_score(entry, form, literal) for form in slot.forms)
        return score

    def _form_score(self, entry: Entry, form: str, literal: Literal) -> float:
        score = 0.0
        weights = zip(FIELDS, WEIGHTS, strict=True)
        for name, weight in [(EXACT, 1.0)] if literal.language is None else weights:
            positions = entry.fields[name].get(form)
            if positions:
                rarity = idf(len(self._entries), self._frequencies[name, form])
                length = float(LENGTHS[length_rung(entry.lengths[name])])
                average = self._lengths[name] / len(self._entries)
                score += bm25(weight * rarity, float(len(positions)), length, average)
        return score

    def _hit(self, card: Card, plan: Plan) -> Hit:
        entry = self._entries[card.document.id]
        language = entry.document.language
        texts = [
            literal.text
            for need in plan.wanted
            for literal in need.literals
            if literal.language in (None, language) and entry.has(literal)
        ]
        return card.hit(tuple(dict.fromkeys(texts)))

    def _total(self, query: Query) -> int:
        worded = self._worded(make_plan(query, self))
        return len(best_cards(query, [self._entries[n].document for n in worded], worded))


def _spread(cards: list[Card], remote_from: int | None) -> list[Card]:
    """Spread associations over the first ranks, never across the border of the remote tail."""
    head = cards[:remote_from]
    order = spread([card.document.association_id for card in head])
    tail = cards[len(head) :]
    if len(head) < SPREAD_WINDOW and tail:
        inner = spread([card.document.association_id for card in tail])
        tail = [tail[rank] for rank in inner]
    return [head[rank] for rank in order] + tail
