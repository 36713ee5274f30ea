"""What the bench of search says of changes: each is found by another process, and the index that is kept stays as it was."""

from __future__ import annotations

from pathlib import Path

from search.whoosh import WhooshIndex
from tests.bench import updating
from tests.bench.offers import offers
from tests.bench.rivals import page


def files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_each_change_is_found_by_a_process_that_asks_all_the_time_and_the_index_is_kept(
    tmp_path: Path,
) -> None:
    home = tmp_path / "index"
    WhooshIndex(home).rebuild(offers(200, 3, small=True))
    before = files(tmp_path)
    found = updating.measured(home, offers(updating.CHANGES, 4, small=True))
    assert files(tmp_path) == before
    steps = list(zip(found["written"], found["found"], found["pause"], strict=True))
    assert len(steps) == updating.CHANGES
    assert all(written > 0 and seen > 0 and wall > 0 for written, seen, (wall, _) in steps)
    said = "\n".join(page._update({"update": found}))
    assert "found by another process" in said and "(to reach: 20)" in said
    assert list(page._update({})) == []
