"""R11: nothing is changed by a request that did not come from our own page, nor by looking at one.

Every writing route is asked with a valid form and each of the ATTACKS, as somebody who may use it; every other route is
looked at by everybody, and the database is compared before and after.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update
from werkzeug.routing import Rule

from portal import clock, db, security, tokens
from portal.models import Person
from tests import addresses
from tests.authorization import table, writer
from tests.visitor import BASE
from tests.world import ROLES, World, form_token

Attack = Callable[[World, str, dict[str, Any]], dict[str, Any]]
READERS = ("anonymous", "volunteer", "coordinator", "moderator")


def _headers(name: str, value: str) -> Attack:
    def attack(world: World, role: str, form: dict[str, Any]) -> dict[str, Any]:
        signed = {"csrf_token": world.form_tokens[role], **form}
        return {"data": signed, "headers": {"Accept": "text/html", name: value}}

    return attack


def _token(make: Callable[[World, str], str]) -> Attack:
    return lambda world, role, form: {"data": {**form, "csrf_token": make(world, role)}}


def _body(kind: str) -> Attack:
    def attack(world: World, role: str, form: dict[str, Any]) -> dict[str, Any]:
        signed = {"csrf_token": world.form_tokens[role], **form}
        return {"data": json.dumps(signed), "content_type": kind}

    return attack


def _old_token(world: World, role: str) -> str:
    row = world.sessions[role]
    issued = clock.epoch() - 25 * 3600
    purpose = f"form/{row.token_hash}" if row else "form"
    return f"{issued}.{tokens.sign(purpose, issued, tokens.nonce())}"


def _another(role: str) -> str:
    return "stranger" if role != "stranger" else "volunteer"


ATTACKS: dict[str, Attack] = {
    "no token": lambda world, role, form: {"data": form},
    "a wrong token": _token(lambda world, role: world.form_tokens[role][:-4] + "AAAA"),
    "the token of another session": _token(lambda world, role: world.form_tokens[_another(role)]),
    "a token of yesterday": _token(_old_token),
    "JSON sent as plain text": _body("text/plain"),
    "JSON": _body("application/json"),
    "another site as its origin": _headers("Origin", "https://evil.example"),
    "no site as its origin": _headers("Origin", "null"),
    "a browser that says: another site": _headers("Sec-Fetch-Site", "cross-site"),
    "a browser that says: a sister site": _headers("Sec-Fetch-Site", "same-site"),
}


def victims(world: World) -> list[tuple[Rule, str, str]]:
    """(rule, method, role) of every route that a forged form could be sent to, each as those who may use it."""
    found = []
    for rule, method in addresses.writes(world.app):
        if getattr(world.app.view_functions[rule.endpoint], "is_keyed", False):
            continue  # no cookie opens it, so there is nothing to forge (R02 tries it without its key)
        line = addresses.name_of(rule, method)
        anonymous = table()[line][list(ROLES).index("anonymous")] == "in"
        roles = {writer(line) or "anonymous", "anonymous" if anonymous else None} - {None}
        found += [(rule, method, str(role)) for role in sorted(map(str, roles))]
    return found


def send(world: World, rule: Rule, method: str, role: str, attack: Attack) -> Any:
    """The forged request: the victim's own cookies, nobody's page."""
    form = addresses.form(world, addresses.name_of(rule, method))
    options = attack(world, role, form)
    return world.browser(role).open(
        addresses.address(world, rule), method=method, base_url=BASE, **options
    )


def test_every_writing_route_refuses_what_did_not_come_from_our_page(
    world: World, record_property: Callable[[str, Any], None]
) -> None:
    before, let_in, tried = world.checksum(), [], 0
    for rule, method, role in victims(world):
        for name, attack in ATTACKS.items():
            tried += 1
            status = send(world, rule, method, role, attack).status_code
            if status != 403:
                let_in.append(f"{method} {rule.rule} as {role} with {name}: {status}")
        if world.checksum() != before:
            let_in.append(f"{method} {rule.rule} as {role} wrote something")
            world.restore()
    record_property("n", tried)
    assert let_in == []


def test_our_own_origin_is_taken(world: World) -> None:
    own = _headers("Origin", BASE)
    rule = next(r for r in world.app.url_map.iter_rules() if r.endpoint == "accounts.describe")
    assert send(world, rule, "POST", "volunteer", own).status_code == 303


def test_control_without_the_form_token_check_the_same_requests_go_through(world: World) -> None:
    checks = world.app.before_request_funcs[None]
    place = checks.index(security.check_form_token)
    checks.remove(security.check_form_token)
    refused, wrote = [], 0
    try:
        for rule, method, role in victims(world):
            before = world.checksum()
            status = send(world, rule, method, role, ATTACKS["no token"]).status_code
            if status == 403:
                refused.append(f"{method} {rule.rule} as {role}: {status}")
            if world.checksum() != before:
                wrote += 1
                world.restore()
    finally:
        checks.insert(place, security.check_form_token)
    assert refused == []
    assert wrote > len(addresses.writes(world.app)) * 2 / 3


def test_looking_at_anything_writes_nothing(
    world: World, full: bool, record_property: Callable[[str, Any], None]
) -> None:
    before, wrote, looked = world.checksum(), [], 0
    for rule, method in addresses.lines(world.app):
        if method != "GET":
            continue
        readers = (
            READERS if full else {"anonymous", writer(addresses.name_of(rule, method))} - {None}
        )
        for role in readers:
            for asked in ("GET", "HEAD", "OPTIONS") if full else ("GET",):
                looked += 1
                address = addresses.address(world, rule)
                world.browser(str(role)).open(address, method=asked, base_url=BASE)
        if world.checksum() != before:
            wrote.append(rule.rule)
            world.restore()
    record_property("n", looked)
    assert wrote == []


def _rename_everybody() -> str:
    db.session.execute(update(Person).values(first_name="Eve"))
    db.session.commit()
    return "done"


_rename_everybody.access = "public"  # type: ignore[attr-defined]


def test_a_page_that_writes_is_stopped_by_the_database(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(world.app.view_functions, "pages.about", _rename_everybody)
    before = world.checksum()
    assert world.ask("anonymous", "GET", "/about").status_code == 500
    assert world.checksum() == before


def test_control_without_the_reading_unit_a_page_that_writes_writes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(world.app.view_functions, "pages.about", _rename_everybody)
    begin = world.database.begin_request
    monkeypatch.setattr(world.database, "begin_request", lambda writes: begin(writes=True))
    before = world.checksum()
    assert world.ask("anonymous", "GET", "/about").status_code == 200
    assert world.checksum() != before


def test_the_token_of_a_page_is_the_one_that_its_form_carries(world: World) -> None:
    page = world.browser("volunteer").get("/associations/new", base_url=BASE).get_data(as_text=True)
    made = form_token(world.app, world.sessions["volunteer"])
    assert 'name="csrf_token"' in page
    assert made.split(".")[0].isdigit() and len(made.split(".")) == 4
