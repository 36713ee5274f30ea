"""The picture that goes with a shared offer: its title, when, where, its theme and the places left, drawn for it, in French."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from PIL import Image, ImageDraw, ImageFont

from portal import clock, formatting, permissions
from portal.errors import Gone, NotFound
from portal.models import Remote
from portal.services import finding
from portal.services.finding import Card
from portal.views.access import public
from portal.views.offers import GONE

pages = Blueprint("share_cards", __name__)
SIZE = (1200, 630)  # pixels: what networks show without cutting
FONT = Path(__file__).parents[2] / "static/vendor/figtree/figtree-latin-wght-normal.woff2"
PAPER, INK, SOFT, LINE, BRAND, ACCENT = (
    *("#fbf8f3", "#1d2730", "#55616c", "#e4ddd2", "#0b5d54", "#c2410c"),
)
# The light colours of static/css/tokens.css.
THEMES = {
    **{"solidarity": "#b4372f", "health": "#a3246f", "education": "#5b3cc4"},
    **{"environment": "#2f7a2a", "animals": "#8a5a00", "culture": "#7a3fa0"},
    **{"sport": "#0a6bb5", "citizenship": "#3d5a80", "emergency": "#c02a1e"},
    **{"international": "#0b7285", "digital": "#3b5bdb", "skills": "#5c5f66"},
}
FEW = 3
LEFT, RIGHT, SCALE = 96, 1104, 2  # drawn at twice the size, then made smaller: smooth circles


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


@lru_cache(maxsize=64)
def draw(words: Words) -> bytes:
    """The picture as a PNG of few colours."""
    image = Image.new("RGB", (SIZE[0] * SCALE, SIZE[1] * SCALE), PAPER)
    pen = Pen(image)
    pen.box((0, 0, 28, SIZE[1]), words.colour)
    y = 74
    if words.theme:
        pen.dot(LEFT + 11, y, 11, words.colour)
        pen.write((LEFT + 38, y), words.theme, 34, 650, words.colour)
        y += 64
    size, lines = pen.fitted(words.title)
    for line in lines:
        pen.write((LEFT - 3, y + size * 0.5), line, size, 800, INK)
        y += round(size * 1.1)
    pen.write((LEFT, y + 26), pen.cut(words.association, 36, 500), 36, 500, SOFT)
    pen.box((LEFT, 398, RIGHT, 400), LINE)
    for at, text in zip((442, 496), filter(None, (words.when, words.where)), strict=False):
        pen.write((LEFT, at), pen.cut(text, 40, 650), 40, 650, INK)
    pen.dot(LEFT + 15, 576, 15, BRAND)
    pen.dot(LEFT + 35, 576, 15, ACCENT)
    pen.write((LEFT + 62, 576), words.site, 34, 800, INK)
    if words.places:
        colour = ACCENT if words.is_urgent else BRAND
        pen.write((RIGHT, 576), words.places, 34, 700, colour, anchor="rm")
    small = image.resize(SIZE, Image.Resampling.LANCZOS).quantize(128, dither=Image.Dither.NONE)
    file = io.BytesIO()
    small.save(file, "PNG", optimize=True)
    return file.getvalue()


class Pen:
    """Draws on the large picture in the measures of the small one. Texts are placed by their middle line."""

    def __init__(self, image: Image.Image) -> None:
        self._draw = ImageDraw.Draw(image)

    def box(self, corners: tuple[int, int, int, int], colour: str) -> None:
        self._draw.rectangle([corner * SCALE for corner in corners], fill=colour)

    def dot(self, x: int, y: int, radius: int, colour: str) -> None:
        corners = (x - radius, y - radius, x + radius, y + radius)
        self._draw.ellipse([corner * SCALE for corner in corners], fill=colour)

    def write(
        self,
        at: tuple[float, float],
        text: str,
        size: int,
        weight: int,
        colour: str,
        anchor: str = "lm",
    ) -> None:
        where = (at[0] * SCALE, at[1] * SCALE)
        self._draw.text(where, text, font=_font(size, weight), fill=colour, anchor=anchor)

    def width(self, text: str, size: int, weight: int) -> float:
        return self._draw.textlength(text, font=_font(size, weight)) / SCALE

    def fitted(self, title: str) -> tuple[int, list[str]]:
        """The largest size at which the title stands in two lines, or three small ones; a longer one is cut."""
        for size, most in ((84, 2), (74, 2), (64, 3), (54, 3)):
            lines = self._lines(title, size)
            if len(lines) <= most and all(self._fits(line, size) for line in lines):
                return size, lines
        kept = [self.cut(line, 54, 800) for line in self._lines(title, 54)[:3]]
        return 54, [*kept[:2], self.cut(kept[-1] + "…", 54, 800)]

    def cut(self, text: str, size: int, weight: int) -> str:
        """The text, with an ellipsis where it would leave the picture."""
        if self.width(text, size, weight) <= RIGHT - LEFT:
            return text
        while text and self.width(text + "…", size, weight) > RIGHT - LEFT:
            text = text[:-1].rstrip()
        return text + "…"

    def _lines(self, text: str, size: int) -> list[str]:
        lines: list[str] = []
        for word in text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self._fits(longer, size):
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def _fits(self, text: str, size: int) -> bool:
        return self.width(text, size, 800) <= RIGHT - LEFT


@lru_cache(maxsize=32)
def _font(size: int, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(FONT), size * SCALE)
    font.set_variation_by_axes([weight])
    return font
