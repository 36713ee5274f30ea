"""What a hit matched is marked in its texts, and nothing else; the pieces are the text."""

import pytest

from search.document import Language
from search.highlighting import Pieces, pieces, snippet
from tests.costs import calls


def shown(found: Pieces) -> str:
    return "".join(f"[{piece}]" if is_match else piece for piece, is_match in found)


@pytest.mark.parametrize(
    ("text", "matched", "marked"),
    [
        ("Un jardin, des jardiniers", ["jardin"], "Un [jardin], des [jardiniers]"),
        ("Distribuer des repas à l’hôpital", ["hopitaux"], "Distribuer des repas à l’[hôpital]"),
        ("Aider les animateurs", ["animatrice"], "Aider les [animateurs]"),
        ("Collecte pour le S.A.M.U. social", ["samu"], "Collecte pour le [S.A.M.U.] social"),
        ("Une banque de sang, du sang", ['"banque de sang"'], "Une [banque] de [sang], du sang"),
        ("Le jardin de la ville", ["le", "de"], "Le jardin de la ville"),
        ("Forêt", ["fore\u0302t"], "[Forêt]"),
        ("Fore\u0302t", ["forêt"], "[Forêt]"),
        ("Rien à voir", ["jardin"], "Rien à voir"),
        ("", ["jardin"], ""),
        ("jardin", [], "jardin"),
        ("!!! … ???", ["!!!"], "!!! … ???"),
    ],
)
def test_a_word_is_marked_in_the_form_in_which_it_was_found(
    text: str, matched: list[str], marked: str
) -> None:
    assert shown(pieces(text, matched, "fr")) == marked


def test_an_english_text_is_read_as_english() -> None:
    assert shown(pieces("Gardens for children", ["gardening", "child"], "en")) == (
        "[Gardens] for [children]"
    )


def test_exact_words_are_marked_as_they_are() -> None:
    assert shown(pieces("Jardin et jardins", ["jardin"], "fr", exact=True)) == "[Jardin] et jardins"
    assert shown(pieces("Jardin et jardins", ["jardin"], "fr")) == "[Jardin] et [jardins]"


def test_a_snippet_is_what_is_around_the_first_match() -> None:
    text = "Avant " * 40 + "le jardin " + "et après " * 40
    cut = snippet(pieces(text, ["jardin"], "fr"))
    assert ("jardin", True) in cut
    assert len("".join(piece for piece, _ in cut)) < 200
    assert shown(cut).startswith("… Avant") and shown(cut).endswith(" …")
    assert snippet(pieces(text, ["plage"], "fr")) == ()
    assert shown(snippet(pieces("Un jardin", ["jardin"], "fr"))) == "Un [jardin]"


def test_each_language_and_exactness_knows_its_own_forms_whatever_was_marked_before() -> None:
    def marks(language: Language, *, exact: bool = False) -> bool:
        return any(
            is_match for _, is_match in pieces("They were running", ["run"], language, exact=exact)
        )

    told = [marks("en"), marks("fr"), marks("en", exact=True), marks("en"), marks("fr")]
    assert told == [True, False, False, True, False]


def test_the_words_of_a_text_are_analysed_once() -> None:
    text = "Une seule journée à la ferme : encore une journée au jardin, et d’autres journées."
    pieces(text, ["journée"], "fr")
    assert calls(lambda: pieces(text, ["journée"], "fr")) < 60
