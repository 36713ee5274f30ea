"""The words of a snapshot as people meet them: corrections and completion."""

from collections import Counter
from collections.abc import Iterable, Iterator
from operator import itemgetter

import numpy as np

from search.text import fold
from search.whoosh.schema import EXACT
from search.whoosh.snapshot import Part, Snapshot

Held = tuple[Part, int]
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
            if number is not None and part.live_size("text", number):
                return True
        return False

    def most_frequent(self, words: Iterable[str]) -> str | None:
        """The exact word that most live documents have; the first in the alphabet among equals."""
        asked = [word.encode() for word in words]
        counts: Counter[bytes] = Counter()
        for part in self._snapshot.parts:
            for word, number in part.groups[EXACT].find_all(asked):
                counts[word] += part.live_size(EXACT, number)
        known = [(-count, word) for word, count in counts.items() if count]
        return min(known)[1].decode() if known else None

    def complete(self, prefix: str, limit: int) -> tuple[str, ...]:
        """Words that begin with a prefix, in the spelling that most documents give them."""
        begin = fold(prefix.strip()).encode()
        if not begin:
            return ()
        found: list[tuple[int, bytes, list[Held]]] = []
        for word, known in self._candidates(begin, limit).items():
            held = [known] if len(self._snapshot.parts) == 1 else list(self._held(word))
            count = sum(part.live_size(EXACT, number) for part, number in held)
            if count:
                found.append((-count, word, held))
        first = sorted(found, key=itemgetter(0, 1))[:limit]
        return tuple(_spelled(word, -count, held) for count, word, held in first)

    def _held(self, word: bytes) -> Iterator[Held]:
        """The parts that have an exact word, and its number in each."""
        for part in self._snapshot.parts:
            number = part.groups[EXACT].find(word)
            if number is not None:
                yield part, number

    def _candidates(self, begin: bytes, limit: int) -> dict[bytes, Held]:
        """Words among which are the `limit` most used, and where each was met.

        In the largest part, a word is passed over when even with every document of the other parts
        it would have fewer than `limit` words have here for certain, deleted documents left out.
        """
        parts = sorted(self._snapshot.parts, key=lambda part: -part.count)
        others = sum(part.live_count for part in parts[1:])
        found: dict[bytes, Held] = {}
        for part in parts:
            group = part.groups[EXACT]
            numbers = group.beginning_with(begin)
            sizes = np.where(group.lengths(numbers) < SHORTEST_COMPLETED, 0, group.sizes(numbers))
            least = 1
            if part is parts[0] and len(sizes) > limit:
                certain = int(np.partition(sizes, -limit)[-limit]) - len(part.dead)
                least = max(certain - others, 1)
            for at in (sizes >= least).nonzero()[0].tolist():
                found[group[numbers[at]]] = part, numbers[at]
        return found


def _spelled(word: bytes, count: int, held: list[Held]) -> str:
    """The spelling that most documents give a word."""
    ways: Counter[str] = Counter()
    for part, number in held:
        for way, used in part.spellings(number):
            ways[way] += used
    uses = [(-used, way) for way, used in ways.items() if used]
    uses.append((-(count - sum(ways.values())), word.decode()))
    return min(uses)[1]
