"""`/places?q=`: completion of places, as JSON for scripts or as the items of a list for htmx."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template, request

from portal.formatting import place_name
from portal.services import places
from portal.services.places import PlaceMatch
from portal.views.access import public

pages = Blueprint("places", __name__)
FRESH_SECONDS = 24 * 3600


@pages.get("/places")
@public
def complete() -> Response:
    """What begins like `q`. The same for all who read a language, so that browsers and proxies may keep it for a day."""
    found = places.complete(request.args.get("q", ""))
    if "HX-Request" in request.headers:
        response = make_response(render_template("places/options.html", found=found))
    else:
        response = jsonify([as_option(match) for match in found])
    response.cache_control.public = True
    response.cache_control.max_age = FRESH_SECONDS
    response.vary.update(("HX-Request", "Accept-Language", "Cookie"))
    return response


def as_option(match: PlaceMatch) -> dict[str, Any]:
    """A match for a list: `value` goes into the field and resolves to this very place; `text` and `more` are shown."""
    label = place_name(match)
    text, bracket, more = label.rpartition(" (") if label.endswith(")") else (label, "", "")
    return {
        "value": label,
        "text": text,
        "more": more.removesuffix(")"),
        "label": label,
        "name": text,
        "departement": match.departement,
        "kind": match.kind,
        "lat": match.lat,
        "lon": match.lon,
        "radius_km": match.radius_km,
        "area": match.area,
    }
