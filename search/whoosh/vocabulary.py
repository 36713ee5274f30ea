"""The words of a snapshot as people meet them: corrections and completion."""

from collections import Counter
from collections.abc import Iterable

from search.text import fold
from search.whoosh.schema import EXACT
from search.whoosh.snapshot import Snapshot

SHORTEST_COMPLETED = 3


class Vocabulary:
    """What a plan asks of an index (search.plan.Lexicon), and the completion of words."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def holds(self, form: str) -> bool:
        """Whether a live document has this form."""
        word = form.encode()
        for part in self._snapshot.parts:
            number = part.groups["text"].find(word)
            if number is not None and part.live_count("text", number):
                return True
        return False

    def most_frequent(self, words: Iterable[str]) -> str | None:
        """The exact word that most live documents have; the first in the alphabet among equals."""
        asked = [word.encode() for word in words]
        counts: Counter[bytes] = Counter()
        for part in self._snapshot.parts:
            for word, number in part.groups[EXACT].find_all(asked):
                counts[word] += part.live_count(EXACT, number)
        known = [(-count, word) for word, count in counts.items() if count]
        return min(known)[1].decode() if known else None

    def complete(self, prefix: str, limit: int) -> tuple[str, ...]:
        """Words that begin with a prefix, in the spelling that most documents give them."""
        begin = fold(prefix.strip()).encode()
        if not begin:
            return ()
        counts: Counter[bytes] = Counter()
        for part in self._snapshot.parts:
            group = part.groups[EXACT]
            numbers = group.beginning_with(begin)
            for number, count in zip(numbers, group.live_counts(numbers, part.live), strict=True):
                counts[group[number]] += int(count)
        found = [
            (-count, word)
            for word, count in counts.items()
            if count and len(word.decode()) >= SHORTEST_COMPLETED
        ]
        return tuple(self._spelled(word, -count) for count, word in sorted(found)[:limit])

    def _spelled(self, word: bytes, count: int) -> str:
        ways: Counter[str] = Counter()
        for part in self._snapshot.parts:
            number = part.groups[EXACT].find(word)
            if number is not None:
                ways.update(dict(part.spellings(number)))
        uses = [(-used, way) for way, used in ways.items() if used]
        uses.append((-(count - sum(ways.values())), word.decode()))
        return min(uses)[1]
