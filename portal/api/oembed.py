"""`GET /oembed`: what a site shows of an offer when somebody pastes its address there (oembed.com, version 1.0)."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, current_app, jsonify, request
from flask_babel import gettext as _

from portal import clock, permissions
from portal.api import presenters
from portal.api.access import open_to_pages, public
from portal.errors import Invalid, NotFound
from portal.models import OfferState
from portal.services import finding

data = Blueprint("api_oembed", __name__)
data.after_request(open_to_pages)
OFFER = re.compile(r"/offers/(\d{1,9})(?:-[^/?#]*)?(?:[?#].*)?")
CARD = (1200, 630)  # pixels of /offers/<id>/card.png


@data.get("/oembed")
@public
def show() -> Any:
    """A link with a picture. 404 for an address that is no open offer of ours, 422 without one, 501 for a format that is not json."""
    if request.args.get("format", "json") != "json":
        return jsonify(error=_("Seul le format json existe ici.")), 501
    base = current_app.config["BASE_URL"]
    asked = request.args.get("url", "")
    if not asked:
        raise Invalid("Il manque l’adresse d’une offre : ajoutez url=… à l’adresse.")
    found = OFFER.fullmatch(asked.removeprefix(base)) if asked.startswith(base) else None
    card = finding.one(int(found[1])) if found and int(found[1]) < 2**31 else None
    if card is None or not permissions.is_public(card.offer):
        raise NotFound
    if card.offer.state is not OfferState.LIVE or finding.is_over(card, clock.now()):
        raise NotFound
    offer = card.offer
    body = {
        "version": "1.0",
        "type": "link",
        "title": offer.title,
        "author_name": offer.association.name,
        "author_url": presenters.absolute(f"/associations/{offer.association.slug}"),
        "provider_name": current_app.config["SITE_NAME"],
        "provider_url": base,
        "cache_age": 3600,
        "url": presenters.page_of(card),
    }
    if _has_room():
        body |= {
            "thumbnail_url": presenters.absolute(f"/offers/{offer.id}/card.png"),
            "thumbnail_width": CARD[0],
            "thumbnail_height": CARD[1],
        }
    return jsonify(body)


def _has_room() -> bool:
    """A site may say how large a picture it takes; ours has one size."""
    sides = (request.args.get("maxwidth", ""), request.args.get("maxheight", ""))
    return all(
        not side.isdecimal() or int(side[:9]) >= own for side, own in zip(sides, CARD, strict=True)
    )
