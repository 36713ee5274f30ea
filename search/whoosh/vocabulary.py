"""The words of a snapshot as people meet them: corrections and completion."""

from collections import Counter
from collections.abc import Iterable, Iterator
from operator import itemgetter

import numpy as np

from search.text import SHORTEST_PROPOSED, fold, is_proposed
from search.whoosh.schema import EXACT
from search.whoosh.snapshot import Part, Snapshot

Held = tuple[Part, int]


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

    def frequency(self, word: str) -> int:
        """How many live documents have an exact word."""
        return _live_count(list(self._held(word.encode())))

    def spelled(self, word: str) -> str:
        """The spelling that most live documents give an exact word."""
        held = list(self._held(word.encode()))
        return _spelled(word.encode(), _live_count(held), held)

    def complete(self, prefix: str, limit: int) -> tuple[str, ...]:
        """Words that begin with a prefix, in the spelling that most documents give them."""
        begin = fold(prefix.strip()).encode()
        asked = [Beginning(part, begin) for part in self._snapshot.parts] if begin and limit else []
        reach = 2 * limit
        while True:
            found = [
                (-count, word, held)
                for word in {word for one in asked for word in one.most_used(reach)}
                if is_proposed(word.decode())
                and (held := list(self._held(word)))
                and (count := _live_count(held))
            ]
            first = sorted(found, key=itemgetter(0, 1))[:limit]
            beyond = sum(one.beyond(reach) for one in asked)
            if not beyond or (len(first) == limit and -first[-1][0] > beyond):
                return tuple(_spelled(word, -count, held) for count, word, held in first)
            reach *= 4

    def _held(self, word: bytes) -> Iterator[Held]:
        """The parts that have an exact word, and its number in each."""
        for part in self._snapshot.parts:
            number = part.groups[EXACT].find(word)
            if number is not None:
                yield part, number


class Beginning:
    """The exact words of a part with a beginning, by how many documents have them, dead ones too.

    A word that is among the most used of no part has at most as many documents as the words that
    come next there have together: that tells when enough were looked at.
    """

    def __init__(self, part: Part, begin: bytes) -> None:
        self._group = part.groups[EXACT]
        self._numbers = self._group.beginning_with(begin)
        lengths, sizes = self._group.lengths(self._numbers), self._group.sizes(self._numbers)
        self._sizes = np.where(lengths < SHORTEST_PROPOSED, 0, sizes)

    def most_used(self, reach: int) -> Iterator[bytes]:
        """At most so many words."""
        for at in (self._sizes > self.beyond(reach)).nonzero()[0].tolist():
            yield self._group[self._numbers[at]]

    def beyond(self, reach: int) -> int:
        """How many documents every other word has at most."""
        if len(self._sizes) <= reach:
            return 0
        return int(np.partition(self._sizes, -reach - 1)[-reach - 1])


def _live_count(held: list[Held]) -> int:
    return sum(part.live_size(EXACT, number) for part, number in held)


def _spelled(word: bytes, count: int, held: list[Held]) -> str:
    """The spelling that most documents give a word."""
    ways: Counter[str] = Counter()
    for part, number in held:
        for way, used in part.spellings(number):
            ways[way] += used
    uses = [(-used, way) for way, used in ways.items() if used]
    uses.append((-(count - sum(ways.values())), word.decode()))
    return min(uses)[1]
