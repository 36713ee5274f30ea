"""R20: nothing that somebody typed becomes a header, a recipient or a stuck message."""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import mail
from portal.models import Offer, Outbox, Signup
from portal.services import signups
from tests import factories
from tests.mailbox import mails
from tests.people import Cast
from tests.services.line import wish
from tests.visitor import BASE, Visitor

BREAKS = ["\r\n", "\n", "\r", "\x00", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"]
FIELDS = ("first_name", "email", "phone", "answer_1")
INJECTED = "Bcc: victim@example.net"


@pytest.fixture
def offer(session: Session, cast: Cast) -> Offer:
    made = factories.offer(cast.jardins, questions=[{"text": "Taille de gants ?", "why": "prêt"}])
    session.add(made)
    session.commit()
    return made


@pytest.mark.parametrize("field", FIELDS)
def test_r20_a_line_break_in_a_field_is_a_sentence_and_nothing_else(
    app: Flask,
    offer: Offer,
    session: Session,
    field: str,
    record_property: Callable[[str, object], None],
) -> None:
    record_property("n", len(BREAKS))
    address = f"/shifts/{offer.shifts[0].id}/signups"
    visitor = Visitor(app)
    page = visitor.get(f"/offers/{offer.id}-{offer.slug}")
    form = {**page.form("/signups"), "first_name": "Ann", "email": "ann@example.org"}
    session.close()
    for cut in BREAKS:
        given = {**form, field: f"{form.get(field) or 'a'}{cut}{INJECTED}"}
        assert visitor.client.post(address, data=given, base_url=BASE).status_code == 422, repr(cut)
    assert session.scalars(select(Signup)).all() == []


def test_r20_what_is_stored_with_a_line_break_is_one_line_in_every_header(
    app: Flask, offer: Offer, session: Session
) -> None:
    """Titles and names of associations come from feeds too, that never saw our forms."""
    cut = "".join(BREAKS[:3] + BREAKS[4:])
    offer.title = f"Titre{cut}{INJECTED}"
    offer.association.name = f"Association{cut}{INJECTED}"
    signups.confirm(
        signups.sign_up(
            offer.shifts[0].id,
            wish("ann", first_name=f"Ann{cut}{INJECTED}", message=f"x{cut}.{cut}{INJECTED}"),
        ).signup_id
        or 0
    )
    session.commit()
    found = mails(app)
    assert len(found) == 2  # to her, and to Alice
    for sent in found:
        assert sent.message["Bcc"] is None and sent.message["Cc"] is None
        assert sent.to in ("ann@example.org", "alice@example.org")
        assert INJECTED in sent.subject  # it is there, as a part of one line
        assert not set(sent.subject) & set("\r\n\u2028\u2029\x85")
    assert stuck(session) == []


@pytest.mark.parametrize("to", [f"a@example.org\r\n{INJECTED}", "a@example.org, b@example.org", ""])
def test_r20_an_address_that_is_two_lines_or_two_addresses_is_refused(to: str) -> None:
    letter = mail.Letter(key="k", to=to, subject="s", text="t", html="h")
    with pytest.raises(mail.MailRefused):
        mail.compose(letter, sender="c@example.org", sender_name="R", domain="example.org")


@pytest.mark.parametrize("cut", BREAKS)
def test_r20_the_library_itself_folds_nothing_into_a_header(cut: str) -> None:
    letter = mail.Letter(
        key="k",
        to="a@example.org",
        subject=f"Bonjour{cut}{INJECTED}",
        text=f".{cut}.\r\n{INJECTED}",
        html="h",
    )
    message = mail.compose(
        letter, sender="c@example.org", sender_name=f"R{cut}{INJECTED}", domain="example.org"
    )
    read = message_from_bytes(message.as_bytes(), policy=default)
    assert read["Bcc"] is None
    assert {name.lower() for name in read.keys()} == {  # noqa: SIM118 (a message is not a dict)
        *("from", "to", "subject", "date", "message-id", "auto-submitted"),
        *("x-auto-response-suppress", "content-language", "mime-version", "content-type"),
    }


def test_r20_without_the_single_line_a_subject_is_refused_or_injected() -> None:
    careless = EmailMessage(policy=SMTP)
    with pytest.raises(ValueError, match="linefeed|newline|CR"):
        careless["Subject"] = f"Bonjour\r\n{INJECTED}"
    raw = f"To: a@example.org\r\nSubject: Bonjour\r\n{INJECTED}\r\n\r\nbody".encode()
    assert message_from_bytes(raw, policy=default)["Bcc"] == "victim@example.net"


def stuck(session: Session) -> list[str]:
    waiting = select(Outbox.key).where(Outbox.kind == "mail", Outbox.done_at.is_(None))
    return list(session.scalars(waiting.where(Outbox.attempts > 0)))
