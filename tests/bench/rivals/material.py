"""What the rivals are given: the seeded offers as rows of numbers and analysed words, made once and kept.

Each position of a text holds one token, which stands for all the forms under which the word there
can be found; where a stop word was, it holds HOLE. A question asks for the tokens that share a form
with its words. So every rival indexes and finds what the engine does, without knowing French.
"""

from __future__ import annotations

import json
import pickle
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from search.document import Document
from search.geo import STEPS, snap
from search.text import accented, analyse, exact_words, is_proposed
from tests.bench.lexicon import CACHE
from tests.bench.offers import DAY, NOW, THEMES, offers

VERSION = 4
HOLE = "0"
FOREVER = 2**40
MINORS, ACCESSIBLE, ONGOING = 1, 2, 4
DAYS_EACH = 60
COLUMNS = (
    *("id", "published", "next_at", "until", "remote", "flags", "themes", "days", "later_days"),
    *("places", "title", "names", "description"),
)

Row = list[Any]


def home(count: int, seed: int) -> Path:
    """Where all that belongs to one set of offers is kept."""
    return CACHE / f"{count}-{seed}-v{VERSION}"


class Tokens:
    """The token of each word, and the tokens that share a form."""

    def __init__(self) -> None:
        self._words: dict[str, list[str]] = {}
        self._known: dict[tuple[str, ...], str] = {}
        self.of_form: dict[str, list[str]] = defaultdict(list)

    def text(self, text: str) -> list[str]:
        """Words parted by spaces: each has the same token wherever it stands."""
        found: list[str] = []
        for word in text.split():
            if word not in self._words:
                self._words[word] = list(self._of(word))
            found += self._words[word]
        return found

    def _of(self, word: str) -> Iterator[str]:
        at = 0
        analysed = dict(analyse(word, "fr"))
        for at in range(max(analysed, default=0) + 1):
            yield self._token(analysed[at]) if at in analysed else HOLE

    def _token(self, forms: tuple[str, ...]) -> str:
        if forms not in self._known:
            self._known[forms] = f"w{len(self._known) + 1}"
            for form in forms:
                self.of_form[form].append(self._known[forms])
        return self._known[forms]


class Spelled:
    """How many offers have each exact word, and how most of them spell it."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._accented: Counter[str] = Counter()
        self._words: dict[str, tuple[list[str], list[str]]] = {}

    def add(self, text: str) -> None:
        exact, marked = set[str](), set[str]()
        for word in set(text.split()):
            if word not in self._words:
                self._words[word] = exact_words(word), list(accented(word))
            exact.update(self._words[word][0])
            marked.update(self._words[word][1])
        self.counts.update(exact)
        self._accented.update(marked)

    def rows(self) -> list[tuple[str, str, int]]:
        """(word, its spelling, offers), of the words that are ever completed or corrected to."""
        ways: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for way, uses in self._accented.items():
            ways[exact_words(way)[0]].append((-uses, way))
        found = []
        for word, count in self.counts.items():
            plain = (-(count + sum(uses for uses, _ in ways[word])), word)
            found.append((word, min([*ways[word], plain])[1], count))
        return sorted(found)


def prepare(count: int, seed: int) -> Path:
    """The folder of the rows, made when it is not there."""
    folder = home(count, seed)
    if not (folder / "tokens.pickle").exists():
        folder.mkdir(parents=True, exist_ok=True)
        write(folder, offers(count, seed))
    return folder


def write(folder: Path, some: Iterable[Document]) -> None:
    """The rows of some offers, and their words."""
    tokens, spelled = Tokens(), Spelled()
    with (folder / "rows.jsonl").open("w") as file:
        for offer in some:
            file.write(json.dumps(_row(offer, tokens), separators=(",", ":")) + "\n")
            parts = (offer.title, offer.association, *offer.tags, offer.description)
            spelled.add(" ".join(parts))
    kept = dict(tokens.of_form), spelled.rows()
    (folder / "tokens.pickle").write_bytes(pickle.dumps(kept))


def rows(folder: Path) -> Iterator[Row]:
    """The rows, in the order of COLUMNS."""
    with (folder / "rows.jsonl").open() as file:
        for line in file:
            yield json.loads(line)


def words(folder: Path) -> tuple[dict[str, list[str]], list[tuple[str, str, int]]]:
    """The tokens of each form, and every exact word with its spelling and the offers that have it."""
    kept: tuple[dict[str, list[str]], list[tuple[str, str, int]]] = pickle.loads(
        (folder / "tokens.pickle").read_bytes()
    )
    return kept


def proposed(folder: Path) -> list[tuple[str, str, int]]:
    """Of those words the ones that complete what somebody types: no stop words, as ours leaves them out."""
    return [row for row in words(folder)[1] if is_proposed(row[0])]


def _row(offer: Document, tokens: Tokens) -> Row:
    live = [shift for shift in offer.shifts if shift[1] > NOW]
    days = 0
    for start, end in live:
        for day in range(max((start - NOW) // DAY, 0), (end - 1 - NOW) // DAY + 1):
            days |= 1 << day
    names: list[str] = []
    for part in (offer.association, *offer.tags):
        names += [*tokens.text(part), HOLE]
    return [
        offer.id,
        offer.published_at,
        min((start for start, _ in live), default=None),
        FOREVER if offer.is_ongoing else max((end for _, end in live), default=0),
        ("no", "possible", "full").index(offer.remote),
        MINORS * offer.open_to_minors
        | ACCESSIBLE * offer.is_accessible
        | ONGOING * offer.is_ongoing,
        sum(1 << THEMES.index(theme) for theme in offer.themes),
        days & ((1 << DAYS_EACH) - 1),
        days >> DAYS_EACH,
        [[snap(p.lat or 0) / STEPS, snap(p.lon or 0) / STEPS] for p in offer.locations],
        " ".join(tokens.text(offer.title)),
        " ".join(names[:-1]),
        " ".join(tokens.text(offer.description)),
    ]


def bits(value: int) -> Iterable[int]:
    """The numbers of the bits that are set."""
    return (at for at in range(value.bit_length()) if value >> at & 1)
