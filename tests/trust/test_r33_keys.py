"""R33: a key that is revoked, over, guessed or made for something else opens nothing, and no key is written anywhere."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from portal import clock, metrics, tokens
from portal.models import ApiKey, Feed, KeyScope
from portal.services import api_keys, indexing
from tests import factories
from tests.people import Cast
from tests.visitor import BASE
from tests.world import World

pytestmark = pytest.mark.trust
READ, UPLOAD = KeyScope.READ, KeyScope.UPLOAD
# What a key of each scope opens. The keyed address of a sign-in provider checks a signature of its own (R04).
OPENS: dict[str, KeyScope | None] = {"/api/volopps": READ, "/api/upload": UPLOAD, "/metrics": None}
HEADERS = (
    lambda key: {"X-Api-Key": key},
    lambda key: {"Authorization": f"Bearer {key}"},
)


def keyed_routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every address that a key opens, and those of our own API, with their method."""
    for rule in app.url_map.iter_rules():
        is_keyed = getattr(app.view_functions[rule.endpoint], "is_keyed", False)
        if rule.rule.startswith("/api/v1/offers") or (is_keyed and rule.rule in OPENS):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method


def ask(app: Flask, rule: Rule, method: str, key: str, **headers: str) -> Any:
    address = rule.rule.replace("<int:ident>", "1")
    if key:
        address += f"?q=haie&key={key}"
    return app.test_client().open(address, method=method, base_url=BASE, headers=headers)


@pytest.fixture
def keys(app: Flask, session: Session, cast: Cast) -> dict[str, str]:
    """One key of each fate."""
    feed = Feed(name="mains")
    session.add_all([feed, factories.offer(title="Planter une haie")])
    session.flush()
    indexing.rebuild()
    mona = session.merge(cast.mona)
    made = {name: api_keys.make(name, [READ, UPLOAD], mona, feed=feed) for name in
            ("good", "revoked", "expired", "rotated out")}  # fmt: skip
    made["reads"] = api_keys.make("reads", [READ], mona)
    made["uploads"] = api_keys.make("uploads", [UPLOAD], mona, feed=feed)
    api_keys.revoke(made["revoked"][0], mona)
    made["expired"][0].expires_at = clock.now() - timedelta(seconds=1)
    api_keys.rotate(made["rotated out"][0], mona)
    made["rotated out"][0].expires_at = clock.now()
    session.commit()
    return {name: secret for name, (_key, secret) in made.items()}


@pytest.fixture
def logged(app: Flask) -> io.StringIO:
    """All that the app logs from now on."""
    said = io.StringIO()
    [handler] = logging.getLogger("portal").handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(said)
    return said


def guesses(secret: str) -> dict[str, str]:
    """What somebody tries who saw a part of a key."""
    prefix, _dot, rest = secret.partition(".")
    return {
        "its prefix": prefix,
        "its secret alone": rest,
        "another secret": f"{prefix}.{tokens.random_token()}",
        "one letter less": secret[:-1],
        "one letter more": secret + "A",
        "another case": secret.swapcase(),
        "its hash": tokens.digest(secret),
        "a wildcard": f"{prefix}.%25",
        "a null": f"{secret}%00",
        "nothing": "%20",
        "very long": "A" * 5000,
    }


def opened(app: Flask, bad: dict[str, str]) -> list[str]:
    """The addresses that a bad key opens, in the address or in a header."""
    found = []
    for rule, method in keyed_routes(app):
        for name, key in bad.items():
            answers = [ask(app, rule, method, key)]
            if key.isascii() and "%" not in key:
                answers += [ask(app, rule, method, "", **header(key)) for header in HEADERS]
            found += [
                f"{method} {rule.rule} with {name}: {answer.status_code}"
                for answer in answers
                if answer.status_code not in (401, 403)
            ]
    return found


def test_bad_keys_open_nothing(
    app: Flask, keys: dict[str, str], record_property: Callable[[str, Any], None]
) -> None:
    bad = {name: keys[name] for name in ("revoked", "expired", "rotated out")}
    bad |= guesses(keys["good"])
    record_property("n", len(bad) * 3 * len(list(keyed_routes(app))))
    assert opened(app, bad) == []


def test_every_address_for_programs_is_walked(app: Flask) -> None:
    walked = {rule.rule for rule, _method in keyed_routes(app)}
    api = {r.rule for r in app.url_map.iter_rules() if r.rule.startswith("/api/")}
    assert api - walked == {"/api/v1/openapi.json"}


def test_a_key_opens_what_its_scope_says_and_no_more(app: Flask, keys: dict[str, str]) -> None:
    for rule, method in keyed_routes(app):
        scope = OPENS.get(rule.rule, READ)
        for name, scopes in (("reads", {READ}), ("uploads", {UPLOAD}), ("good", {READ, UPLOAD})):
            status = ask(app, rule, method, keys[name]).status_code
            if scope in scopes:
                assert status in (200, 422), f"{rule.rule} with {name}: {status}"
            else:
                assert status in (401, 403), f"{rule.rule} with {name}: {status}"


def test_a_key_opens_no_page(world: World) -> None:
    """Whoever has a key and no session is nobody on the pages (R02 walks them all as `key`)."""
    for address in ("/account", "/moderation", "/moderation/keys"):
        response = world.browser("anonymous").get(
            f"{address}?key={world.things['api_secret']}", base_url=BASE
        )
        assert response.status_code == 303


def test_control_a_finder_that_forgets_the_end_lets_them_in(
    app: Flask, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ApiKey, "opens_at", lambda self, at: True)
    assert opened(app, {"revoked": keys["revoked"], "expired": keys["expired"]}) != []


def test_control_without_scopes_a_reader_could_upload(
    app: Flask, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.api import access, footprint

    def any_holder(_scope: KeyScope) -> access.Holder:
        found = access.holder()
        assert found is not None
        return found

    monkeypatch.setattr(footprint, "require", any_holder)
    rule = next(r for r in app.url_map.iter_rules() if r.rule == "/api/volopps")
    assert ask(app, rule, "GET", keys["uploads"]).status_code == 200


def written(app: Flask, keys: dict[str, str], logged: io.StringIO) -> list[str]:
    """Where a key is found after every address was asked with it, also when it fails inside."""
    said = []
    for rule, method in keyed_routes(app):
        for name, key in keys.items():
            for answer in (
                ask(app, rule, method, key),
                ask(app, rule, method, "", **HEADERS[0](key)),
            ):
                said.append((f"{rule.rule} with {name}", answer.get_data(as_text=True)
                             + str(answer.headers)))  # fmt: skip
    for output in ("json", "rss", "xml", "csv", "tsv", "html"):
        answer = app.test_client().get(
            f"/api/volopps?key={keys['good']}&q=haie&output={output}", base_url=BASE
        )
        said.append((f"output {output}", answer.get_data(as_text=True) + str(answer.headers)))
    log = logged.getvalue()
    assert "api_footprint.search" in log  # the log was read
    said += [("logs", log), ("metrics", metrics.exposition()[0].decode())]
    secrets = {name: key.partition(".")[2] for name, key in keys.items()}
    return [f"{where} holds {name}" for where, text in said for name, key in secrets.items()
            if key in text]  # fmt: skip


def test_no_key_is_in_a_log_a_metric_or_an_answer(
    app: Flask, keys: dict[str, str], logged: io.StringIO
) -> None:
    assert written(app, keys, logged) == []


def test_no_key_is_logged_when_the_answer_fails(
    app: Flask, keys: dict[str, str], logged: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def broken(*_given: object, **_named: object) -> None:
        raise RuntimeError("a defect of ours")

    monkeypatch.setattr("portal.api.footprint_finding.find", broken)
    answer = app.test_client().get(f"/api/volopps?key={keys['good']}&q=haie", base_url=BASE)
    log = logged.getvalue()
    assert answer.status_code == 500 and "a defect of ours" in log
    assert keys["good"].partition(".")[2] not in log + answer.get_data(as_text=True)


def test_control_a_log_of_whole_addresses_would_hold_keys(
    app: Flask, keys: dict[str, str], logged: io.StringIO
) -> None:
    from flask import request

    app.after_request_funcs.setdefault(None, []).append(
        lambda response: print(request.full_path, file=logged) or response
    )
    assert any(found.startswith("logs") for found in written(app, keys, logged))


def test_no_key_is_in_the_database_or_in_the_queue(
    app: Flask, keys: dict[str, str], session: Session
) -> None:
    for rule, method in keyed_routes(app):
        ask(app, rule, method, keys["good"])
    folder = app.config["DATA"]
    secrets = [key.partition(".")[2].encode() for key in keys.values()]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    assert [path.name for path in files if any(s in path.read_bytes() for s in secrets)] == []
