"""The embedded index: a folder that one writer fills and that any number of processes read."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, Thread

from search.document import Document
from search.index import IndexUnavailable, Progress
from search.query import Query
from search.results import Results
from search.whoosh import building, manifest, writer
from search.whoosh.executing import answer
from search.whoosh.manifest import Stamp
from search.whoosh.sidecar import Damaged
from search.whoosh.snapshot import Snapshot
from search.whoosh.vocabulary import Vocabulary

_TRIES = 10
_AT_ONCE = 2_000_000  # bytes of new segments; more are opened beside the questions


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
        self._opener: Thread | None = None

    @property
    def generation(self) -> int:
        with border():
            return self._snapshot().generation

    def search(self, query: Query) -> Results:
        with border():
            return answer(self._snapshot(), query)

    def complete(self, prefix: str, limit: int = 8) -> tuple[str, ...]:
        with border():
            return Vocabulary(self._snapshot()).complete(prefix, limit)

    def versions(self) -> Iterator[tuple[int, int]]:
        with border():
            manifest.refuse_what_needs_repair(self._folder)
            with self._opening:
                snapshot = self._newest()
            pairs = sorted(pair for part in snapshot.parts for pair in part.versions())
        return iter(pairs)

    def update(self, documents: Iterable[Document], deleted_ids: Iterable[int] = ()) -> None:
        """Raises IndexUnavailable where no index was built: a few documents are not an index.

        Readers never open Whoosh's own files, so only a writer notices that these are damaged: it
        leaves a note, for which `versions` is unavailable until a rebuild.
        """
        last = {document.id: document for document in documents}
        gone = set(deleted_ids)
        with self._writing():
            writer.update(self._folder, list(last.values()), gone)

    def tidy(self) -> int:
        with self._writing():
            pieces = writer.tidy(self._folder)
        with border(), self._opening:
            return pieces - building.pieces(self._newest().live_count)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Be the only writer; leave a note when what is there cannot be written to."""
        with manifest.writing(self._folder, self._patience):
            try:
                with border():
                    yield
            except IndexUnavailable as why:
                manifest.ask_for_repair(self._folder, str(why))
                raise

    def rebuild(self, documents: Iterable[Document], progress: Progress | None = None) -> int:
        with manifest.writing(self._folder, self._patience):
            return building.rebuild(self._folder, documents, progress, border)

    def refresh(self) -> bool:
        before = self._open
        with border(), self._opening:
            self._newest()
        return self._open is not before

    def close(self) -> None:
        self._open = None

    def _snapshot(self) -> Snapshot:
        """The published generation, opened when it is not the one that is open.

        Opening reads what is new from end to end. After a rebuild, or a large merge, that takes
        longer than a question may: another thread does it, and the open one answers meanwhile.
        """
        known, stamp = self._open, manifest.stamp(self._folder)
        if known is not None and known[0] == stamp:
            return known[1]
        with border():
            if known is not None and stamp is not None and self._takes_long(known[1]):
                if self._opener is None or not self._opener.is_alive():
                    self._opener = Thread(target=self._open_newest, daemon=True)
                    self._opener.start()
                return known[1]
            with self._opening:
                return self._newest()

    def _takes_long(self, known: Snapshot) -> bool:
        """Whether much is new; a file that is not there is found out by who opens it."""
        now = manifest.read(self._folder)
        home = self._folder / now.build
        new = [home / f"{s.name}.sidecar" for s in now.segments if not known.has(s)]
        return sum(path.stat().st_size for path in new if path.exists()) > _AT_ONCE

    def _open_newest(self) -> None:
        """What the other thread does; what it cannot open, the next question meets itself."""
        try:
            with border(), self._opening:
                self._newest()
        except IndexUnavailable:
            self._open = None

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
