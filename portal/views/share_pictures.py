"""Draws the picture that goes with a shared offer. What it says is in `share_cards`, which loads this with the first picture."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from portal.views.share_cards import BRAND, Words

SIZE = (1200, 630)  # pixels: what networks show without cutting
FONT = Path(__file__).parents[2] / "static/vendor/figtree/figtree-latin-wght-normal.woff2"
PAPER, INK, SOFT, LINE, ACCENT = "#fbf8f3", "#1d2730", "#55616c", "#e4ddd2", "#c2410c"
LEFT, RIGHT, SCALE = 96, 1104, 2  # drawn at twice the size, then made smaller: smooth circles


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
