"""Which files are the index now: one small file, replaced in one step, that readers believe.

    <folder>/manifest.json      generation, build, segments with sidecar, CRC and live mask
    <folder>/writer.lock        held by whoever writes
    <folder>/repair             why the last writer failed, until a rebuild
    <folder>/<build>/whoosh/    Whoosh's own files: only the writer opens them
    <folder>/<build>/*.sidecar  what readers map
    <folder>/<build>/*.live     which documents of a segment are not deleted, when some are

Whoosh shows its table of contents before a sidecar exists, so its word is not taken: nothing is
visible until the manifest, written after all files that it names, is renamed into place. A writer
killed at any point leaves the old manifest with the old files.
"""

import fcntl
import json
import os
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from search.index import IndexUnavailable
from search.whoosh import schema
from search.whoosh.sidecar import Damaged

_NAME = "manifest.json"
_REPAIR = "repair"
_PAUSE = 0.02

Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Segment:
    """One immutable segment: its sidecar, and its live mask ("" when nothing is deleted)."""

    name: str
    crc: int
    live: str = ""
    live_crc: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """One generation of the index."""

    generation: int
    build: str
    segments: tuple[Segment, ...]


def stamp(folder: Path) -> Stamp | None:
    """What changes whenever a manifest is published, read without opening it; None: no index."""
    try:
        status = os.stat(f"{folder}/{_NAME}")  # noqa: PTH116 - before each question
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def read(folder: Path) -> Manifest:
    """The published manifest. Raises Damaged when it is missing, torn or of another schema."""
    try:
        text = (folder / _NAME).read_text()
    except FileNotFoundError as error:
        raise Damaged(f"There is no index in {folder}.") from error
    first, _, rest = text.partition("\n")
    if first != f"{zlib.crc32(rest.encode()):08x}":
        raise Damaged("The manifest is damaged.")
    data = json.loads(rest)
    if data.pop("schema") != schema.VERSION:
        raise Damaged("The index is of another schema.")
    segments = tuple(Segment(**segment) for segment in data.pop("segments"))
    return Manifest(**data, segments=segments)


def publish(folder: Path, manifest: Manifest) -> None:
    """Make a manifest the index: every file it names is there and synced before."""
    sync(folder / manifest.build)
    rest = json.dumps({"schema": schema.VERSION, **asdict(manifest)})
    draft = folder / f"{_NAME}.draft{os.getpid()}"
    with draft.open("w") as file:
        file.write(f"{zlib.crc32(rest.encode()):08x}\n{rest}")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / _NAME)
    sync(folder)


def sync(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def writing(folder: Path, patience: float) -> Iterator[None]:
    """Be the only writer; the system lets go of the lock when its holder dies.

    Raises IndexUnavailable when another writer keeps it for longer than `patience` seconds.
    """
    give_up_at = time.monotonic() + patience
    with _lock_file(folder) as file:
        while not _locked(file.fileno()):
            if time.monotonic() > give_up_at:
                raise IndexUnavailable(f"Another writer has held {folder} for {patience:g} s.")
            time.sleep(_PAUSE)
        yield


def _lock_file(folder: Path) -> TextIO:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return (folder / "writer.lock").open("a")
    except OSError as error:
        raise IndexUnavailable(f"{folder} cannot be written: {error}") from error


def ask_for_repair(folder: Path, why: str) -> None:
    """Note that the writer could not write; where even that fails, there is nobody left to tell."""
    with suppress(OSError):
        (folder / _REPAIR).write_text(why)


def refuse_what_needs_repair(folder: Path) -> None:
    """Raises Damaged after a note; a rebuild removes it."""
    note = folder / _REPAIR
    if note.exists():
        raise Damaged(f"The index could not be written: {note.read_text()}")


def forget_repair(folder: Path) -> None:
    """What was noted is mended."""
    (folder / _REPAIR).unlink(missing_ok=True)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
