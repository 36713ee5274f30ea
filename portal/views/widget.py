"""The widget: a search in a frame on any site. No cookie, no script, no request to anybody else, under 30 kB.

Its address takes what /search takes, and `view` (list, calendar, map), `num` (1 to 20), `form=0` to hide the search box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from math import cos, hypot, radians
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, render_template, request

from portal import clock, themes
from portal.services import finding
from portal.services.finding import Asked, Brief
from portal.views import answers
from portal.views.access import frameable, public

pages = Blueprint("widget", __name__)
VIEWS = ("list", "calendar", "map")
FEW, MANY = 6, 20
OWN = ("view", "num", "form", "lang")  # parameters that are not of the search
MAP = (640, 400)  # in the drawing's own units
EDGE = 60
APART = 90  # dots that are nearer than this are one, so that their names can be read on a phone
LEAST_KM = 3.0  # half the height of the smallest map


@pages.get("/widget")
@public
@frameable
def show() -> Any:
    """The frame. A parameter that means nothing falls back on its default: the frame has no room for a quarrel."""
    wanted = {name: values for name, values in request.args.lists() if name not in OWN}
    num = request.args.get("num", "")
    limit = min(MANY, max(1, int(num))) if num.isdecimal() and len(num) < 4 else FEW
    asked = finding.read(wanted, now=clock.now(), limit=limit)
    found = finding.find(asked)
    cards = answers.cards(found)
    view = request.args.get("view", "")
    view = view if view in VIEWS else "list"
    return render_template(
        "widget/show.html",
        view=view,
        cards=cards,
        days=by_day(cards) if view == "calendar" else [],
        drawing=drawn(cards) if view == "map" else None,
        sentence=answers.sentence(found),
        q=asked.text,
        place=asked.place_text,
        has_form=request.args.get("form") != "0",
        kept=_kept(asked),
        more=current_app.config["BASE_URL"] + finding.address(asked.params),
    )


@pages.get("/widget/new")
@public
def new() -> Any:
    """The page that writes the snippet: a form of its own, answered by itself."""
    choices = {
        name: request.args.get(name, "").strip()[:200]
        for name in ("q", "place", "radius", "theme", "association", "view", "num", "lang")
    }
    address = f"{current_app.config['BASE_URL']}/widget"
    chosen = {name: value for name, value in choices.items() if value}
    return render_template(
        "widget/new.html",
        choices=choices,
        themes=themes.THEMES,
        address=f"{address}?{urlencode(chosen)}" if chosen else address,
    )


def _kept(asked: Asked) -> list[tuple[str, str]]:
    """What the frame's own form must carry on: everything but its two fields and the page."""
    own = [(name, request.args[name]) for name in OWN if name in request.args]
    return [(n, v) for n, v in asked.carried if n not in ("q", "place", "page")] + own


def by_day(cards: Sequence[Brief]) -> list[tuple[date | None, list[Brief]]]:
    """The cards under the local day of their next shift, the undated ones last."""

    def day(card: Brief) -> date:
        if card.shift is None or card.shift.starts_at is None:
            return date.max
        return card.shift.starts_at.astimezone(ZoneInfo(card.shift.zone)).date()

    ordered = groupby(sorted(cards, key=day), key=day)
    return [(None if on == date.max else on, list(group)) for on, group in ordered]


@dataclass(frozen=True)
class Dot:
    """A place of the map with the offers there; `x` and `y` are in the drawing's units."""

    x: float
    y: float
    town: str
    cards: tuple[Brief, ...]


def drawn(cards: Sequence[Brief]) -> list[Dot]:
    """Where the offers are, as dots that fill the drawing: true angles around its middle, no tile, no outline."""
    spots: dict[tuple[float, float], list[Brief]] = {}
    for card in cards:
        at = card.location
        if at is not None and at.lat is not None and at.lon is not None:
            spots.setdefault((round(at.lat, 3), round(at.lon, 3)), []).append(card)
    if not spots:
        return []
    lats, lons = [lat for lat, _lon in spots], [lon for _lat, lon in spots]
    middle = ((min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2)
    squeeze = max(0.05, cos(radians(middle[0])))
    half = max(
        LEAST_KM / 111,
        (max(lats) - min(lats)) / 2,
        (max(lons) - min(lons)) / 2 * squeeze * MAP[1] / MAP[0],
    )
    unit = (MAP[1] / 2 - EDGE) / half
    dots: list[Dot] = []
    for (lat, lon), there in spots.items():
        x = MAP[0] / 2 + (lon - middle[1]) * squeeze * unit
        y = MAP[1] / 2 - (lat - middle[0]) * unit
        near = next((n for n, dot in enumerate(dots) if hypot(dot.x - x, dot.y - y) < APART), None)
        if near is not None:
            dots[near] = replace(dots[near], cards=(*dots[near].cards, *there))
        else:
            town = there[0].location.city if there[0].location else ""
            dots.append(Dot(round(x, 1), round(y, 1), town, tuple(there)))
    return dots
