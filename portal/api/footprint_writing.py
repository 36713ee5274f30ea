"""Offers in the words of the All for Good API: as JSON, RSS with `fp:` elements, tables, or plain HTML."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Response, current_app, jsonify, request
from lxml import etree
from lxml.builder import ElementMaker
from markupsafe import Markup, escape
from sqlalchemy import select

from portal import db
from portal.api import presenters
from portal.api.footprint_reading import KM_PER_MILE
from portal.api.syndication import xml
from portal.formats.text import plain
from portal.formats.xml_writing import clean
from portal.formatting import said, web_address
from portal.models import Feed, Remote
from portal.services.finding import Card, Found

FP = "http://www.allforgood.org/"
DESCRIPTION = "All for Good search results"
SHORT = 300
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


def as_json(found: Found, is_full: bool) -> Response:
    """The document of the original, plus `notes`: what was set right in the question."""
    items, changed_at = _items(found, is_full)
    body = {
        "version": 1.0,
        "href": request.url,
        "description": DESCRIPTION,
        "language": "en-us",
        "lastBuildDate": format_datetime(changed_at),
        "num": len(items),
        "TotalMatch": found.total,
        "items": items,
    }
    if found.notes:
        body["notes"] = [said(note) for note in found.notes]
    return jsonify(body)


def as_rss(found: Found, is_full: bool) -> Response:
    """RSS 2.0; every key of an item is an `fp:` element too."""
    items, changed_at = _items(found, is_full)
    e = ElementMaker(nsmap={"fp": FP})
    channel = e.channel(
        e.title(DESCRIPTION),
        e.link(clean(request.url)),
        e.description(" ".join([DESCRIPTION, *map(said, found.notes)])),
        e.language("en-us"),
        e.lastBuildDate(format_datetime(changed_at)),
        *(_element(e, item) for item in items),
    )
    total = etree.SubElement(channel, f"{{{FP}}}TotalMatch")
    total.text = str(found.total)
    return xml(e.rss(channel, version="2.0"), "application/rss+xml")


def as_xml(found: Found, is_full: bool) -> Response:
    """The same document under the general type."""
    response = as_rss(found, is_full)
    response.mimetype = "application/xml"
    return response


def as_csv(found: Found, is_full: bool) -> Response:
    return _table(found, is_full, ",", "text/csv")


def as_tsv(found: Found, is_full: bool) -> Response:
    return _table(found, is_full, "\t", "text/tab-separated-values")


def as_html(found: Found, is_full: bool) -> Response:
    """A list of links, for people who try the API in a browser."""
    items, _changed = _items(found, is_full)
    row = Markup('<li><a href="{}">{}</a> {}</li>')
    rows = Markup("").join(row.format(i["xml_url"], i["title"], i["location_name"]) for i in items)
    page = Markup(
        '<!doctype html><html lang="en"><title>{0}</title><h1>{0}</h1><ol>{1}</ol></html>'
    )
    return Response(page.format(DESCRIPTION, rows), mimetype="text/html")


OUTPUTS: dict[str, Callable[[Found, bool], Response]] = {
    "json": as_json,
    "rss": as_rss,
    "xml": as_xml,
    "csv": as_csv,
    "tsv": as_tsv,
    "html": as_html,
}


def _items(found: Found, is_full: bool) -> tuple[list[dict[str, Any]], datetime]:
    cards = presenters.cards(found)
    scores = {hit.id: hit.score for hit in found.results.hits}
    feeds = {card.offer.feed_id for card in cards if card.offer.feed_id}
    names: dict[int, str] = {}
    if feeds:
        rows = db.session.execute(select(Feed.id, Feed.name).where(Feed.id.in_(feeds)))
        names = {row.id: row.name for row in rows}
    items = [item(card, names, scores[card.offer.id], is_full) for card in cards]
    return items, presenters.newest(cards) or BEGINNING


def item(card: Card, feeds: dict[int, str], score: float, is_full: bool) -> dict[str, Any]:
    """One offer with the keys of the original; contact fields are empty, a question goes through the portal."""
    it = card.offer
    page = presenters.page_of(card)
    text = plain(it.description)
    shown = text if is_full else (it.summary or text[:SHORT])
    return {
        "id": str(it.id),
        "title": it.title,
        "description": str(escape(shown)),  # its readers print it as HTML
        "pubDate": format_datetime(it.published_at or it.created_at),
        "groupid": str(it.cluster_id),
        "provider": feeds.get(it.feed_id or 0, current_app.config["SITE_NAME"]),
        "base_url": presenters.absolute("/"),
        "xml_url": page,
        "url_short": urlsplit(page).netloc,
        "interest_count": card.likes,
        "impressions": 0,
        "quality_score": round(score, 4),
        "categories": list(it.themes),
        "categoryTags": list(it.tags),
        "audienceTags": list(it.audiences),
        "skills": it.skills,
        "virtual": it.remote is Remote.FULL,
        "sponsoringOrganizationName": it.association.name,
        "contactNoneNeeded": "",
        "contactEmail": "",
        "contactPhone": "",
        "contactName": "",
        "detailUrl": web_address(it.detail_url) or page,
        "audienceAll": not it.audiences,
        "audienceAge": "",
        "minAge": it.minimum_age if it.minimum_age is not None else "",
        "audienceSexRestricted": "",
        "volunteers_needed": (card.shift.places_left if card.shift else None) or "",
        "micro": False,
        "self_directed": False,
        **_when(card),
        **_where(card),
    }


def _when(card: Card) -> dict[str, Any]:
    shift = card.shift
    local: list[datetime | None] = [None, None]
    if shift and shift.starts_at:
        zone = ZoneInfo(shift.zone)
        local = [at.astimezone(zone) if at else None for at in (shift.starts_at, shift.ends_at)]
    start, end = local
    return {
        "startDate": start.strftime("%Y-%m-%d") if start else "",
        "endDate": end.strftime("%Y-%m-%d") if end else "",
        "startTime": start.strftime("%H:%M:%S") if start else "",
        "endTime": end.strftime("%H:%M:%S") if end else "",
        "openEnded": card.offer.is_ongoing,
    }


def _where(card: Card) -> dict[str, Any]:
    """The location that answers the question; a remote offer has none."""
    at = card.location if card.offer.remote is not Remote.FULL else None
    placed = at is not None and at.lat is not None
    miles = "" if card.distance_km is None else round(card.distance_km / KM_PER_MILE, 2)
    return {
        "latlong": f"{at.lat},{at.lon}" if at and placed else "",
        "location_name": " ".join(filter(None, (at.city, at.departement))) if at else "",
        "addr1": at.street if at else "",
        "addrname1": at.name if at else "",
        "street1": at.street if at else "",
        "street2": "",
        "city": at.city if at else "",
        "region": at.region if at else "",
        "postalCode": at.postal_code if at else "",
        "country": at.country if at else "",
        "distance": miles,
    }


def _element(e: Any, values: dict[str, Any]) -> Any:
    made = e.item(
        e.title(clean(values["title"])),
        e.link(values["xml_url"]),
        e.description(clean(values["description"])),
        e.pubDate(values["pubDate"]),
        e.guid(values["xml_url"]),
    )
    for key, value in values.items():
        etree.SubElement(made, f"{{{FP}}}{key}").text = clean(_flat(value))
    return made


def _flat(value: Any) -> str:
    if isinstance(value, list):
        return "|".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _table(found: Found, is_full: bool, separator: str, mimetype: str) -> Response:
    items, _changed = _items(found, is_full)
    text = io.StringIO()
    rows = csv.writer(text, delimiter=separator)
    if items:
        rows.writerow(items[0])
    for values in items:
        rows.writerow([presenters.safe_cell(_flat(value)) for value in values.values()])
    return Response(text.getvalue(), content_type=f"{mimetype}; charset=utf-8")
