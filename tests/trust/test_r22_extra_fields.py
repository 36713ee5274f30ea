"""R22: a form changes its own fields, whatever else is sent along with it.

Each writing route gets its valid form, then the same form with every column of every table added, in the body and in the
address. The rows that change, and what they become, must be the same. What differs between two honest runs (times,
random tokens) is not compared, but must not hold a value that was sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import request
from sqlalchemy import Boolean, DateTime, Enum, Float, Integer
from werkzeug.routing import Rule

from portal.db import Base, UtcDateTime
from portal.services import accounts
from portal.views.accounts import accounts as used_accounts
from tests import addresses
from tests.authorization import writer
from tests.world import Rows, World

POISON = ("poison-7c1", "2001-02-03T04:05:06", "7654321", "poison@example.org")
PRIVILEGES = {
    "state": ("live", "active", "confirmed"),
    "role": ("moderator", "coordinator"),
    "verdict": ("approve",),
    "purpose": ("sign_in",),
}
WRITE_NOTHING = {
    "POST /feeds/check",
    "POST /shifts/<int:ident>/signups/check",
    "POST /signups/forget",
}
Changes = dict[tuple[str, Any, str], Any]


def columns(variant: int) -> dict[str, str]:
    """{name: hostile value} of every column of every table."""
    found = {"is_admin": "1", "admin": "1", "id": POISON[2]}
    for table in Base.metadata.tables.values():
        for column in table.columns:
            found[column.name] = _hostile(column.name, column.type, variant)
    return found


def _hostile(name: str, kind: Any, variant: int) -> str:
    if name in PRIVILEGES:
        return PRIVILEGES[name][variant % len(PRIVILEGES[name])]
    if isinstance(kind, Boolean):
        return ("1", "")[variant % 2]
    if isinstance(kind, DateTime | UtcDateTime) or name.endswith(("_at", "_on", "_until")):
        return POISON[1]
    if isinstance(kind, Integer | Float):
        return POISON[2]
    if isinstance(kind, Enum):
        return str(kind.enums[-1])
    return POISON[3] if name == "email" else POISON[0]


def extras(form: dict[str, Any], variant: int) -> dict[str, str]:
    """What is added to a form: every column that is not a field of its own, also inside its repeated parts."""
    sent = columns(variant)
    for part in {found[1] for name in form if (found := re.match(r"(\w+-\d+-)", name))}:
        sent |= {part + name: value for name, value in columns(variant).items()}
    return {name: value for name, value in sent.items() if name not in form}


def changes(before: Rows, after: Rows) -> Changes:
    """{(table, key, column): new value} of all that is different; a row that is gone has the column ""."""
    found: Changes = {(table, key, ""): None for table, key in before.keys() - after.keys()}
    for (table, key), row in after.items():
        old = before.get((table, key), {})
        found |= {(table, key, c): v for c, v in row.items() if c not in old or old[c] != v}
    return found


def run(world: World, rule: Rule, method: str, role: str, more: dict[str, str]) -> Changes:
    """What the route changes, with these fields added; the world is put back."""
    before = world.rows()
    form = addresses.form(world, addresses.name_of(rule, method))
    world.ask(
        role, method, addresses.address(world, rule), data={**form, **more}, query_string=more
    )
    found = changes(before, world.rows())
    if found:
        world.restore()
    return found


def surprises(world: World, rule: Rule, method: str, role: str, variant: int) -> list[str]:
    """What the added fields changed."""
    line = addresses.name_of(rule, method)
    more = extras(addresses.form(world, line), variant)
    first, second = (run(world, rule, method, role, {}) for _ in range(2))
    hostile = run(world, rule, method, role, more)
    said = [f"{line}: {where}" for where in first.keys() ^ hostile.keys()]
    for where in first.keys() & hostile.keys():
        same = hostile[where] == first[where]
        moves = first[where] != second[where]
        poisoned = any(word in str(hostile[where]) for word in (*POISON, "2001-02-03"))
        if (not same and not moves) or poisoned:
            said.append(f"{line}: {where} became {hostile[where]!r}, not {first[where]!r}")
    return said


def test_no_route_takes_a_field_that_its_form_does_not_have(
    world: World, full: bool, record_property: Callable[[str, Any], None]
) -> None:
    found, tried = [], 0
    for rule, method in addresses.writes(world.app):
        role = writer(addresses.name_of(rule, method))
        for variant in range(3 if full else 1) if role else ():
            tried += len(columns(variant))
            found += surprises(world, rule, method, str(role), variant)
    record_property("n", tried)
    assert found == []


def test_every_valid_form_is_taken_and_written(world: World) -> None:
    refused, silent = [], set()
    for rule, method in addresses.writes(world.app):
        line = addresses.name_of(rule, method)
        role = writer(line)
        if role is not None:
            form, before = addresses.form(world, line), world.checksum()
            status = world.ask(role, method, addresses.address(world, rule), data=form).status_code
            if status >= 400:
                refused.append(f"{line} as {role}: {status}")
            if world.checksum() == before:
                silent.add(line)
            else:
                world.restore()
    assert refused == []
    assert silent == WRITE_NOTHING


def test_control_code_that_copies_the_whole_form_changes_what_it_must_not(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def populate(person: Any, **given: Any) -> None:
        for name, value in request.form.items():
            if name in ("role", "first_name", "picture_url"):
                setattr(person, name, value)

    assert used_accounts is accounts
    monkeypatch.setattr(accounts, "describe", populate)
    rule = next(r for r in world.app.url_map.iter_rules() if r.endpoint == "accounts.describe")
    found = surprises(world, rule, "POST", "volunteer", 0)
    assert any("'role'" in one for one in found)
    assert any("'picture_url'" in one for one in found)
