"""The home page: one search form, true figures, offers near somewhere, themes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, current_app, render_template
from flask_babel import gettext as _
from slugify import slugify

from portal import clock, themes
from portal.language import of_town
from portal.services import figures, finding
from portal.services.figures import Figures, Town
from portal.services.finding import Found
from portal.views import answers
from portal.views.access import public

pages = Blueprint("home", __name__)
FIGURES_KEPT = timedelta(minutes=5)
CARDS, LEAST_CARDS = 6, 3
AROUND_KM = "25"
TOWNS_TRIED = 3


@dataclass(frozen=True)
class Kept:
    """What is counted for the home page, kept a few minutes: it is the same for everybody."""

    until: datetime
    figures: Figures
    towns: list[Town]


@pages.get("/")
@public
def show() -> Any:
    """The page."""
    kept = _kept()
    heading, found = _near(kept.towns)
    counts = dict(found.results.facets.get("theme", ())) if not kept.towns else _theme_counts()
    return render_template(
        "home/show.html",
        q="",
        place="",
        figures=kept.figures,
        heading=heading,
        more_url=finding.address(found.asked.params),
        cards=answers.cards(found),
        themes=sorted(
            ((slug, counts.get(slug, 0)) for slug in themes.SLUGS), key=lambda pair: -pair[1]
        ),
        towns=[(f"/towns/{slugify(f'{t.name} {t.departement}')}", t.name) for t in kept.towns],
    )


def _kept() -> Kept:
    kept: Kept | None = current_app.extensions.get("home")
    if kept is None or kept.until <= clock.now():
        kept = Kept(clock.now() + FIGURES_KEPT, figures.now(), figures.busiest_towns())
        current_app.extensions["home"] = kept
    return kept


def _near(towns: list[Town]) -> tuple[str, Found]:
    """What happens this week-end around one of the busiest towns, another one each day; else what is new."""
    turn = clock.today().toordinal() % len(towns) if towns else 0
    for town in (towns[turn:] + towns[:turn])[:TOWNS_TRIED]:
        place = {"lat": [f"{town.lat:.3f}"], "lon": [f"{town.lon:.3f}"], "radius": [AROUND_KM]}
        at_weekend = _find({**place, "when": ["weekend"], "remote": ["no"]})
        if at_weekend.total >= LEAST_CARDS:
            return _("Ce week-end, autour %(of_town)s", of_town=of_town(town.name)), at_weekend
        soon = _find({**place, "remote": ["no"], "sort": ["date"]})
        if soon.total >= LEAST_CARDS:
            return _("Bientôt, autour %(of_town)s", of_town=of_town(town.name)), soon
    return _("Les derniers besoins"), _find({"sort": ["newest"]})


def _find(params: dict[str, list[str]]) -> Found:
    return finding.find(answers.asked(params, CARDS))


def _theme_counts() -> dict[str, int]:
    everything = finding.find(finding.read({}, now=clock.now(), limit=0))
    return dict(everything.results.facets.get("theme", ()))
