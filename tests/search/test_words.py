"""What people type becomes clauses; nothing they type becomes anything else."""

import string
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.memory import MemoryIndex
from search.query import Query
from search.words import MOST_WORDS, parse
from tests.search.asking import offer
from tests.search.worlds import NOW


def said(text: str, *, exact: bool = False) -> list[str]:
    """The clauses as a person would type them."""
    return [clause.text for clause in parse(text, exact=exact)]


@pytest.mark.parametrize(
    ("typed", "clauses"),
    [
        ("jardin enfants", ["jardin", "enfants"]),
        ('"soutien scolaire" soir', ['"soutien scolaire"', "soir"]),
        ("« soutien scolaire »", ['"soutien scolaire"']),
        ("jardin -enfants", ["jardin", "-enfants"]),
        ('-"sans abri"', ['-"sans abri"']),
        ("(vélo OR marche)", ["(vélo OR marche)"]),
        ("(vélo OU marche) ville", ["(vélo OR marche)", "ville"]),
        ("(a b OR c)", ["(a OR c)", "(b OR c)"]),
        ("-(a OR b)", ["-a", "-b"]),
        ("(a b) c", ["a", "b", "c"]),
        ("Paris - jardin", ["Paris", "jardin"]),
        ("sans-abri co-voiturage", ["sans-abri", "co-voiturage"]),
        ("l'aide", ["l'aide"]),
        ("--a", ["a"]),
        ("repas Sans abri", ["repas", "Sans-abri"]),
        ('"sans abri" (sans papiers)', ['"sans abri"', "sans-papiers"]),
        ("sans voiture", ["sans", "voiture"]),
        ("enfants,jardin", ["enfants", "jardin"]),
        ("enfants/jardin;vélo+marche.ville", ["enfants", "jardin", "vélo", "marche", "ville"]),
        ("enfants,-jardin", ["enfants", "-jardin"]),
        ('"enfants/jardin"', ['"enfants jardin"']),
        ("S.A.M.U. 24/7 2,5", ["S.A.M.U", "24/7", "2,5"]),
    ],
)
def test_the_four_signs_are_understood(typed: str, clauses: list[str]) -> None:
    assert said(typed) == clauses


@pytest.mark.parametrize(
    ("typed", "clauses"),
    [
        ("", []),
        ("   ", []),
        ('""', []),
        ("()", []),
        (")(", []),
        ("- -- ---", []),
        ("*", []),
        ("jard*", ["jard"]),
        ("ja?d", ["ja?d"]),
        ('"jamais fermé', ['"jamais fermé"']),
        ("((((a", ["a"]),
        ("a)))) b", ["a", "b"]),
        ("(OR a)", ["OR", "a"]),
        ("(a OR)", ["a"]),
        ("(a OR OR b)", ["(a OR b)"]),
        ("-", []),
        ("-(", []),
        ('-"', []),
        ("[a TO b]", ["a", "TO", "b"]),
        ("title:jardin^4", ["title:jardin^4"]),
        ("jardin~2", ["jardin~2"]),
        ("\x00\x01jar\u200bdin\u202e", ["jardin"]),
        ("OR", ["OR"]),
        ("'; DROP TABLE offers --", ["DROP", "TABLE", "offers"]),
        ("😀 jardin", ["jardin"]),
    ],
)
def test_everything_else_is_a_word_or_nothing(typed: str, clauses: list[str]) -> None:
    assert said(typed) == clauses


def test_a_hash_belongs_to_its_word_for_exact_searches_only() -> None:
    assert said("#49 #0", exact=True) == ["#49", "#0"]
    assert said("#49 #0") == ["49", "0"]


def test_only_the_first_twelve_words_and_two_hundred_characters_count() -> None:
    assert len(said(" ".join(f"mot{n}" for n in range(30)))) == MOST_WORDS
    assert len(said(" ".join("abcdefghijklmnop" for _ in range(30)))) == 12
    assert said("a" * 500) == ["a" * 200]
    assert len(said('"' + "a " * 80 + '"')[0].split()) == MOST_WORDS


@pytest.mark.parametrize("text", ["(" * 200, "-(" * 100, '"(' * 100, "(a OR " * 33, "-" * 200])
def test_deep_nesting_is_no_way_to_keep_it_busy(text: str) -> None:
    began = time.process_time()
    parse(text)
    assert time.process_time() - began < 1


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("ab\"()- OR#é*'\u200b"), max_size=60))
def test_any_text_of_signs_gives_clauses_that_any_engine_can_answer(text: str) -> None:
    index = MemoryIndex()
    index.update([offer(1, "a b ab")])
    for exact in (False, True):
        clauses = parse(text, exact=exact)
        assert all(term.words for clause in clauses for term in clause.terms)
        assert sum(len(term.words) for clause in clauses for term in clause.terms) <= 144
        index.search(Query(now=NOW, words=clauses, exact=exact))


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_at_all_gives_words_without_signs_or_unseen_characters(text: str) -> None:
    for clause in parse(text):
        for term in clause.terms:
            for word in term.words:
                assert not set(word) & set('"()' + string.whitespace + "\x00\u200b\u202e")
                assert not word.startswith("-")
