"""The embedded index: a folder that one writer fills and that any number of processes read."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from search.document import Document
from search.index import IndexUnavailable, Progress
from search.query import Query
from search.results import Results
from search.whoosh import manifest, writer
from search.whoosh.executing import answer
from search.whoosh.manifest import Stamp
from search.whoosh.sidecar import Damaged
from search.whoosh.snapshot import Snapshot
from search.whoosh.vocabulary import Vocabulary

_TRIES = 10


@contextmanager
def border() -> Iterator[None]:
    """Turn whatever goes wrong with the files into IndexUnavailable.

    Everything is caught, on purpose: over damaged files Whoosh raises a bare EOFError, struct and
    pickle errors, or anything that a flipped byte leads to, numpy and json the like. For who asks
    it is all the same: this index cannot answer, the database can.
    """
    try:
        yield
    except IndexUnavailable:
        raise
    except Exception as error:
        raise IndexUnavailable(f"{type(error).__name__}: {error}") from error


class WhooshIndex:
    """An index in a folder; see search.index.Index for what its methods promise.

    Whoosh keeps documents, lexicon and postings; readers never open its files (they are pickles)
    but map the sidecars that the writer makes of them, and numpy answers. A reader looks at the
    manifest's stamp before each answer, which costs microseconds.
    """

    def __init__(self, folder: Path, *, patience: float = 10.0) -> None:
        self._folder = folder
        self._patience = patience
        self._opening = Lock()
        self._open: tuple[Stamp, Snapshot] | None = None

    @property
    def generation(self) -> int:
        return self._snapshot().generation

    def search(self, query: Query) -> Results:
        with border():
            return answer(self._snapshot(), query)

    def complete(self, prefix: str, limit: int = 8) -> tuple[str, ...]:
        with border():
            return Vocabulary(self._snapshot()).complete(prefix, limit)

    def versions(self) -> Iterator[tuple[int, int]]:
        with border():
            snapshot = self._snapshot()
            pairs = sorted(pair for part in snapshot.parts for pair in part.versions())
        return iter(pairs)

    def update(self, documents: Iterable[Document], deleted_ids: Iterable[int] = ()) -> None:
        """Raises IndexUnavailable where no index was built: a few documents are not an index."""
        last = {document.id: document for document in documents}
        gone = set(deleted_ids)
        with border(), manifest.writing(self._folder, self._patience):
            writer.update(self._folder, list(last.values()), gone)

    def rebuild(self, documents: Iterable[Document], progress: Progress | None = None) -> int:
        with manifest.writing(self._folder, self._patience):
            return writer.rebuild(self._folder, documents, progress, border)

    def refresh(self) -> bool:
        before = self._open
        with border():
            self._snapshot()
        return self._open is not before

    def close(self) -> None:
        self._open = None

    def _snapshot(self) -> Snapshot:
        """The published generation, opened when it is not the one that is open."""
        known, stamp = self._open, manifest.stamp(self._folder)
        if known is not None and known[0] == stamp:
            return known[1]
        with border(), self._opening:
            return self._newest()

    def _newest(self) -> Snapshot:
        """Open what the manifest names; when it moves on meanwhile and sweeps, look again."""
        for _ in range(_TRIES):
            stamp = manifest.stamp(self._folder)
            if stamp is None:
                raise Damaged(f"There is no index in {self._folder}.")
            if self._open is not None and self._open[0] == stamp:
                return self._open[1]
            try:
                before = self._open[1] if self._open else None
                snapshot = Snapshot(self._folder, manifest.read(self._folder), before)
            except (FileNotFoundError, Damaged):
                if manifest.stamp(self._folder) == stamp:
                    raise
                continue
            self._open = stamp, snapshot
            return snapshot
        raise Damaged("The index changes faster than it can be opened.")
