"""The picture that goes with a shared offer: its address, and what it says: title, when, where, theme, places left, in French."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from portal import clock, formatting, permissions
from portal.errors import Gone, NotFound
from portal.models import Remote
from portal.services import finding
from portal.services.finding import Card
from portal.views.access import public
from portal.views.offers import GONE

pages = Blueprint("share_cards", __name__)
BRAND = "#0b5d54"
# The light colours of static/css/tokens.css.
THEMES = {
    **{"solidarity": "#b4372f", "health": "#a3246f", "education": "#5b3cc4"},
    **{"environment": "#2f7a2a", "animals": "#8a5a00", "culture": "#7a3fa0"},
    **{"sport": "#0a6bb5", "citizenship": "#3d5a80", "emergency": "#c02a1e"},
    **{"international": "#0b7285", "digital": "#3b5bdb", "skills": "#5c5f66"},
}
FEW = 3


@dataclass(frozen=True)
class Words:
    """What a card says; two offers that say the same have one picture."""

    theme: str
    colour: str
    title: str
    association: str
    when: str
    where: str
    places: str
    is_urgent: bool
    site: str


@pages.get("/offers/<int:ident>/card.png")
@public
def show(ident: int) -> Any:
    """1200 x 630 pixels, well under 100 kB. 404 where the page is not public, 410 where it is over."""
    card = finding.one(ident)
    if card is None or not permissions.is_public(card.offer):
        raise NotFound
    if card.offer.state in GONE or finding.is_over(card, clock.now()):
        raise Gone
    from portal.views.share_pictures import (
        draw,  # what draws weighs 4 MiB: loaded with the first picture
    )

    with force_locale("fr"):
        picture = draw(words_of(card, current_app.config["SITE_NAME"]))
    response = Response(picture, mimetype="image/png")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def words_of(card: Card, site: str) -> Words:
    """What the picture of this offer says, in the current language."""
    offer, shift, location = card.offer, card.shift, card.location
    slug = offer.themes[0] if offer.themes else ""
    when = offer.schedule if offer.is_ongoing and offer.schedule else ""
    if not when and shift is not None:
        when = formatting.when(shift)
    where = location.city or location.name if location is not None else ""
    if offer.remote is Remote.FULL:
        where = _("À distance")
    left = shift.places_left if shift is not None and offer.signs_up_here else None
    return Words(
        theme=formatting.theme_name(slug) if slug else "",
        colour=THEMES.get(slug, BRAND),
        title=offer.title,
        association=offer.association.name,
        when=when[:1].upper() + when[1:],
        where=where,
        places=_places(left),
        is_urgent=left is not None and left <= FEW,
        site=site,
    )


def _places(left: int | None) -> str:
    if left is None:
        return ""
    if left == 0:
        return _("Complet, liste d’attente")
    return ngettext("%(num)s place restante", "%(num)s places restantes", left)
