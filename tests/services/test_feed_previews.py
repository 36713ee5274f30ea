"""A feed read to see what it would give: everything is said, nothing is kept."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from pytest_httpserver import HTTPServer
from sqlalchemy import select
from sqlalchemy.orm import Session

import portal
from portal.cli.feed_life import commands
from portal.formats.settings import ReadSettings
from portal.models import Feed, Offer
from portal.services import feed_checks, feed_runs
from portal.services.feed_checks import Report
from tests.feeds import LIMITS, line, table
from tests.visitor import BASE, Visitor

EXAMPLES = Path(portal.__file__).parent / "data" / "examples"


Serve = Callable[[str], str]


@pytest.fixture
def serve(httpserver: HTTPServer) -> Serve:
    """Two pages of three offers, one of them of the portal at `own_url`; returns the address of the first."""

    def put(own_url: str) -> str:
        given = json.loads((EXAMPLES / "relais.json").read_text(encoding="utf-8"))
        offer, pages = given["offers"][0] | {"shifts": [], "is_ongoing": True}, []
        for ident, host in (
            (1, "https://autre.example"),
            (2, own_url),
            (3, "https://autre.example"),
        ):
            address = f"{host}/offers/{ident}"
            pages.append(
                offer
                | {"id": ident, "title": f"Récolter {ident}", "url": address, "origin": address}
            )
        whole = {"offers": pages[:2], "next": "/second"}
        httpserver.expect_request("/first").respond_with_json(whole)
        httpserver.expect_request("/second").respond_with_json({"offers": pages[2:], "next": None})
        return httpserver.url_for("/first")

    return put


@pytest.fixture
def feed() -> Feed:
    made = Feed(name="preview", format="", date_order="dmy", every_minutes=360, columns={})
    made.country, made.zone = "FR", "Europe/Paris"
    return made


def test_a_preview_says_everything_and_keeps_nothing(session: Session, feed: Feed) -> None:
    body = table(line(1), "2;;;;;;;", line(3))
    tally = feed_runs.preview(feed, io.BytesIO(body), LIMITS, session)
    assert (tally.created, tally.refused) == (2, 1)
    assert session.scalars(select(Offer)).all() == []
    assert session.scalars(select(Feed)).all() == []


def test_a_preview_of_many_batches_meets_the_same_associations_again(
    session: Session, feed: Feed
) -> None:
    rng = random.Random(1)  # in each batch some that are new, and some that an earlier one had
    names = [f"Association {rng.randrange(30)}" for _ in range(4 * feed_runs.BATCH)]
    lines = (line(n).replace("Lire ensemble", name) for n, name in enumerate(names))
    body = table(*lines)
    tally = feed_runs.preview(feed, io.BytesIO(body), LIMITS, session)
    assert (tally.created, tally.refused) == (len(names), 0)
    assert session.scalars(select(Offer)).all() == []


TWICE = table(
    "a;;;Lire ensemble;12/09/2031 14:00;12/09/2031 17:00;5;oui",  # refused: it says nothing
    line("a"),
    line("b", day="31/02/2031"),  # refused: no such day
    line("b"),
    line("b"),  # refused: the one before is kept
    line("c", day="28/02/2021"),
)


def test_a_good_record_is_not_lost_to_a_refused_one_of_the_same_id(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    file = tmp_path / "twice.csv"
    file.write_bytes(TWICE)
    session.rollback()
    for command in (["preview"], ["import", "--name", "twice"]):
        said = app.test_cli_runner().invoke(commands, [*command, str(file)]).output
        assert "created 3 " in said and "refused 3" in said
        assert "1 sur 6 déjà passées" in said
    report = Report()
    assert list(feed_checks.check(io.BytesIO(TWICE), report, ReadSettings())) == []
    assert (report.usable, report.refused, report.past) == (3, 3, 1)


@pytest.mark.parametrize("own_url", [BASE, "https://autre.example"])
def test_a_preview_reads_every_page_and_refuses_our_own_offers_as_import_and_run_do(
    app: Flask, serve: Serve, own_url: str
) -> None:
    address, runner = serve(own_url), app.test_cli_runner()
    own = int(own_url == BASE)
    assert not runner.invoke(commands, ["add", "portail", address]).exit_code
    for command in (
        ["preview", address],
        ["import", "--name", "fichier", address],
        ["run", "portail"],
    ):
        said = runner.invoke(commands, command).output
        assert f"created {3 - own}  updated 0  unchanged 0  withdrawn 0" in said
        assert f"refused {own}" in said


def test_the_report_of_a_check_says_what_the_run_would_do(app: Flask, serve: Serve) -> None:
    app.config["DEMO"] = True  # where loopback may be asked
    visitor = Visitor(app)
    visitor.get("/feeds/check")
    page = visitor.post("/feeds/check", {"url": serve(BASE), "date_order": "dmy"})
    counts = [one.get_text() for one in page.soup.select(".figure__number")]
    assert counts[:2] == ["3", "2"]
    assert "own_offer" in [one.get_text() for one in page.soup.select(".reason code")]
