"""Editing an offer on the web: what the page does not touch stays, and nobody loses a place by an edit of the words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal import clock
from portal.db import Database
from portal.models import Association, Offer, Outbox, RecurrenceRule, Signup
from portal.services import offers
from tests import factories
from tests.people import Cast
from tests.signing_in import sign_in
from tests.views.test_associations import OFFER, in_days
from tests.views.test_associations import lyon as lyon
from tests.visitor import Visitor


def test_an_edit_that_leaves_a_shift_out_cancels_it(
    visitor: Visitor, cast: Cast, database: Database, lyon: None
) -> None:
    with database.writing() as session:
        offer = factories.offer(session.get_one(Association, cast.jardins.id))
        offer.shifts = [factories.shift(3), factories.shift(9)]
        session.add(offer)
        session.commit()
        kept = offer.shifts[0].id
    sign_in(visitor, cast.alice)
    visitor.get(f"/dashboard/{cast.jardins.slug}/offers/{offer.id}/edit")
    page = visitor.submit("", **{"shifts-1-on": "", "shifts-1-starts": "", "shifts-1-ends": ""})
    assert page.status == 200, page.words
    with database.reading() as session:
        assert [s.id for s in session.get_one(Offer, offer.id).shifts] == [kept]


def test_an_edit_of_the_words_leaves_the_dates_and_who_is_on_them_alone(
    visitor: Visitor, cast: Cast, database: Database, lyon: None
) -> None:
    with database.writing() as session:
        offer = factories.offer(session.get_one(Association, cast.jardins.id))
        offer.shifts = [factories.shift(3), factories.shift(9)]
        offer.shifts[1].ends_at = offer.shifts[1].ends_at + timedelta(days=2)
        session.add(offer)
        session.flush()
        on_it = factories.signup(offer.shifts[0], "Zoé")
        session.add(on_it)
        session.commit()
    dates = {shift.id: (shift.starts_at, shift.ends_at) for shift in offer.shifts}
    sign_in(visitor, cast.alice)
    visitor.get(f"/dashboard/{cast.jardins.slug}/offers/{offer.id}/edit")
    page = visitor.submit("", title="Planter une haie tous ensemble")
    assert page.status == 200, page.words
    with database.reading() as session:
        changed = session.get_one(Offer, offer.id)
        assert changed.title == "Planter une haie tous ensemble"
        assert {s.id: (s.starts_at, s.ends_at) for s in changed.shifts} == dates
        assert session.get_one(Signup, on_it.id).state is on_it.state
        assert "shift_c" not in str(session.scalars(select(Outbox.key)).all())


def test_a_weekly_offer_that_began_can_be_edited_and_keeps_its_rule(
    visitor: Visitor, cast: Cast, database: Database, lyon: None
) -> None:
    began = (clock.now() - timedelta(days=35)).replace(hour=16, minute=0, second=0, microsecond=0)
    with database.writing() as session:
        offer = factories.offer(session.get_one(Association, cast.jardins.id))
        rule = RecurrenceRule(rrule="FREQ=WEEKLY;INTERVAL=2", starts_at=began, minutes=90)
        offer.rules.append(rule)
        session.add(offer)
        session.flush()
        offer.shifts = [factories.shift(3)]
        offer.shifts[0].rule_id = rule.id
        session.commit()
    sign_in(visitor, cast.alice)
    visitor.get(f"/dashboard/{cast.jardins.slug}/offers/{offer.id}/edit")
    page = visitor.submit("", title="Planter une haie tous ensemble")
    assert page.status == 200, page.words
    with database.reading() as session:
        changed = session.get_one(Offer, offer.id)
        assert [r.id for r in changed.rules] == [rule.id]
        assert offer.shifts[0].id in [s.id for s in changed.shifts]


@pytest.mark.parametrize(
    ("ident", "day"),
    [("²", "2026-01-05"), ("9" * 5000, "0001-01-01"), ("x", "9999-12-31"), ("-1", "2001-01-01")],
)
def test_a_row_of_nonsense_is_a_sentence(
    visitor: Visitor, cast: Cast, lyon: None, ident: str, day: str
) -> None:
    sign_in(visitor, cast.alice)
    address = f"/dashboard/{cast.jardins.slug}/offers/new"
    visitor.get(address)
    page = visitor.post(address, {**OFFER, "shifts-0-id": ident, "shifts-0-on": day})
    assert page.status == 422
    assert "Choisissez un jour à venir" in page.words


def test_more_dates_than_the_form_holds_are_a_page_and_not_an_error(
    visitor: Visitor, cast: Cast, database: Database, lyon: None
) -> None:
    with database.writing() as session:
        offer = factories.offer(session.get_one(Association, cast.jardins.id))
        offer.shifts = [factories.shift(n) for n in range(2, 72)]
        session.add(offer)
        session.commit()
    sign_in(visitor, cast.alice)
    visitor.get(f"/dashboard/{cast.jardins.slug}/offers/{offer.id}/edit")
    page = visitor.submit("", title="Planter une haie tous ensemble")
    assert page.status == 200, page.words
    with database.reading() as session:
        assert len(session.get_one(Offer, offer.id).shifts) == 70


def test_a_row_without_hours_is_named_in_the_summary(
    visitor: Visitor, cast: Cast, lyon: None
) -> None:
    sign_in(visitor, cast.alice)
    address = f"/dashboard/{cast.jardins.slug}/offers/new"
    visitor.get(address)
    page = visitor.post(address, {**OFFER, "shifts-1-on": in_days(4)})
    assert page.status == 422
    assert "Dates : Donnez l’heure de début" in page.words.replace("\u00a0", " ")


def test_an_edit_keeps_the_language_and_the_questions_that_the_page_does_not_show(
    visitor: Visitor, cast: Cast, database: Database, lyon: None
) -> None:
    asked = [{"text": "Savez-vous nager ?", "why": "On est sur l’eau."}]
    with database.writing() as session:
        jardins = session.get_one(Association, cast.jardins.id)
        offer = factories.offer(jardins, language="en", questions=asked)
        session.add(offer)
        session.commit()
    sign_in(visitor, cast.alice)
    visitor.get(f"/dashboard/{cast.jardins.slug}/offers/{offer.id}/edit")
    assert visitor.submit("", title="Planter une haie tous ensemble").status == 200
    with database.reading() as session:
        changed = session.get_one(Offer, offer.id)
        assert changed.title == "Planter une haie tous ensemble"
        assert (changed.language, changed.questions) == ("en", asked)


def test_likeness_counts_the_words_that_stay_and_is_quick() -> None:
    long = " ".join(f"mot{number % 700}" for number in range(1600))
    assert offers._likeness(long, f"{long} encore") > 0.99
    assert offers._likeness("on plante une haie", "on plante un arbre") == 0.5
    assert offers._likeness("on plante", "gagnez vite") == 0
    assert offers._likeness("", "") == 0


@pytest.mark.parametrize(
    ("language", "sentence"), [("fr", "entre 5 et 120 caractères"), ("en", "between 5 and 120")]
)
def test_the_sentences_of_the_form_library_are_in_the_readers_language(
    visitor: Visitor, cast: Cast, lyon: None, language: str, sentence: str
) -> None:
    sign_in(visitor, cast.alice)
    address = f"/dashboard/{cast.jardins.slug}/offers/new?lang={language}"
    visitor.get(address)
    page = visitor.post(address, {**OFFER, "title": "Aide", "shifts-0-on": in_days(5)})
    assert page.status == 422
    assert sentence in page.words
