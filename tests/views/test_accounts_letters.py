"""What people get by mail when they sign in, prove, or change an address; and the demo's one-click doors."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from flask import Flask

from portal import create_app
from portal.config import Settings
from portal.db import Database
from tests import factories
from tests.arrivals import sign_in
from tests.oidc import Provider, somebody, walk
from tests.people import Cast
from tests.providers import other, provider, settings
from tests.visitor import BASE, Visitor

__all__ = ["other", "provider", "settings"]


def mail_to(settings: Settings, email: str) -> EmailMessage:
    """The one message that was sent to this address."""
    folder = Path(settings.MAIL_URL.removeprefix("file://"))
    found = []
    for path in folder.glob("*.eml"):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert isinstance(message, EmailMessage)
        if message["To"] == email:
            found.append(message)
    (mail,) = found
    return mail


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def link_in(mail: EmailMessage) -> str:
    """The path of the link; text and HTML must say the same."""
    pattern = re.compile(rf"{re.escape(BASE)}(/sign-in/link/[\w.-]+)")
    in_text, in_html = pattern.findall(text_of(mail)), pattern.findall(text_of(mail, "html"))
    assert len(in_text) == 1
    assert in_text == in_html
    return str(in_text[0])


def test_the_link_in_the_mail_signs_in(visitor: Visitor, settings: Settings) -> None:
    visitor.get("/sign-in")
    visitor.submit("/sign-in", email="ann@example.org")
    mail = mail_to(settings, "ann@example.org")
    assert mail["Subject"] == "Votre lien pour entrer"
    visitor.get(link_in(mail))
    assert "Bonjour ann@example.org" in visitor.submit("/sign-in/link/").words


def test_the_mail_is_in_the_language_of_the_page(visitor: Visitor, settings: Settings) -> None:
    visitor.get("/sign-in?lang=en")
    visitor.submit("/sign-in", email="ann@example.org")
    assert mail_to(settings, "ann@example.org")["Content-Language"] == "en"


def test_the_mail_that_proves_an_address_names_the_provider(
    visitor: Visitor, settings: Settings, provider: Provider
) -> None:
    provider.claims = somebody()
    walk(visitor, provider)
    visitor.submit("/sign-in/proof", email="ann@example.org")
    mail = mail_to(settings, "ann@example.org")
    assert "Example" in mail["Subject"]
    visitor.get(link_in(mail))
    assert "Bonjour" in visitor.submit("/sign-in/link/").words


def test_the_mail_to_a_new_address_changes_it(
    visitor: Visitor, settings: Settings, database: Database, cast: Cast
) -> None:
    sign_in(visitor, database, "charlie@example.org")
    visitor.get("/account")
    visitor.submit("/account/email", email="new@example.org")
    visitor.get(link_in(mail_to(settings, "new@example.org")))
    assert "Votre adresse est maintenant new@example.org." in visitor.submit("/sign-in/link/").words


def test_with_demo_its_people_come_in_by_one_click(settings: Settings, cast: Cast) -> None:
    app: Flask = create_app(replace(settings, DEMO=True))
    with app.app_context(), app.extensions["database"].writing() as session:
        session.add(factories.person("camille"))
        session.commit()
    visitor = Visitor(app)
    visitor.get("/sign-in")
    page = visitor.submit("/sign-in/demo")
    assert "Bonjour Camille" in page.words
    # Only the demo's own people: anybody else is not offered, and not let in.
    assert Visitor(app).post("/sign-in/demo", {"email": "alice@example.org"}).status == 404
