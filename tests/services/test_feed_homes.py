"""A feed's own country and clock: said by its partner or its operator, and read by every format where a record names none."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cli.feed_life import commands
from portal.db import Database
from portal.errors import FeedBusy, Invalid
from portal.formats.zones import HOMES, clocks_of, find_zone
from portal.models import Feed, Offer, Shift
from portal.services import feed_countries, feed_turns, feeds
from tests.delivering import deliver, signed_in
from tests.formats.reading import read
from tests.people import Cast
from tests.visitor import Page, Visitor

FAR = datetime(2090, 1, 1, tzinfo=UTC)
# The same record in each format: in a Springfield without a state, at six in the evening of no clock in particular.
SPRINGFIELD = {
    "table": "identifiant;titre;ville;date de début;heure de début\n1;T;Springfield;2031-03-01;18:00\n",
    "engagement": "<source><mission><clientId>1</clientId><title>T</title><applicationUrl>https://x.example</applicationUrl>"
    "<city>Springfield</city><startAt>2031-03-01T18:00:00</startAt><endAt>2031-03-01T19:00:00</endAt></mission></source>",
    "footprint": '<FootprintFeed schemaVersion="0.1"><FeedInfo><providerID>1</providerID></FeedInfo><VolunteerOpportunities>'
    "<VolunteerOpportunity><volunteerOpportunityID>1</volunteerOpportunityID><title>T</title><dateTimeDurations>"
    "<dateTimeDuration><startDate>2031-03-01</startDate><startTime>18:00:00</startTime></dateTimeDuration></dateTimeDurations>"
    "<locations><location><city>Springfield</city></location></locations></VolunteerOpportunity></VolunteerOpportunities>"
    "</FootprintFeed>",
    "syndication": '<rss version="2.0" xmlns:ev="http://purl.org/rss/1.0/modules/event/"><channel><title>F</title>'
    "<link>https://x.example/</link><item><guid>1</guid><title>T</title><link>https://x.example/1</link>"
    "<ev:startdate>2031-03-01T18:00:00</ev:startdate><ev:location>Springfield</ev:location></item></channel></rss>",
    "linked_data": '{"@context":"https://schema.org","@type":"Event","@id":"1","name":"T","startDate":"2031-03-01T18:00:00",'
    '"location":{"@type":"Place","address":{"addressLocality":"Springfield"}}}',
    "calendar": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20310101T000000Z\r\n"
    "SUMMARY:T\r\nLOCATION:Springfield\r\nDTSTART:20310301T180000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    "relais": '{"offers":[{"id":1,"url":"https://x.example/1","title":"T","locations":[{"city":"Springfield"}],'
    '"shifts":[{"starts_at":"2031-03-01T18:00:00"}]}]}',
}


@pytest.mark.parametrize("name", SPRINGFIELD)
@pytest.mark.parametrize(
    ("country", "zone", "hour"),
    [("US", "America/Denver", 25), ("FR", "Europe/Paris", 17), ("BE", "Europe/Brussels", 17),
     ("FR", "Indian/Reunion", 14), ("PT", "Atlantic/Azores", 19)],
)  # fmt: skip
def test_every_format_reads_by_the_feeds_country_and_clock(
    name: str, country: str, zone: str, hour: int
) -> None:
    item = read(SPRINGFIELD[name], name=name, country=country, zone=zone).one
    assert [one.country for one in item.locations] == [country]
    day, hour = (2, hour - 24) if hour > 23 else (1, hour)
    assert [(s.starts_at, s.zone) for s in item.shifts] == [
        (datetime(2031, 3, day, hour, tzinfo=UTC), zone)
    ]


def test_what_a_record_says_goes_before_what_the_feed_says() -> None:
    table = "identifiant;titre;ville;code postal;pays;date de début;heure de début\n1;T;Lyon;69007;FR;2031-03-01;18:00\n"
    item = read(table, country="US", zone="America/Denver").one
    assert (item.locations[0].country, item.shifts[0].zone) == ("FR", "Europe/Paris")
    item = read(table, country="FR", zone="Indian/Reunion").one
    assert item.shifts[0].zone == "Europe/Paris"  # its postal code tells


def test_every_country_that_is_offered_has_its_clocks() -> None:
    for country in HOMES:
        assert clocks_of(country) and all(find_zone(zone) for zone in clocks_of(country)), country


@pytest.mark.parametrize(
    ("given", "kept"),
    [(("", ""), ("FR", "Europe/Paris")), (("BE", ""), ("BE", "Europe/Brussels")),
     (("FR", "Indian/Reunion"), ("FR", "Indian/Reunion")), (("US", "America/Chicago"), ("US", "America/Chicago"))],
)  # fmt: skip
def test_the_zone_is_the_countrys(given: tuple[str, str], kept: tuple[str, str]) -> None:
    assert feed_countries.home(*given) == kept


@pytest.mark.parametrize(
    ("country", "zone", "field"),
    [("XX", "", "country"), ("BE", "Europe/Paris", "zone"), ("US", "", "zone"), ("FR", "Mars/Olympus", "zone")],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_what_can(country: str, zone: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        feed_countries.home(country, zone)
    assert refused.value.field == field


def propose(app: Flask, cast: Cast, **given: str) -> Page:
    charlie = signed_in(Visitor(app), cast.charlie)
    charlie.get("/partners/new?url=https://example.org/mien.xml")
    return charlie.submit("/partners/new", title="Le flux", **given)


def test_a_partner_says_both_and_reads_them_again(app: Flask, cast: Cast, session: Session) -> None:
    page = propose(app, cast, country="FR", zone="Indian/Reunion")
    assert "France, heure : La Réunion" in page.words
    made = session.scalars(select(Feed)).one()
    assert (made.country, made.zone) == ("FR", "Indian/Reunion")
    session.commit()
    form = signed_in(Visitor(app), cast.mona).get("/moderation").form("/feeds/check")
    assert (form["country"], form["zone"]) == ("FR", "Indian/Reunion")


def test_a_partner_who_says_neither_has_a_french_feed(
    app: Flask, cast: Cast, session: Session
) -> None:
    assert propose(app, cast).status == 200
    made = session.scalars(select(Feed)).one()
    assert (made.country, made.zone) == ("FR", "Europe/Paris")


def test_a_country_of_several_clocks_wants_one_and_names_them(
    app: Flask, cast: Cast, session: Session
) -> None:
    page = propose(app, cast, country="US")
    assert page.status == 422
    told = page.soup.select_one("#zone-error")
    assert told is not None and "New York, Chicago" in told.get_text()
    assert page.soup.select_one("details[open] #zone")  # not folded away
    assert session.scalars(select(Feed)).all() == []


def test_a_partner_changes_both_later_and_the_same_file_is_read_anew(
    app: Flask, cast: Cast, database: Database
) -> None:
    file = SPRINGFIELD["table"].encode()
    with database.writing() as opened:
        made = feeds.add("jardins", "https://example.org/f.csv", "table")
        made.association_id, made.etag, made.next_run_at = cast.jardins.id, '"7"', FAR
        opened.commit()
        deliver(opened, made, file)
    alice = signed_in(Visitor(app), cast.alice)
    alice.get("/partners/jardins")
    page = alice.submit("/partners/jardins/home", country="FR", zone="Indian/Reunion")
    assert page.status == 200 and "France, heure : La Réunion" in page.words
    with database.writing() as opened:
        made = feeds.by_name("jardins")
        assert (made.country, made.zone, made.etag) == ("FR", "Indian/Reunion", "")
        assert made.next_run_at is not None and made.next_run_at < FAR
        deliver(opened, made, file)
        starts = opened.scalars(select(Shift.starts_at)).all()
        assert starts == [datetime(2031, 3, 1, 14, tzinfo=UTC)]
    alice.get("/partners/jardins")
    assert alice.submit("/partners/jardins/home", country="US", zone="").status == 422
    with database.reading() as opened:
        assert opened.scalars(select(Feed.country)).one() == "FR"


def test_a_country_of_one_clock_is_shown_again_as_it_was_said(
    app: Flask, cast: Cast, session: Session
) -> None:
    propose(app, cast, country="BE")
    mona = signed_in(Visitor(app), cast.mona)
    mona.get("/moderation")
    page = mona.submit("/feeds/check")
    assert not page.soup.select(".field__error")
    form = mona.get("/partners/le-flux").form("/partners/le-flux/home")
    assert (form["country"], form["zone"]) == ("BE", "")  # that of the country


def test_another_country_alone_takes_its_clock_along(
    app: Flask, cast: Cast, session: Session
) -> None:
    made = feeds.add("jardins", "https://example.org/f.csv", "table")
    made.association_id = cast.jardins.id
    session.commit()
    alice = signed_in(Visitor(app), cast.alice)
    alice.get("/partners/jardins")
    assert (
        "Belgique, heure : Bruxelles" in alice.submit("/partners/jardins/home", country="BE").words
    )


def test_nothing_changes_while_a_run_reads_the_feed_as_it_was(session: Session) -> None:
    made = feeds.add("jardins", "https://example.org/f.csv", "table")
    session.commit()
    with feed_turns.alone(made, session.commit), pytest.raises(FeedBusy):
        feed_countries.change(made, "BE", "")
    feed_countries.change(made, "BE", "")
    assert (made.country, made.zone) == ("BE", "Europe/Brussels")


def test_a_check_reads_as_the_run_would(app: Flask) -> None:
    visitor = Visitor(app)
    visitor.get("/feeds/check")
    file = io.BytesIO(SPRINGFIELD["table"].encode())
    given: dict[str, Any] = {"file": (file, "a.csv"), "country": "FR", "zone": "Indian/Reunion"}
    assert "18\u00a0h" in visitor.post("/feeds/check", given).text
    # what was said is handed on to the proposal
    bad = visitor.post("/feeds/check", {"url": "http://127.0.0.1:1/x", "country": "US"})
    assert bad.status == 422 and bad.soup.select_one("#zone-error")


def test_the_command_takes_both_and_refuses_what_cannot_be(app: Flask, database: Database) -> None:
    runner = app.test_cli_runner()
    wrong = ["add", "la", "https://example.org/a.csv", "--country", "us"]
    done = runner.invoke(commands, wrong)
    assert done.exit_code == 2 and "America/New_York" in done.output
    assert runner.invoke(commands, [*wrong, "--zone", "America/Chicago"]).exit_code == 0
    with database.reading() as opened:
        made = opened.scalars(select(Feed)).one()
        assert (made.country, made.zone) == ("US", "America/Chicago")


def test_an_import_keeps_what_its_feed_is_unless_it_is_told(
    app: Flask, database: Database, tmp_path: Any
) -> None:
    file = tmp_path / "feed.csv"
    file.write_text(SPRINGFIELD["table"])
    runner = app.test_cli_runner()
    given = ["import", str(file), "--name", "livres"]
    wanted = ["--country", "BE", "--date-order", "mdy"]
    assert runner.invoke(commands, [*given, *wanted]).exit_code == 0
    assert runner.invoke(commands, given).exit_code == 0
    with database.reading() as opened:
        assert opened.scalars(select(Feed.date_order)).one() == "mdy"
        assert opened.scalars(select(Feed.country)).one() == "BE"
        assert opened.scalars(select(Offer)).one().locations[0].country == "BE"
