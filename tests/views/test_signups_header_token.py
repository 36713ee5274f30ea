"""Clients that send the form token in a header, as scripts do, are told apart like forms are."""

from __future__ import annotations

from flask import Flask
from sqlalchemy.orm import Session

from portal.models import Offer, SignupState
from tests.views.test_signups import offer as offer
from tests.views.test_signups import page_of, signup_of
from tests.visitor import Visitor

S = SignupState


def test_two_clients_that_send_their_token_in_the_header_are_two_signups(
    app: Flask, visitor: Visitor, offer: Offer, session: Session
) -> None:
    path, address = page_of(offer), f"/shifts/{offer.shifts[1].id}/signups"
    session.rollback()
    for name in ("Ann", "Ben"):
        client = Visitor(app)
        client.get(path)
        header = {"X-Form-Token": client.token()}
        sent = {"csrf_token": "", "first_name": name, "email": f"{name.lower()}@example.org"}
        page = client.post(address, {**sent, "party": "1"}, headers=header)
        assert (page.status, f"{name.lower()}@example.org" in page.words) == (200, True)
        assert signup_of(session, name).state is S.HELD
