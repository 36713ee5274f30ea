"""A missing, damaged, locked or old index says that it is unavailable, and never answers wrongly."""

import fcntl
import json
import random
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from search.index import IndexUnavailable
from search.query import Query
from search.whoosh import WhooshIndex, manifest
from search.whoosh.sidecar import load
from search.words import parse
from tests.search.asking import offer
from tests.search.worlds import NOW, world

JARDIN = Query(now=NOW, words=parse("jardin"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index with two segments and a deletion."""
    index = WhooshIndex(tmp_path / "index")
    index.rebuild(world(3, 30))
    index.update([offer(99, "Jardin")], [4])
    return tmp_path / "index"


def manifest_of(folder: Path) -> Path:
    return folder / "manifest.json"


def sidecar_of(folder: Path) -> Path:
    return max(folder.rglob("*.sidecar"), key=lambda path: path.stat().st_size)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


DAMAGES: dict[str, Callable[[Path], None]] = {
    "folder gone": shutil.rmtree,
    "manifest gone": lambda folder: manifest_of(folder).unlink(),
    "manifest truncated": lambda folder: truncate(manifest_of(folder)),
    "manifest empty": lambda folder: manifest_of(folder).write_text(""),
    "sidecar gone": lambda folder: sidecar_of(folder).unlink(),
    "sidecar truncated": lambda folder: truncate(sidecar_of(folder)),
    "sidecar empty": lambda folder: sidecar_of(folder).write_bytes(b""),
    "live mask gone": lambda folder: next(folder.rglob("*.live")).unlink(),
    "live mask changed": lambda folder: next(folder.rglob("*.live")).write_bytes(b"\xff" * 4),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_index_is_unavailable_and_a_rebuild_mends_it(
    folder: Path, damage: Callable[[Path], None]
) -> None:
    damage(folder)
    index = WhooshIndex(folder)
    for ask in (
        lambda: index.search(JARDIN),
        lambda: index.complete("ja"),
        lambda: list(index.versions()),
        index.refresh,
        lambda: index.generation,
    ):
        with pytest.raises(IndexUnavailable):
            ask()
    index.rebuild([offer(1, "Jardin")])
    assert index.search(JARDIN).total == 1


@pytest.mark.parametrize("seed", range(50))
def test_a_flipped_byte_is_noticed_or_harmless(folder: Path, seed: int) -> None:
    rng = random.Random(seed)
    sound = WhooshIndex(folder).search(JARDIN)
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)
    path = rng.choice(paths)
    data = bytearray(path.read_bytes())
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    path.write_bytes(data)
    try:
        assert WhooshIndex(folder).search(JARDIN) == sound
    except IndexUnavailable:
        assert path.suffix in {".sidecar", ".live", ".json"}


def test_control_without_the_checksum_a_flipped_byte_gives_a_wrong_answer(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = WhooshIndex(folder).search(Query(now=NOW))
    path = sidecar_of(folder)
    data = bytearray(path.read_bytes())
    (segment,) = [s for s in manifest.read(folder).segments if s.name == path.stem]
    arrays, _ = load(path, segment.name, segment.crc)
    at = data.index(arrays["id"].tobytes()) + 8 * arrays["id"].tolist().index(sound.hits[0].id)
    data[at] ^= 0x80
    path.write_bytes(data)
    with pytest.raises(IndexUnavailable):
        WhooshIndex(folder).search(Query(now=NOW))
    monkeypatch.setattr(zlib, "crc32", lambda *_: 0)
    sealed = manifest_of(folder).read_text().partition("\n")[2]
    named = json.loads(sealed)
    for segment in named["segments"]:
        segment["crc"] = segment["live_crc"] = 0
    manifest_of(folder).write_text("00000000\n" + json.dumps(named))
    assert WhooshIndex(folder).search(Query(now=NOW)) != sound


def test_an_index_of_an_old_schema_is_unavailable(folder: Path) -> None:
    sealed = manifest_of(folder).read_text().partition("\n")[2]
    old = json.dumps(json.loads(sealed) | {"schema": 0})
    manifest_of(folder).write_text(f"{zlib.crc32(old.encode()):08x}\n{old}")
    with pytest.raises(IndexUnavailable, match="another schema"):
        WhooshIndex(folder).search(JARDIN)


def test_a_writer_that_waits_too_long_for_another_says_so(folder: Path) -> None:
    index = WhooshIndex(folder, patience=0.05)
    before = index.search(JARDIN)
    with (folder / "writer.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(IndexUnavailable, match="Another writer"):
            index.update([offer(1)])
        with pytest.raises(IndexUnavailable, match="Another writer"):
            index.rebuild([offer(1)])
        assert index.search(JARDIN) == before
    index.update([offer(500, "Jardin")])
    assert index.search(JARDIN).total == before.total + 1


def test_an_index_that_was_never_built_is_not_begun_by_an_update(tmp_path: Path) -> None:
    index = WhooshIndex(tmp_path / "index")
    with pytest.raises(IndexUnavailable, match="There is no index"):
        index.update([offer(1)])
    with pytest.raises(IndexUnavailable, match="There is no index"):
        index.search(JARDIN)


# Whoosh leaves the file open that it could not read.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_update_over_damaged_files_of_whoosh_says_so_and_readers_go_on(folder: Path) -> None:
    before = WhooshIndex(folder).search(JARDIN)
    for path in folder.rglob("*"):
        if path.parent.name == "whoosh":
            truncate(path)
    with pytest.raises(IndexUnavailable):
        WhooshIndex(folder).update([offer(7, "Jardin")], [1, 2, 3])
    assert WhooshIndex(folder).search(JARDIN) == before


def test_a_sidecar_that_is_torn_is_made_again_by_the_next_writer(folder: Path) -> None:
    before = WhooshIndex(folder).search(JARDIN).total
    truncate(sidecar_of(folder))
    WhooshIndex(folder).update([offer(500, "Jardin")])
    assert WhooshIndex(folder).search(JARDIN).total == before + 1


def test_another_reader_sees_a_change_and_one_that_began_before_ends_in_peace(
    folder: Path,
) -> None:
    reader, writer = WhooshIndex(folder), WhooshIndex(folder)
    total = reader.search(JARDIN).total
    assert reader.refresh() is False
    writer.rebuild([offer(n, "Jardin") for n in range(1, total + 4)])
    assert reader.refresh() is True
    assert reader.search(JARDIN).total == total + 3
