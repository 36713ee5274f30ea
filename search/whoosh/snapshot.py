"""One generation of the index, open for reading: the segments that a manifest names, side by side.

Nothing is joined or copied: each part answers for its own documents from the mapped file, and only
clusters that reach into several parts are known here. A snapshot never changes: a search that runs
while a new generation is published ends in the one it began in.
"""

import zlib
from collections.abc import Iterator
from copy import copy
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.whoosh import bits, layout, manifest, sidecar
from search.whoosh.bits import Bits, Docs
from search.whoosh.gathering import GROUPS
from search.whoosh.layout import Names
from search.whoosh.lexicon import Group, Lists, among
from search.whoosh.runs import spans
from search.whoosh.schema import ACCENTED, EXACT, Arrays
from search.whoosh.standing import Standing, Standings

Key = tuple[str, int]  # a segment's name and the CRC of its file
Ints = NDArray[np.int64]


class File:
    """What the sidecar of one segment says, whichever of its documents live."""

    def __init__(self, arrays: Arrays, names: Names) -> None:
        self.arrays = arrays
        self.count = len(arrays["id"])
        self.groups = {name: Group(arrays, name) for name in GROUPS if name != ACCENTED}
        self.lists: dict[str, Lists] = {**self.groups, ACCENTED: Lists(arrays, ACCENTED)}
        self.codes = {
            kind: {name: code for code, name in enumerate(some)} for kind, some in names.items()
        }
        planes = arrays["planes"].reshape(len(layout.PLANES), -1)
        self.planes = dict(zip(layout.PLANES, planes, strict=True))
        self.planes["here"] = ~self.planes["full"]
        self.planes["afar"] = self.planes["possible"] | self.planes["full"]
        self.own = bits.of(arrays["own_docs"], self.count) if len(arrays["own_docs"]) else None
        self.standings = Standings(arrays, self.planes)


class Part:
    """One segment: its arrays, its words, and which of its documents live.

    `needs` is the cluster of each document; those of two fill the numbers below `pairs`, the larger
    ones begin at `crowds`. `own` are the documents with a shift that has a location of its own.
    """

    def __init__(self, file: File, live: Bits | None) -> None:
        arrays = file.arrays
        self.arrays, self.count = arrays, file.count
        self.groups, self._lists, self.codes = file.groups, file.lists, file.codes
        self.planes, self.own = file.planes, file.own
        self._standings = file.standings
        self.needs = arrays["cluster"]
        self.pairs, self.crowds = int(arrays["pairs"][0]), arrays["crowds"].astype(np.int64)
        self.width = bits.words_for(self.count)
        self.theme_masks = arrays["theme_masks"].reshape(-1, self.width)
        self.day_masks = arrays["day_masks"].reshape(-1, self.width)
        self.live = bits.pack(np.ones(self.count, bool)) if live is None else live
        self.dead: Docs = np.empty(0, np.int64)
        if live is not None:
            self.dead = np.flatnonzero(~bits.unpack(live, self.count))
        self.live_count = self.count - len(self.dead)

    def standing(self, now: int) -> Standing:
        """How its documents stand at one moment."""
        return self._standings.at(now)

    def any_own(self, docs: Docs) -> bool:
        """Whether some of the documents have a shift with a location of its own."""
        return self.own is not None and bool(bits.holds(self.own, docs).any())

    def apart(self) -> "Part":
        """The same where every document is a cluster of its own."""
        made = copy(self)
        made.needs, made.pairs, made.crowds = self.arrays["id"], 0, self.crowds[:0]
        return made

    def versions(self) -> Iterator[tuple[int, int]]:
        """(id, version) of each live document."""
        docs = bits.docs_of(self.live, self.count)
        ids, versions = self.arrays["id"][docs], self.arrays["version"][docs]
        return zip(ids.tolist(), versions.tolist(), strict=True)

    def totals(self, group: str) -> NDArray[np.int64]:
        """How many words the live documents have in each field."""
        total: NDArray[np.int64] = self.arrays[f"{group}_totals"]
        if not len(self.dead):
            return total
        lengths = self.arrays[f"{group}_lengths"].reshape(len(total), -1)
        return np.asarray(total - lengths[:, self.dead].sum(axis=1, dtype=np.int64))

    def counts(self, group: str, number: int) -> NDArray[np.int64]:
        """How many live documents have a word in each field."""
        words = self.groups[group]
        counts = words.counts(number)
        if not len(self.dead):
            return counts
        at, gone = among(words.docs(number), self.dead)
        at = at[gone]
        counts[-1] -= np.count_nonzero(words.codes(number)[at])
        side_at, field, _ = words.side(number)
        lost = field[np.isin(side_at, at)]
        return counts - np.bincount(lost, minlength=len(counts))

    def live_size(self, group: str, number: int) -> int:
        """How many live documents have a word."""
        words = self._lists[group]
        if not len(self.dead):
            return words.size(number)
        _, gone = among(words.docs(number), self.dead)
        return words.size(number) - int(np.count_nonzero(gone))

    def spellings(self, number: int) -> Iterator[tuple[str, int]]:
        """The accented spellings of an exact word, and how many live documents use each."""
        listed = self.arrays["spelled_words"]
        begin, end = listed.searchsorted(np.array((number, number + 1), listed.dtype)).tolist()
        for spelling in self.arrays["spellings"][begin:end].tolist():
            word = self._lists[ACCENTED][spelling].decode()
            yield word, self.live_size(ACCENTED, spelling)


class Snapshot:
    """The parts, and what is counted over all of them."""

    def __init__(
        self, folder: Path, now: manifest.Manifest, before: "Snapshot | None" = None
    ) -> None:
        """Open what a manifest names; segments that the one `before` had are not read again."""
        self.generation = now.generation
        self._files: dict[Key, File] = {}
        self._common: dict[tuple[Key, Key], Ints] = {}
        home = folder / now.build
        self.parts = [self._part(home, segment, before) for segment in now.segments]
        self.live_count = sum(part.live_count for part in self.parts)
        self.averages = {group: self._averages(group) for group in ("text", EXACT)}
        self._find_shared([(one.name, one.crc) for one in now.segments], before)

    def has(self, segment: manifest.Segment) -> bool:
        """Whether a segment is open here."""
        return (segment.name, segment.crc) in self._files

    def _part(self, home: Path, segment: manifest.Segment, before: "Snapshot | None") -> Part:
        key = segment.name, segment.crc
        file = before._files.get(key) if before else None
        if file is None:
            path = home / f"{segment.name}.sidecar"
            file = File(*sidecar.load(path, segment.name, segment.crc))
        self._files[key] = file
        return Part(file, _live(home, segment, file.count))

    def apart(self) -> "Snapshot":
        """The same where every document is a cluster of its own."""
        made = copy(self)
        made.parts = [part.apart() for part in self.parts]
        made.shared_clusters = self.shared_clusters[:0]
        made.shared = [_members(part, made.shared_clusters) for part in made.parts]
        return made

    def _averages(self, group: str) -> list[float]:
        totals = [part.totals(group).tolist() for part in self.parts]
        sums = [sum(column) for column in zip(*totals, strict=True)] or [0] * len(GROUPS[group])
        return [total / max(self.live_count, 1) or 1.0 for total in sums]

    def _find_shared(self, keys: list[Key], before: "Snapshot | None") -> None:
        """The documents of clusters that live in several parts, and a number for each cluster.

        Each part is looked up in the larger ones, so one that a changed offer just made costs next
        to nothing; what two parts have in common stays as it is while their files do.
        """
        known = before._common if before else {}
        pairs = sorted(zip(self.parts, keys, strict=True), key=lambda pair: -pair[0].count)
        for at, (part, key) in enumerate(pairs):
            for larger, other in pairs[:at]:
                found = known.get((key, other))
                self._common[key, other] = _common(part, larger) if found is None else found
        common = np.concatenate([np.empty(0, np.int64), *self._common.values()])
        self.shared_clusters = np.unique(common)
        self.shared = [_members(part, self.shared_clusters) for part in self.parts]


def _common(part: Part, larger: Part) -> Ints:
    """The clusters that two parts have, of documents living or not."""
    mine = bits.distinct(part.arrays["cluster"])
    clusters, order = larger.arrays["cluster"], larger.arrays["by_cluster"]
    place = np.minimum(np.searchsorted(clusters, mine, sorter=order), larger.count - 1)
    return np.asarray(mine[clusters[order[place]] == mine])


def _members(part: Part, clusters: NDArray[np.int64]) -> tuple[Docs, NDArray[np.int64]]:
    """The live documents of some clusters, and which cluster each is of."""
    if not len(clusters):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    order, values = part.arrays["by_cluster"], part.arrays["cluster"]
    begins = np.searchsorted(values, clusters, sorter=order)
    sizes = np.searchsorted(values, clusters, "right", sorter=order) - begins
    docs, which = (
        order[spans(begins, sizes)].astype(np.int64),
        np.arange(len(clusters)).repeat(sizes),
    )
    lives = bits.holds(part.live, docs)
    return docs[lives], which[lives]


def _live(folder: Path, segment: manifest.Segment, count: int) -> Bits | None:
    if not segment.live:
        return None
    data = (folder / segment.live).read_bytes()
    if zlib.crc32(data) != segment.live_crc:
        raise sidecar.Damaged(f"{segment.live} is not the file that the manifest names.")
    live = bits.none(count)
    live.view(np.uint8)[: len(data)] = np.frombuffer(data, np.uint8)
    return live
