"""R29: a double click, a retry after a lost answer, the back button: one signup, one mail, the same answer."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import config, create_app, tokens
from portal.config import Settings
from portal.models import Offer, Outbox, Signup, SignupAttempt
from portal.views import signups as views
from tests import factories
from tests.conftest import settings_for
from tests.mailbox import mails
from tests.people import Cast
from tests.signing_in import sign_in
from tests.visitor import BASE, Visitor

TIMES = 50


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def settings(request: pytest.FixtureRequest, migrated: Path, tmp_path: Path) -> Settings:
    """Each kind of database; a real queue, so that a nudge does not send mail inside the race."""
    given: dict[str, object] = {"QUEUE_URL": f"sqlite:///{tmp_path}/queue.db"}
    if request.param == "postgresql":
        given["DATABASE_URL"] = request.getfixturevalue("postgresql_url")
    else:
        (tmp_path / "relais.db").write_bytes(migrated.read_bytes())
    return config.from_environment({}, {**settings_for(tmp_path), **given})


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """Without an open context: each request of the race must have its own."""
    made = create_app(settings)
    yield made
    made.extensions["database"].engine.dispose()


@pytest.fixture
def offer(app: Flask) -> Offer:
    with app.app_context(), app.extensions["database"].writing() as session:
        made = factories.offer(shifts=[factories.shift(capacity=5), factories.shift(days=9)])
        session.add(made)
        session.commit()
        return made


def typed(app: Flask, offer: Offer) -> dict[str, Any]:
    page = Visitor(app).get(f"/offers/{offer.id}-{offer.slug}")
    return {**page.form("/signups"), "first_name": "Ann", "email": "ann@example.org"}


def post(app: Flask, address: str, form: dict[str, Any]) -> tuple[int, str]:
    answer = app.test_client().post(address, data=form, base_url=BASE)
    return answer.status_code, str(answer.location)


def at_once(app: Flask, address: str, forms: list[dict[str, Any]]) -> Counter[tuple[int, str]]:
    """Send these forms from as many threads, let go together; how often each answer was given."""
    gate = threading.Barrier(len(forms))
    answers: list[tuple[int, str]] = []

    def send(form: dict[str, Any]) -> None:
        gate.wait(60)
        answers.append(post(app, address, form))

    threads = [threading.Thread(target=send, args=(form,)) for form in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return Counter(answers)


def count(app: Flask, model: type[Any]) -> int:
    with app.app_context(), app.extensions["database"].reading() as session:
        return len(session.scalars(select(model)).all())


def test_r29_the_same_form_fifty_times_at_once_is_one_signup_one_mail_and_one_answer(
    app: Flask, offer: Offer, record_property: Callable[[str, object], None]
) -> None:
    record_property("n", TIMES)
    form = typed(app, offer)
    answers = at_once(app, f"/shifts/{offer.shifts[0].id}/signups", [form] * TIMES)
    assert (len(answers), next(iter(answers))[0]) == (1, 303)
    assert (count(app, Signup), count(app, SignupAttempt)) == (1, 1)
    with app.app_context():
        assert len(mails(app)) == 1


def test_r29_the_same_address_from_fifty_pages_at_once_is_one_signup(
    app: Flask, offer: Offer
) -> None:
    forms = [typed(app, offer) for _ in range(10)]
    answers = at_once(app, f"/shifts/{offer.shifts[0].id}/signups", forms)
    assert {status for status, _location in answers} == {303}
    assert count(app, Signup) == 1
    with app.app_context():
        assert len(mails(app)) == 2  # the first one, and one that says "you are already in"


def test_r29_a_retry_after_a_lost_answer_finds_the_first_attempt(app: Flask, offer: Offer) -> None:
    form, address = typed(app, offer), f"/shifts/{offer.shifts[0].id}/signups"
    first = post(app, address, form)  # committed; the answer is lost on the way
    assert post(app, address, form) == first
    assert count(app, Signup) == 1


def test_r29_the_same_key_with_other_words_or_for_somebody_else_is_422(
    app: Flask, offer: Offer
) -> None:
    form, address = typed(app, offer), f"/shifts/{offer.shifts[0].id}/signups"
    post(app, address, form)
    assert post(app, address, {**form, "message": "autre chose"})[0] == 422
    assert post(app, address, {**form, "email": "bea@example.org"})[0] == 422
    assert post(app, f"/shifts/{offer.shifts[1].id}/signups", form)[0] == 422
    assert (count(app, Signup), count(app, Outbox)) == (1, 2)  # one mail, one reindexing


def test_r29_one_persons_key_never_shows_another_persons_attempt(app: Flask, offer: Offer) -> None:
    with app.app_context(), app.extensions["database"].writing() as session:
        cast = Cast.arrive(session)
        session.commit()
    address = f"/shifts/{offer.shifts[0].id}/signups"
    answers = []
    for person in (cast.charlie, cast.dora):
        visitor = Visitor(app)
        sign_in(visitor, person)
        page = visitor.get(f"/offers/{offer.id}-{offer.slug}")
        token = page.form("/signups")["csrf_token"]
        answers.append(
            visitor.client.post(address, data={"csrf_token": token, "party": "1"}, base_url=BASE)
        )
        stolen = Visitor(app).client.post(
            address,
            data={"csrf_token": token, "first_name": "X", "email": "x@example.org", "party": "1"},
            base_url=BASE,
        )
        assert stolen.status_code == 403  # a signed-in person's token is bound to the session
    assert answers[0].location != answers[1].location


def test_r29_without_the_key_a_double_click_is_two_attempts_and_two_mails(
    app: Flask, offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = views._wish
    monkeypatch.setattr(
        views,
        "_wish",
        lambda *given: replace(wish(*given), key=tokens.random_token(), device_hash=""),
    )
    form, address = typed(app, offer), f"/shifts/{offer.shifts[0].id}/signups"
    assert post(app, address, form) != post(app, address, form)
    assert count(app, SignupAttempt) == 2
    with app.app_context():
        assert len(mails(app)) == 2
