"""Where one record of a feed is, on its partner's page: by its id or by words of its title."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.models import AssociationState, Feed, Offer, OfferState
from portal.services import feeds
from tests import factories
from tests.delivering import ROWS, deliver, read_feed, signed_in, table
from tests.people import Cast
from tests.visitor import Page, Visitor

OFFERS = "/partners/jardins/offers"


@pytest.fixture
def feed(session: Session, cast: Cast) -> Feed:
    """a and b stayed, c went, d is new and twice in the file, e was refused."""
    return read_feed(session, cast)


@pytest.fixture
def alice(visitor: Visitor, cast: Cast, session: Session) -> Visitor:
    return signed_in(visitor, cast.alice)


def offer(session: Session, ident: str) -> Offer:
    return session.scalars(select(Offer).where(Offer.external_id == ident)).one()


def asked(visitor: Visitor, typed: str, language: str = "fr") -> Page:
    """What the form of the page answers, without any script."""
    visitor.get(f"{OFFERS}?lang={language}")
    return visitor.submit(OFFERS, q=typed)


def found(page: Page) -> list[str]:
    """Each record in words."""
    return [
        " ".join(one.get_text(" ").replace("\u00a0", " ").split())
        for one in page.soup.select("main article")
    ]


def test_a_live_record_is_found_by_its_id_and_leads_to_its_page(alice: Visitor, feed: Feed) -> None:
    page = asked(alice, " a ")
    [told] = found(page)
    assert "En ligne : la recherche le trouve." in told and "Planter des arbres" in told
    assert page.soup.select_one('main article h3 a[href^="/offers/"]')
    assert page.soup.select_one('input[name="q"]')["value"] == "a"  # type: ignore[index]


@pytest.mark.parametrize("typed", ["arbres planter", "PLANTER", "plant", "Des Arbres"])
def test_words_of_a_title_find_it_in_any_order(alice: Visitor, feed: Feed, typed: str) -> None:
    assert ["Planter des arbres" in told for told in found(asked(alice, typed))] == [True]


def test_a_title_is_found_without_its_accents(alice: Visitor, feed: Feed, session: Session) -> None:
    deliver(session, feed, table(*ROWS, "z;Fête d’été;x;J;69007;Lyon;;"))
    for typed in ("fete", "été fête"):
        assert len(found(asked(alice, typed))) == 1


def test_a_whole_id_is_that_record_alone_and_a_part_of_it_all_that_have_it(
    alice: Visitor, feed: Feed, session: Session
) -> None:
    deliver(session, feed, table(*ROWS, *(f"{ident};Besoin;x;J;69007;Lyon;;" for ident in ("42", "042", "4242"))))  # fmt: skip
    assert len(found(asked(alice, "42"))) == 1
    assert len(found(asked(alice, "2"))) == 3
    assert found(asked(alice, "4%2")) == found(asked(alice, "_")) == []


def test_a_refused_record_says_where_in_the_file_and_what_to_write(
    alice: Visitor, feed: Feed
) -> None:
    [told] = found(asked(alice, "e"))
    assert "aucun besoin n’en a été fait" in told
    assert "Donnez-lui un titre court" in told and "ligne 5" in told and "title_missing" in told


def test_a_record_whose_new_version_was_refused_is_online_as_it_was(
    alice: Visitor, feed: Feed, session: Session
) -> None:
    deliver(session, feed, table(ROWS[0], "b;;;J;69007;Lyon;;", "d;Cuisiner;x;J;69007;Lyon;;"))
    for typed in ("b", "trier"):
        [told] = found(asked(alice, typed))
        assert "En ligne" in told and "celle d’avant est gardée" in told and "ligne 3" in told


def test_a_record_that_only_an_older_run_refused_says_which(
    alice: Visitor, feed: Feed, session: Session
) -> None:
    deliver(session, feed, table(*ROWS))
    [told] = found(asked(alice, "e"))
    assert "Absente du dernier passage." in told and "Donnez-lui un titre court" in told


def test_what_the_feed_had_no_more_says_when_it_went(alice: Visitor, feed: Feed) -> None:
    [told] = found(asked(alice, "c"))
    assert "Retiré le" in told and "Lire" in told


def test_a_record_of_a_suspect_run_is_held_and_what_it_lacks_stays_until_the_answer(
    alice: Visitor, feed: Feed, session: Session
) -> None:
    rows = [f"n{n};Besoin {n};Texte;J;69007;Lyon;;" for n in range(40)]
    deliver(session, feed, table(*rows))
    deliver(session, feed, table(*rows[:2], "neuf;Tout neuf;x;J;69007;Lyon;;"))
    page = asked(alice, "neuf")
    [told] = found(page)
    assert "Retenu" in told and not page.soup.select_one("main article h3 a")
    [told] = found(asked(alice, "n30"))
    assert "En ligne" in told and "Le dernier passage ne l’avait plus" in told
    [told] = found(asked(alice, "n1"))
    assert "ne l’avait plus" not in told


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (OfferState.HIDDEN, "Masqué ou refusé par la modération."),
        (OfferState.PENDING, "La modération le regarde"),
        (OfferState.PAUSED, "Mis en pause ou clos par son association."),
    ],
)
def test_what_people_did_to_it_is_said(
    alice: Visitor, feed: Feed, session: Session, state: OfferState, said: str
) -> None:
    offer(session, "a").state = state
    session.commit()
    [told] = found(asked(alice, "a"))
    assert said in told


def test_what_is_over_is_not_called_online(alice: Visitor, feed: Feed, session: Session) -> None:
    offer(session, "a").expires_at = clock.now() - timedelta(days=1)
    session.commit()
    [told] = found(asked(alice, "a"))
    assert "Passé" in told and "En ligne" not in told


def test_nothing_of_a_hidden_feed_or_of_a_suspended_association_is_called_online(
    alice: Visitor, feed: Feed, session: Session
) -> None:
    feed.hidden_at = clock.now()
    session.commit()
    [told] = found(asked(alice, "a"))
    assert "Masqué avec tout le flux depuis le" in told
    offer(session, "a").association.state = AssociationState.SUSPENDED
    session.commit()
    page = asked(alice, "a")
    assert "Masqué ou refusé par la modération." in found(page)[0]
    assert not page.soup.select_one("main article h3 a")


def test_on_one_card_with_anothers_names_the_other_and_leads_to_it(
    alice: Visitor, feed: Feed, session: Session
) -> None:
    other = feeds.add("autre", "https://example.org/autre.csv", title="Flux des voisins")
    mine = offer(session, "a")
    twin = factories.offer(mine.association, title="Des arbres", feed_id=other.id, external_id="9")
    own = factories.offer(mine.association, title="Le même", feed_id=feed.id, external_id="aa")
    twin.cluster = own.cluster = mine.cluster
    session.add_all([twin, own])
    session.commit()
    page = asked(alice, "a")
    [told] = found(page)
    assert "une seule carte" in told and "Flux des voisins" in told and "Le même" not in told
    assert page.soup.select_one(f'main article p a[href^="/offers/{twin.id}"]')
    twin.state = OfferState.WITHDRAWN
    session.commit()
    assert "En ligne : la recherche le trouve." in found(asked(alice, "a"))[0]


def test_a_record_of_another_feed_was_never_seen_here(
    alice: Visitor, feed: Feed, session: Session
) -> None:
    other = feeds.add("autre", "https://example.org/autre.csv")
    session.commit()
    deliver(session, other, table("x1;Ailleurs;x;J;69007;Lyon;;", "x2;;;J;69007;Lyon;;"))
    for typed in ("x1", "x2", "Ailleurs"):
        page = asked(alice, typed)
        assert found(page) == [] and "Jamais vue." in page.words
        assert "n’a pas pu être lu" not in page.words


def test_a_record_that_lost_its_id_may_be_among_those_without(
    alice: Visitor, feed: Feed, session: Session
) -> None:
    deliver(session, feed, table(*ROWS, ";Sans nom;x;J;69007;Lyon;;"))
    page = asked(alice, "jamais")
    assert "1 annonce dont l’identifiant n’a pas pu être lu" in page.words.replace("\u00a0", " ")
    assert page.soup.select_one('.empty a[href$="/problems"]')


def test_a_feed_that_was_never_read_says_so(
    alice: Visitor, feed: Feed, session: Session, cast: Cast
) -> None:
    new = feeds.add("jeune", "https://example.org/jeune.csv")
    new.association_id = cast.jardins.id
    session.commit()
    assert "Ce flux n’a pas encore été lu." in alice.get("/partners/jeune/offers?q=a").words


def test_a_copy_that_a_renumbering_retired_is_no_record(
    alice: Visitor, feed: Feed, session: Session
) -> None:
    kept = offer(session, "a")
    copy = factories.offer(kept.association, title=kept.title, feed_id=feed.id, external_id=None)
    copy.state = OfferState.WITHDRAWN
    session.add(copy)
    session.commit()
    [told] = found(asked(alice, "planter"))
    assert "En ligne" in told


def test_many_are_cut_and_it_is_said(alice: Visitor, feed: Feed, session: Session) -> None:
    deliver(session, feed, table(*(f"n{n};Besoin {n};x;J;69007;Lyon;;" for n in range(30))))
    page = asked(alice, "besoin")
    assert len(found(page)) == 20 and "Les 20 premières" in page.words


def test_it_is_told_in_english_too(alice: Visitor, feed: Feed) -> None:
    [told] = found(asked(alice, "e", "en"))
    assert "no need was made of it" in told and "line 5" in told and "Give it a short title" in told


@pytest.mark.parametrize("typed", ["%00", "%00a%0d", "'", "%2525", "a" * 3000, "é%F0%9F%8C%B3", "%5C"])  # fmt: skip
def test_whatever_is_typed_is_answered(alice: Visitor, feed: Feed, typed: str) -> None:
    assert alice.get(f"{OFFERS}?q={typed}").status == 200
