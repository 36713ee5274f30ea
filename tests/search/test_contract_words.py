"""What every engine promises: what words find, correct and complete."""

import pytest

from search.index import Index
from search.query import Query
from search.words import parse
from tests.search.asking import AROUND_LYON, PARIS, find, ids, offer
from tests.search.worlds import NOW


def test_words_are_found_in_title_association_tags_and_description(index: Index) -> None:
    index.update(
        [
            offer(1, "Jardin partagé"),
            offer(2, association="Jardins du Rhône"),
            offer(3, tags=("jardin",)),
            offer(4, description="Entretenir un jardin."),
            offer(5, "Tri de vêtements"),
        ]
    )
    assert sorted(ids(find(index, "jardin"))) == [1, 2, 3, 4]
    assert ids(find(index, "jardin"))[0] == 1


def test_all_words_must_be_there(index: Index) -> None:
    index.update([offer(1, "Jardin pour enfants"), offer(2, "Jardin"), offer(3, "Enfants")])
    assert ids(find(index, "enfants jardin")) == [1]


def test_a_word_that_is_refused_is_not_there(index: Index) -> None:
    index.update([offer(1, "Jardin pour enfants"), offer(2, "Jardin potager")])
    assert ids(find(index, "jardin -enfants")) == [2]


def test_one_of_the_words_between_parentheses_is_enough(index: Index) -> None:
    index.update([offer(1, "Jardin"), offer(2, "Vélo"), offer(3, "Musique")])
    assert sorted(ids(find(index, "(jardin OR vélo)"))) == [1, 2]


def test_a_quoted_phrase_keeps_its_order_and_stays_in_one_field(index: Index) -> None:
    index.update(
        [
            offer(1, "Soutien scolaire"),
            offer(2, "Scolaire soutien"),
            offer(3, "Un soutien", description="Scolaire, chaque soir."),
            offer(4, tags=("soutien", "scolaire")),
        ]
    )
    assert ids(find(index, '"soutien scolaire"')) == [1]


def test_accents_and_case_do_not_matter(index: Index) -> None:
    index.update([offer(1, "BÉNÉVOLE à l’HÔPITAL")])
    assert ids(find(index, "benevole hopital")) == [1]


def test_a_word_that_nothing_contains_is_corrected_and_said(index: Index) -> None:
    index.update([offer(1, "Jardin"), offer(2, "Musique")])
    found = find(index, "jradin")
    assert (ids(found), found.corrected) == ([1], (("jradin", "jardin"),))


def test_a_slip_of_a_word_whose_family_alone_is_there_is_corrected_too(index: Index) -> None:
    index.update([offer(1, "Un jardin"), offer(2, "Un vélo")])
    found = find(index, "jardniage")
    assert (ids(found), found.corrected) == ([1], (("jardniage", "jardinage"),))
    assert find(index, "bricoalge").corrected == ()  # nothing here is of its family


@pytest.mark.parametrize(
    ("typed", "used"),
    [
        ("allimentaire", "alimentaires"),
        ("fractoin", "fractions"),
        ("hospitallisé", "hospitalisés"),
        ("jardisn", "jardin"),
    ],
)
def test_a_slip_of_a_word_with_another_ending_is_corrected_too(
    index: Index, typed: str, used: str
) -> None:
    index.update([offer(1, "Aides alimentaires, fractions, enfants hospitalisés, jardin")])
    found = find(index, typed)
    assert (ids(found), found.corrected) == ([1], ((typed, used),))


def test_neighbours_exchanged_are_likelier_than_a_letter_lost_however_often_it_is_used(
    index: Index,
) -> None:
    index.update([offer(1, "Chien"), offer(2, "Chemin"), offer(3, "Chemin")])
    assert find(index, "chein").corrected == (("chein", "chien"),)


def test_a_word_that_many_people_use_is_not_turned_into_another(index: Index) -> None:
    index.update([offer(1, "Deux matchs et trente dons, inter, restons, refuge")])
    for word in ("maths", "tente", "dogs", "winter", "restos", "refugees"):
        assert (find(index, word).total, find(index, word).corrected) == (0, ()), word


def test_a_correction_has_the_accents_that_most_offers_give_it(index: Index) -> None:
    index.update([offer(1, "Théâtre"), offer(2, "théâtre"), offer(3, "theatre")])
    found = find(index, "thaetre")
    assert (found.corrected, found.total) == ((("thaetre", "théâtre"),), 3)


def test_a_word_of_three_letters_is_never_corrected(index: Index) -> None:
    index.update([offer(1, "Vélo pour tri")])
    assert find(index, "tru").total == 0


def test_a_word_that_only_a_deleted_offer_had_is_corrected(index: Index) -> None:
    index.update([offer(1, "Jardon"), offer(2, "Jardin")])
    index.update([], [1])
    assert find(index, "jardon").corrected == (("jardon", "jardin"),)


def test_a_synonym_is_found_and_ranks_below_the_word_itself(index: Index) -> None:
    index.update([offer(1, "Visiter des seniors"), offer(2, "Visiter des personnes âgées")])
    found = find(index, "personnes âgées")
    assert ids(found) == [2, 1]
    assert found.hits[1].matched == ("seniors",)


def test_each_offer_is_compared_in_its_own_language(index: Index) -> None:
    index.update(
        [
            offer(1, "Gardening with children", description="Help us.", language="en"),
            offer(2, "Boire le thé avec les anciens"),
        ]
    )
    assert ids(find(index, "the gardens")) == [1]
    assert ids(find(index, "thé")) == [2]


def test_stop_words_alone_ask_for_nothing(index: Index) -> None:
    index.update([offer(1), offer(2)])
    assert find(index, "de la").total == find(index, "the").total == 2


def test_exact_words_have_no_stems_no_corrections_and_no_stop_words(index: Index) -> None:
    index.update([offer(1, "Help in the garden #49"), offer(2, "Gardens #4")])

    def exactly(text: str) -> list[int]:
        words = parse(text, exact=True)
        return ids(index.search(Query(now=NOW, words=words, exact=True)))

    assert exactly("garden") == [1]
    assert exactly("IN") == [1]
    assert exactly("#4") == [2]
    assert exactly("gardne") == []
    assert exactly('"the garden"') == [1]


def test_when_nothing_is_found_a_shorter_text_that_finds_is_suggested(index: Index) -> None:
    index.update([offer(1, "Jardin"), offer(2, "Jardin"), offer(3, "Vélo")])
    assert find(index, "jardin vélo").suggestion == "jardin"
    assert find(index, "xylophone").suggestion is None


def test_a_rare_word_beside_a_far_likelier_one_is_asked_about(index: Index) -> None:
    slip, *others = offer(1, "Le jardim", cluster=99), *(offer(n, "Jardin") for n in range(2, 12))
    index.update([slip, *others])
    found = find(index, "jardim")
    assert (ids(found), found.corrected, found.suggestion) == ([1], (), "jardin")
    assert find(index, found.suggestion or "").total == 10
    index.update([], [11])
    assert find(index, "jardim").suggestion is None  # 9 are not far more


def test_who_may_mean_it_is_asked_nothing(index: Index) -> None:
    index.update(
        [
            *(offer(n, "Jardim") for n in range(1, 5)),
            *(offer(n, "Jardin", tags=("lent",)) for n in range(10, 80)),
            offer(90, "Pente douce"),
            *(offer(n, "Vente", tags=("lait",)) for n in range(100, 130)),
        ]
    )
    assert find(index, "jardim").suggestion is None  # four offers are no slip
    assert find(index, "pente").suggestion is None  # a word that many people use
    assert find(index, '"jardim lent"').suggestion is None
    assert find(index, "jardin").suggestion is None


def test_a_word_that_is_rare_here_only_is_no_slip(index: Index) -> None:
    there = {"locations": (PARIS,)}
    index.update(
        [
            offer(1, "Jardim"),
            *(offer(n, "Jardim", **there) for n in range(2, 10)),
            *(offer(n, "Jardin") for n in range(20, 40)),
        ]
    )
    assert find(index, "jardim", circle=AROUND_LYON).total == 1
    assert find(index, "jardim", circle=AROUND_LYON).suggestion is None


def test_a_likelier_word_that_finds_little_here_is_not_asked_about(index: Index) -> None:
    there = {"locations": (PARIS,)}
    index.update(
        [
            offer(1, "Jardim"),
            *(offer(n, "Jardin") for n in range(2, 8)),
            *(offer(n, "Jardin", **there) for n in range(20, 60)),
        ]
    )
    assert find(index, "jardim").suggestion == "jardin"
    assert find(index, "jardim", circle=AROUND_LYON).suggestion is None


def test_only_words_as_they_are_and_bare_counts_are_asked_nothing(index: Index) -> None:
    index.update([offer(1, "Jardim"), *(offer(n, "Jardin") for n in range(2, 40))])
    assert find(index, "jardim").suggestion == "jardin"
    assert find(index, "jardim", limit=0).suggestion is None
    exactly = Query(now=NOW, words=parse("jardim", exact=True), exact=True)
    assert index.search(exactly).suggestion is None


def test_what_may_have_been_meant_keeps_the_other_words(index: Index) -> None:
    index.update(
        [
            offer(1, "Jardim, le soir"),
            *(offer(n, "Jardin du soir", tags=("été",)) for n in range(2, 40)),
            *(offer(n, "Jardin du soir à midi") for n in range(50, 70)),
        ]
    )
    assert find(index, "soir -midi jardim").suggestion == "soir -midi jardin"
    assert find(index, "jardim", themes=("education",)).suggestion is None


def test_what_all_say_who_look_for_something_to_do_asks_for_nothing(index: Index) -> None:
    index.update([offer(1, "Maraude pour les sans-abri"), offer(2, "Aider aux devoirs")])
    assert ids(find(index, "je veux aider les sans-abri")) == [1]
    assert ids(find(index, "chercher une mission bénévole maraude")) == [1]
    assert ids(find(index, "aide devoirs")) == [2]
    assert find(index, "bénévolat").total == 2
    assert find(index, "volunteering").total == 2


def test_no_words_are_completed_when_none_are_asked_for(index: Index) -> None:
    index.update([offer(1)])
    assert index.complete("rep", 0) == () == index.complete("", 8)


def test_stop_words_complete_nothing(index: Index) -> None:
    index.update([offer(n, "Avec après about Aujourd’hui lorsqu’on") for n in range(9)])
    index.update([offer(10, "Avion")])
    assert index.complete("av", 1) == ("avion",)
    assert index.complete("ap") == index.complete("aujo") == index.complete("lors") == ()


def test_words_are_completed_with_their_accents_most_used_first(index: Index) -> None:
    index.update([offer(1, "Hôpital"), offer(2, "Hôpital"), offer(3, "hopital"), offer(4, "Hôte")])
    assert index.complete("ho") == ("hôpital", "hôte")
    assert index.complete("HÔP", limit=1) == ("hôpital",)
    assert index.complete("") == index.complete("zz") == ()
