"""Every search as a feed to follow: RSS 2.0 and Atom, each entry with its place (GeoRSS-Simple)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from flask import Blueprint, Response, current_app
from lxml import etree
from lxml.builder import ElementMaker

from portal.api import presenters
from portal.api.access import open_to_pages, public
from portal.formats.xml_writing import clean
from portal.services import finding
from portal.services.finding import Card, Found, address

data = Blueprint("api_syndication", __name__)
data.after_request(open_to_pages)
IN_A_FEED = 50
ATOM, GEORSS = "http://www.w3.org/2005/Atom", "http://www.georss.org/georss"
NAMES: dict[str | None, str] = {"georss": GEORSS, "atom": ATOM}


@data.get("/search.rss")
@public
def rss() -> Response:
    """The search as RSS."""
    found = _found()
    made = presenters.cards(found)
    e = ElementMaker(nsmap=NAMES)
    channel = e.channel(
        e.title(_title(found)),
        e.link(presenters.absolute(address(found.asked.params))),
        e.description(_title(found)),
        e.lastBuildDate(format_datetime(presenters.newest(made) or _beginning())),
        *(_item(e, card) for card in made),
    )
    return xml(e.rss(channel, version="2.0"), "application/rss+xml")


@data.get("/search.atom")
@public
def atom() -> Response:
    """The search as Atom."""
    found = _found()
    made = presenters.cards(found)
    e = ElementMaker(namespace=ATOM, nsmap={None: ATOM, "georss": GEORSS})
    own = presenters.absolute(address(found.asked.params, "/search.atom"))
    feed = e.feed(
        e.id(own),
        e.title(_title(found)),
        e.updated((presenters.newest(made) or _beginning()).isoformat()),
        e.link(href=own, rel="self"),
        e.link(href=presenters.absolute(address(found.asked.params))),
        *(_entry(e, card) for card in made),
    )
    return xml(feed, "application/atom+xml")


def xml(root: Any, mimetype: str) -> Response:
    """An element as an answer."""
    body = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return Response(body, mimetype=mimetype)


def point(card: Card) -> list[Any]:
    """The position of a card as GeoRSS, where it has one."""
    if card.location is None or card.location.lat is None:
        return []
    made = etree.Element(f"{{{GEORSS}}}point", nsmap={"georss": GEORSS})
    made.text = f"{card.location.lat} {card.location.lon}"
    return [made]


def _item(e: Any, card: Card) -> Any:
    it = card.offer
    return e.item(
        e.title(clean(it.title)),
        e.link(presenters.page_of(card)),
        e.guid(presenters.absolute(f"/offers/{it.id}"), isPermaLink="false"),
        e.description(clean(presenters.markup_of(it))),
        e.pubDate(format_datetime(it.published_at or it.created_at)),
        *(e.category(theme) for theme in it.themes),
        *point(card),
    )


def _entry(e: Any, card: Card) -> Any:
    it = card.offer
    return e.entry(
        e.id(presenters.absolute(f"/offers/{it.id}")),
        e.title(clean(it.title)),
        e.link(href=presenters.page_of(card)),
        e.updated(it.updated_at.isoformat()),
        e.published((it.published_at or it.created_at).isoformat()),
        e.author(e.name(clean(it.association.name))),
        e.content(clean(presenters.markup_of(it)), type="html"),
        *(e.category(term=theme) for theme in it.themes),
        *point(card),
    )


def _found() -> Found:
    return finding.find(presenters.asked(IN_A_FEED))


def _title(found: Found) -> str:
    return clean(f"{current_app.config['SITE_NAME']} : {presenters.title(found)}")


def _beginning() -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC)
