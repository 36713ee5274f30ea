"""A Footprint feed that names no country: French or American by what it says, whichever way its format became known."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Feed, FeedProblem, KeyScope, Offer
from portal.models.place import PlaceKind
from portal.services import api_keys, places
from portal.services.places import PlaceRow
from tests import gazetteer
from tests.feeds import deliver
from tests.people import Cast
from tests.visitor import BASE

HEAD = """<?xml version="1.0"?><FootprintFeed schemaVersion="0.1"><FeedInfo><providerID>1</providerID></FeedInfo>
<Organizations><Organization><organizationID>a</organizationID><name>A</name>{where}</Organization></Organizations>
<VolunteerOpportunities><VolunteerOpportunity><volunteerOpportunityID>1</volunteerOpportunityID><title>Titre</title>
<sponsoringOrganizationID>a</sponsoringOrganizationID><dateTimeDurations><dateTimeDuration>
<startDate>2031-03-01</startDate><startTime>08:00:00</startTime></dateTimeDuration></dateTimeDurations>
{locations}</VolunteerOpportunity></VolunteerOpportunities></FootprintFeed>"""
MORE = (
    PlaceRow("33", PlaceKind.DEPARTEMENT, "Gironde", "33", "75", "FR", 1_600_000, 44.84, -0.58),
    PlaceRow("97", PlaceKind.TOWN, "Portland", "", "OR", "US", 650_000, 45.52, -122.67),
)
FRENCH, PACIFIC = datetime(2031, 3, 1, 7, tzinfo=UTC), datetime(2031, 3, 1, 16, tzinfo=UTC)


def location(inner: str) -> str:
    return f"<location>{inner}</location>"


def body(inner: str) -> bytes:
    return HEAD.format(where="", locations=f"<locations>{location(inner)}</locations>").encode()


@pytest.fixture(autouse=True)
def known(session: Session) -> None:
    gazetteer.load(session)
    places.load(MORE)
    session.commit()


def read(session: Session, content: bytes, format: str = "footprint") -> Offer:
    feed = Feed(name="flux", format=format, country="FR", zone="Europe/Paris", columns={})
    session.add(feed)
    deliver(session, feed, content)
    return session.scalars(select(Offer)).one()


def told(offer: Offer) -> tuple[str, datetime | None]:
    return offer.locations[0].country, offer.shifts[0].starts_at


@pytest.mark.parametrize("format", ["", "footprint"])
def test_a_french_address_is_french_whether_the_format_is_named_or_found(
    session: Session, format: str
) -> None:
    offer = read(session, body("<city>Lyon</city><postalCode>69003</postalCode>"), format)
    assert told(offer) == ("FR", FRENCH)
    assert (offer.locations[0].lat, offer.shifts[0].zone) == (45.7578, "Europe/Paris")
    assert session.scalars(select(FeedProblem.code)).all() == []


def test_a_french_address_that_is_uploaded_is_french(
    app: Flask, session: Session, cast: Cast
) -> None:
    feed = Feed(name="mains")
    session.add(feed)
    session.flush()
    mona = session.merge(cast.mona)
    _key, secret = api_keys.make("Mains", [KeyScope.UPLOAD], mona, feed=feed)
    session.commit()
    content = body("<city>Lyon</city><postalCode>69003</postalCode>")
    address = f"/api/upload?key={secret}"
    answer = app.test_client().post(address, data=content, base_url=BASE)
    assert (answer.status_code, answer.get_json()["problems"]) == (200, [])
    assert told(session.scalars(select(Offer)).one()) == ("FR", FRENCH)


@pytest.mark.parametrize("format", ["", "footprint"])
@pytest.mark.parametrize(
    "inner",
    [
        "<city>Portland</city><region>OR</region><postalCode>97232</postalCode>",
        "<city>Portland</city>",  # a town of theirs alone
        "<city>Miami</city><postalCode>33101</postalCode>",  # a code that no town of France has
        "<postalCode>99501-0001</postalCode>",
        "<city>Somewhere</city><latitude>37.77</latitude><longitude>-122.42</longitude>",
        "<city>Lyon</city><latitude>37.77</latitude><longitude>-122.42</longitude>",
    ],
)
def test_an_american_address_is_american_whether_the_format_is_named_or_found(
    session: Session, inner: str, format: str
) -> None:
    assert told(read(session, body(inner), format)) == ("US", PACIFIC)


@pytest.mark.parametrize(
    "inner",
    [
        "<city>Lyon</city>",
        "<postalCode>69007</postalCode>",
        "<city>Lyonn</city><postalCode>69007</postalCode>",
        "<city>Lyon</city><postalCode>69361</postalCode>",
        "<city>Lyon Cedex 03</city><postalCode>69361</postalCode>",
        "<city>Lyon</city><postalCode>69007</postalCode><latitude>40.7</latitude><longitude>-74</longitude>",
        "<postalCode>33101</postalCode><latitude>44.84</latitude><longitude>-0.58</longitude>",
        "<city>Nulle-Part</city>",  # nothing tells: the feed's own country
    ],
)
def test_what_may_be_french_is_french_in_a_french_feed(session: Session, inner: str) -> None:
    assert told(read(session, body(inner))) == ("FR", FRENCH)


def test_what_is_done_from_home_goes_by_the_clock_of_its_organization(session: Session) -> None:
    where = location("<city>Portland</city><region>OR</region>")
    home = "<locations><location><virtual>Yes</virtual></location></locations>"
    offer = read(session, HEAD.format(where=where, locations=home).encode())
    assert offer.shifts[0].starts_at == PACIFIC


def test_a_gazetteer_without_the_departement_does_not_send_its_codes_to_america(
    session: Session,
) -> None:
    assert places.country_of("59777", "") == ""
    assert places.country_of("33101", "") == "US"
