"""What Whoosh stores for an offer: words with positions, and one column with all the rest.

Each word field is given what text.py made of the text, already analysed: Whoosh keeps lexicon,
postings and lengths. The column `card` holds the offer's numbers as JSON, for the sidecar; no
stored field is used, because Whoosh would keep those as pickles.
"""

import json
from array import array
from typing import Any

from numpy.typing import NDArray
from whoosh import columns, fields, formats

from search.document import Document
from search.geo import snap
from search.ranking import FIELDS
from search.text import Analysed, accented, analyse, analyse_all, exact_all

EXACT = "exact"
ACCENTED = "accented"
VERSION = 3

Posting = tuple[bytes, int, float, bytes]


class Places(formats.Format):  # type: ignore[misc]
    """Positions as little-endian uint32, which numpy reads without unpickling anything."""

    posting_size = -1

    def word_values(self, value: Analysed, analyzer: object, **_: object) -> list[Posting]:
        raise NotImplementedError("A Words field indexes what is already analysed.")

    def decode_positions(self, value: bytes) -> list[int]:
        return list(array("I", value))

    def decode_frequency(self, value: bytes) -> int:
        return len(value) // 4

    def decode_weight(self, value: bytes) -> float:
        return float(len(value) // 4)


class Words(fields.FieldType):  # type: ignore[misc]
    """A scored field whose value is its postings, made by `postings`."""

    def __init__(self) -> None:
        super().__init__(Places(), None, scorable=True)

    def index(self, value: list[Posting], **_: object) -> list[Posting]:
        """Whoosh's entry point."""
        return value


def postings(analysed: Analysed) -> list[Posting]:
    """(word, frequency, weight, positions) of each distinct word, as Whoosh takes them."""
    places: dict[str, array[int]] = {}
    for position, forms in analysed:
        for form in forms:
            if form in places:
                places[form].append(position)
            else:
                places[form] = array("I", (position,))
    return [(form.encode(), len(at), float(len(at)), at.tobytes()) for form, at in places.items()]


def make_schema() -> Any:
    """Fields in Whoosh's terms; a change here needs a new VERSION, and a rebuild."""
    words = {name: Words() for name in (*FIELDS, EXACT, ACCENTED)}
    return fields.Schema(
        oid=fields.ID(unique=True), card=fields.COLUMN(columns.VarBytesColumn()), **words
    )


def to_fields(document: Document) -> dict[str, Any]:
    """The document as Whoosh's writer takes it: `oid`, `card`, and the postings of each field."""
    tongue = document.language
    texts = (document.title, document.association, *document.tags, document.description)
    return {
        "oid": str(document.id),
        "card": json.dumps(_card(document), separators=(",", ":")).encode(),
        "title": postings(analyse(document.title, tongue)),
        "association": postings(analyse(document.association, tongue)),
        "tags": postings(analyse_all(document.tags, tongue)),
        "description": postings(analyse(document.description, tongue)),
        EXACT: postings([(position, (word,)) for position, word in exact_all(texts)]),
        ACCENTED: postings([(0, (w,)) for w in {w for text in texts for w in accented(text)}]),
    }


def _card(document: Document) -> list[Any]:
    """Everything but words; positions as whole 1e-7 degrees."""
    own = document.shift_locations or (None,) * len(document.shifts)
    return [
        document.id,
        document.version,
        document.cluster,
        document.association_id,
        document.feed_id,
        document.published_at,
        document.expires_at,
        REMOTES.index(document.remote),
        _flags(document),
        document.themes,
        document.campaigns,
        [
            (
                None if point.lat is None else snap(point.lat),
                None if point.lon is None else snap(point.lon),
                point.departement,
                point.region,
            )
            for point in document.locations
        ],
        [(start, end, at) for (start, end), at in zip(document.shifts, own, strict=True)],
    ]


REMOTES = ("no", "possible", "full")
ONGOING, MINORS, ACCESSIBLE, HAS_PLACES, ENGLISH = 1, 2, 4, 8, 16

Arrays = dict[str, NDArray[Any]]


def _flags(document: Document) -> int:
    return (
        ONGOING * document.is_ongoing
        | MINORS * document.open_to_minors
        | ACCESSIBLE * document.is_accessible
        | HAS_PLACES * document.has_places
        | ENGLISH * (document.language == "en")
    )
