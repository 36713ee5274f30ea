"""Every engine, empty, for the tests that all of them must pass."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from search.index import Index, open_index


@pytest.fixture(params=["memory", "whoosh"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Index]:
    """An empty index of each engine."""
    url = "memory:" if request.param == "memory" else f"whoosh://{tmp_path}/index"
    opened = open_index(url)
    opened.rebuild([])
    yield opened
    opened.close()
