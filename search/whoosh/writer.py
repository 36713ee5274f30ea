"""Writing: Whoosh keeps the truth of the index, then sidecars are made of it, then it is published.

The order is the defence. Whoosh commits; each new segment gets its sidecar, written and synced;
only then does the manifest name them. Killed anywhere, a writer leaves what was published before;
what Whoosh had committed shows with the next update. Old files go last, once nothing names them.
"""

import os
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from whoosh import index as whoosh_index
from whoosh.codec.whoosh3 import W3Codec

from search.document import Document
from search.index import Progress
from search.whoosh import manifest, postings, schema, sidecar
from search.whoosh.manifest import Manifest, Segment

# Blocks of 1024 postings without zlib: read back once, by the sidecar; and no compound file, which
# every process would copy to its heap.
_BLOCK = 1024
_MEGABYTES = 256

Border = Callable[[], Any]


def update(folder: Path, documents: list[Document], deleted_ids: set[int]) -> None:
    """Put documents and take ids out as one change; the caller holds the lock."""
    old = manifest.read(folder)
    index = whoosh_index.open_dir(str(folder / old.build / "whoosh"))
    changed = [document for document in documents if document.id not in deleted_ids]
    with _writer(index) as writer:
        gone = _delete(writer, deleted_ids | {document.id for document in changed})
        if not gone and not changed:
            writer.cancel()
            return
        for document in changed:
            writer.add_document(**schema.to_fields(document))
        writer.commit()
    _publish(folder, old.build, index, old)


def rebuild(
    folder: Path, documents: Iterable[Document], progress: Progress | None, border: Border
) -> int:
    """Index documents into a new build and swap it in; the caller holds the lock.

    `border` guards what touches files and not the caller's documents, whose errors are its own.
    """
    with border():
        build, index = _new_build(folder)
    seen: set[int] = set()
    with _writer(index) as writer:
        for document in documents:
            if document.id in seen:
                raise ValueError(f"Document {document.id} came twice.")
            seen.add(document.id)
            with border():
                writer.add_document(**schema.to_fields(document))
            if progress:
                progress(len(seen))
        with border():
            writer.commit()
    with border():
        _publish(folder, build, index, _readable(folder))
    return len(seen)


def _new_build(folder: Path) -> tuple[str, Any]:
    build = f"build-{os.urandom(6).hex()}"
    home = folder / build / "whoosh"
    home.mkdir(parents=True, mode=0o700)
    return build, whoosh_index.create_in(str(home), schema.make_schema())


@contextmanager
def _writer(index: Any) -> Iterator[Any]:
    """Whoosh's writer, which keeps nothing of what it was given when anything fails."""
    writer = index.writer(
        codec=W3Codec(blocklimit=_BLOCK, compression=0), compound=False, limitmb=_MEGABYTES
    )
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


def _readable(folder: Path) -> Manifest | None:
    """The manifest in force, or None: a rebuild is just what a damaged one needs."""
    try:
        return manifest.read(folder)
    except (sidecar.Damaged, OSError, ValueError, KeyError, TypeError):
        return None


def _publish(folder: Path, build: str, index: Any, old: Manifest | None) -> None:
    """Write what is missing beside Whoosh's segments and name it all in a new manifest."""
    generation = old.generation + 1 if old else 1
    known = {s.name: s for s in old.segments} if old and old.build == build else {}
    reader = index.reader()
    try:
        segments = [
            _segment(folder / build, leaf, known.get(postings.segment_name(leaf)), generation)
            for leaf, _ in reader.leaf_readers()
            if leaf.doc_count_all()
        ]
    finally:
        reader.close()
    manifest.publish(folder, Manifest(generation, build, tuple(segments)))
    _sweep(folder, build, segments)


def _segment(home: Path, leaf: Any, old: Segment | None, generation: int) -> Segment:
    """The sidecar of a segment, made if it is not there whole, and its live mask."""
    name = postings.segment_name(leaf)
    path = home / f"{name}.sidecar"
    crc = old.crc if old and _is_whole(path, old) else None
    if crc is None:
        crc = sidecar.write(path, name, *sidecar.build(leaf))
    if not leaf.has_deletions():
        return Segment(name, crc)
    live = np.zeros(leaf.doc_count_all(), bool)
    live[list(leaf.all_doc_ids())] = True
    data = np.packbits(live).tobytes()
    if old and old.live and zlib.crc32(data) == old.live_crc and (home / old.live).exists():
        return Segment(name, crc, old.live, old.live_crc)
    target = f"{name}-{generation}.live"
    with (home / target).open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return Segment(name, crc, target, zlib.crc32(data))


def _is_whole(path: Path, old: Segment) -> bool:
    try:
        sidecar.load(path, old.name, old.crc)
    except (sidecar.Damaged, OSError, ValueError):
        return False
    return True


def _sweep(folder: Path, build: str, segments: list[Segment]) -> None:
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
