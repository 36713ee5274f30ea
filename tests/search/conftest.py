"""Every engine, empty, for the tests that all of them must pass."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from search.index import Index, open_index
from search.whoosh import postings

PUBLIC = "whoosh by its public interface"


@pytest.fixture(params=["memory", "whoosh", PUBLIC])
def index(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Index]:
    """An empty index of each engine; Whoosh's twice, for a day when its private parts change."""
    if request.param == PUBLIC:
        monkeypatch.setattr(postings, "BY_BLOCKS", False)
    url = "memory:" if request.param == "memory" else f"whoosh://{tmp_path}/index"
    opened = open_index(url)
    opened.rebuild([])
    yield opened
    opened.close()
