"""R01: changing the number in the address shows nobody else's things, and changes none of them.

Every address that names a thing is asked by everybody, with the thing's own number and its neighbours'. What must stay
private carries a word of its own (CANARIES of tests/populating.py, each with the roles that may read it); the words are
looked for in every answer. A token that was made for one thing, or with another number in it, opens nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.routing import Rule

from portal import permissions, tokens
from portal.models import Shift
from portal.services import attendance
from tests import addresses
from tests.populating import CANARIES
from tests.world import ROLES, World

STRANGERS = ("anonymous", "stranger", "foreign", "former", "disabled", "key")
NUMBERS = ("ident", "offer_id", "signup_id", "membership_id", "invitation_id", "association_id", "decision_id", "run_id")  # fmt: skip
# Whoever holds a mailed address opens it, whoever they are: these are tried with tokens that were not mailed.
TOKENS = {
    "signup_token": "/signups/",
    "attempt_token": "/signups/",
    "link_token": "/sign-in/link/",
    "invitation_token": "/invitations/",
    "news_token": "/account/news/",
    "team_token": "/team/",
    "alert_token": "/alerts/",
    "feed_digest_token": "/partners/digest/",
}


def leaks(response: Any, role: str) -> list[str]:
    """The private words in an answer that this role may not read."""
    text = response.get_data().decode(errors="replace") + str(response.headers)
    text = text.replace("&#39;", "'").replace("&nbsp;", " ").replace("\u00a0", " ")
    who = {"stale_coord": "coordinator", "stale_mod": "moderator"}.get(role, role)
    return [word for word, readers in CANARIES.items() if word in text and who not in readers]


def asked(world: World, roles: tuple[str, ...]) -> Iterator[tuple[str, str, Any]]:
    """(what was asked, role, answer) of every address, with the thing's own number and those beside it."""
    for rule, method in addresses.lines(world.app):
        if "token" in rule.arguments:
            continue
        for instead in _neighbours(world, rule):
            for role in roles:
                line = addresses.name_of(rule, method)
                sent = {"data": addresses.form(world, line)} if method != "GET" else {}
                response = world.ask(
                    role, method, addresses.address(world, rule, **instead), **sent
                )
                yield f"{line} with {instead} as {role}", role, response


def _neighbours(world: World, rule: Rule) -> list[dict[str, Any]]:
    tried: list[dict[str, Any]] = [{}]
    for gap in rule.arguments & set(NUMBERS):
        own = addresses.thing(world, rule, gap)
        tried += [{gap: n} for n in (own - 1, own + 1) if n > 0]
    return tried


def test_nobody_reads_what_is_not_theirs(
    world: World, full: bool, record_property: Callable[[str, Any], None]
) -> None:
    found, tried = [], 0
    for what, role, response in asked(world, tuple(ROLES) if full else STRANGERS[:3]):
        tried += 1
        found += [f"{what}: {word}" for word in leaks(response, role)]
        if response.status_code < 400 and not what.startswith("GET"):
            world.restore()
    record_property("n", tried)
    assert found == []


def test_the_words_are_there_for_those_who_may_read_them(world: World) -> None:
    slug = world.things["slug"]
    seen = {
        "coordinator": (f"/dashboard/{slug}/people", ("ann.canari@example.org", "06 11 22 33 44")),
        "helper": (f"/dashboard/{slug}", ("motcanari",)),
        "volunteer": ("/account/export", ("amie.canari@example.org", "appareilcanari")),
    }
    for role, (path, words) in seen.items():
        text = (
            world.ask(role, "GET", path).get_data().decode(errors="replace").replace("\u00a0", " ")
        )
        assert [word for word in words if word not in text] == [], path


def test_nobody_changes_what_is_not_theirs(
    world: World, record_property: Callable[[str, Any], None]
) -> None:
    """Each person's own rows may change (their like, their session); none of Ann's, of Les Jardins' and of its team's."""
    own = {"ann", "association", "signup", "came", "device", "identity", "membership", "team_invitation"}  # fmt: skip
    tables = {
        "ann": "people", "association": "associations", "signup": "signups", "came": "signups",
        "device": "sessions", "identity": "identities", "membership": "memberships",
        "team_invitation": "team_invitations", "offer": "offers", "decision": "decisions",
        "paused_offer": "offers", "closed_offer": "offers", "pending_offer": "offers",
        "hidden_offer": "offers", "pending_association": "associations",
    }  # fmt: skip
    assert own <= tables.keys()
    before, found, tried = world.rows(), [], 0
    for rule, method in addresses.writes(world.app):
        if "token" in rule.arguments or not (rule.arguments & {*NUMBERS, "slug"}):
            continue
        form = addresses.form(world, addresses.name_of(rule, method))
        for role in STRANGERS:
            tried += 1
            world.ask(role, method, addresses.address(world, rule), data=form)
            after = world.rows()
            for name, table in tables.items():
                key = (table, (world.things[name],))
                if after.get(key) != before[key]:
                    found.append(f"{method} {rule.rule} as {role} changed {name}")
            if after != before:
                world.restore()
    record_property("n", tried)
    assert found == []


def test_a_form_of_one_offer_does_not_reach_the_shifts_of_another(world: World) -> None:
    shift = world.things["foreign_shift"]
    form = {**addresses.form(world, "POST /dashboard/<slug>/offers/new"), "shifts-0-id": str(shift)}
    before = world.rows()["shifts", (shift,)]
    slug, offer = world.things["slug"], world.things["offer"]
    answer = world.ask("coordinator", "POST", f"/dashboard/{slug}/offers/{offer}/edit", data=form)
    assert answer.status_code == 303
    assert world.rows()["shifts", (shift,)] == before


def test_a_signup_does_not_move_to_the_shift_of_another_offer(world: World) -> None:
    token = world.things["signup_token"]
    world.ask("volunteer", "POST", f"/signups/{token}/move", data={"shift": world.things["foreign_shift"]})  # fmt: skip
    with world.database.reading() as opened:
        assert opened.get_one(Shift, world.things["foreign_shift"]).taken == 0
    assert world.rows()["signups", (world.things["signup"],)]["shift_id"] == world.things["offer_shift"]  # fmt: skip


def forged(world: World, name: str) -> list[str]:
    """Tokens that were never mailed: another number, another half, those of other things."""
    ident, nonce, signature = world.things[name].split(".")
    other = [world.things[one] for one in TOKENS if TOKENS[one] != TOKENS[name]]
    return [
        *(f"{int(ident) + step}.{nonce}.{signature}" for step in (-1, 1)),
        f"{ident}.{nonce}.{signature[:-2]}AA",
        f"{ident}.{tokens.nonce()}.{signature}",
        f"{ident}.{nonce}.",
        tokens.sign("no such thing", int(ident), nonce),
        tokens.sign({"/signups/": "signup"}.get(TOKENS[name], "team"), int(ident), tokens.nonce()),
        *other,
    ]


@pytest.mark.parametrize("name", list(TOKENS))
def test_a_token_that_was_not_mailed_opens_nothing(
    world: World, name: str, record_property: Callable[[str, Any], None]
) -> None:
    rules = [
        (rule, method)
        for rule, method in addresses.lines(world.app)
        if "token" in rule.arguments
        and rule.rule.startswith(TOKENS[name])
        # A reloaded form leads to the page of the same token, which is tried itself.
        and "verb" not in rule.arguments
    ]
    found, tried = [], 0
    before = world.checksum()
    for rule, method in rules:
        for token in forged(world, name):
            for role in ("anonymous", "stranger"):
                tried += 1
                sent = {"data": addresses.form(world, addresses.name_of(rule, method))} if method != "GET" else {}  # fmt: skip
                path = addresses.address(world, rule, token=token)
                response = world.ask(role, method, path, **sent)
                is_let_in = response.status_code not in (403, 404, 410) and "/sign-in?" not in str(
                    response.headers.get("Location")
                )
                if is_let_in or leaks(response, role):
                    found.append(f"{method} {path} as {role}: {response.status_code}")
    record_property("n", tried)
    assert found == []
    assert world.checksum() == before


def test_control_without_the_owner_in_the_query_another_association_ticks_and_reads(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.models import Signup

    def anybody(association: Any, signup_id: int) -> Signup | None:
        from portal import db

        return db.session.scalar(select(Signup).where(Signup.id == signup_id))

    path = f"/dashboard/{world.things['foreign_slug']}/signups/{world.things['came']}/attendance"
    assert world.ask("foreign", "POST", path, data={"state": "attended"}).status_code == 404
    monkeypatch.setattr(attendance, "one", anybody)
    assert world.ask("foreign", "POST", path, data={"state": "attended"}).status_code == 303


def test_control_without_the_team_asked_the_private_words_are_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(permissions, "may_help", lambda person, association: True)
    monkeypatch.setattr(permissions, "may_edit", lambda person, association: True)
    path = f"/dashboard/{world.things['slug']}/people.csv"
    assert leaks(world.ask("stranger", "GET", path), "stranger") != []
