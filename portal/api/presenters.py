"""Offers as machines read them. No contact of an association, nothing of a volunteer is ever in here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app, request
from markupsafe import escape

from portal import clock, metrics
from portal.formatting import found as in_words
from portal.formatting import place_name, said
from portal.models import Location, Offer, Shift
from portal.services import finding
from portal.services.finding import Asked, Card, Found, address

WITH_ONE_MORE = finding.MOST_SHIFTS + 1  # whether there are more shifts than are told
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def asked(limit: int) -> Asked:
    """What the address of this request asks; never reordered for the look of it, as the page is."""
    return finding.read(request.args.to_dict(flat=False), now=clock.now(), limit=limit)


def cards(found: Found, most_shifts: int = 1) -> list[Card]:
    """The offers of an answer, in order, each with so many of its shifts beside the one that answers."""
    metrics.searched(found.backend)
    return finding.cards(found.results.hits, found.asked.query, most_shifts=most_shifts)


def title(found: Found) -> str:
    """What was asked and how much there is, in the reader's language."""
    return in_words(found.total, [part.words for part in found.asked.parts], found.afar)


def absolute(path: str) -> str:
    return f"{current_app.config['BASE_URL']}{path}"


def page_of(card: Card) -> str:
    """The public address of an offer's page."""
    offer = card.offer
    return absolute(f"/offers/{offer.id}-{offer.slug}" if offer.slug else f"/offers/{offer.id}")


def markup_of(it: Offer) -> str:
    """What is done there, as clean HTML: feed readers print it as it is, so a plain summary is escaped first."""
    return it.description or str(escape(it.summary))


def newest(cards: list[Card]) -> datetime | None:
    """When the latest of them was changed: feeds carry it, so that an unchanged answer keeps its ETag."""
    return max((card.offer.updated_at for card in cards), default=None)


def answer(found: Found, path: str) -> dict[str, Any]:
    """A page of results: the contract's /search.json."""
    return {
        "total": found.total,
        "page": found.page,
        "pages": found.pages,
        "understood": understood(found),
        "facets": {
            name: [{"value": value, "count": count} for value, count in counts]
            for name, counts in found.results.facets.items()
        },
        "offers": [offer(card) for card in cards(found, WITH_ONE_MORE)],
        "remote_from": found.results.remote_from,
        "next": following(found, path),
    }


def following(found: Found, path: str) -> str | None:
    """The address of the next page at this path; None on the last one."""
    if found.page >= found.pages:
        return None
    params = finding.put(found.asked.params, {"page": str(found.page + 1)})
    return absolute(address(params, path))


def understood(found: Found) -> dict[str, Any]:
    """How the parameters were read, what was set right, and what was corrected."""
    asked = found.asked
    query, place = asked.query, asked.place
    return {
        "sentence": title(found),
        "q": asked.text,
        "place": None if place is None else place_name(place),
        "lat": query.circle.lat if query.circle else None,
        "lon": query.circle.lon if query.circle else None,
        "radius_km": asked.radius_km,
        "area": place.area if place and place.area else (query.area.code if query.area else None),
        "themes": list(query.themes),
        "when": asked.when or None,
        "from": asked.from_on.isoformat() if asked.from_on else None,
        "to": asked.to_on.isoformat() if asked.to_on else None,
        "remote": asked.remote or None,
        "sort": query.sort,
        "rivals": [place_name(rival) for rival in asked.rivals]
        if asked.is_ambiguous or not place
        else [],
        "corrected": [{"typed": typed, "used": used} for typed, used in found.results.corrected],
        "suggestion": found.results.suggestion,
        "notes": [said(note) for note in found.notes],
    }


def offer(card: Card) -> dict[str, Any]:
    """One offer."""
    it = card.offer
    return {
        "id": it.id,
        "url": page_of(card),
        "origin": it.detail_url or page_of(card),
        "title": it.title,
        "summary": it.summary,
        "description": it.description,
        "language": it.language,
        "association": {
            "id": it.association.id,
            "name": it.association.name,
            "url": absolute(f"/associations/{it.association.slug}"),
            "is_verified": it.association.is_verified,
        },
        "themes": list(it.themes),
        "tags": list(it.tags),
        "locations": [location(one) for one in it.locations],
        "distance_km": None if card.distance_km is None else round(card.distance_km, 3),
        "remote": it.remote.value,
        "is_ongoing": it.is_ongoing,
        "schedule": it.schedule,
        "shifts": [shift(one) for one in card.shifts[: finding.MOST_SHIFTS]],
        "has_more_shifts": len(card.shifts) > finding.MOST_SHIFTS,
        "places_left": card.shift.places_left if card.shift else None,
        "minimum_age": it.minimum_age,
        "is_accessible": it.is_accessible,
        "signs_up_here": it.signs_up_here,
        "likes": card.likes,
        "matched": list(card.matched),
        "published_at": _iso(it.published_at),
        "updated_at": _iso(it.updated_at),
    }


def location(one: Location) -> dict[str, Any]:
    """A place of an offer; without a position both degrees are null."""
    return {
        "name": one.name,
        "street": one.street,
        "postal_code": one.postal_code,
        "city": one.city,
        "departement": one.departement,
        "region": one.region,
        "country": one.country,
        "lat": one.lat,
        "lon": one.lon,
        "precision": one.precision.value,
    }


def shift(one: Shift) -> dict[str, Any]:
    """A date of an offer, with the places it has left (null: no limit)."""
    return {
        "id": one.id,
        "starts_at": _iso(one.starts_at),
        "ends_at": _iso(one.ends_at),
        "zone": one.zone,
        "capacity": one.capacity,
        "places_left": one.places_left,
    }


def safe_cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before what looks like one."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(DANGEROUS) else text


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
