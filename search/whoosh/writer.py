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

# What a merge may hold at once, in numbers of its sidecars: each is some 20 bytes of memory meanwhile.
_MOST = 12_000_000
_LARGE = _MOST // 2  # a segment of so many is merged no more
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
    if len(_fitting(home, [segment.name for segment in old.segments])) < _SCATTERED:
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

    A merge holds all of its postings at once, so it takes no more than fit: long texts by the thousand would otherwise take
    gigabytes.
    """
    living = [segment for segment in segments if segment.doc_count()]
    fitting = _fitting(home, [segment.segment_id() for segment in living])
    is_full = any(
        segment.segment_id() not in fitting and _size(home, segment.segment_id()) < _LARGE
        for segment in living
    )
    merge = OPTIMIZE if is_full else MERGE_SMALL
    kept: list[Any] = merge(writer, [s for s in living if s.segment_id() in fitting])
    return [*(s for s in living if s.segment_id() not in fitting), *kept]


def _join(home: Path, writer: Any, segments: list[Any]) -> list[Any]:
    """The policy of `tidy`: all that is small becomes one, as far as its postings fit in memory."""
    fitting = _fitting(home, [segment.segment_id() for segment in segments])
    OPTIMIZE(writer, [segment for segment in segments if segment.segment_id() in fitting])
    return [segment for segment in segments if segment.segment_id() not in fitting]


def _fitting(home: Path, names: Sequence[str]) -> set[str]:
    """The small ones of these segments, the smallest first, as far as they fit into one merge."""
    found, total = set[str](), 0
    for size, name in sorted((_size(home, name), name) for name in names):
        total += size
        if size < _LARGE and total <= _MOST:
            found.add(name)
    return found


def _size(home: Path, name: str) -> int:
    """The numbers in a sidecar; one that is missing or of no use is made anew, and counts as small."""
    try:
        return sidecar.values(home / f"{name}.sidecar")
    except (sidecar.Damaged, OSError, ValueError):
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
