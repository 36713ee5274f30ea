"""Writing: Whoosh keeps the truth of the index, sidecars are made of it, then it is published.

The order is the defence. Whoosh commits; each new segment gets its sidecar, written and synced;
only then does the manifest name them. Killed anywhere, a writer leaves what was published before;
what Whoosh had committed shows with the next update. Old files go last, once nothing names them.
"""

import os
import shutil
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from whoosh import index as whoosh_index
from whoosh.writing import MERGE_SMALL, NO_MERGE, OPTIMIZE

from search.document import Document
from search.whoosh import manifest, postings, schema, sidecar
from search.whoosh.gathering import Arranged, Gathering
from search.whoosh.manifest import Manifest, Segment
from search.whoosh.postings import Policy
from search.whoosh.schema import Entry

_LARGE = 24 * 1024 * 1024  # bytes of a sidecar: a segment as large as that is merged no more
_SCATTERED = 4  # small segments: then they are worth joining


def update(folder: Path, documents: list[Document], deleted_ids: set[int]) -> None:
    """Put documents and take ids out as one change; the caller holds the lock."""
    old = manifest.read(folder)
    home = folder / old.build
    index = whoosh_index.open_dir(str(home / "whoosh"))
    changed = [document for document in documents if document.id not in deleted_ids]
    with opened(index) as writer:
        gone = _delete(writer, deleted_ids | {document.id for document in changed})
        if not gone and not changed:
            return
        fresh = _commit(writer, home, map(schema.entry, changed), partial(_merge, home))
    publish(folder, Manifest(old.generation + 1, old.build, old.segments), index, fresh)


def tidy(folder: Path) -> int:
    """Join the small segments that updates left, once there are some; how many segments there are.

    Whoosh's policy leaves one for each power of about 1.6, and a question costs most of a
    millisecond in each, however small.
    """
    old = manifest.read(folder)
    home = folder / old.build
    small = [s for s in old.segments if (home / f"{s.name}.sidecar").stat().st_size < _LARGE]
    if len(small) < _SCATTERED:
        return len(old.segments)
    index = whoosh_index.open_dir(str(home / "whoosh"))
    with opened(index) as writer:
        fresh = _commit(writer, home, (), partial(_join, home))
    return publish(folder, Manifest(old.generation + 1, old.build, old.segments), index, fresh)


def add_segment(index: Any, home: Path, entries: Iterable[Entry]) -> list[Segment]:
    """Put offers beside what is in an index, as a segment of their own, and merge nothing."""
    with opened(index) as writer:
        return _commit(writer, home, entries, NO_MERGE)


def _merge(home: Path, writer: Any, segments: list[Any]) -> list[Any]:
    """Whoosh's policy, over the segments in which something lives; the others are let go.

    A merge holds all of its postings at once, so it leaves large segments alone: long texts by the thousand would
    otherwise take gigabytes.
    """
    living = [segment for segment in segments if segment.doc_count()]
    large = [segment for segment in living if _size(home, segment) >= _LARGE]
    kept: list[Any] = MERGE_SMALL(writer, [s for s in living if s not in large])
    return [*large, *kept]


def _join(home: Path, writer: Any, segments: list[Any]) -> list[Any]:
    """The policy of `tidy`: all that is small becomes one, as far as its postings fit in memory."""
    sizes = [(_size(home, segment), at) for at, segment in enumerate(segments)]
    joined, total = set[int](), 0
    for size, at in sorted(sizes):
        total += size
        if size < _LARGE and total < 4 * _LARGE:
            joined.add(at)
    OPTIMIZE(writer, [segments[at] for at in joined])
    return [segment for at, segment in enumerate(segments) if at not in joined]


def _size(home: Path, segment: Any) -> int:
    """Bytes of a segment's sidecar; a missing one is made anew, and counts as small."""
    try:
        return (home / f"{segment.segment_id()}.sidecar").stat().st_size
    except FileNotFoundError:
        return 0


@contextmanager
def opened(index: Any) -> Iterator[Any]:
    """Whoosh's writer, which keeps nothing of what it was given when anything fails."""
    writer = index.writer(codec=postings.codec(), compound=False)
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


def _commit(writer: Any, home: Path, entries: Iterable[Entry], policy: Policy) -> list[Segment]:
    """Commit offers, and what the policy merges with them; give the new segment with its sidecar.

    By Whoosh's public interface none is given: it is read back when it is published.
    """
    if not postings.BY_BLOCKS:
        for offer in entries:
            writer.add_document(**schema.to_fields(offer))
        writer.commit(mergetype=policy)
        return []
    gathered, found = Gathering(), None
    for offer in entries:
        gathered.add(offer)
    name = postings.written_name(writer)
    with sidecar.draft(home / f"{name}.sidecar", name) as draft:

        def arranged() -> Arranged | None:
            nonlocal found
            found = Arranged(gathered, draft.put) if gathered.cards else None
            return found

        postings.commit(writer, policy, gathered.read_back, arranged)
        return [Segment(name, draft.finish(found.names))] if found else []


def publish(folder: Path, now: Manifest, index: Any, fresh: Iterable[Segment]) -> int:
    """Name all of Whoosh's segments in a new manifest, with the sidecars made where they are missing.

    `now` names those that are known, if they are whole; `fresh` are those that were just written.
    How many there are.
    """
    known = {segment.name: segment for segment in now.segments}
    written = {segment.name: segment for segment in fresh}
    home, segments = folder / now.build, []
    reader = index.reader()
    try:
        for leaf, _ in reader.leaf_readers():
            if leaf.doc_count():
                name = postings.segment_name(leaf)
                whole = written.get(name) or _whole_segment(home, leaf, name, known.get(name))
                segments.append(_with_live(home, leaf, whole, now.generation))
    finally:
        reader.close()
    manifest.publish(folder, Manifest(now.generation, now.build, tuple(segments)))
    _sweep(folder, now.build, segments)
    return len(segments)


def _whole_segment(home: Path, leaf: Any, name: str, old: Segment | None) -> Segment:
    """A segment with its sidecar: the old one if it is whole, or made now of what Whoosh has."""
    path = home / f"{name}.sidecar"
    if old is not None and sidecar.is_whole(path, name, old.crc):
        return old
    gathered = Gathering()
    gathered.read_back(leaf)
    with sidecar.draft(path, name) as draft:
        found = Arranged(gathered, draft.put)
        for _ in found.fields():
            pass
        return Segment(name, draft.finish(found.names))


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
