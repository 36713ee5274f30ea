"""R18: no page tells whether an address is known here: the same bytes, the same status, the same rows and mails."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import clock
from portal.db import Database
from portal.errors import Invalid
from portal.models import Alert, MailRefusal, Offer, Outbox, SignInLink
from portal.services import alerts
from portal.tokens import email_hash
from tests import factories
from tests.arrivals import sign_in
from tests.oidc import Provider, somebody, walk
from tests.people import Cast
from tests.providers import other, provider, settings
from tests.visitor import Visitor

__all__ = ["other", "provider", "settings"]
pytestmark = pytest.mark.trust
KNOWN, UNKNOWN = "alice@example.org", "nobod@example.org"  # of one length: sizes can be compared


@pytest.fixture
def offer(database: Database, cast: Cast) -> Offer:
    with database.writing() as session:
        made = factories.offer(session.merge(cast.jardins))
        session.add_all([made, MailRefusal(email_hash=email_hash(KNOWN), created_at=clock.now())])
        session.commit()
        return made


def ask_for_a_link(app: Flask, email: str, **_rest: object) -> Visitor:
    visitor = Visitor(app)
    visitor.get("/sign-in")
    visitor.submit("/sign-in", email=email)
    return visitor


def change_address(app: Flask, email: str, database: Database, **_rest: object) -> Visitor:
    visitor = Visitor(app)
    sign_in(visitor, database, "charlie@example.org")
    visitor.get("/account")
    visitor.submit("/account/email", email=email)
    return visitor


def prove_for_a_provider(app: Flask, email: str, provider: Provider, **_rest: object) -> Visitor:
    visitor = Visitor(app)
    provider.claims = somebody(sub=email, email=email)
    walk(visitor, provider)
    visitor.submit("/sign-in/proof")
    return visitor


def invite(app: Flask, email: str, database: Database, offer: Offer, **_rest: object) -> Visitor:
    """Alice asked never to be written to: who invites her is not told."""
    visitor = Visitor(app)
    sign_in(visitor, database, "charlie@example.org")
    visitor.get(f"/offers/{offer.id}/share")
    visitor.submit("/invitations", emails=email)
    return visitor


def ask_for_an_alert(app: Flask, email: str) -> Visitor:
    visitor = Visitor(app)
    visitor.get("/search?q=haie")
    visitor.submit("/alerts", email=email)
    return visitor


def seen(visitor: Visitor, email: str) -> tuple[int, str]:
    """Status and bytes, without what is new on every page, and with every address of the two written the same."""
    assert visitor.page is not None
    text = visitor.page.text.replace(email, "THE ADDRESS")
    text = re.sub(r'(name="csrf_token" value)="[^"]*"', r"\1", text)
    return visitor.page.status, text


@pytest.mark.parametrize(
    "flow", [ask_for_a_link, change_address, prove_for_a_provider], ids=lambda f: f.__name__
)
def test_a_known_and_an_unknown_address_get_the_same_page_and_the_same_work(
    app: Flask,
    database: Database,
    provider: Provider,
    offer: Offer,
    cast: Cast,
    flow: Callable[..., Visitor],
) -> None:
    pages, work = [], []
    for email in (KNOWN, UNKNOWN):
        visitor = flow(app, email=email, database=database, provider=provider, offer=offer)
        pages.append(seen(visitor, email))
        with database.reading() as session:
            rows = select(func.count()).select_from(SignInLink).where(SignInLink.email == email)
            mails = select(func.count()).select_from(Outbox)
            work.append((session.scalar(rows), session.scalar(mails)))
    assert pages[0] == pages[1]
    assert work[0][0] == work[1][0] == 1


def test_who_invites_is_not_told_that_somebody_refused(
    app: Flask, database: Database, offer: Offer, cast: Cast, provider: Provider
) -> None:
    pages = [
        seen(invite(app, email=email, database=database, offer=offer), email)
        for email in (KNOWN, UNKNOWN)
    ]
    assert pages[0] == pages[1]


@pytest.fixture
def followed(database: Database) -> None:
    """The known address follows this very search already."""
    with database.writing() as session:
        session.add(factories.alert(KNOWN, "q=haie", verified_at=clock.now()))
        session.commit()


def test_who_asks_for_an_alert_is_not_told_that_somebody_has_it(
    app: Flask, database: Database, followed: None, provider: Provider
) -> None:
    pages, work = [], []
    for email in (KNOWN, UNKNOWN):
        before = rows_of(database)
        pages.append(seen(ask_for_an_alert(app, email), email))
        work.append(rows_of(database) - before)
    assert pages[0] == pages[1]
    assert work == [2, 2]


def rows_of(database: Database) -> int:
    with database.reading() as session:
        counts = (select(func.count()).select_from(model) for model in (Alert, Outbox))
        return sum(session.scalar(one) or 0 for one in counts)


def test_control_a_form_that_refuses_what_is_there_already_tells(
    app: Flask, followed: None, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = alerts.ask

    def honest(email: str, search: str, **rest: Any) -> Alert:
        if email == KNOWN:
            raise Invalid("Vous suivez déjà cette recherche.")
        return ask(email, search, **rest)

    monkeypatch.setattr(alerts, "ask", honest)
    pages = [seen(ask_for_an_alert(app, email), email) for email in (KNOWN, UNKNOWN)]
    assert pages[0] != pages[1]
