"""What every answer says to the browser, word for word: nothing inline, nothing from elsewhere, in nobody's frame (R40)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from portal import config, create_app, security, tokens
from tests import addresses
from tests.conftest import settings_for
from tests.visitor import BASE
from tests.world import SECRET, World

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
EXPECTED = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=(), usb=()",
}
# A page whose address is a secret tells it to nobody, not even to ourselves.
SECRET_ADDRESSES = ("/signups/<token>", "/alerts/<token>")
ROLES = ("anonymous", "volunteer", "coordinator", "moderator")


Answers = list[tuple[str, Rule, Any]]


@pytest.fixture(scope="module")
def answers(built_world: World) -> Answers:
    """(what was asked, rule, answer) of every route, as four people; what writes is sent empty."""
    tokens.use_key(SECRET)
    built_world.restore()
    found = []
    for rule, method in addresses.lines(built_world.app):
        for role in ROLES:
            response = built_world.ask(role, method, addresses.address(built_world, rule))
            found.append((f"{method} {rule.rule} as {role}", rule, response))
            if method != "GET":
                built_world.restore()
    return found


def faults(headers: Any, expected: dict[str, str]) -> dict[str, str | None]:
    """The headers that are not as they must be."""
    return {
        name: headers.get(name) for name, value in expected.items() if headers.get(name) != value
    }


def test_every_route_says_exactly_this(world: World, answers: Answers) -> None:
    found = {}
    for asked, rule, response in answers:
        expected = dict(EXPECTED)
        if getattr(world.app.view_functions[rule.endpoint], "is_frameable", False):
            expected["Content-Security-Policy"] = POLICY.replace(
                "frame-ancestors 'none'", "frame-ancestors *"
            )
            del expected["X-Frame-Options"]
            assert "X-Frame-Options" not in response.headers, asked
        if (
            rule.rule.startswith(SECRET_ADDRESSES)
            and response.headers["Referrer-Policy"] == "no-referrer"
        ):
            del expected["Referrer-Policy"]
        wrong = faults(response.headers, expected)
        if wrong or not response.headers.get("X-Request-ID"):
            found[asked] = wrong
    assert found == {}


def test_what_belongs_to_somebody_is_kept_by_nobody(world: World, answers: Answers) -> None:
    kept = [
        asked
        for asked, rule, response in answers
        if asked.startswith("GET")
        and not asked.endswith("anonymous")
        and rule.endpoint != "static"
        and not _knows_nobody(world, rule)
        and "no-store" not in response.headers.get("Cache-Control", "")
    ]
    assert kept == []


def _knows_nobody(world: World, rule: Rule) -> bool:
    """Views that read no session say the same to everybody: with a key, or in a frame on another site."""
    view = world.app.view_functions[rule.endpoint]
    return getattr(view, "is_keyed", False) or getattr(view, "is_frameable", False)


def test_a_public_page_sets_no_cookie_for_a_stranger(answers: Answers) -> None:
    setting = [
        asked
        for asked, _rule, response in answers
        if asked.startswith("GET")
        and asked.endswith("anonymous")
        and "Set-Cookie" in response.headers
    ]
    assert setting == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("DELETE", "/about", 403),
        ("POST", "/account", 403),
        ("POST", "/sign-in", 413),
        ("GET", "/offers/999999", 404),
        ("GET", "/api/v1/offers/999999", 404),
        ("GET", "/static/0/nothing.css", 404),
    ],
)
def test_errors_say_it_too(world: World, method: str, path: str, status: int) -> None:
    data = {"csrf_token": "x" * 2_000_000} if status == 413 else {}
    response = world.app.test_client().open(path, method=method, base_url=BASE, data=data)
    assert response.status_code == status
    assert faults(response.headers, EXPECTED) == {}


def test_a_defect_says_it_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> str:
        raise ZeroDivisionError

    broken.access = "public"  # type: ignore[attr-defined]
    monkeypatch.setitem(world.app.view_functions, "pages.about", broken)
    response = world.ask("anonymous", "GET", "/about")
    assert response.status_code == 500
    assert faults(response.headers, EXPECTED) == {}
    assert "ZeroDivisionError" not in response.get_data(as_text=True)


def test_a_foreign_host_is_refused(world: World) -> None:
    for host in ("evil.example", "127.0.0.1:8000.evil.example", "127.0.0.1:1", "127.0.0.1"):
        response = world.app.test_client().get("/", base_url=BASE, headers={"Host": host})
        assert response.status_code == 400
        assert "evil.example" not in response.get_data(as_text=True)


def test_the_policy_lets_nothing_inline_run() -> None:
    assert "unsafe" not in POLICY and "*" not in POLICY and "http" not in POLICY
    assert "; ".join(f"{name} {value}" for name, value in security.POLICY.items()) == POLICY


@pytest.fixture
def https(tmp_path: Path) -> Iterator[Flask]:
    """A portal on https."""
    given = {**settings_for(tmp_path), "BASE_URL": "https://relais.example.org"}
    made = create_app(config.from_environment({}, given))
    yield made
    made.extensions["database"].engine.dispose()


def test_over_https_the_browser_stays_there_and_cookies_are_bound_to_the_host(https: Flask) -> None:
    response = https.test_client().get("/about?lang=fr", base_url="https://relais.example.org")
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert faults(response.headers, EXPECTED) == {}
    assert https.config["SESSION_COOKIE_NAME"] == "__Host-relais"
    assert (https.config["SESSION_COOKIE_SECURE"], https.config["SESSION_COOKIE_HTTPONLY"]) == (True, True)  # fmt: skip
    assert https.config["SESSION_COOKIE_SAMESITE"] == "Lax"


def test_control_without_the_headers_the_test_sees_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security, "HEADERS", {})
    monkeypatch.setitem(security.POLICY, "script-src", "'self' 'unsafe-inline'")
    headers = world.ask("anonymous", "GET", "/about").headers
    assert faults(headers, EXPECTED).keys() == EXPECTED.keys()
