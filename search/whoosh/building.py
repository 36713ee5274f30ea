"""Building an index anew: in this process when it is small, otherwise in two of their own.

Each builder is a fresh program (see builder.py), started by its command and fed through a pipe. It
is no fork: a worker that rebuilds has threads and an open transaction, and a copy of their locks
and connections could hang or speak on them. While one builder sorts and writes its segment the
other is given the next, and this process reads the database. The memory goes when they end.

Builders write Whoosh's segments and sidecars into the new build, of which no manifest knows. When
all have ended well, Whoosh adopts their segments in one commit, and the manifest is published.
Whoever of them is killed meanwhile, the old index stays in force, and the next writer sweeps.
"""

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain, cycle, islice
from pathlib import Path
from typing import Any

from whoosh import index as whoosh_index

from search.document import Document
from search.index import Progress
from search.whoosh import manifest, postings, schema, sidecar, writer
from search.whoosh.manifest import Manifest, Segment
from search.whoosh.schema import Entry

ALONE = 5000  # as many documents are indexed before two programs have been started
SEGMENT = 250_000
TOGETHER = 500
_ROOT = Path(__file__).parents[2]

# Arrays that are let go are given back to the system, and not kept for arrays of another size.
_GIVEN_BACK = {"MALLOC_MMAP_THRESHOLD_": str(4 << 20), "MALLOC_TRIM_THRESHOLD_": str(16 << 20)}

Border = Callable[[], Any]


def pieces(count: int) -> int:
    """How many segments an index of so many documents is built in."""
    return -(-count // SEGMENT)


def rebuild(
    folder: Path, documents: Iterable[Document], progress: Progress | None, border: Border
) -> int:
    """Index documents into a new build and swap it in; the caller holds the lock.

    `border` guards what touches files and not the caller's documents, whose errors are its own.
    """
    seen: set[int] = set()
    entries = _entries(documents, seen, progress)
    with border():
        build = f"build-{os.urandom(6).hex()}"
        home = folder / build
        (home / "whoosh").mkdir(parents=True, mode=0o700)
        index = whoosh_index.create_in(str(home / "whoosh"), schema.make_schema())
    first = list(islice(entries, ALONE + 1))
    if len(first) > ALONE:
        made = _shared(home, index, chain(first, entries), border)
    elif first:
        with border():
            made = writer.add_segment(index, home, first)
    else:
        made = []
    with border():
        writer.publish(folder, Manifest(_next_generation(folder), build, ()), index, made)
        manifest.forget_repair(folder)
    return len(seen)


def _entries(
    documents: Iterable[Document], seen: set[int], progress: Progress | None
) -> Iterator[Entry]:
    """What is indexed of each document; counted, and refused when it came before."""
    for document in documents:
        if document.id in seen:
            raise ValueError(f"Document {document.id} came twice.")
        seen.add(document.id)
        yield schema.entry(document)
        if progress:
            progress(len(seen))


def _next_generation(folder: Path) -> int:
    """A damaged manifest is no hindrance, it is what rebuilding is for."""
    try:
        return manifest.read(folder).generation + 1
    except (sidecar.Damaged, OSError, ValueError, KeyError, TypeError):
        return 1


def _shared(home: Path, index: Any, entries: Iterator[Entry], border: Border) -> list[Segment]:
    """Have builders make segments in turn, each while the others write theirs; adopt them all."""
    builders = [_Builder(home, f"whoosh-{n}") for n in range(min(os.cpu_count() or 1, 2))]
    try:
        for builder in cycle(builders):
            some = islice(entries, SEGMENT)
            chunk = list(islice(some, TOGETHER))
            if not chunk:
                break
            while chunk:
                with border():
                    builder.put(chunk)
                chunk = list(islice(some, TOGETHER))
            with border():
                builder.put([])
        with border():
            return _adopted(home, index, builders)
    finally:
        for builder in builders:
            builder.stop()


def _adopted(home: Path, index: Any, builders: list["_Builder"]) -> list[Segment]:
    """Put Whoosh's files of all builders together, and its segments into one commit."""
    made: list[Segment] = []
    segments: list[Any] = []
    for builder in builders:
        made += builder.finish()
        segments += _moved(home / builder.name, home / "whoosh")
    with writer.opened(index) as one:
        postings.adopt(one, segments)
    return made


def _moved(source: Path, target: Path) -> list[Any]:
    """Whoosh's segments of one folder, whose files are now in the other."""
    if not source.exists():
        return []
    reader = whoosh_index.open_dir(str(source)).reader()
    segments = [leaf.segment() for leaf, _ in reader.leaf_readers()]
    reader.close()
    for segment in segments:
        for path in source.glob(f"*{segment.segment_id()}*"):
            path.replace(target / path.name)
    return segments


def well_ended(process: "subprocess.Popen[bytes]") -> bytes:
    """What a process said by its end. Raises RuntimeError when it was killed, or failed."""
    said, _ = process.communicate(pickle.dumps(None))
    if process.returncode:
        raise RuntimeError(f"A builder of the index ended with {process.returncode}.")
    return said


class _Builder:
    """A process that makes segments of what it is given; started when it is given the first."""

    def __init__(self, home: Path, name: str) -> None:
        self.name = name
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None

    def put(self, entries: list[Entry]) -> None:
        """Some more of the segment; an empty list ends it. Raises BrokenPipeError when it is gone."""
        if self._process is None:
            self._process = self._started()
        assert self._process.stdin is not None  # noqa: S101 - it was asked for
        pickle.dump([tuple(entry) for entry in entries], self._process.stdin, 5)
        self._process.stdin.flush()

    def _started(self) -> "subprocess.Popen[bytes]":
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH", ""))))
        return subprocess.Popen(  # noqa: S603 - this very Python, our own program
            [sys.executable, "-m", "search.whoosh.builder", str(self._home), self.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path, **_GIVEN_BACK},
        )

    def finish(self) -> list[Segment]:
        """The segments with their sidecars, once the last is written. Raises when it ended badly."""
        if self._process is None:
            return []
        return [Segment(**json.loads(line)) for line in well_ended(self._process).splitlines()]

    def stop(self) -> None:
        """End it, if it has not ended; what it wrote is in no manifest."""
        if self._process is None:
            return
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # what nobody will read any more
                pipe.close()  # type: ignore[union-attr]
        self._process.wait()
