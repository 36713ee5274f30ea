"""What Whoosh stores for an offer: words with positions, and one column with all the rest.

Each word field is given what text.py made of the text, already analysed: Whoosh keeps lexicon,
postings and lengths. The column `card` holds the offer's numbers as JSON, for the sidecar; no
stored field is used, because Whoosh would keep those as pickles.
"""

import json
from array import array
from typing import Any, NamedTuple

from numpy.typing import NDArray
from whoosh import columns, fields, formats

from search.document import Document, Language
from search.geo import snap
from search.ranking import FIELDS
from search.text import Analysed, accented, analyse_all, exact_all

EXACT = "exact"
ACCENTED = "accented"
VERSION = 7

Posting = tuple[bytes, int, float, bytes]
Card = list[Any]


class Entry(NamedTuple):
    """An offer on its way into the index: its numbers, and its texts, each with its field's rank."""

    id: int
    card: Card
    language: Language
    texts: tuple[tuple[int, str], ...]


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
    """A field whose value is its postings, made by `postings`; no lengths are kept if not scored."""

    def __init__(self, *, scored: bool = True) -> None:
        super().__init__(Places(), None, scorable=scored)

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
    words = {name: Words() for name in (*FIELDS, EXACT)}
    return fields.Schema(
        oid=fields.ID(unique=True),
        card=fields.COLUMN(columns.VarBytesColumn()),
        **words,
        **{ACCENTED: Words(scored=False)},
    )


def entry(document: Document) -> Entry:
    """What is indexed of a document."""
    title, association, tags, description = range(len(FIELDS))
    texts = (
        (title, document.title),
        (association, document.association),
        *((tags, tag) for tag in document.tags),
        (description, document.description),
    )
    return Entry(document.id, _card(document), document.language, texts)


def to_bytes(card: Card) -> bytes:
    """A card as its column keeps it."""
    return json.dumps(card, separators=(",", ":")).encode()


def to_fields(offer: Entry) -> dict[str, Any]:
    """An offer as Whoosh's own writer takes it: `oid`, `card`, and the postings of each field."""
    texts = [text for _, text in offer.texts]
    found: dict[str, Any] = {"oid": str(offer.id), "card": to_bytes(offer.card)}
    for at, name in enumerate(FIELDS):
        mine = [text for field, text in offer.texts if field == at]
        found[name] = postings(analyse_all(mine, offer.language))
    found[EXACT] = postings([(position, (word,)) for position, word in exact_all(texts)])
    found[ACCENTED] = postings([(0, (w,)) for w in {w for text in texts for w in accented(text)}])
    return found


def _card(document: Document) -> Card:
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
