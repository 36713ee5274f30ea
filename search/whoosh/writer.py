"""Writing: Whoosh keeps the truth of the index, then sidecars are made of it, then it is published.

The order is the defence. Whoosh commits; each new segment gets its sidecar, written and synced;
only then does the manifest name them. Killed anywhere, a writer leaves what was published before;
what Whoosh had committed shows with the next update. Old files go last, once nothing names them.
"""

import os
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
from whoosh import index as whoosh_index
from whoosh.writing import MERGE_SMALL

from search.document import Document
from search.index import Progress
from search.whoosh import manifest, postings, schema, sidecar
from search.whoosh.gathering import Gathering
from search.whoosh.manifest import Manifest, Segment

_MEGABYTES = 64  # of postings in memory; what is more is sorted on disk
_LARGE = 24 * 1024 * 1024  # bytes of a sidecar: a segment as large as that is merged no more
_SEGMENT = 100_000

Border = Callable[[], Any]


def update(folder: Path, documents: list[Document], deleted_ids: set[int]) -> None:
    """Put documents and take ids out as one change; the caller holds the lock."""
    old = manifest.read(folder)
    index = whoosh_index.open_dir(str(folder / old.build / "whoosh"))
    changed = [document for document in documents if document.id not in deleted_ids]
    fresh = Gathering()
    with _writer(index) as writer:
        gone = _delete(writer, deleted_ids | {document.id for document in changed})
        if not gone and not changed:
            return
        for document in changed:
            _add(writer, fresh, document)
        writer.commit(mergetype=partial(_merge, folder / old.build))
    _publish(folder, old.build, index, old, {postings.written_name(writer): fresh})


def rebuild(
    folder: Path, documents: Iterable[Document], progress: Progress | None, border: Border
) -> int:
    """Index documents into a new build and swap it in; the caller holds the lock.

    `border` guards what touches files and not the caller's documents, whose errors are its own.
    """
    with border():
        build, index = _new_build(folder)
    seen: set[int] = set()
    done: dict[str, Segment] = {}
    rest = iter(documents)
    while (first := next(rest, None)) is not None:
        fresh = Gathering()
        with _writer(index) as writer:
            for document in chain((first,), islice(rest, _SEGMENT - 1)):
                if document.id in seen:
                    raise ValueError(f"Document {document.id} came twice.")
                seen.add(document.id)
                with border():
                    _add(writer, fresh, document)
                if progress:
                    progress(len(seen))
            with border():
                writer.commit(merge=False)
        with border():
            name = postings.written_name(writer)
            done[name] = _write_sidecar(folder / build, name, fresh)
    with border():
        _publish_rebuilt(folder, build, done)
    return len(seen)


def _merge(home: Path, writer: Any, segments: list[Any]) -> list[Any]:
    """Whoosh's policy, over the segments in which something lives; the others are let go.

    A merge holds all of its postings at once, so it leaves large segments alone: long texts by the thousand would
    otherwise take gigabytes.
    """
    living = [segment for segment in segments if segment.doc_count()]
    large = [segment for segment in living if _size(home, segment) >= _LARGE]
    kept: list[Any] = MERGE_SMALL(writer, [s for s in living if s not in large])
    return [*large, *kept]


def _size(home: Path, segment: Any) -> int:
    """Bytes of a segment's sidecar; a missing one is made anew, and counts as small."""
    try:
        return (home / f"{segment.segment_id()}.sidecar").stat().st_size
    except FileNotFoundError:
        return 0


def _add(writer: Any, fresh: Gathering, document: Document) -> None:
    fields = schema.to_fields(document)
    writer.add_document(**fields)
    fresh.add(fields)


def _new_build(folder: Path) -> tuple[str, Any]:
    build = f"build-{os.urandom(6).hex()}"
    home = folder / build / "whoosh"
    home.mkdir(parents=True, mode=0o700)
    return build, whoosh_index.create_in(str(home), schema.make_schema())


@contextmanager
def _writer(index: Any) -> Iterator[Any]:
    """Whoosh's writer, which keeps nothing of what it was given when anything fails."""
    writer = index.writer(codec=postings.codec(), compound=False, limitmb=_MEGABYTES)
    postings.take_by_blocks(writer)
    try:
        yield writer
    finally:
        if not writer.is_closed:
            writer.cancel()


def _delete(writer: Any, ids: set[int]) -> int:
    """Mark the documents of these ids; how many there were."""
    reader = writer.reader()
    try:
        docs = [
            doc
            for number in ids
            if ("oid", str(number)) in reader
            for doc in list(reader.postings("oid", str(number)).all_ids())
        ]
    finally:
        reader.close()
    for doc in docs:
        writer.delete_document(doc)
    return len(docs)


def _publish_rebuilt(folder: Path, build: str, done: dict[str, Segment]) -> None:
    """Swap a new build in; a damaged manifest is no hindrance, it is what rebuilding is for."""
    try:
        generation = manifest.read(folder).generation + 1
    except (sidecar.Damaged, OSError, ValueError, KeyError, TypeError):
        generation = 1
    segments = tuple(done.values())
    manifest.publish(folder, Manifest(generation, build, segments))
    manifest.forget_repair(folder)
    _sweep(folder, build, segments)


def _publish(
    folder: Path, build: str, index: Any, old: Manifest, fresh: dict[str, Gathering]
) -> None:
    """Write what is missing beside Whoosh's segments and name it all in a new manifest."""
    known = {segment.name: segment for segment in old.segments}
    generation, home = old.generation + 1, folder / build
    reader = index.reader()
    try:
        segments = []
        for leaf, _ in reader.leaf_readers():
            if leaf.doc_count():
                name = postings.segment_name(leaf)
                whole = _whole_segment(home, leaf, name, known.get(name), fresh.get(name))
                segments.append(_with_live(home, leaf, whole, generation))
    finally:
        reader.close()
    manifest.publish(folder, Manifest(generation, build, tuple(segments)))
    _sweep(folder, build, segments)


def _whole_segment(
    home: Path, leaf: Any, name: str, old: Segment | None, fresh: Gathering | None
) -> Segment:
    """A segment with its sidecar: the old one if it is whole, or made now.

    What was just given to Whoosh need not be read back, unless Whoosh merged more into it.
    """
    if old is not None and sidecar.is_whole(home / f"{name}.sidecar", name, old.crc):
        return old
    if fresh is None or len(fresh) != leaf.doc_count_all():
        fresh = Gathering()
        fresh.read_back(leaf)
    return _write_sidecar(home, name, fresh)


def _write_sidecar(home: Path, name: str, gathered: Gathering) -> Segment:
    return Segment(name, sidecar.write(home / f"{name}.sidecar", name, *gathered.arrays()))


def _with_live(home: Path, leaf: Any, segment: Segment, generation: int) -> Segment:
    """The segment with the live mask of this generation, written when it is a new one."""
    if not leaf.has_deletions():
        return Segment(segment.name, segment.crc)
    arrays, _ = sidecar.mapped(home / f"{segment.name}.sidecar", segment.name)
    live = np.ones(leaf.doc_count_all(), bool)
    live[postings.deleted(leaf)] = False
    data = np.packbits(live[arrays["order"]], bitorder="little").tobytes()
    crc = zlib.crc32(data)
    if segment.live and crc == segment.live_crc and _reads(home / segment.live, data):
        return segment
    name = f"{segment.name}-{generation}.live"
    with (home / name).open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return Segment(segment.name, segment.crc, name, crc)


def _reads(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except FileNotFoundError:
        return False


def _sweep(folder: Path, build: str, segments: Sequence[Segment]) -> None:
    """Remove what the new manifest does not name; who has it mapped keeps it until they let go."""
    named = {f"{segment.name}.sidecar" for segment in segments}
    named |= {segment.live for segment in segments}
    for path in (folder / build).iterdir():
        if path.is_file() and path.name not in named:
            path.unlink(missing_ok=True)
    for path in folder.iterdir():
        if path.name.startswith("build-") and path.name != build:
            shutil.rmtree(path, ignore_errors=True)
        elif ".draft" in path.name:
            path.unlink(missing_ok=True)
