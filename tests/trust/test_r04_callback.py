"""R04: an answer at our callback is believed only when this browser asked for it, once. Fourteen scripts, each refused
with 4xx and without a session, against a real provider; and the honest answer that is let in, as their control."""

from __future__ import annotations

import base64
import hmac
import json
import re
import time
import tracemalloc
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from portal.db import Database
from portal.views import providers
from tests.oidc import Provider, consent, leave, somebody
from tests.providers import other, provider, sessions_begun, settings
from tests.visitor import Visitor

__all__ = ["other", "provider", "settings"]
pytestmark = pytest.mark.trust


@pytest.fixture(autouse=True)
def ann(provider: Provider, other: Provider) -> None:
    """Somebody whom an honest answer would let in."""
    provider.claims = somebody(sub="s1", email="ann@example.net", email_verified=True)
    other.claims = somebody(sub="s2", email="bea@example.net", email_verified=True)


def changed(path: str, **query: str | None) -> str:
    """The callback's path with some parameters changed, or left out (None)."""
    parts = urlsplit(path)
    kept = {name: values[0] for name, values in parse_qs(parts.query).items()} | query
    return f"{parts.path}?{urlencode({k: v for k, v in kept.items() if v is not None})}"


def refused(visitor: Visitor, path: str, database: Database) -> None:
    page = visitor.get(path, follow=False)
    assert 400 <= page.status < 500, page.words
    assert sessions_begun(database) == 0
    assert visitor.get("/account").heading == "Se connecter"


def test_control_the_honest_answer_is_let_in(
    visitor: Visitor, provider: Provider, database: Database
) -> None:
    visitor.get(consent(leave(visitor, provider)))
    assert sessions_begun(database) == 1


# What the browser brings back.


def test_no_state(visitor: Visitor, provider: Provider, database: Database) -> None:
    refused(visitor, changed(consent(leave(visitor, provider)), state=None), database)


def test_a_foreign_state(visitor: Visitor, provider: Provider, database: Database) -> None:
    refused(visitor, changed(consent(leave(visitor, provider)), state="x" * 30), database)


def test_a_state_of_another_browser(
    visitor: Visitor, app: Flask, provider: Provider, database: Database
) -> None:
    attacker = consent(leave(Visitor(app), provider))
    leave(visitor, provider)
    refused(visitor, attacker, database)


def test_the_same_state_twice(
    visitor: Visitor, app: Flask, provider: Provider, database: Database
) -> None:
    path = consent(leave(visitor, provider))
    visitor.get(changed(path, code="wrong"))
    refused(visitor, path, database)


def test_the_same_answer_twice_with_the_cookie_of_before(
    visitor: Visitor, app: Flask, provider: Provider, database: Database
) -> None:
    """The cookie was copied before the first answer: the provider's code serves once."""
    path = consent(leave(visitor, provider))
    copied = visitor.client.get_cookie("relais", domain="127.0.0.1")
    assert copied is not None
    visitor.get(path)
    thief = Visitor(app)
    thief.client.set_cookie("relais", copied.value, domain="127.0.0.1")
    assert 400 <= thief.get(path, follow=False).status < 500
    assert sessions_begun(database) == 1


def test_an_error(visitor: Visitor, provider: Provider, database: Database) -> None:
    path = consent(leave(visitor, provider))
    refused(visitor, changed(path, code=None, error="access_denied"), database)


def test_an_error_beside_a_code(visitor: Visitor, provider: Provider, database: Database) -> None:
    refused(visitor, changed(consent(leave(visitor, provider)), error="server_error"), database)


def test_two_codes(visitor: Visitor, provider: Provider, database: Database) -> None:
    refused(visitor, consent(leave(visitor, provider)) + "&code=another", database)


def test_another_issuer_beside_the_code(
    visitor: Visitor, provider: Provider, other: Provider, database: Database
) -> None:
    refused(visitor, changed(consent(leave(visitor, provider)), iss=other.issuer), database)


def test_no_issuer_where_one_was_promised(
    visitor: Visitor, provider: Provider, database: Database
) -> None:
    refused(visitor, changed(consent(leave(visitor, provider)), iss=None), database)


def test_a_code_of_one_provider_at_the_callback_of_another(
    visitor: Visitor, provider: Provider, other: Provider, database: Database
) -> None:
    path = consent(leave(visitor, provider))
    leave(visitor, other)
    refused(visitor, path.replace("/example/", "/another/"), database)
    asked = other.tokens_asked
    assert asked == 0  # the code of one was never shown to the other


def test_a_code_begun_with_another_verifier(
    visitor: Visitor, app: Flask, provider: Provider, database: Database
) -> None:
    """Injection: the attacker's code in the victim's own answer. PKCE ties the code to the browser that began."""
    stolen = parse_qs(urlsplit(consent(leave(Visitor(app), provider))).query)["code"][0]
    refused(visitor, changed(consent(leave(visitor, provider)), code=stolen), database)


# What the provider's own answer says.

Alter = Callable[[dict[str, Any]], dict[str, Any]]
WRONG_CLAIMS: dict[str, Alter] = {
    "nonce of another": lambda c: {**c, "nonce": "x" * 20},
    "no nonce": lambda c: {k: v for k, v in c.items() if k != "nonce"},
    "iss of another": lambda c: {**c, "iss": "https://issuer.example"},
    "no iss": lambda c: {k: v for k, v in c.items() if k != "iss"},
    "aud of another": lambda c: {**c, "aud": "somebody-else"},
    "aud of another, azp ours": lambda c: {**c, "aud": "somebody-else", "azp": "relais"},
    "no aud": lambda c: {k: v for k, v in c.items() if k != "aud"},
    "expired": lambda c: {**c, "exp": int(time.time()) - 600},
    "no exp": lambda c: {k: v for k, v in c.items() if k != "exp"},
    "no sub": lambda c: {k: v for k, v in c.items() if k != "sub"},
    "sub is a list": lambda c: {**c, "sub": ["s1"]},
    "sub is endless": lambda c: {**c, "sub": "s" * 300},
}


@pytest.mark.parametrize("alter", WRONG_CLAIMS.values(), ids=WRONG_CLAIMS.keys())
def test_a_wrong_claim(
    visitor: Visitor, provider: Provider, database: Database, alter: Alter
) -> None:
    path = consent(leave(visitor, provider))
    provider.alter = alter
    refused(visitor, path, database)


def test_control_the_librarys_own_rule_would_take_a_token_for_somebody_else(
    app: Flask, provider: Provider
) -> None:
    """An audience that is not us passes as long as `azp` names us: our rule on `aud` is what refuses it."""
    now = int(time.time())
    claims = {"iss": provider.issuer, "aud": "somebody-else", "azp": "relais", "sub": "s1"}
    token = {"id_token": provider.honest({**claims, "nonce": "n", "iat": now, "exp": now + 60})}
    with app.test_request_context("/"):
        client = providers.client("example")
        assert client.parse_id_token({**token, "access_token": "a"}, "n")["sub"] == "s1"
        with pytest.raises(JoseError):
            providers._id_claims(client, {**token, "access_token": "a"}, "n", provider.issuer)


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def test_algorithm_none(visitor: Visitor, provider: Provider, database: Database) -> None:
    path = consent(leave(visitor, provider))
    provider.sign = lambda claims: f"{_part({'alg': 'none'})}.{_part(claims)}."
    refused(visitor, path, database)


def test_a_shared_secret_made_of_the_public_key(
    visitor: Visitor, provider: Provider, database: Database
) -> None:
    path = consent(leave(visitor, provider))
    public = provider.key.as_pem(private=False)

    def sign(claims: dict[str, Any]) -> str:
        signed = f"{_part({'alg': 'HS256', 'kid': 'one'})}.{_part(claims)}"
        mac = hmac.digest(public, signed.encode(), "sha256")
        return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"

    provider.sign = sign
    refused(visitor, path, database)


def test_a_key_of_somebody_else(visitor: Visitor, provider: Provider, database: Database) -> None:
    path = consent(leave(visitor, provider))
    stranger = RSAKey.generate_key(2048, {"kid": "one"})
    provider.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": "one"}, claims, stranger)
    refused(visitor, path, database)


def test_a_header_of_a_mebibyte_costs_next_to_nothing(
    visitor: Visitor, provider: Provider, database: Database
) -> None:
    path = consent(leave(visitor, provider))
    big = _part({"alg": "RS256", "kid": "x" * 1024 * 1024})
    provider.sign = lambda claims: f"{big}.{_part(claims)}.AAAA"
    tracemalloc.start()
    refused(visitor, path, database)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # The two megabytes of the answer itself pass through twice (the provider runs in this process too).
    assert peak < 40 * 1024 * 1024


def test_no_id_token(visitor: Visitor, provider: Provider, database: Database) -> None:
    path = consent(leave(visitor, provider))
    provider.sign = lambda claims: ""
    refused(visitor, path, database)


# What we say to the provider.


def test_a_discovery_document_of_another_issuer_is_refused(
    visitor: Visitor, provider: Provider, database: Database
) -> None:
    provider.metadata = {"issuer": "https://issuer.example"}
    page = visitor.get("/sign-in/example", follow=False)
    assert page.status == 503
    assert sessions_begun(database) == 0


def test_every_beginning_has_its_own_state_nonce_and_challenge(
    visitor: Visitor, provider: Provider
) -> None:
    asked = [parse_qs(urlsplit(leave(visitor, provider)).query) for _ in range(3)]
    for name in ("state", "nonce", "code_challenge"):
        assert len({one[name][0] for one in asked}) == 3
        assert all(len(one[name][0]) >= 20 for one in asked)


def test_the_redirect_address_is_ours_whatever_the_host_header_says(
    visitor: Visitor, provider: Provider
) -> None:
    answer = visitor.client.get(
        "/sign-in/example",
        base_url="http://127.0.0.1:8000",
        headers={"X-Forwarded-Host": "evil.example"},
    )
    assert parse_qs(urlsplit(answer.location).query)["redirect_uri"] == [provider.redirect_uri]


def test_a_browser_that_begins_often_keeps_a_small_cookie(
    visitor: Visitor, provider: Provider
) -> None:
    for _ in range(20):
        leave(visitor, provider)
    cookie = visitor.client.get_cookie("relais", domain="127.0.0.1")
    assert cookie is not None
    assert len(cookie.value) < 4000
    assert re.fullmatch(r"[\w.-]+", cookie.value)
