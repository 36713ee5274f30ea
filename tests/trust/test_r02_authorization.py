"""R02: who may enter what. Every route, with each of its methods, as everybody, against the table in tests/authorization.yml.

The table is written by hand: a route that is missing in it fails here, and so does a line whose route is gone. The columns
are the roles of tests/world.py, the objects in the addresses are Ann's (people's things) and Les Jardins' (a team's).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from werkzeug.routing import Rule

from portal import permissions
from portal.views import access
from tests import addresses
from tests.authorization import table
from tests.world import ROLES, World, build

GAPS_OF_AN_OFFER = {"ident": "", "slug": "_slug"}


def outcome(response: Any, rule: Rule, method: str) -> str:
    """A cell: `in` (the view did its work, or judged what was sent), `sign-in`, `away` (to another page), or the status."""
    status, target = response.status_code, response.headers.get("Location", "")
    if 300 <= status < 400 and target.split("?")[0] == "/sign-in" and rule.rule != "/sign-in":
        return "sign-in"
    if method == "GET" and status == 303:
        return "away"
    return "in" if status < 400 or status in (409, 422) else str(status)


def walk(world: World, rule: Rule, method: str, roles: Sequence[str] = tuple(ROLES)) -> list[str]:
    """The cells of a line as the portal fills them."""
    line = addresses.name_of(rule, method)
    found = []
    for role in roles:
        sent = {"data": addresses.form(world, line)} if method != "GET" else {}
        response = world.ask(role, method, addresses.address(world, rule), **sent)
        found.append(outcome(response, rule, method))
        if method != "GET" and found[-1] == "in":
            world.restore()
    return found


def mismatches(
    world: World, expected: dict[str, list[str]], only: str = "", *, full: bool = True
) -> list[str]:
    """Every cell that is not as the table says. When it is not `full`, pages for everybody are asked by three only."""
    found = []
    for rule, method in addresses.lines(world.app):
        line = addresses.name_of(rule, method)
        if line not in expected or only not in line:
            continue
        wanted = dict(zip(ROLES, expected[line], strict=True))
        if not full and set(wanted.values()) == {"in"}:
            wanted = dict.fromkeys(("anonymous", "disabled", "moderator"), "in")
        cells = walk(world, rule, method, tuple(wanted))
        found += [
            f"{line} as {role}: {cell}, expected {wanted[role]}"
            for role, cell in zip(wanted, cells, strict=True)
            if cell != wanted[role]
        ]
    return found


def test_every_route_has_its_line_and_every_line_its_route(world: World) -> None:
    routes = {addresses.name_of(*line) for line in addresses.lines(world.app)}
    assert {
        "missing": sorted(routes - table().keys()),
        "gone": sorted(table().keys() - routes),
    } == {
        "missing": [],
        "gone": [],
    }


def test_every_cell_is_as_the_table_says(
    world: World, full: bool, record_property: Callable[[str, Any], None]
) -> None:
    expected = table()
    record_property("n", len(expected) * len(ROLES))
    assert mismatches(world, expected, full=full) == []


def test_an_offer_is_seen_in_each_state_by_whom_the_contract_says(world: World) -> None:
    rule = next(r for r in world.app.url_map.iter_rules() if r.rule == "/offers/<int:ident>-<slug>")
    found = {}
    for state in table("states"):
        names = {gap: world.things[f"{state}_offer{end}"] for gap, end in GAPS_OF_AN_OFFER.items()}
        path = addresses.address(world, rule, **names)
        found[state] = [outcome(world.ask(role, "GET", path), rule, "GET") for role in ROLES]
    assert found == table("states")


@pytest.mark.parametrize("state", ["draft", "pending", "hidden", "refused"])
def test_nothing_of_an_offer_that_is_not_public_is_open_to_strangers(
    world: World, state: str
) -> None:
    names = {gap: world.things[f"{state}_offer{end}"] for gap, end in GAPS_OF_AN_OFFER.items()}
    names["offer_id"] = names["ident"]
    found = []
    for rule, method in addresses.lines(world.app):
        if not rule.rule.startswith(("/offers/", "/api/v1/offers/<", "/shifts/")):
            continue
        if rule.endpoint == "flags.thanks":  # it says thank you, whatever the number
            continue
        if rule.rule.startswith("/shifts/"):
            names["ident"] = world.things[f"{state}_offer_shift"]
        for role in ("anonymous", "stranger", "foreign"):
            line = addresses.name_of(rule, method)
            sent = {"data": addresses.form(world, line)} if method != "GET" else {}
            response = world.ask(role, method, addresses.address(world, rule, **names), **sent)
            text = response.get_data().decode(errors="replace")
            if outcome(response, rule, method) == "in" or f"Besoin {state}" in text:
                found.append(f"{line} as {role}: {response.status_code}")
        names["ident"] = world.things[f"{state}_offer"]
    assert found == []


def test_the_demo_is_not_there_without_its_setting(migrated: Path, tmp_path: Path) -> None:
    plain = build(migrated, tmp_path, DEMO=False)
    found = {
        addresses.name_of(rule, method): walk(plain, rule, method)
        for rule, method in addresses.lines(plain.app)
        if rule.rule.startswith(("/demo/", "/sign-in/demo"))
        or plain.app.view_functions[rule.endpoint].access == "key"
    }
    assert "POST /sign-in/demo" in found
    refused = {"403", "404", "401"}
    assert {line: cells for line, cells in found.items() if not set(cells) <= refused} == {}
    plain.database.engine.dispose()


def test_a_wrong_key_opens_nothing(world: World) -> None:
    found = {}
    for rule, method in addresses.lines(world.app):
        if getattr(world.app.view_functions[rule.endpoint], "is_keyed", False):
            for key in ("", "x", "testkey ", "TESTKEY", "testkey%00"):
                response = world.ask(
                    "anonymous", method, f"{addresses.address(world, rule)}?key={key}"
                )
                found[f"{addresses.name_of(rule, method)} {key!r}"] = response.status_code
    assert found
    assert {line: status for line, status in found.items() if status not in (401, 403, 404)} == {}


def test_a_view_without_a_mark_is_never_run(world: World) -> None:
    ran = []

    def forgotten() -> str:
        ran.append(True)
        return "secret"

    app = world.app
    app.view_functions["pages.about"], kept = forgotten, app.view_functions["pages.about"]
    try:
        response = world.ask("moderator", "GET", "/about")
    finally:
        app.view_functions["pages.about"] = kept
    assert (response.status_code, ran) == (500, [])
    assert "secret" not in response.get_data(as_text=True)


@pytest.mark.parametrize("endpoint", ["accounts.export", "moderation.approve", "team.show"])
def test_control_a_route_that_loses_its_mark_turns_the_table_red(
    world: World, endpoint: str
) -> None:
    guarded = cast(Any, world.app.view_functions[endpoint])

    def open_to_all(*args: Any, slug: str = "", **kwargs: Any) -> Any:
        if slug:
            kwargs["association"] = access.association_of(slug)
        return guarded.__wrapped__(*args, **kwargs)

    open_to_all.access = "public"  # type: ignore[attr-defined]
    world.app.view_functions[endpoint] = open_to_all
    rule = next(r for r in world.app.url_map.iter_rules() if r.endpoint == endpoint)
    method = next(iter((rule.methods or set()) - {"HEAD", "OPTIONS"}))
    try:
        assert mismatches(world, table(), addresses.name_of(rule, method)) != []
    finally:
        world.app.view_functions[endpoint] = guarded


def test_control_a_predicate_that_says_yes_to_all_turns_the_table_red(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(permissions, "may_moderate", lambda person: True)
    found = mismatches(world, table(), "POST /moderation/offers/<int:offer_id>/hide")
    assert any("as stranger: in" in one for one in found)
