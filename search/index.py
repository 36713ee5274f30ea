"""The one contract, `Index`, that every engine keeps, and `open_index`, which picks one."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from search.document import Document
from search.query import Query
from search.results import Results

Progress = Callable[[int], None]


class IndexUnavailable(Exception):
    """The index cannot answer or be written now: missing, damaged, locked, or of an old schema.

    Its text says why, for the log. Ask the database instead, and rebuild.
    """


class Index(Protocol):
    """A disposable copy of the live offers that answers queries.

    Every method but `close` may raise IndexUnavailable. Any number of processes may read; writers
    wait for each other, up to a patience of some seconds.
    """

    @property
    def generation(self) -> int:
        """A number that grows with every visible change."""

    def search(self, query: Query) -> Results:
        """Answer a query from the newest published generation."""

    def complete(self, prefix: str, limit: int = 8) -> tuple[str, ...]:
        """Words that begin with `prefix` (accents and case ignored), most used first."""

    def update(self, documents: Iterable[Document], deleted_ids: Iterable[int] = ()) -> None:
        """Put documents in, replacing those of the same id, and take ids out, as one change.

        Doing the same update twice changes nothing. Where an id is both put and taken, it is taken.
        """

    def rebuild(self, documents: Iterable[Document], progress: Progress | None = None) -> int:
        """Replace everything by these documents, swap at the end, and return how many.

        Readers are answered from the old index until the swap. `progress` is called with the
        number of documents done so far.
        """

    def tidy(self) -> int:
        """Join the pieces that many updates left, where an engine has any.

        Answers stay the same; each takes a little longer for every piece. Returns how many more
        there are then than an index built anew would have.
        """

    def versions(self) -> Iterator[tuple[int, int]]:
        """Each live document's (id, version), by id: what `index check` compares."""

    def refresh(self) -> bool:
        """See what other processes published; True when something changed. `search` does it too."""

    def close(self) -> None:
        """Let go of files; the index must not be used afterwards."""


def open_index(url: str) -> Index:
    """Open the index at `memory:` or `whoosh:///path/to/folder`.

    Opening never fails because the folder is missing or damaged: asking does, with
    IndexUnavailable, so that an application starts anyway. Raises ValueError, with a sentence,
    for an address that no engine is built for.
    """
    parts = urlsplit(url)
    if parts.scheme == "memory" and not parts.netloc and not parts.path:
        from search.memory import MemoryIndex

        return MemoryIndex()
    if parts.scheme == "whoosh" and not parts.netloc and parts.path.startswith("/"):
        from search.whoosh import WhooshIndex

        return WhooshIndex(Path(unquote(parts.path)))
    raise ValueError(
        f"No search engine is built for {url!r}: use memory: or whoosh:///path/to/folder."
    )
