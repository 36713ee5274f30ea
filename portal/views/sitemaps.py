"""The pages that search engines should know: an index, and lists by ranges of numbers, so that an offer never changes list."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from flask import Blueprint, Response, current_app
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, load_only, raiseload

from portal import clock, db, themes
from portal.errors import NotFound
from portal.models import Association, AssociationState, Offer
from portal.services import indexing
from portal.views.access import public
from portal.views.offers import path_of

pages = Blueprint("sitemaps", __name__)
PART = 45_000  # numbers in a list, which may hold 50,000 addresses
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
Rows = Iterable[tuple[str, str]]  # path, day of the last change or ""


@pages.get("/sitemap.xml")
@public
def index() -> Response:
    """The lists there are."""
    parts = [("/sitemaps/pages-0.xml", "")]
    for kind, number in (("offers", Offer.id), ("associations", Association.id)):
        last = db.session.scalar(select(func.max(number))) or 0
        parts += [(f"/sitemaps/{kind}-{part}.xml", "") for part in range(last // PART + 1)]
    return _document("sitemapindex", "sitemap", parts)


@pages.get("/sitemaps/<kind>-<int:part>.xml")
@public
def part(kind: str, part: int) -> Response:
    """One list; 404 when there is none of that kind."""
    if kind not in LISTS:
        raise NotFound
    return _document("urlset", "url", LISTS[kind](part))


def _pages(part: int) -> Rows:
    if part == 0:
        yield from ((path, "") for path in ("/", "/search", "/about", "/help"))
        yield from ((f"/themes/{slug}", "") for slug in themes.SLUGS)


def _offers(part: int) -> Rows:
    asked = (
        indexing.findable(clock.now())
        .where(_within(Offer.id, part))
        .options(load_only(Offer.id, Offer.slug, Offer.updated_at), raiseload("*"))
        .order_by(Offer.id.desc())
    )
    for offer in db.session.scalars(asked):
        yield path_of(offer), offer.updated_at.date().isoformat()


def _associations(part: int) -> Rows:
    slugs = select(Association.slug).where(
        Association.state == AssociationState.ACTIVE, _within(Association.id, part)
    )
    yield from ((f"/associations/{slug}", "") for slug in db.session.scalars(slugs))


def _within(number: InstrumentedAttribute[int], part: int) -> ColumnElement[bool]:
    return number.between(part * PART, (part + 1) * PART - 1)


LISTS = {"pages": _pages, "offers": _offers, "associations": _associations}


def _document(root: str, item: str, rows: Rows) -> Response:
    base = current_app.config["BASE_URL"]
    body = "".join(
        f"<{item}><loc>{escape(base + path)}</loc>"
        f"{f'<lastmod>{day}</lastmod>' if day else ''}</{item}>\n"
        for path, day in rows
    )
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{NAMESPACE}">\n'
    return Response(f"{head}{body}</{root}>\n", mimetype="application/xml")
