"""One offer with the keys of the All for Good API. Lists are lists, contacts are empty: a question goes through the portal."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import current_app
from markupsafe import escape
from sqlalchemy import func, select

from portal import clock, db, metrics
from portal.api import footprint_finding, presenters
from portal.api.footprint_where import KM_PER_MILE
from portal.formats.text import plain
from portal.formatting import web_address
from portal.models import Feed, OfferDay, Remote
from portal.services.finding import Card, Found
from portal.services.places import areas

SHORT = 300
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
COLUMNS = (  # the keys of every item, in their order
    *("id", "title", "description", "pubDate", "groupid", "base_url", "xml_url", "url_short", "detailUrl"),
    *("interest_count", "categories", "categoryTags", "skills", "micro", "self_directed"),
    *("sponsoringOrganizationName", "contactNoneNeeded", "contactEmail", "contactPhone", "contactName"),
    *("audienceAll", "audienceAge", "audienceTags", "audienceSexRestricted", "minAge", "volunteers_needed"),
    *("startDate", "endDate", "startTime", "endTime", "openEnded"),
    *("virtual", "latlong", "location_name", "addr1", "addrname1", "street1", "street2", "city", "region"),
    *("postalCode", "country", "distance", "provider", "quality_score", "impressions"),
)  # fmt: skip
NO_CONTACT = dict.fromkeys(("contactNoneNeeded", "contactEmail", "contactPhone", "contactName"), "")


def items(found: Found, *, is_full: bool) -> tuple[list[dict[str, Any]], datetime]:
    """The items of an answer, and when the latest of them was changed. Four statements, whatever their number."""
    metrics.searched(found.backend)
    cards = footprint_finding.cards(found)
    scores = {hit.id: hit.score for hit in found.results.hits}
    feeds = _names(card.offer.feed_id for card in cards)
    views = _views(card.offer.id for card in cards)
    is_virtual = found.asked.query.remote == "only"
    made = []
    for card in cards:
        it = card.offer
        made.append(
            {
                **_what(card, is_full=is_full),
                **_who(card),
                **_when(card),
                **_where(card, is_virtual=is_virtual or it.remote is Remote.FULL),
                "provider": feeds.get(it.feed_id or 0, current_app.config["SITE_NAME"]),
                "quality_score": round(scores[it.id], 4),
                "impressions": views.get(it.id, 0),
            }
        )
    return made, presenters.newest(cards) or BEGINNING


def _names(ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {ident for ident in ids if ident}
    if not wanted:
        return {}
    rows = db.session.execute(select(Feed.id, Feed.name).where(Feed.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def _views(ids: Iterable[int]) -> dict[int, int]:
    """How often each page was looked at before today: within a day answers stay the same, and their ETag too."""
    rows = db.session.execute(
        select(OfferDay.offer_id, func.sum(OfferDay.count).label("views"))
        .where(
            OfferDay.offer_id.in_(list(ids)), OfferDay.verb == "view", OfferDay.on < clock.today()
        )
        .group_by(OfferDay.offer_id)
    )
    return {row.offer_id: int(row.views) for row in rows}


def _what(card: Card, *, is_full: bool) -> dict[str, Any]:
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
        "base_url": presenters.absolute("/"),
        "xml_url": page,
        "url_short": urlsplit(page).netloc,
        "detailUrl": web_address(it.detail_url) or page,
        "interest_count": card.likes,
        "categories": list(it.themes),
        "categoryTags": list(it.tags),
        "skills": it.skills,
        "micro": "micro" in it.tags,
        "self_directed": "self_directed" in it.tags,
    }


def _who(card: Card) -> dict[str, Any]:
    it = card.offer
    sexes = [one for one in it.audiences if one in ("female", "male")]
    wanted = card.shift.places_left if card.shift else None
    return {
        "sponsoringOrganizationName": it.association.name,
        **NO_CONTACT,
        "audienceAll": not it.audiences,
        "audienceAge": "",
        "audienceTags": list(it.audiences),
        "audienceSexRestricted": sexes[0] if len(sexes) == 1 else "",
        "minAge": it.minimum_age if it.minimum_age is not None else "",
        "volunteers_needed": wanted if wanted is not None else "",  # 0 is full
    }


def _when(card: Card) -> dict[str, Any]:
    """The dates of the shift that answers the question, on the clock of where it happens."""
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


def _where(card: Card, *, is_virtual: bool) -> dict[str, Any]:
    """The location that answers the question; what is done from afar has none."""
    at = None if is_virtual else card.location
    region = areas.region(at.region) if at else None
    is_placed = at is not None and at.lat is not None
    return {
        "virtual": is_virtual,
        "latlong": f"{at.lat},{at.lon}" if at and is_placed else "",
        "location_name": " ".join(filter(None, (at.city, at.departement))) if at else "",
        "addr1": at.street if at else "",
        "addrname1": at.name if at else "",
        "street1": at.street if at else "",
        "street2": "",
        "city": at.city if at else "",
        "region": region.name if region else (at.region if at else ""),
        "postalCode": at.postal_code if at else "",
        "country": at.country if at else "",
        "distance": "" if card.distance_km is None else _miles(card.distance_km),
    }


def _miles(km: float) -> float:
    """Rounded down, so that none is told to lie beyond the distance that was asked."""
    return math.floor(km / KM_PER_MILE * 1000) / 1000
