"""One generation of the index, open for reading: the segments that a manifest names, side by side.

Documents are numbered through all segments. Columns are joined into one array each (with a single
segment they stay the mapped file); postings stay where they are. A snapshot never changes: a
search that runs while a new generation is published ends in the one it began in.
"""

import zlib
from collections.abc import Iterator
from copy import copy
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.whoosh import manifest, schema, sidecar
from search.whoosh.lexicon import Group
from search.whoosh.schema import ACCENTED, CAMPAIGNS, DEPARTEMENTS, EXACT, REGIONS, THEMES, Arrays

_CODES = {
    "theme_code": THEMES,
    "campaign_code": CAMPAIGNS,
    "place_departement": DEPARTEMENTS,
    "place_region": REGIONS,
}
_TEXT_FIELDS = len(sidecar.GROUPS["text"])


class Part:
    """One segment as a snapshot holds it: `base` is the number of its first document."""

    def __init__(self, arrays: Arrays, base: int, live: NDArray[np.bool_]) -> None:
        self.base = base
        self.count = len(live)
        self.live = live
        self.whole = bool(live.all())
        self.groups = {name: Group(arrays, name) for name in sidecar.GROUPS}
        self._spelled_words = arrays["spelled_words"]
        self._spellings = arrays["spellings"]

    def live_count(self, group: str, number: int) -> int:
        """How many live documents have a word."""
        docs = self.groups[group].docs(number)
        if not self.whole:
            docs = docs[self.live[docs]]
        return int(np.count_nonzero(np.diff(docs)) + 1) if len(docs) else 0

    def spellings(self, number: int) -> Iterator[tuple[str, int]]:
        """The accented spellings of an exact word, and how many live documents use each."""
        begin, end = np.searchsorted(self._spelled_words, (number, number + 1))
        for spelling in self._spellings[begin:end].tolist():
            word = self.groups[ACCENTED][spelling].decode()
            yield word, self.live_count(ACCENTED, spelling)


class Snapshot:
    """Columns over all documents, and the parts with their words."""

    def __init__(
        self, folder: Path, now: manifest.Manifest, before: "Snapshot | None" = None
    ) -> None:
        """Open what a manifest names; segments that the one `before` had are not read again."""
        self.generation = now.generation
        self._files: dict[tuple[str, int], tuple[Arrays, schema.Names]] = {}
        self.parts: list[Part] = []
        loaded: list[Arrays] = []
        names: list[schema.Names] = []
        base = 0
        for segment in now.segments:
            arrays, some_names = self._file(folder / now.build, segment, before)
            live = _live(folder / now.build, segment, len(arrays["id"]))
            self.parts.append(Part(arrays, base, live))
            loaded.append(arrays)
            names.append(some_names)
            base += len(live)
        self.count = base
        self.live = _join([part.live for part in self.parts], "?")
        self.live_count = int(np.count_nonzero(self.live))
        self._join_columns(loaded, names)
        self._join_lengths(loaded)
        self._find_clusters()

    def _file(
        self, folder: Path, segment: manifest.Segment, before: "Snapshot | None"
    ) -> tuple[Arrays, schema.Names]:
        key = segment.name, segment.crc
        found = before._files.get(key) if before else None
        path = folder / f"{segment.name}.sidecar"
        self._files[key] = found or sidecar.load(path, segment.name, segment.crc)
        return self._files[key]

    def apart(self) -> "Snapshot":
        """The same where every document is a cluster of its own."""
        made = copy(self)
        made.cluster = np.full(self.count, -1, np.int64)
        made.shared, made.shared_clusters = self.shared[:0], 0
        return made

    def _join_columns(self, loaded: list[Arrays], names: list[schema.Names]) -> None:
        """One array a column, its documents, places and codes renumbered."""
        self.names = {kind: _union(kind, names) for kind in _CODES.values()}
        places = np.cumsum([0] + [len(arrays["place_doc"]) for arrays in loaded])
        columns: dict[str, list[NDArray[Any]]] = {}
        for at, arrays in enumerate(loaded):
            for key in schema.COLUMNS:
                array = arrays[key]
                if key.endswith("_doc") and self.parts[at].base:
                    array = array + np.int32(self.parts[at].base)
                elif key == "shift_place" and places[at]:
                    array = np.where(array < 0, array, array + np.int32(places[at]))
                elif key in _CODES and at:
                    kind = _CODES[key]
                    codes = [self.names[kind][name] for name in names[at][kind]]
                    array = np.array(codes, np.int32)[array]
                columns.setdefault(key, []).append(array)
        kinds = schema.KINDS
        self.columns = {key: _join(columns.get(key, []), kinds[key]) for key in schema.COLUMNS}
        self.has_own_places = bool((self.columns["shift_place"] >= 0).any())
        self.is_english = (self.columns["flags"] & schema.ENGLISH) > 0

    def _join_lengths(self, loaded: list[Arrays]) -> None:
        """Rungs by field and document, and the mean length of each field over live documents."""
        self.rungs: dict[str, NDArray[np.uint8]] = {}
        self.averages: dict[str, list[float]] = {}
        for group, fields in (("text", _TEXT_FIELDS), (EXACT, 1)):
            rungs = [arrays[f"{group}_rungs"].reshape(fields, -1) for arrays in loaded]
            self.rungs[group] = (
                np.concatenate(rungs, axis=1) if rungs else np.empty((fields, 0), np.uint8)
            )
            totals = [0] * fields
            for part, arrays in zip(self.parts, loaded, strict=True):
                lengths = arrays[f"{group}_lengths"].reshape(fields, -1)
                for field in range(fields):
                    totals[field] += int(lengths[field][part.live].sum(dtype=np.int64))
            self.averages[group] = [total / max(self.live_count, 1) or 1.0 for total in totals]

    def _find_clusters(self) -> None:
        """Number the clusters that have several live members; most have one, and are -1."""
        docs = np.flatnonzero(self.live)
        clusters = self.columns["cluster"][docs]
        order = np.argsort(clusters, kind="stable")
        same = clusters[order][1:] == clusters[order][:-1]
        together = np.zeros(len(order), bool)
        together[1:] |= same
        together[:-1] |= same
        starts = together.copy()
        starts[1:] &= ~same
        numbers = np.cumsum(starts) - 1
        self.cluster = np.full(self.count, -1, np.int64)
        self.cluster[docs[order[together]]] = numbers[together]
        self.shared = np.flatnonzero(self.cluster >= 0)
        self.shared_clusters = int(starts.sum())


def _live(folder: Path, segment: manifest.Segment, count: int) -> NDArray[np.bool_]:
    if not segment.live:
        return np.ones(count, bool)
    data = (folder / segment.live).read_bytes()
    if zlib.crc32(data) != segment.live_crc:
        raise sidecar.Damaged(f"{segment.live} is not the file that the manifest names.")
    return np.unpackbits(np.frombuffer(data, np.uint8), count=count).astype(bool)


def _union(kind: str, names: list[schema.Names]) -> dict[str, int]:
    """Each name of a kind and its code: the first segment keeps its own."""
    found = dict.fromkeys(name for some in names for name in some[kind])
    return {name: code for code, name in enumerate(found)}


def _join(arrays: list[NDArray[Any]], kind: str) -> NDArray[Any]:
    if not arrays:
        return np.empty(0, kind)
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
