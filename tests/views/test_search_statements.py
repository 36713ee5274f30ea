"""A search page asks the database little, whatever is asked of it and whether or not it has an answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal import clock, db
from portal.models import Association, Feed, Offer
from portal.models.place import PlaceKind
from portal.services import indexing, places
from portal.services.places import PlaceRow
from tests import factories, gazetteer
from tests.people import Cast
from tests.signing_in import sign_in
from tests.statements import counted
from tests.visitor import Visitor

MORE = (
    PlaceRow("59004", PlaceKind.COMMUNE, "Aix", "59", "32", "FR", 1_100, 50.48, 3.3, False, ("59310",)),
    PlaceRow("13001", PlaceKind.COMMUNE, "Aix-en-Provence", "13", "93", "FR", 147_000, 43.53, 5.45),
    PlaceRow("94081", PlaceKind.COMMUNE, "Vitry-sur-Seine", "94", "11", "FR", 95_000, 48.79, 2.39),
    PlaceRow("69266", PlaceKind.COMMUNE, "Villeurbanne", "69", "84", "FR", 156_000, 45.77, 4.88, False, ("69100",)),
    PlaceRow("69383", PlaceKind.ARRONDISSEMENT, "Lyon 3e", "69", "84", "FR", 103_000, 45.75, 4.87, False, ("69003",)),
)  # fmt: skip


QUESTIONS = (
    ("q=jardin&place=Lyon&theme=environment&from=2026-01-01", "article.card"),
    ("", "article.card"),
    ("q=jardin&page=2", "article.card"),
    ("q=jardin&place=Lyon&page=400", "article.card"),
    ("q=jardin&place=Xyzzy", "article.card"),
    ("q=jardin&place=Lyonn", ".understood__rivals a"),
    ("q=jardin&place=centre+de+Lyo", ".understood__rivals a"),
    ("q=jardin&place=%C3%A0+Xyzzy+(69)", "article.card"),
    ("place=123", "article.card"),
    ("place=Aix", "article.card"),
    ("place=pr%C3%A8s+d%27Aix", "article.card"),
    ("place=Vitry", "#understood"),
    ("place=Vitry+94", "#understood"),
    ("place=saint-denis+la+r%C3%A9union", "#understood"),
    ("place=Lyon+3e", "article.card"),
    ("place=69003", "article.card"),
    ("place=69003+Lyon", "article.card"),
    ("place=69100+Villeurbanne", "article.card"),
    ("place=69003+Villeurbanne", "article.card"),
    ("place=69361+Lyon+cedex+07", "article.card"),
    ("place=69000+Lyon", "article.card"),
    ("place=45.76,4.85", "article.card"),
    ("place=0,-30", "#understood"),
    ("place=Rh%C3%B4ne", "article.card"),
    ("area=69", "article.card"),
    ("area=69&place=Lyon", "article.card"),
    ("area=69&lat=45.76&lon=4.85", "article.card"),
    ("area=69&lat=0&lon=-30", ".empty a"),
    ("box=4.7,45.6,5,45.9", "article.card"),
    ("q=jardin&association={jardins}&place=Lyon", "article.card"),
    ("q=jardin&association={jardins}&feed=flux", ".empty a"),
    ("q=jardim&place=Lyon", "#understood a[href*='q=jardin']"),
    ("q=jardim&place=Aix", ".empty a"),
    ("q=xylophone&place=Lyon", ".empty a"),
    ("q=jardin+xylophone&place=Aix&theme=environment", ".empty a"),
    ("q=jardin+xylophone&place=Xyzzy", ".empty a"),
    ("q=jardin+ce+week-end+%C3%A0+Lille", ".empty a"),
    ("q=planter+au+jardin+ce+week-end+%C3%A0+Aix", ".empty a"),
    ("q=planter+au+jardin+%C3%A0+Aix&place=Xyzzy", ".empty a"),
    ("q=planter+au+jardin+%C3%A0+Lyon&association={jardins}", ".empty a"),
    ("theme=culture&place=Lyon&radius=1&remote=no", ".empty a"),
)  # and what the page has, lest it say nothing


def offer(association: Association, **values: object) -> Offer:
    """In a week; the index counts whole seconds, and a shift that it does not know by its instant costs a statement."""
    starts = clock.now().replace(microsecond=0) + timedelta(days=7)
    shift = factories.shift(starts_at=starts, ends_at=starts + timedelta(hours=3))
    return factories.offer(association, shifts=[shift], **values)


@pytest.fixture
def looker(app: Flask, session: Session, cast: Cast) -> Visitor:
    """Thirty gardens at Lyon, a misspelt one there, and a library at Aix."""
    feed = Feed(name="flux", title="Flux", url="https://example.org/flux")
    session.add(feed)
    session.flush()
    session.add_all([offer(cast.jardins, title=f"Jardin {n}") for n in range(30)])
    session.add(offer(cast.panier, title="Jardim", feed_id=feed.id, external_id="1"))
    aix = [factories.location(lat=43.53, lon=5.45, city="Aix-en-Provence")]
    session.add(offer(cast.panier, title="Lire des histoires", locations=aix))
    places.load((*gazetteer.ROWS, *MORE))
    indexing.rebuild()
    session.commit()
    looker = Visitor(app)
    looker.get("/search")
    return looker


@pytest.mark.parametrize(("is_signed_in", "most"), [(False, 4), (True, 5)])
def test_a_page_takes_at_most_four_statements_and_one_for_who_asks(
    looker: Visitor, cast: Cast, is_signed_in: bool, most: int
) -> None:
    if is_signed_in:
        sign_in(looker, cast.alice)
    counts = {}
    for query, shows in QUESTIONS:
        with counted(db.database().engine) as statements:
            page = looker.get(f"/search?{query.replace('{jardins}', cast.jardins.slug)}")
        assert page.status == 200 and page.soup.select(shows), (query, page.words)
        counts[query] = len(statements)
    assert max(counts.values()) == most, counts
