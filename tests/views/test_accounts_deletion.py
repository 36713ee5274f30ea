"""Facebook's data-deletion callback: signed by our secret, or refused."""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from portal import create_app
from portal.config import LoginProvider, Settings
from portal.models import Identity
from portal.services import identities
from portal.services.identities import Claims
from portal.views.social_deletion import ISSUER
from tests.people import Cast
from tests.visitor import BASE

SECRET = "the secret of our Facebook client"


@pytest.fixture
def facebook(settings: Settings, cast: Cast) -> Flask:
    """An app with Facebook, where Charlie linked an identity."""
    login = LoginProvider("facebook", "relais", SECRET, "https://www.facebook.com/.well-known/x")
    app = create_app(replace(settings, LOGINS=(login,)))
    with app.app_context(), app.extensions["database"].writing() as session:
        identities.link(session.merge(cast.charlie), Claims("facebook", ISSUER, "fb-1"))
        session.commit()
    return app


def signed(secret: str, **payload: str) -> str:
    def packed(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    said = packed(json.dumps({"algorithm": "HMAC-SHA256", **payload}).encode())
    return f"{packed(hmac.digest(secret.encode(), said.encode(), 'sha256'))}.{said}"


def ask(app: Flask, signed_request: str) -> tuple[int, list[str]]:
    """The status, and the subjects that are left."""
    answer = app.test_client().post(
        "/sign-in/facebook/deletion", data={"signed_request": signed_request}, base_url=BASE
    )
    with app.app_context(), app.extensions["database"].reading() as session:
        return answer.status_code, list(session.scalars(select(Identity.subject)))


def test_a_signed_request_forgets_the_identity(facebook: Flask) -> None:
    assert ask(facebook, signed(SECRET, user_id="fb-1")) == (200, [])


@pytest.mark.parametrize(
    "forged",
    [
        signed("another secret", user_id="fb-1"),
        signed(SECRET, user_id="fb-1", algorithm="none"),
        signed(SECRET),
        "." + signed(SECRET, user_id="fb-1").partition(".")[2],
        "é.é",
        "",
    ],
)
def test_any_other_request_is_refused(facebook: Flask, forged: str) -> None:
    assert ask(facebook, forged) == (403, ["fb-1"])
