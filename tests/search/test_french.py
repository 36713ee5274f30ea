"""French as people ask and write it: a table of pairs, two thirds of it used while building.

The part `held` was written down before the tables of french.py were looked at with it in mind, and
nothing was changed because of it: its score is what the pipeline is worth on what it has not seen.
A pair that should match and does not costs as much as one that matches and should not.
"""

import csv
from pathlib import Path

import pytest

from search.memory import MemoryIndex
from search.query import Query
from search.text import analyse, exact_words, fold, inflected, is_corrigible, slips
from search.words import parse
from tests.search.asking import offer
from tests.search.worlds import NOW

TABLE = Path(__file__).with_name("french_pairs.csv")
FLOORS = {"tuned": 0.97, "held": 0.93}


def pairs(part: str) -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file, quoting=csv.QUOTE_NONE) if row["part"] == part]


def is_found(question: str, text: str) -> bool:
    """Whether an offer of that title is found, among words that are all known (no corrections)."""
    index = MemoryIndex()
    index.update([offer(1, text, association="", description="")])
    found = index.search(Query(now=NOW, words=parse(question)))
    return found.total == 1 and not found.corrected


@pytest.mark.parametrize("part", FLOORS)
def test_the_table_of_french_pairs(part: str) -> None:
    rows = pairs(part)
    wrong = [
        (row["question"], row["text"])
        for row in rows
        if is_found(row["question"], row["text"]) != (row["match"] == "yes")
    ]
    score = 1 - len(wrong) / len(rows)
    print(f"\n{part}: {len(rows) - len(wrong)} of {len(rows)} pairs right ({score:.0%}); {wrong}")
    assert score >= FLOORS[part], wrong


def test_the_table_is_large_and_a_third_of_it_is_held_out() -> None:
    tuned, held = len(pairs("tuned")), len(pairs("held"))
    assert tuned + held >= 150
    assert held / (tuned + held) >= 1 / 3


@pytest.mark.parametrize(
    ("question", "text", "match"),
    [
        ("apprendre le français aux réfugiés", "Atelier d'alphabétisation", True),
        ("enseigner le français à des réfugiées", "Cours de FLE", True),
        ("cours de français pour migrants", "FLE avec des personnes exilées", True),
        ("enseigner le français aux étrangers", "Animer un atelier d'alphabétisation", True),
        ("français langue étrangère", "Enseigner le français le soir", True),
        ("alphabétisation", "Donner du français aux exilés", True),
        ("apprendre la cuisine aux réfugiés", "Atelier d'alphabétisation", False),
        ("français", "Accueil de réfugiés", False),
        ("aux réfugiés", "Atelier d'alphabétisation", False),
        ("cours de français", "Cours de théâtre", False),
    ],
)
def test_whoever_teaches_french_to_refugees_teaches_it_as_a_foreign_language(
    question: str, text: str, match: bool
) -> None:
    assert is_found(question, text) is match


def test_every_apostrophe_is_one_and_elisions_are_stripped() -> None:
    for apostrophe in "'’ʼ‘":
        assert analyse(f"l{apostrophe}école", "fr") == analyse("école", "fr")


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert analyse("bénévole", "fr") == analyse("be\u0301ne\u0301vole", "fr")
    assert fold("Œuvre") == "oeuvre"


def test_stop_words_leave_their_place_empty() -> None:
    places = [position for position, _ in analyse("banque de sang", "fr")]
    assert places == [0, 2]


def test_numbers_and_codes_are_untouched() -> None:
    for word in ("75015", "4x4", "2a004", "1er"):
        assert analyse(word, "fr") == [(0, (word,))]


def test_the_two_languages_never_meet() -> None:
    french = {form for _, forms in analyse("animation garden culture", "fr") for form in forms}
    english = {form for _, forms in analyse("animation garden culture", "en") for form in forms}
    assert not french & english


def test_exact_words_keep_everything_but_case_and_accents() -> None:
    assert exact_words("L’Été à la #49 IN Paris") == ["l", "ete", "a", "la", "#49", "in", "paris"]


def test_slips_are_all_words_one_slip_away_the_likelier_ones_apart() -> None:
    likely, others = slips("jardni")
    assert {"jardin", "jjardni"} <= likely and "jarni" not in likely
    assert {"jarni", "jardnis", "jarddi", "kardni", "ardni"} <= others
    assert "jardni" not in likely | others and not likely & others
    assert {"colecte", "ccollecte"} <= slips("collecte")[0]


def test_a_short_word_keeps_its_first_letter_and_none_was_changed() -> None:
    likely, others = slips("velo")
    assert {"evlo", "veol", "vvelo", "velos", "vlo", "hvelo"} <= likely | others
    assert not {"elo", "avelo", "vela", "belo"} & (likely | others)


def test_an_ending_is_put_or_taken_away() -> None:
    assert {"galets", "galete"} <= inflected({"galet"}) and "galet" in inflected({"galets"})


@pytest.mark.parametrize(
    "word", ["maths", "mission", "tente", "winter", "dogs", "restos", "tru", "refugees", "refugee"]
)
def test_a_word_that_many_people_use_is_no_slip(word: str) -> None:
    assert not is_corrigible(word)


@pytest.mark.parametrize("word", ["jardn", "colecte", "chein", "allimentaire", "fractoin"])
def test_a_word_that_nobody_uses_may_be_one(word: str) -> None:
    assert is_corrigible(word)
