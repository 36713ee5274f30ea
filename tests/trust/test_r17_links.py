"""R17: a mailed link serves once, for its own purpose, and says our address whatever the request pretends."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import tokens
from portal.config import Settings
from portal.db import Database
from portal.models import LinkPurpose, Session, SignInLink
from portal.services import sign_in_links
from tests.arrivals import ask, sign_in
from tests.people import Cast
from tests.visitor import BASE, Visitor

pytestmark = pytest.mark.trust


def begun(database: Database) -> int:
    with database.reading() as session:
        return int(session.scalar(select(func.count()).select_from(Session)) or 0)


def press(app: Flask, token: str, form_token: str) -> int:
    """One browser's press, from a thread of its own."""
    data = {"csrf_token": form_token}
    return app.test_client().post(f"/sign-in/link/{token}", data=data, base_url=BASE).status_code


def test_twenty_presses_at_once_sign_in_once(
    visitor: Visitor, app: Flask, database: Database, cast: Cast
) -> None:
    token = ask(visitor, database, "charlie@example.org")
    visitor.get(f"/sign-in/link/{token}")
    form_token = visitor.token()
    with ThreadPoolExecutor(20) as threads:
        statuses = list(threads.map(lambda _n: press(app, token, form_token), range(20)))
    assert sorted(statuses) == [303] + [410] * 19
    assert begun(database) == 1


def test_control_looking_before_using_would_let_several_in(
    visitor: Visitor, app: Flask, database: Database, cast: Cast
) -> None:
    """Two units that both look before either writes: looking alone lets both in, the conditional UPDATE only one."""
    token = ask(visitor, database, "charlie@example.org")
    with database.reading():
        first = sign_in_links.find(token)
    with database.reading():
        second = sign_in_links.find(token)
    assert first.used_at is None
    assert second.used_at is None
    with database.writing() as session:
        sign_in_links.use(token)
        session.commit()
    with database.writing(), pytest.raises(sign_in_links.Gone):
        sign_in_links.use(token)


@pytest.mark.parametrize("place", [0, 3, -3])
def test_an_altered_link_opens_nothing(
    visitor: Visitor, database: Database, cast: Cast, place: int
) -> None:
    token = ask(visitor, database, "charlie@example.org")
    letter = "A" if token[place] != "A" else "B"
    altered = token[:place] + letter + token[place:][1:]
    assert visitor.get(f"/sign-in/link/{altered}").status == 410


def test_a_token_of_another_purpose_opens_nothing(
    visitor: Visitor, database: Database, cast: Cast
) -> None:
    ask(visitor, database, "charlie@example.org")
    with database.reading() as session:
        link = session.scalars(select(SignInLink)).one()
    assert visitor.get(f"/sign-in/link/{tokens.sign('signup', link.id, link.nonce)}").status == 410


def test_all_links_of_an_address_die_when_one_is_used(
    visitor: Visitor, app: Flask, database: Database, cast: Cast
) -> None:
    early = ask(Visitor(app), database, "charlie@example.org")
    sign_in(visitor, database, "charlie@example.org")
    assert Visitor(app).get(f"/sign-in/link/{early}").status == 410


def test_a_forged_host_is_not_in_the_mail(
    visitor: Visitor, settings: Settings, database: Database, cast: Cast
) -> None:
    visitor.get("/sign-in")
    data = {"email": "charlie@example.org", "csrf_token": visitor.token()}
    headers = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    visitor.client.post("/sign-in", data=data, headers=headers, base_url=BASE)
    refused = visitor.client.post("/sign-in", data=data, headers={"Host": "evil.example"})
    assert refused.status_code == 400
    folder = Path(settings.MAIL_URL.removeprefix("file://"))
    (mail,) = [path.read_text() for path in folder.glob("*.eml")]
    assert "evil.example" not in mail
    assert f"{BASE}/sign-in/link/" in mail.replace("=\n", "")


def test_a_link_for_another_purpose_does_not_sign_in(
    visitor: Visitor, database: Database, cast: Cast
) -> None:
    with database.writing() as session:
        link = sign_in_links.ask(
            "charlie@example.org", LinkPurpose.CHANGE_EMAIL, person=session.merge(cast.alice)
        )
        session.commit()
        token = sign_in_links.token(link)
    visitor.get(f"/sign-in/link/{token}")
    assert visitor.submit("/sign-in/link/").status == 403
    assert begun(database) == 0
