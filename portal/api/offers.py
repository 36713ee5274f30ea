"""Every search as data: JSON (also as /api/v1/offers), GeoJSON for maps, CSV for spreadsheets; and one offer."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import Blueprint, Response, jsonify

from portal import clock, permissions
from portal.api import presenters
from portal.api.access import keyed, limited, public, refuse_bad_keys
from portal.errors import Gone, NotFound
from portal.models import OfferState
from portal.services import finding
from portal.services.finding import Card

data = Blueprint("api_offers", __name__)
keyed(data, "offers")
ON_A_MAP, IN_A_TABLE = 200, 1000  # offers a page
GEOJSON = "application/geo+json"
COLUMNS = (
    *("id", "url", "title", "association", "themes", "summary", "remote", "is_ongoing"),
    *("starts_at", "ends_at", "places_left", "street", "postal_code", "city", "departement"),
    *("lat", "lon", "distance_km"),
)


@data.get("/search.json")
@public
@limited
def search() -> Any:
    """The search of the address, a page at a time."""
    refuse_bad_keys()
    return jsonify(presenters.answer(_found(finding.PAGE), "/search.json"))


@data.get("/api/v1/offers")
@public
@limited
def listed() -> Any:
    """The same, under its own address."""
    refuse_bad_keys()
    return jsonify(presenters.answer(_found(finding.PAGE), "/api/v1/offers"))


@data.get("/api/v1/offers/<int:ident>")
@public
@limited
def one(ident: int) -> Any:
    """One open offer; 410 once it is over, 404 when it is not public."""
    refuse_bad_keys()
    card = finding.one(ident, most_shifts=presenters.WITH_ONE_MORE)
    if card is None or not permissions.is_public(card.offer):
        raise NotFound
    if card.offer.state is not OfferState.LIVE or finding.is_over(card, clock.now()):
        raise Gone
    return jsonify(presenters.offer(card))


@data.get("/search.geojson")
@public
def geojson() -> Any:
    """The offers of the search that have a position, for a map: where each answers the question. 200 offers a page.

    What there is more is told in the words of OGC API Features (17-069r4, 7.16): `numberMatched` are all offers of the search, also
    those without a position.
    """
    found = _found(ON_A_MAP)
    features = [_feature(card) for card in presenters.cards(found) if _is_placed(card)]
    following = presenters.following(found, "/search.geojson")
    link = {"rel": "next", "href": following, "type": GEOJSON}
    body = jsonify(
        type="FeatureCollection",
        numberMatched=found.total,
        numberReturned=len(features),
        links=[link] if following else [],
        features=features,
    )
    body.mimetype = GEOJSON
    return body


@data.get("/search.csv")
@public
def table() -> Response:
    """The search as a table that no spreadsheet executes. 1,000 offers a page; the next one is told in a header (RFC 8288)."""
    found = _found(IN_A_TABLE)
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for card in presenters.cards(found):
        rows.writerow([presenters.safe_cell(value) for value in _row(card)])
    response = Response("\ufeff" + text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="relais.csv"'
    if following := presenters.following(found, "/search.csv"):
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response


def _found(limit: int) -> finding.Found:
    return finding.find(presenters.asked(limit))


def _is_placed(card: Card) -> bool:
    return card.location is not None and card.location.lat is not None


def _feature(card: Card) -> dict[str, Any]:
    location = card.location
    assert location is not None, "only those with a position"  # noqa: S101
    return {
        "type": "Feature",
        "id": card.offer.id,
        "geometry": {"type": "Point", "coordinates": [location.lon, location.lat]},
        "properties": {
            "id": card.offer.id,
            "url": presenters.page_of(card),
            "title": card.offer.title,
            "association": {"name": card.offer.association.name},
            "themes": list(card.offer.themes),
            "city": location.city,
        },
    }


def _row(card: Card) -> list[object]:
    it, at, shift = card.offer, card.location, card.shift
    return [
        it.id,
        presenters.page_of(card),
        it.title,
        it.association.name,
        " ".join(it.themes),
        it.summary,
        it.remote.value,
        "1" if it.is_ongoing else "0",
        shift.starts_at.isoformat() if shift and shift.starts_at else "",
        shift.ends_at.isoformat() if shift and shift.ends_at else "",
        shift.places_left if shift else None,
        at.street if at else "",
        at.postal_code if at else "",
        at.city if at else "",
        at.departement if at else "",
        at.lat if at else None,
        at.lon if at else None,
        None if card.distance_km is None else round(card.distance_km, 3),
    ]
