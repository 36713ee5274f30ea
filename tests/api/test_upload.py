"""`POST /api/upload`: a body of Footprint XML becomes a run of the key's own feed, and of no other."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import Database
from portal.models import Feed, FeedRun, FeedState, KeyScope, Offer, OfferState
from portal.services import api_keys
from tests.people import Cast
from tests.visitor import BASE

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<FootprintFeed schemaVersion="0.1"><FeedInfo><providerID>1</providerID><providerName>Mains</providerName>
<feedID>1</feedID><createdDateTime>2026-01-01T00:00:00</createdDateTime></FeedInfo>
<Organizations><Organization><organizationID>7</organizationID><name>Les Mains</name></Organization></Organizations>
<VolunteerOpportunities>"""
RECORD = """<VolunteerOpportunity><volunteerOpportunityID>{ident}</volunteerOpportunityID>
<sponsoringOrganizationIDs><sponsoringOrganizationID>7</sponsoringOrganizationID></sponsoringOrganizationIDs>
<title>{title}</title><dateTimeDurations><dateTimeDuration><openEnded>Yes</openEnded></dateTimeDuration>
</dateTimeDurations><locations><location><city>Lyon</city><postalCode>69007</postalCode><country>FR</country>
<latitude>45.75</latitude><longitude>4.84</longitude></location></locations>
<description>On plante une haie.</description></VolunteerOpportunity>"""
TAIL = "</VolunteerOpportunities></FootprintFeed>"


def feed_of(*idents: int, title: str = "Planter") -> bytes:
    records = "".join(RECORD.format(ident=n, title=f"{title} {n}" if title else "") for n in idents)
    return (HEAD + records + TAIL).encode()


NAMELESS = feed_of(1, 2, title="").replace(b"On plante une haie.", b"")


@pytest.fixture
def secret(session: Session, cast: Cast) -> str:
    feed = Feed(name="mains")
    session.add(feed)
    session.flush()
    scopes = [KeyScope.UPLOAD]
    _key, secret = api_keys.make("Mains", scopes, session.merge(cast.mona), feed=feed)
    session.commit()
    return secret


def send(app: Flask, secret: str, body: bytes, **headers: str) -> Any:
    return app.test_client().post(
        f"/api/upload?key={secret}", data=body, base_url=BASE, headers=headers,
        content_type="application/xml",
    )  # fmt: skip


def titles(database: Database) -> list[str]:
    with database.reading() as opened:
        live = select(Offer.title).where(Offer.state == OfferState.LIVE).order_by(Offer.title)
        return list(opened.scalars(live))


def test_a_body_is_imported_and_its_counts_are_told(
    app: Flask, database: Database, secret: str
) -> None:
    answer = send(app, secret, feed_of(1, 2, 3))
    assert answer.status_code == 200
    told = answer.get_json()
    assert (told["feed"], told["outcome"], told["created"], told["refused"]) == (
        "mains", "done", 3, 0,
    )  # fmt: skip
    assert titles(database) == ["Planter 1", "Planter 2", "Planter 3"]
    again = send(app, secret, feed_of(1, 2)).get_json()
    assert (again["unchanged"], again["withdrawn"]) == (2, 1)
    with database.reading() as opened:
        assert [run.feed.name for run in opened.scalars(select(FeedRun))] == ["mains", "mains"]


def test_what_comes_from_here_is_not_taken_back(
    app: Flask, database: Database, secret: str
) -> None:
    ours = f"<detailURL>{BASE}/offers/7-planter</detailURL></VolunteerOpportunity>".encode()
    body = feed_of(1, 2).replace(b"</VolunteerOpportunity>", ours, 1)
    told = send(app, secret, body).get_json()
    assert "own_offer" in [one["code"] for one in told["problems"]]
    assert titles(database) == ["Planter 2"]
    with database.reading() as opened:
        assert opened.scalars(select(FeedRun.bytes)).one() == len(body)


@pytest.mark.parametrize("body", [b"<html>no</html>", b"not xml at all", NAMELESS])
def test_what_is_not_usable_is_refused_with_its_problems(
    app: Flask, database: Database, secret: str, body: bytes
) -> None:
    answer = send(app, secret, body)
    assert answer.status_code == 422
    told = answer.get_json()
    assert told["why"] or [one["code"] for one in told["problems"]]
    assert titles(database) == []


def test_the_brake_holds_an_implausible_body_back(
    app: Flask, database: Database, secret: str
) -> None:
    send(app, secret, feed_of(*range(60)))
    answer = send(app, secret, feed_of(*range(10)))
    assert answer.status_code == 202
    assert (answer.get_json()["outcome"], answer.get_json()["withdrawn"]) == ("suspect", 0)
    assert len(titles(database)) == 60
    mistake = send(app, secret, b"<!doctype html><html>")
    assert mistake.status_code == 422  # the question stands
    corrected = send(app, secret, feed_of(*range(55)))
    assert corrected.status_code == 200  # a plausible one answers it
    assert (corrected.get_json()["outcome"], corrected.get_json()["withdrawn"]) == ("done", 5)


def test_another_file_sent_by_mistake_keeps_nothing_out(
    app: Flask, database: Database, secret: str
) -> None:
    send(app, secret, feed_of(1, 2))
    for mistake in (b"<!doctype html><html>", b"<source></source>", b"PK\x03\x04"):
        answer = send(app, secret, mistake)
        assert (answer.status_code, answer.get_json()["outcome"]) == (422, "failed")
    assert len(titles(database)) == 2
    assert send(app, secret, feed_of(1, 2)).status_code == 200
    # Control: a feed that says that it is empty is the brake's affair.
    assert send(app, secret, feed_of()).status_code == 202


def test_a_paused_feed_takes_nothing(
    app: Flask, session: Session, database: Database, secret: str
) -> None:
    session.scalars(select(Feed)).one().state = FeedState.PAUSED
    session.commit()
    assert send(app, secret, feed_of(1)).status_code == 409
    assert titles(database) == []


def test_a_body_is_as_long_as_a_feed_may_be_and_not_longer(
    app: Flask, database: Database, secret: str
) -> None:
    body = feed_of(1)
    app.config["FEEDS_MAX_BYTES"] = len(body) - 1
    assert send(app, secret, body).status_code == 413
    app.config["FEEDS_MAX_BYTES"] = len(body)
    assert send(app, secret, body).status_code == 200
    app.config["FEEDS_MAX_BYTES"] = 4 * 1024 * 1024  # longer than a form may be
    assert send(app, secret, feed_of(1) + b" " * 3_000_000).status_code == 200


def test_an_empty_or_compressed_body_is_told_what_is_wanted(app: Flask, secret: str) -> None:
    assert send(app, secret, b"").status_code == 422
    packed = gzip.compress(feed_of(1))
    assert send(app, secret, packed, **{"Content-Encoding": "gzip"}).status_code == 422


def test_a_key_brings_to_its_own_feed_only(
    app: Flask, session: Session, database: Database, secret: str
) -> None:
    other = Feed(name="autres")
    session.add(other)
    session.commit()
    answer = app.test_client().post(
        f"/api/upload?key={secret}&feed=autres&name=autres", data=feed_of(1), base_url=BASE
    )
    assert answer.get_json()["feed"] == "mains"


def test_the_samples_of_the_format_go_through(app: Flask, secret: str) -> None:
    samples = Path(__file__).parents[1] / "formats" / "samples"
    for path in sorted(samples.rglob("footprint*.xml"))[:3]:
        assert send(app, secret, path.read_bytes()).status_code in (200, 202, 409, 422)


@pytest.mark.parametrize(("language", "said"), [("fr", "n’a ni titre"), ("en", "neither title")])
def test_each_problem_is_said_in_the_language_of_whoever_sent_it(
    app: Flask, secret: str, language: str, said: str
) -> None:
    answer = send(app, secret, NAMELESS, **{"Accept-Language": language})
    assert all(said in problem["sentence"] for problem in answer.get_json()["problems"])
    assert answer.get_json()["problems"]
