"""Every engine, empty, for the tests that all of them must pass."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from search.document import Document, Point
from search.index import Index, open_index
from tests.search.worlds import NOW

LYON = Point(45.764, 4.8357, "69", "ARA")
VILLEURBANNE = Point(45.7719, 4.8902, "69", "ARA")
PARIS = Point(48.8566, 2.3522, "75", "IDF")

Make = Callable[..., Document]


@pytest.fixture(params=["memory", "whoosh"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Index]:
    """An empty index of each engine."""
    url = "memory:" if request.param == "memory" else f"whoosh://{tmp_path}/index"
    opened = open_index(url)
    opened.rebuild([])
    yield opened
    opened.close()


def offer(number: int, title: str = "Distribuer des repas", **parts: object) -> Document:
    """An ongoing offer in Lyon, unless told otherwise."""
    usual: dict[str, object] = {
        "cluster": number,
        "association_id": number,
        "association": "Les Amis du quartier",
        "description": "Venez nous aider chaque semaine.",
        "published_at": NOW,
        "locations": (LYON,),
        "is_ongoing": True,
    }
    return Document(id=number, title=title, **(usual | parts))  # type: ignore[arg-type]
