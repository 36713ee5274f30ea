"""Seeded offers and questions for benchmarks: French words by frequency, positions by population."""

import random
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from search.document import Document, Point
from search.query import Circle, Query, Window
from search.words import parse
from tests.bench.lexicon import frequent_words

NOW = 1_800_000_000
HOUR, DAY = 3600, 86_400


def _table(words: str) -> tuple[str, ...]:
    """The words of a table, which reads better as text."""
    return tuple(words.split())


THEMES = _table(
    "environment health education sport culture solidarity seniors children animals "
    "emergency disability international"
)

# Latitude, longitude, inhabitants in thousands, département, région.
TOWNS = (
    (48.8566, 2.3522, 2103, "75", "IDF"),
    (43.2965, 5.3698, 877, "13", "PAC"),
    (45.7640, 4.8357, 520, "69", "ARA"),
    (43.6047, 1.4442, 511, "31", "OCC"),
    (43.7102, 7.2620, 353, "06", "PAC"),
    (47.2184, -1.5536, 325, "44", "PDL"),
    (43.6108, 3.8767, 307, "34", "OCC"),
    (48.5734, 7.7521, 291, "67", "GES"),
    (44.8378, -0.5792, 265, "33", "NAQ"),
    (50.6292, 3.0573, 238, "59", "HDF"),
    (48.1173, -1.6778, 227, "35", "BRE"),
    (43.1242, 5.9280, 180, "83", "PAC"),
    (49.2583, 4.0317, 178, "51", "GES"),
    (45.4397, 4.3872, 173, "42", "ARA"),
    (49.4944, 0.1079, 166, "76", "NOR"),
    (47.3220, 5.0415, 159, "21", "BFC"),
    (45.1885, 5.7245, 157, "38", "ARA"),
    (47.4784, -0.5632, 157, "49", "PDL"),
    (-20.8823, 55.4504, 154, "974", "REU"),
    (43.8367, 4.3601, 148, "30", "OCC"),
    (45.7772, 3.0870, 147, "63", "ARA"),
    (48.0061, 0.1996, 145, "72", "PDL"),
    (48.3904, -4.4861, 140, "29", "BRE"),
    (47.3941, 0.6848, 138, "37", "CVL"),
    (49.8941, 2.2958, 134, "80", "HDF"),
    (45.8336, 1.2611, 130, "87", "NAQ"),
    (42.6887, 2.8948, 120, "66", "OCC"),
    (49.1193, 6.1757, 119, "57", "GES"),
    (47.2378, 6.0241, 118, "25", "BFC"),
    (47.9029, 1.9093, 117, "45", "CVL"),
    (49.4432, 1.0993, 114, "76", "NOR"),
    (49.1829, -0.3707, 107, "14", "NOR"),
    (48.6921, 6.1844, 104, "54", "GES"),
    (14.6161, -61.0588, 76, "972", "MTQ"),
    (42.7028, 9.4503, 48, "2B", "COR"),
)

# What offers are about, from frequent to rare; all other words are as frequent as in any French text.
FREQUENT = _table(
    """
    bénévoles association aide personnes accompagnement enfants seniors équipe activités solidarité
    ateliers accueil distribution repas collecte jeunes quartier familles soutien scolaire rencontre
    temps partage isolées difficulté jardin nature environnement animation sport culture lecture
    visite écoute ville sorties projet événement festival organisation communication formation
    insertion numérique français apprentissage réfugiés logement santé hôpital handicap alimentaire
    banque vêtements tri recyclage déchets nettoyage plage rivière forêt plantation arbres potager
    animaux refuge chiens chats maraude sans-abri rue urgence secours secourisme premiers bricolage
    réparation vélo transport conduite courses domicile téléphone parrainage mentorat orientation
    emploi informatique site internet réseaux sociaux photographie vidéo rédaction traduction
    comptabilité gestion trésorerie secrétariat juridique musique théâtre danse peinture cinéma
    bibliothèque patrimoine musée histoire mémoire randonnée football natation gymnastique échecs
    jeux cuisine couture tricot jardinage compost biodiversité oiseaux abeilles ruche mer montagne
    climat énergie mobilité citoyenneté droits égalité femmes hommes violence prévention addiction
    cancer don sang recherche maladie deuil fin vie prison détenus migrants demandeurs asile langue
    alphabétisation illettrisme école collège lycée étudiants universitaire orphelins crèche éveil
    goûter anniversaire fête Noël marché brocante boutique solidaire épicerie restaurant camion
    entrepôt logistique inventaire manutention livraison chauffeur permis samedi dimanche soir matin
    semaine vacances été hiver rentrée ponctuel régulier débutants accessible ensemble
    """
)
SYLLABLES = _table("ba ré mi to lu chan vi dor pel sau gni ter mou che lan bri fol")


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a class: a query, or a prefix to complete."""

    kind: str
    query: Query | None = None
    prefix: str = ""


class Words:
    """Words drawn as offers use them: three in ten of their field, the others of all French.

    Of the field's words the k-th comes about k times less often than the first; the others have the
    shares that they have in French at large, so that nearly half of a text is stop words.
    """

    def __init__(self, *, small: bool = False) -> None:
        self.all, self._sums = _shares(small)

    def text(self, rng: random.Random, count: int) -> str:
        """Some words, one after the other."""
        words, sums, draw = self.all, self._sums, rng.random
        return " ".join([words[bisect(sums, draw())] for _ in range(count)])


@cache
def _shares(small: bool) -> tuple[tuple[str, ...], list[float]]:
    """All words, and the sums of their shares: 1 in the end."""
    others = () if small else frequent_words()
    others = others or tuple((word, 1 / (rank + 8)) for rank, word in enumerate(_names()))
    all_others = sum(share for _, share in others)
    ours = [1 / (rank + 8) for rank in range(len(FREQUENT))]
    shares = [0.3 * share / sum(ours) for share in ours]
    shares += [0.7 * share / all_others for _, share in others]
    sums = list(accumulate(shares))
    sums[-1] = 1.0
    return FREQUENT + tuple(word for word, _ in others), sums


def _names() -> list[str]:
    """A few stop words and words made of syllables, where the list of real ones cannot be had."""
    rng = random.Random(0)
    made = {"".join(rng.choices(SYLLABLES, k=rng.randint(3, 5))) for _ in range(20_000)}
    return ["de", "la", "les", "des", "pour", "avec", "vous", "votre", "tous", *sorted(made)]


def offers(count: int, seed: int, *, small: bool = False) -> Iterator[Document]:
    """Offers 1 to `count`; one in twenty shares a cluster with the one before.

    A `small` lexicon needs no list of words, which is fetched.
    """
    rng, words = random.Random(seed), Words(small=small)
    people = list(accumulate(town[2] for town in TOWNS))
    for number in range(1, count + 1):
        ongoing = rng.random() < 0.3
        yield Document(
            id=number,
            cluster=number - (rng.random() < 0.05),
            association_id=int(rng.paretovariate(0.8)) % 5000,
            feed_id=rng.choice((None, 1, 2, 3)),
            title=words.text(rng, rng.randint(3, 8)).capitalize(),
            association=words.text(rng, rng.randint(1, 4)).title(),
            description=words.text(rng, rng.randint(20, 90)),
            tags=tuple(words.text(rng, 1) for _ in range(rng.randint(0, 3))),
            themes=tuple(rng.sample(THEMES, rng.randint(1, 2))),
            locations=tuple(_places(rng, people)),
            shifts=() if ongoing else tuple(_shifts(rng)),
            is_ongoing=ongoing,
            remote=rng.choices(("no", "possible", "full"), (80, 8, 12))[0],
            open_to_minors=rng.random() < 0.2,
            is_accessible=rng.random() < 0.3,
            has_places=rng.random() < 0.9,
            published_at=NOW - rng.randint(0, 300 * DAY),
        )


def _places(rng: random.Random, people: list[int]) -> Iterator[Point]:
    for _ in range(rng.choices((1, 2, 4), (90, 7, 3))[0]):
        lat, lon, _, departement, region = rng.choices(TOWNS, cum_weights=people)[0]
        near = rng.choice((0.03, 0.03, 0.3))
        lat, lon = lat + rng.gauss(0, near), lon + rng.gauss(0, near * 1.4)
        yield Point(lat, lon, departement, region)


def _shifts(rng: random.Random) -> Iterator[tuple[int, int]]:
    for _ in range(rng.choices((1, 3, 10), (70, 20, 10))[0]):
        start = NOW + rng.randint(-5, 90) * DAY + rng.randint(8, 20) * HOUR
        yield start, start + rng.randint(1, 6) * HOUR


WINDOWS = (
    Window("today", NOW, NOW + DAY),
    Window("week", NOW, NOW + 7 * DAY),
    Window("weekend", NOW + 3 * DAY, NOW + 5 * DAY),
    Window("month", NOW, NOW + 30 * DAY),
)


def questions(seed: int, count: int) -> Iterator[Question]:
    """`count` questions, the nine classes in turn."""
    rng = random.Random(seed + 1000)
    makers = (_a, _b, _c, _d, _e, _f, _g, _h, _i)
    for number in range(count):
        yield makers[number % len(makers)](rng)


def _query(text: str = "", **parts: object) -> Query:
    return Query(now=NOW, words=parse(text), when_windows=WINDOWS, **parts)  # type: ignore[arg-type]


def _circle(rng: random.Random) -> Circle:
    lat, lon, *_ = rng.choice(TOWNS)
    return Circle(lat, lon, rng.choice((5.0, 10.0, 25.0, 50.0)))


def _word(rng: random.Random, first: int = 0, last: int = len(FREQUENT)) -> str:
    return FREQUENT[rng.randrange(first, last)]


def _a(rng: random.Random) -> Question:
    text = " ".join(_word(rng) for _ in range(rng.randint(1, 2)))
    return Question("a", _query(text, circle=_circle(rng), spread=True))


def _b(rng: random.Random) -> Question:
    theme = (rng.choice(THEMES),)
    return Question("b", _query(circle=_circle(rng), themes=theme, sort="distance"))


def _c(rng: random.Random) -> Question:
    start = NOW + rng.randint(0, 30) * DAY
    theme = (rng.choice(THEMES),)
    return Question("c", _query(themes=theme, start=start, end=start + 7 * DAY, sort="newest"))


def _d(rng: random.Random) -> Question:
    text = " ".join(_word(rng) for _ in range(rng.randint(1, 3)))
    return Question("d", _query(text))


def _e(_: random.Random) -> Question:
    return Question("e", _query(circle=Circle(48.8566, 2.3522, 25.0), spread=True))


def _f(rng: random.Random) -> Question:
    return Question("f", prefix=_word(rng)[: rng.randint(1, 4)])


def _g(rng: random.Random) -> Question:
    word = _word(rng)
    while len(word) < 6 or not word.isalpha():
        word = _word(rng)
    at = rng.randrange(1, len(word) - 1)
    slip = rng.choice((word[:at] + word[at + 1 :], word[:at] + "w" + word[at:]))
    return Question("g", _query(slip))


def _h(rng: random.Random) -> Question:
    return Question("h", _query(sort=rng.choice(("relevance", "date", "newest")), offset=980))


def _i(rng: random.Random) -> Question:
    text = " ".join(_word(rng, 0, 30) for _ in range(rng.randint(2, 3)))
    if rng.random() < 0.3:
        text = f'"{_word(rng, 0, 20)} {_word(rng, 0, 20)}"'
    return Question("i", _query(text))
