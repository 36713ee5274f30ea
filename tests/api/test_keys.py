"""Keys of programs: what each opens, how often in a minute, and that its uses are counted by the worker."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock, tokens
from portal.db import Database
from portal.errors import Conflict, Invalid
from portal.models import ApiKey, Feed, KeyScope
from portal.services import api_keys, indexing
from tests import factories
from tests.people import Cast
from tests.signing_in import sign_in
from tests.visitor import BASE, Visitor


def made(session: Session, cast: Cast, **given: Any) -> tuple[ApiKey, str]:
    scopes = given.pop("scopes", [KeyScope.READ])
    key, secret = api_keys.make("Programme", scopes, session.merge(cast.mona), **given)
    session.commit()
    return key, secret


def status(app: Flask, address: str, **headers: str) -> int:
    return app.test_client().get(address, base_url=BASE, headers=headers).status_code


def test_a_key_is_256_bits_of_which_only_a_hash_is_kept(session: Session, cast: Cast) -> None:
    key, secret = made(session, cast)
    prefix, _dot, rest = secret.partition(".")
    assert (key.prefix, key.token_hash) == (prefix, tokens.digest(secret))
    assert len(rest) >= 43  # 256 bits in base 64
    kept = {str(getattr(key, column.name)) for column in ApiKey.__table__.columns}
    assert not any(rest in text for text in kept)


def test_a_key_opens_in_the_address_and_in_both_headers(
    app: Flask, session: Session, cast: Cast
) -> None:
    _key, secret = made(session, cast)
    for address, headers in (
        (f"/api/volopps?q=x&key={secret}", {}),
        ("/api/volopps?q=x", {"X-Api-Key": secret}),
        ("/api/volopps?q=x", {"Authorization": f"Bearer {secret}"}),
        ("/api/volopps?q=x", {"Authorization": f"bearer {secret}"}),
    ):
        assert status(app, address, **headers) == 200


def test_a_password_for_a_server_before_the_portal_is_no_key(app: Flask) -> None:
    assert status(app, "/search.json", Authorization="Basic YTpi") == 200
    # Control: what says that it is a key, and is none, is told.
    assert status(app, "/search.json", Authorization="Bearer YTpi") == 401


def test_a_rotated_key_opens_beside_its_successor_for_a_week(
    app: Flask, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, old = made(session, cast, per_minute=42)
    newer, new = api_keys.rotate(key, session.merge(cast.mona))
    session.commit()
    assert (newer.replaces_id, newer.per_minute, newer.name) == (key.id, 42, "Programme")
    assert [status(app, f"/api/volopps?key={one}") for one in (old, new)] == [200, 200]
    later = clock.now() + api_keys.OVERLAP + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert [status(app, f"/api/volopps?key={one}") for one in (old, new)] == [401, 200]


def test_a_revoked_key_cannot_be_rotated(session: Session, cast: Cast) -> None:
    key, _secret = made(session, cast)
    mona = session.merge(cast.mona)
    api_keys.revoke(key, mona)
    with pytest.raises(Conflict):
        api_keys.rotate(key, mona)


def test_a_key_that_uploads_has_a_feed(session: Session, cast: Cast) -> None:
    with pytest.raises(Invalid):
        made(session, cast, scopes=[KeyScope.UPLOAD])


def test_uses_are_counted_by_day_and_the_last_one_is_known(
    app: Flask, session: Session, cast: Cast
) -> None:
    key, secret = made(session, cast)
    assert key.last_used_at is None
    for _ in range(3):
        status(app, f"/api/volopps?key={secret}")
    status(app, f"/api/v1/offers?key={secret}")
    app.test_client().post("/api/upload", headers={"X-Api-Key": secret}, base_url=BASE)
    session.expire_all()
    [use] = api_keys.listed()
    assert (use.days[-1], use.total, use.turned_away) == (4, 4, 1)
    assert use.key.last_used_at is not None


@pytest.mark.parametrize(
    ("address", "with_key", "most"),
    [("/api/v1/offers", False, 3), ("/search.json", False, 3), ("/api/v1/offers", True, 5)],
)
def test_who_asks_too_often_waits(
    app: Flask, session: Session, cast: Cast, address: str, with_key: bool, most: int
) -> None:
    app.config["API_PER_MINUTE"] = 3
    _key, secret = made(session, cast, per_minute=5)
    if with_key:
        address += f"?key={secret}"
    client = app.test_client()
    statuses = [client.get(address, base_url=BASE).status_code for _ in range(most + 2)]
    assert statuses == [200] * most + [429] * 2
    refused = client.get(address, base_url=BASE)
    assert refused.get_json()["error"]["sentence"] and int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["Access-Control-Allow-Origin"] == "*"


def test_the_limits_are_60_and_600_unless_told_otherwise() -> None:
    from portal.api import access
    from portal.config import Settings

    assert Settings.__dataclass_fields__["API_PER_MINUTE"].default == 60
    assert access.PER_MINUTE == 600


def test_each_key_and_each_network_has_its_own_limit(
    app: Flask, session: Session, cast: Cast
) -> None:
    app.config["API_PER_MINUTE"] = 1
    (_one, first), (_two, second) = (made(session, cast, per_minute=1) for _ in range(2))
    addresses = ["/api/v1/offers", *(f"/api/v1/offers?key={key}" for key in (first, second))]
    assert [status(app, one) for one in addresses * 2] == [200] * 3 + [429] * 3


def test_a_moderator_makes_rotates_and_revokes_a_key(
    visitor: Visitor, app: Flask, database: Database, cast: Cast, session: Session
) -> None:
    session.add(Feed(name="hands-on"))
    session.add(factories.offer(title="Jardin"))
    session.flush()
    indexing.rebuild()
    session.commit()
    sign_in(visitor, cast.mona)
    visitor.get("/moderation/keys")
    sent = {"name": "Lecteur", "reads": "y", "per_minute": "600", "feed": "", "expires_on": ""}
    page = visitor.post("/moderation/keys", sent)
    first = page.soup.select_one("code.key").get_text()
    assert first not in visitor.get("/moderation/keys").text  # shown once
    assert first.partition(".")[0] in visitor.page.text
    with database.reading() as opened:
        key_id = opened.scalars(select(ApiKey.id)).one()
    page = visitor.post(f"/moderation/keys/{key_id}/rotate", {})
    second = page.soup.select_one("code.key").get_text()
    assert [status(app, f"/api/volopps?key={one}") for one in (first, second)] == [200, 200]
    visitor.post(f"/moderation/keys/{key_id}/revoke", {})
    assert [status(app, f"/api/volopps?key={one}") for one in (first, second)] == [401, 200]
    page = visitor.post("/moderation/keys", {**sent, "uploads": "y"})
    assert page.status == 422 and "flux" in page.text


def test_a_page_of_another_site_may_read_with_a_key_in_a_header(app: Flask) -> None:
    asked = {
        "Origin": "https://example.org",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "x-api-key",
    }
    answer = app.test_client().options("/api/v1/offers", base_url=BASE, headers=asked)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "X-Api-Key" in answer.headers["Access-Control-Allow-Headers"]
