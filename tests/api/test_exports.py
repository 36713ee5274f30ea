"""Everything as feeds: valid by the format's own schema, read back as the same offers, and nothing personal in it."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from lxml import etree
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal import clock, config, create_app
from portal.formats import FeedItem, ReadSettings
from portal.formats import read as read_feed
from portal.forms import prose
from portal.models import Location, Offer, OfferState, Precision, RecurrenceRule, Remote, Shift
from portal.services import exports, feeds, shifts
from portal.services.feed_limits import Limits
from tests import factories
from tests.conftest import settings_for
from tests.visitor import BASE, Visitor

XSD = Path(__file__).parent.parent / "formats/samples/footprint_0.1.xsd"
LIMITS = Limits(max_bytes=10**8, max_seconds=60, max_records=10**6)
CANARY = "canari-secret@example.org"
PARIS = ZoneInfo("Europe/Paris")


def at(days: int, hour: int, zone: str = "Europe/Paris") -> datetime:
    """An hour on the wall of a zone, some days from now."""
    day = clock.today() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def varied() -> list[Offer]:
    """Offers that differ in all that a format must carry."""
    here = factories.association(
        "Les Jardins & Cie", rna="W691234567", url="https://jardins.example.org", city="Lyon"
    )
    dated = factories.offer(
        here,
        title="Planter 5\u00a0< 6 haies & «\u00a0arroser\u00a0»",
        description=prose.to_html("De 9\u00a0h à 12\u202fh, pluie & vent."),
        tags=["jardin", "plein air, dehors", "vélo"],  # the last would make it a sport
        themes=["environment", "culture"],
        minimum_age=16,
        hours_per_week=2.5,
        contact_email=CANARY,
        contact_name="Camille Canari",
        contact_phone="+33 6 39 98 00 00",
        shifts=[
            factories.shift(starts_at=at(9, 9), hours=3, capacity=8),
            factories.shift(starts_at=at(300, 22), hours=4, capacity=8),
        ],
    )
    island = factories.offer(
        title="Nettoyer la plage",
        locations=[
            factories.location(
                street="", postal_code="97434", city="Saint-Paul", departement="974", region="04",
                lat=-21.06, lon=55.22, precision=Precision.EXACT,
            )
        ],
        shifts=[
            Shift(starts_at=at(12, 7, "Indian/Reunion"), ends_at=at(12, 9, "Indian/Reunion"),
                  zone="Indian/Reunion", capacity=None)
        ],
    )  # fmt: skip
    ongoing = factories.offer(
        title="Tenir la permanence",
        is_ongoing=True,
        hours_per_week=3,
        schedule="le mardi, 18\u00a0h - 20\u00a0h",
        shifts=[factories.undated_shift(4)],
        locations=[
            factories.location(),
            factories.location(street="", postal_code="13001", city="Marseille", departement="13",
                               region="93", lat=43.2999, lon=5.3831),
        ],
    )  # fmt: skip
    far = factories.offer(
        title="Répondre au téléphone",
        language="en",
        remote=Remote.FULL,
        themes=["solidarity"],
        locations=[],
        is_ongoing=True,
        shifts=[factories.undated_shift()],
        detail_url="https://partenaire.example.org/42?a=1&b=2",
    )
    both = factories.offer(
        title="Relire des dossiers", remote=Remote.POSSIBLE, expires_at=at(200, 12), skills="relire"
    )
    both.shifts = [factories.shift(starts_at=at(20, 14), capacity=0)]
    nowhere = factories.offer(
        title="Aider quelque part en Bretagne",
        locations=[
            Location(region="53", country="FR", precision=Precision.AREA, lat=48.1, lon=-2.8)
        ],
        shifts=[factories.shift(starts_at=at(15, 10))],
    )
    return [dated, island, ongoing, far, both, nowhere]


@pytest.fixture
def offers(session: Session) -> list[Offer]:
    made = varied()
    weekly = factories.offer(
        title="Chaque semaine", shifts=[], hours_per_week=2, tags=["micro", "chorale"]
    )
    weekly.rules = [
        RecurrenceRule(
            rrule="FREQ=WEEKLY;BYDAY=TU,TH", starts_at=at(2, 18), minutes=120,
            zone="Europe/Paris", capacity=6,
        )
    ]  # fmt: skip
    hidden = factories.offer(title="Cachée", state=OfferState.HIDDEN)
    over = factories.offer(title="Passée", shifts=[factories.shift(days=-9)])
    session.add_all([*made, weekly, hidden, over])
    session.flush()
    shifts.roll_out(weekly, weekly.rules[0], clock.now())
    session.execute(update(Offer).values(updated_at=at(-1, 12), published_at=at(-3, 12)))
    session.commit()
    session.expire_all()
    return [*made, weekly]


@pytest.fixture
def download(visitor: Visitor) -> Callable[[str], bytes]:
    def get(name: str) -> bytes:
        response = visitor.client.get(f"/export/{name}.xml", base_url=BASE)
        assert response.status_code == 200
        return response.data

    return get


@pytest.fixture
def elsewhere(gazetteer: Path, tmp_path: Path) -> Iterator[Flask]:
    """Another portal, empty."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    shutil.copy(gazetteer, folder / "relais.db")
    made = create_app(config.from_environment({}, settings_for(folder)))
    yield made
    made.extensions["database"].engine.dispose()


def parsed(content: bytes) -> list[FeedItem]:
    """What a reader makes of the export; nothing in it may need a remark."""
    found = list(read_feed(io.BytesIO(content), ReadSettings()))
    assert [one for one in found if not isinstance(one, FeedItem)] == []
    return [one for one in found if isinstance(one, FeedItem)]


def imported(app: Flask, content: bytes) -> list[FeedItem]:
    """The offers of another portal that read this file as a partner's feed, as it exports them itself."""
    with app.app_context(), app.extensions["database"].writing() as session:
        feed = feeds.add("ailleurs", "")
        started = feeds.begin(feed)
        session.commit()
        tally = feeds.read(feed, io.BytesIO(content), LIMITS, session.commit)
        feeds.finish(feed, started, tally, session.commit)
        assert tally.refused == 0
        return list(exports.items(BASE))


def said(item: FeedItem, *lost: str) -> dict[str, Any]:
    """What an item says, apart from numbers that each portal gives itself and what is named `lost`."""
    values = {name: getattr(item, name) for name in FeedItem.__dataclass_fields__}
    values["tags"] = tuple(tag for tag in item.tags if tag != "vélo")
    assert item.association is not None
    values["association"] = item.association.name
    values["shifts"] = sorted(
        map(
            str,
            (replace(s, is_all_day=False, is_flexible=False, capacity=None) for s in item.shifts),
        )
    )
    for name in ("record", "line", "external_id", "updated_at", "posted_at", "commitment", *lost):
        del values[name]
    return values


NOT_IN_FOOTPRINT = ("schedule", "is_accessible", "near_transport")


def test_footprint_is_valid_by_its_own_schema(
    offers: list[Offer], download: Callable[[str], bytes]
) -> None:
    schema = etree.XMLSchema(etree.parse(XSD))
    document = etree.fromstring(download("footprint"))
    schema.assertValid(document)
    assert len(document.findall(".//VolunteerOpportunity")) == len(offers)
    assert [one.findtext("title") for one in document.findall(".//*[micro='Yes']")] == [
        "Chaque semaine"
    ]
    document.find(".//VolunteerOpportunity/title").tag = "name"
    assert not schema.validate(document)  # the control: the schema does refuse


def test_footprint_is_read_back_as_the_same_offers(
    offers: list[Offer], download: Callable[[str], bytes]
) -> None:
    wrote = [replace(item) for item in exports.items(BASE)]
    read = parsed(download("footprint"))
    assert [one.external_id for one in read] == [str(offer.id) for offer in offers]
    for one, other in zip(read, wrote, strict=True):
        lost = (*NOT_IN_FOOTPRINT, "locations")
        assert said(one, *lost) == said(other, *lost)


def test_engagement_is_read_back_as_the_same_offers(
    offers: list[Offer], download: Callable[[str], bytes]
) -> None:
    wrote = list(exports.items(BASE))
    read = parsed(download("engagement"))
    assert [one.external_id for one in read] == [str(offer.id) for offer in offers]
    for one, other in zip(read, wrote, strict=True):
        assert said(one, "locations") == said(other, "locations")
        assert [s.capacity for s in one.shifts] == [s.capacity for s in other.shifts]


@pytest.mark.parametrize(
    ("name", "lost"),
    [("footprint", NOT_IN_FOOTPRINT), ("engagement", ())],
)
def test_another_portal_that_imports_it_exports_the_same(
    offers: list[Offer],
    download: Callable[[str], bytes],
    elsewhere: Flask,
    name: str,
    lost: tuple[str, ...],
) -> None:
    wrote = [said(item, *lost) for item in exports.items(BASE)]
    assert [said(item, *lost) for item in imported(elsewhere, download(name))] == wrote


def test_nothing_of_anybody_is_in_it(offers: list[Offer], download: Callable[[str], bytes]) -> None:
    for name in ("footprint", "engagement"):
        content = download(name).decode()
        for secret in (CANARY, "Canari", "98 00 00", "@example.org"):
            assert secret not in content, (name, secret)
        assert "Cachée" not in content and "Passée" not in content


def test_whoever_has_the_newest_is_told_so(
    offers: list[Offer], visitor: Visitor, session: Session
) -> None:
    first = visitor.client.get("/export/footprint.xml", base_url=BASE)
    kept = {"If-None-Match": first.headers["ETag"]}
    with time_machine.travel(clock.now() + timedelta(seconds=5)):
        again = visitor.client.get("/export/footprint.xml", base_url=BASE, headers=kept)
        whole = visitor.client.get("/export/footprint.xml", base_url=BASE)
    assert (again.status_code, again.data) == (304, b"")
    # Control: a tag of the bytes would be another one, since they say when they were written.
    assert whole.data != first.data and whole.headers["ETag"] == first.headers["ETag"]
    session.execute(update(Offer).where(Offer.id == offers[0].id).values(title="Autre", version=2))
    session.commit()
    changed = visitor.client.get("/export/footprint.xml", base_url=BASE, headers=kept)
    assert changed.status_code == 200 and b"Autre" in changed.data


def test_an_empty_portal_exports_an_empty_feed(download: Callable[[str], bytes]) -> None:
    etree.XMLSchema(etree.parse(XSD)).assertValid(etree.fromstring(download("footprint")))
    assert etree.fromstring(download("engagement")).tag == "source"
