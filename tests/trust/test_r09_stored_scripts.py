"""R09: what a feed, a form or a row of the database holds never runs on a page, in a feed, a twin or a block for machines."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from jinja2 import BaseLoader, Environment
from lxml import etree
from playwright.sync_api import Browser
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.db import Database
from portal.formats.problem import Notebook
from portal.formats.text import clean_html
from portal.models import Offer, OfferState
from portal.services import feeds, indexing
from portal.services.feed_limits import Limits
from tests import factories
from tests.arrivals import sign_in
from tests.people import Cast
from tests.trust.payloads import PAYLOADS
from tests.trust.reading import faults_of_fragment, faults_of_json, faults_of_page, faults_of_xml
from tests.visitor import BASE, Visitor

SMALL, SMALL_FORM = 4, 10  # at small n, every fourth payload (of a form: every tenth)
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def footprint(payloads: Sequence[str]) -> bytes:
    """A feed with a record for each payload, which stands in every text of it."""
    root = etree.Element("FootprintFeed", schemaVersion="0.1")
    info = etree.SubElement(root, "FeedInfo")
    _fill(info, providerID="1", providerName="Hostile", createdDateTime="2026-01-01T00:00:00")
    associations = etree.SubElement(root, "Organizations")
    offers = etree.SubElement(root, "VolunteerOpportunities")
    for number, payload in enumerate(payloads):
        text = _FORBIDDEN.sub("", payload)
        _fill(
            etree.SubElement(associations, "Organization"),
            organizationID=str(number),
            name=f"Association {number} {text}",
            missionStatement=text,
            description=text,
            organizationURL=text,
            logoURL=text,
        )
        record = etree.SubElement(offers, "VolunteerOpportunity")
        sponsors = etree.SubElement(record, "sponsoringOrganizationIDs")
        _fill(record, volunteerOpportunityID=f"{number}{text}"[:250])
        _fill(sponsors, sponsoringOrganizationID=str(number))
        _fill(record, title=f"Besoin {number} {text}", abstract=text, description=text)
        _fill(record, detailURL=text, skills=text, contactName=text, contactEmail=text)
        for group, one in (("categoryTags", "categoryTag"), ("audienceTags", "audienceTag")):
            _fill(etree.SubElement(record, group), **{one: text})
        times = etree.SubElement(etree.SubElement(record, "dateTimeDurations"), "dateTimeDuration")
        _fill(times, openEnded="Yes", duration=text, iCalRecurrence=text)
        location = etree.SubElement(etree.SubElement(record, "locations"), "location")
        _fill(location, name=text, streetAddress1=text, city=text, region=text, country="FR")
        _fill(location, latitude="45.75", longitude="4.85", directions=text)
    return etree.tostring(root)


def _fill(parent: etree._Element, **texts: str) -> None:
    for name, text in texts.items():
        etree.SubElement(parent, name).text = text


@pytest.fixture
def payloads(full: bool) -> Sequence[str]:
    """All of them, or every fourth."""
    return PAYLOADS if full else PAYLOADS[::SMALL]


@pytest.fixture
def fed(app: Flask, session: Session, payloads: Sequence[str]) -> list[Offer]:
    """The hostile feed, imported by the real importer, everything of it open to the public."""
    feed = feeds.add("hostile", "", "footprint")
    started = feeds.begin(feed)
    limits = Limits(10**8, 60, 10**6, True)
    tally = feeds.read(feed, io.BytesIO(footprint(payloads)), limits, session.commit)
    feeds.finish(feed, started, tally, session.commit)
    session.execute(update(Offer).values(state=OfferState.LIVE, is_ongoing=True, expires_at=None))
    session.commit()
    indexing.rebuild()
    session.commit()
    return list(session.scalars(select(Offer).order_by(Offer.id)))


@pytest.fixture
def stored(app: Flask, session: Session, payloads: Sequence[str]) -> list[Offer]:
    """Rows as no border would have let them in: each plain text of an offer and its association is a payload."""
    made = [_hostile(number, payload) for number, payload in enumerate(payloads)]
    session.add_all(made)
    session.commit()
    indexing.rebuild()
    session.commit()
    return made


def _hostile(number: int, payload: str) -> Offer:
    text = payload.replace("\x00", "")
    of = factories.association(
        name=text, summary=text, slug=f"hostile-{number}", url=text, city=text
    )
    place = factories.location(name=text, street=text, city=text, postal_code=text[:12])
    return factories.offer(
        of, title=text, slug=f"hostile-{number}", summary=text, bring=text, welcome=text,
        skills=text, schedule=text, tags=[text], audiences=[text], detail_url=text if number % 2 else "",
        description="", locations=[place], themes=["environment"], is_ongoing=number % 3 == 0,
    )  # fmt: skip


def crawl(app: Flask, offers: list[Offer]) -> Iterator[str]:
    """What could run anywhere these offers are shown, with where."""
    app.config["DEMO"] = True
    visitor = Visitor(app, checks=False)
    paths = [
        "/",
        "/sitemaps/offers-0.xml",
        "/api/volopps?key=testkey&vol_loc=anywhere&num=999&output=html",
    ]
    paths += [f"/search?page={n}" for n in range(1, len(offers) // 20 + 2)]
    paths += [f"/offers/{offer.id}-{offer.slug}" for offer in offers]
    paths += [f"/associations/{offer.association.slug}" for offer in offers]
    paths += [f"/search?q={word}" for word in ("script", "alert", "img")]
    for path in paths:
        response = visitor.client.get(path, base_url=BASE)
        assert response.status_code == 200, (path, response.status_code)
        reader = faults_of_xml if path.endswith(".xml") else lambda b: faults_of_page(b.decode())
        yield from (f"{path}: {fault}" for fault in reader(response.get_data()))
    key = "/api/volopps?key=testkey&vol_loc=anywhere&num=999&fulldesc=1"
    for path in ("/search.json", "/search.geojson", "/api/v1/offers?page=2", f"{key}&output=json"):
        text = visitor.client.get(path, base_url=BASE).get_data(as_text=True)
        yield from (f"{path}: {fault}" for fault in faults_of_json(text))
    for path in ("/search.rss", "/search.atom", f"{key}&output=rss", f"{key}&output=xml"):
        body = visitor.client.get(path, base_url=BASE).get_data()
        yield from (f"{path}: {fault}" for fault in faults_of_xml(body))


def test_r09_nothing_that_a_feed_says_runs_anywhere(
    app: Flask,
    fed: list[Offer],
    payloads: Sequence[str],
    record_property: Callable[[str, object], None],
) -> None:
    record_property("n", len(fed))
    assert len(PAYLOADS) >= 120 and len(fed) > len(payloads) * 0.9
    assert list(crawl(app, fed)) == []


def test_r09_a_description_is_clean_before_it_is_stored(fed: list[Offer]) -> None:
    texts = [offer.description for offer in fed]
    texts += [offer.association.description for offer in fed]
    assert [fault for text in texts for fault in faults_of_fragment(text)] == []
    assert not any("<img" in text for text in texts)


def test_r09_whatever_a_row_holds_is_escaped_when_it_is_shown(
    app: Flask, stored: list[Offer], full: bool, record_property: Callable[[str, object], None]
) -> None:
    record_property("n", len(stored))
    assert list(crawl(app, stored)) == []


def test_r09_nothing_that_a_coordinator_writes_runs_anywhere(
    app: Flask,
    database: Database,
    cast: Cast,
    full: bool,
    record_property: Callable[[str, object], None],
) -> None:
    chosen = PAYLOADS if full else PAYLOADS[::SMALL_FORM]
    record_property("n", len(chosen))
    alice = Visitor(app, checks=False)
    sign_in(alice, database, "alice@example.org")
    for payload in chosen:
        alice.get(f"/dashboard/{cast.jardins.slug}/offers/new")
        fields = ("title", "description", "street", "schedule", "welcome", "bring")
        page = alice.submit("", **dict.fromkeys(fields, f"Besoin {payload}"[:110]), kind="ongoing",
                            remote="full", themes="environment", place="", publish="1")  # fmt: skip
        assert page.status in (200, 422)
    with database.writing() as session:
        session.execute(update(Offer).values(state=OfferState.LIVE))
        session.commit()
        indexing.rebuild()
        session.commit()
        posted = list(session.scalars(select(Offer)))
        assert len(posted) > len(chosen) * 0.8
        assert list(crawl(app, posted)) == []
    for path in (f"/dashboard/{cast.jardins.slug}/offers", f"/dashboard/{cast.jardins.slug}"):
        assert faults_of_page(alice.get(path).text) == []


def test_r09_without_escaping_the_same_texts_run(app: Flask, stored: list[Offer]) -> None:
    """The control: the template of a card with `|safe` where it says the title."""
    app.jinja_env.loader = _Careless(app.jinja_env.loader)
    faults = faults_of_page(Visitor(app, checks=False).get("/search").text)
    assert any("onerror" in fault or "<script>" in fault for fault in faults)


def test_r09_without_cleaning_a_description_runs(
    app: Flask, stored: list[Offer], session: Session
) -> None:
    """The control: a description stored as it came."""
    stored[0].description = "<p>x</p><img src=x onerror=alert(1)>"
    session.commit()
    path = f"/offers/{stored[0].id}-{stored[0].slug}"
    assert faults_of_page(Visitor(app, checks=False).get(path).text)


def test_r09_without_tojson_a_title_closes_the_block_for_machines() -> None:
    """The control: what an offer's page would be if its block were printed as plain JSON."""
    page = (
        '<script type="application/ld+json">{"name": "</script><script>alert(1)</script>"}</script>'
    )
    assert faults_of_page(page)


class _Careless(BaseLoader):
    """The templates as somebody in a hurry would have written them."""

    def __init__(self, kept: BaseLoader | None) -> None:
        assert kept is not None
        self.kept = kept

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        text, name, _fresh = self.kept.get_source(environment, template)
        for said in ("offer.title", "piece"):
            text = text.replace(f"{{{{ {said} }}}}", f"{{{{ {said}|safe }}}}")
        return text, name, lambda: False


@pytest.mark.browser
def test_r09_a_real_browser_runs_nothing_and_the_control_runs(
    app: Flask, stored: list[Offer], full: bool, browser: Browser
) -> None:
    """Pages without their content security policy, so that only escaping stands between the text and the browser."""
    visitor = Visitor(app, checks=False)
    chosen = stored if full else stored[::4]
    page = browser.new_page()
    said: list[str] = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    for offer in chosen:
        text = visitor.get(f"/offers/{offer.id}-{offer.slug}").text
        soup = BeautifulSoup(text, "html.parser")
        for tag in soup.find_all(["link", "script"], src=True) + soup.find_all("link"):
            tag.decompose()
        page.set_content(str(soup), wait_until="commit")
    page.wait_for_function("document.readyState !== 'loading'")
    assert said == []
    page.set_content("<img src=x onerror=alert(1)>", wait_until="load")
    page.wait_for_function("document.images[0].complete")
    page.close()
    assert said == ["1"]


def test_r09_plain_text_of_a_form_becomes_clean_paragraphs() -> None:
    for payload in PAYLOADS:
        assert (
            faults_of_fragment(clean_html(payload, "description", Notebook(1, None), 10_000)) == []
        )
