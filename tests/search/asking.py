"""Offers to arrange and questions to ask, in few words."""

from search.document import Document, Point
from search.index import Index
from search.query import Circle, Query
from search.results import Results
from search.words import parse
from tests.search.worlds import NOW

LYON = Point(45.764, 4.8357, "69", "ARA")
VILLEURBANNE = Point(45.7719, 4.8902, "69", "ARA")
PARIS = Point(48.8566, 2.3522, "75", "IDF")
AROUND_LYON = Circle(45.764, 4.8357, 10.0)


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


def find(index: Index, text: str = "", **parts: object) -> Results:
    """Ask for words and whatever else a query has."""
    return index.search(Query(now=NOW, words=parse(text), **parts))  # type: ignore[arg-type]


def ids(results: Results) -> list[int]:
    """The offers that were answered, in order."""
    return [hit.id for hit in results.hits]
