"""Small seeded worlds of offers, and questions about them, for comparing engines.

Everything that is hard is made frequent: the date line, the poles, longitude 0, overseas towns,
positions on the very edge of a circle, equal dates and scores, clusters whose members differ,
offers with many locations, shifts with a location of their own.
"""

import math
import random
from dataclasses import replace

from search.document import Document, Point
from search.geo import EARTH_KM, distance_km
from search.query import Area, Box, Circle, Query, Window
from search.words import parse

NOW = 1_800_000_000
HOUR, DAY = 3600, 86_400

TOWNS = (
    ("Paris", 48.8566, 2.3522, "75", "IDF"),
    ("Lyon", 45.764, 4.8357, "69", "ARA"),
    ("Villeurbanne", 45.7719, 4.8902, "69", "ARA"),
    ("Greenwich", 51.4779, 0.0, "", ""),
    ("Saint-Denis", -20.8823, 55.4504, "974", "REU"),
    ("Mata-Utu", -13.2825, -176.1736, "986", ""),
    ("Suva", -18.1416, 178.4419, "", ""),
    ("Taveuni", -16.85, 180.0, "", ""),
    ("Rabi", -16.5, -180.0, "", ""),
    ("Pôle Nord", 90.0, 12.0, "", ""),
    ("Alert", 82.5018, -62.3481, "", ""),
    ("Pôle Sud", -90.0, 0.0, "", ""),
    ("Golfe de Guinée", 0.0, 0.0, "", ""),
    ("Fort-de-France", 14.6161, -61.0588, "972", "MTQ"),
)
THEMES = ("environment", "health", "education", "sport", "culture")


def _table(words: str) -> tuple[str, ...]:
    """The words of a table, which reads better as text."""
    return tuple(words.split())


WORDS = _table(
    """
    jardin jardinage jardiniers potager bénévole bénévolat seniors personnes âgées sans-abri SDF
    maraude repas distribution collecte l'hôpital hôpitaux enfants lecture soutien scolaire devoirs
    réfugiés demandeurs d'asile travaux bricolage animatrice animateur vélo nettoyage plage forêt
    aujourd'hui S.A.M.U. œuvre été maïs 4x4 #0 #49 75015 chevaux cheval sportive sportif accueil
    musique coiffeuse presqu'île écoute 3e âge de la pour avec une
    """
)
ENGLISH = _table("the garden gardening help children elderly food bank beach cleanup with")
TYPOS = ("jardni", "benevoll", "distributon", "colecte", "veloo", "zzzz", "maraud", "hopitall")

# Words that no other offer has, and slips of them.
SLIPS = (
    ("tricoot", "tricot"),
    ("parainage", "parrainage"),
    ("brocantte", "brocante"),
    ("herrisson", "herisson"),
)


def world(seed: int, count: int = 60) -> list[Document]:
    """Offers 1 to `count` of one seed."""
    rng = random.Random(seed)
    return [_offer(rng, number, count) for number in range(1, count + 1)]


def changed(rng: random.Random, documents: list[Document], number: int) -> Document:
    """Another offer under a number that exists or not."""
    return replace(_offer(rng, number, len(documents)), version=1)


def lopsided(seed: int, count: int) -> list[Document]:
    """The same offers, some of which have a slip beside the word that it was of: about ten times as many have the word."""
    rng = random.Random(seed)
    documents = world(seed, count)
    for slip, word in SLIPS:
        holders = rng.sample(range(count), min(count, rng.choice((12, 20, 30, 45, 60))))
        slipped = rng.sample(range(count), rng.choice((1, 1, 2)))
        for added, where in ((word, holders), (slip, slipped)):
            for at in where:
                text = f"{documents[at].description} {added}"
                documents[at] = replace(documents[at], description=text)
    return documents


def slip(rng: random.Random, documents: list[Document]) -> Query:
    """A question with a slip that an offer or two may have, and nearly anything else."""
    slipped, _ = rng.choice(SLIPS)
    shape = rng.choice(("{0}", "{0}", "{0} {1}", "{0} -{1}", '{0} "{1}"', "({0} OR {1})"))
    typed = shape.format(slipped, rng.choice((*WORDS, *(word for _, word in SLIPS))))
    query = Query(now=NOW, words=parse(typed), remote="also", limit=rng.choice((0, 3, 20)))
    narrowed = _narrowed(rng, query) if rng.random() < 0.3 else query
    return _where(rng, narrowed, documents) if rng.random() < 0.3 else narrowed


def _offer(rng: random.Random, number: int, count: int) -> Document:
    language = "en" if rng.random() < 0.15 else "fr"
    places = tuple(_point(rng) for _ in range(rng.choice((0, 1, 1, 1, 2, 5))))
    shifts = tuple(_shift(rng) for _ in range(rng.choice((0, 1, 1, 2, 4))))
    own = ()
    if places and rng.random() < 0.4:
        own = tuple(rng.choice((None, rng.randrange(len(places)))) for _ in shifts)
    return Document(
        id=number,
        cluster=rng.choice((number, number, rng.randint(1, count // 3 + 1) + 1000)),
        association_id=rng.choice((1, 1, 1, 2, 3, 4, 5, 6, 7, 8)),
        feed_id=rng.choice((None, 1, 2)),
        title=_text(rng, language, 3),
        association=_text(rng, language, 2),
        description=_text(rng, language, rng.choice((0, 4, 12, 40))),
        tags=tuple(_text(rng, language, 2) for _ in range(rng.randint(0, 2))),
        language=language,
        themes=tuple(rng.sample(THEMES, rng.randint(0, 2))),
        locations=places,
        shifts=shifts,
        shift_locations=own,
        is_ongoing=rng.random() < 0.3,
        remote=rng.choice(("no", "no", "no", "possible", "full")),
        open_to_minors=rng.random() < 0.3,
        is_accessible=rng.random() < 0.4,
        has_places=rng.random() < 0.8,
        published_at=NOW - rng.choice((0, 1, 5, 40, 300)) * DAY,
        expires_at=rng.choice((None, None, None, NOW, NOW + 1, NOW + 9 * DAY)),
        campaigns=tuple(rng.sample(("été", "rentrée"), rng.randint(0, 1))),
    )


def _text(rng: random.Random, language: str, most: int) -> str:
    words = ENGLISH if language == "en" else WORDS
    return " ".join(rng.choice(words) for _ in range(rng.randint(min(most, 1), most)))


def _point(rng: random.Random) -> Point:
    _, lat, lon, departement, region = rng.choice(TOWNS)
    if rng.random() < 0.1:
        return Point(None, None, departement, region)
    if rng.random() < 0.4 and abs(lat) < 89:
        lat += rng.uniform(-0.3, 0.3)
        lon = (lon + rng.uniform(-0.5, 0.5) + 180) % 360 - 180
    return Point(lat, lon, departement, region)


def _shift(rng: random.Random) -> tuple[int, int]:
    start = (
        NOW + rng.choice((-30, -1, 0, 1, 2, 6, 30, 60, 400)) * DAY + rng.choice((0, 0, 9)) * HOUR
    )
    return start, start + rng.choice((1, 3, 30)) * HOUR


def question(rng: random.Random, documents: list[Document]) -> Query:
    """Any query at all, about documents."""
    query = Query(
        now=NOW,
        words=parse(_typed(rng, documents)) if rng.random() < 0.6 else (),
        remote=rng.choice((None, None, "no", "also", "only")),
        sort=rng.choice(("relevance", "distance", "date", "newest")),
        spread=rng.random() < 0.3,
        apart=rng.random() < 0.1,
        language=rng.choice((None, "fr", "en")),
        limit=rng.choice((0, 1, 3, 20, 100)),
        offset=rng.choice((0, 0, 0, 1, 7, 200)),
        when_windows=(
            Window("today", NOW, NOW + DAY),
            Window("week", NOW, NOW + 7 * DAY),
            Window("month", NOW, NOW + 31 * DAY),
        ),
    )
    if rng.random() < 0.1:
        typed = _typed(rng, documents)
        query = replace(query, words=parse(typed, exact=True), exact=True)
    return _where(rng, _narrowed(rng, query), documents)


def _typed(rng: random.Random, documents: list[Document]) -> str:
    parts = []
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3))):
        word = rng.choice(rng.choice((WORDS, WORDS, WORDS, ENGLISH, TYPOS)))
        other = rng.choice(WORDS)
        shape = rng.choice(("{0}", "{0}", "{0}", "-{0}", '"{0} {1}"', "({0} OR {1})"))
        if rng.random() < 0.2:
            shape, (word, other) = '"{0} {1}"', _two_in_a_row(rng, documents)
        parts.append(shape.format(word, other))
    return " ".join(parts)


def _two_in_a_row(rng: random.Random, documents: list[Document]) -> tuple[str, str]:
    """Two neighbouring words of a description, so that phrases are found."""
    words = ["le", "jardin", *rng.choice(documents).description.split()]
    at = rng.randrange(len(words) - 1)
    return words[at], words[at + 1]


def _narrowed(rng: random.Random, query: Query) -> Query:
    if rng.random() < 0.3:
        query = replace(query, themes=tuple(rng.sample((*THEMES, "unknown"), rng.randint(1, 2))))
    if rng.random() < 0.4:
        start = NOW + rng.choice((-5, 0, 1, 5)) * DAY
        end = start + rng.choice((1, 2, 20)) * DAY
        query = replace(query, start=rng.choice((start, None)), end=rng.choice((end, None)))
    if rng.random() < 0.15:
        query = replace(query, minors=True)
    if rng.random() < 0.15:
        query = replace(query, accessible=True)
    if rng.random() < 0.1:
        query = replace(query, association_id=rng.randint(1, 9))
    if rng.random() < 0.1:
        query = replace(query, feed_id=rng.randint(1, 3))
    if rng.random() < 0.1:
        query = replace(query, campaign=rng.choice(("été", "rentrée", "autre")))
    return query


def _where(rng: random.Random, query: Query, documents: list[Document]) -> Query:
    shape = rng.choice(("none", "circle", "circle", "edge", "box", "area", "both"))
    _, lat, lon, departement, region = rng.choice(TOWNS)
    if shape in ("circle", "both"):
        radius = rng.choice((0.0, 1.0, 10.0, 50.0, 400.0, 11_000.0, math.pi * EARTH_KM, math.inf))
        query = replace(query, circle=Circle(lat, lon, radius))
    if shape == "edge":
        query = replace(query, circle=_just_reaching(rng, lat, lon, documents))
    if shape in ("box", "both"):
        height, width = rng.choice((0.0, 0.5, 5.0)), rng.choice((0.0, 0.5, 40.0, 179.0))
        west, east = ((lon + side + 180) % 360 - 180 for side in (-width, width))
        box = Box(max(lat - height, -90.0), west, min(lat + height, 90.0), east)
        query = replace(query, box=box)
    if shape == "area":
        kind = rng.choice(("departement", "region"))
        code = departement if kind == "departement" else region
        query = replace(query, area=Area(kind, code or "75"))
    return query


def _just_reaching(rng: random.Random, lat: float, lon: float, documents: list[Document]) -> Circle:
    """A circle whose edge goes exactly through a location, or misses it by a hair."""
    points = [p for doc in documents for p in doc.locations if p.lat is not None]
    point = rng.choice(points or [Point(lat, lon)])
    radius = distance_km(lat, lon, round(point.lat * 1e7) / 1e7, round(point.lon * 1e7) / 1e7)
    return Circle(lat, lon, rng.choice((radius, math.nextafter(radius, 0.0))))
