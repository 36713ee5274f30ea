"""From what was found to what a page says: cards, facets, what was understood and how to undo it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal import clock, formatting, language, metrics
from portal.formatting import number, said, theme_name
from portal.language import gettext as _
from portal.services import finding
from portal.services.finding import Asked, Brief, Found, address
from portal.views import access, ranks
from portal.views.likes import liked_here
from search.document import Language
from search.query import Query
from search.results import Hit

__all__ = ["asked", "cards", "cards_of", "cards_of_hits", "context", "liked_here", "theme_name"]
TWINS = ("json", "rss", "atom", "ics", "geojson", "csv")
# What the form of the page has no field for, and must not lose when a filter is ticked.
KEPT = ("box", "area", "association", "feed", "campaign", "exact")


def asked(params: Mapping[str, Sequence[str]], limit: int = finding.PAGE) -> Asked:
    """What these parameters ask, by a visitor of a page: in their language, no association everywhere."""
    spoken: Language = "en" if language.spoken() == "en" else "fr"
    return finding.read(params, now=clock.now(), limit=limit, spread=True, language=spoken)


def cards(found: Found) -> list[Brief]:
    """The cards of an answer, with this visitor's likes and why each is there."""
    metrics.searched(found.backend)
    return _finished(_made(found.results.hits, found.asked.query), found.asked)


def cards_of(ids: list[int]) -> list[Brief]:
    """The cards of these offers."""
    return _finished(finding.briefs_of(ids, _person_id()), None)


def cards_of_hits(hits: Sequence[Hit]) -> list[Brief]:
    """The cards of these hits, with their distances."""
    return _finished(_made(hits, None), None)


def _made(hits: Sequence[Hit], query: Query | None) -> list[Brief]:
    return finding.briefs(hits, query, _person_id())


def context(found: Found, *, explains: bool = False) -> dict[str, Any]:
    """Everything templates/search/show.html wants; with the factors of each rank where it `explains`."""
    asked = found.asked
    made = cards(found)
    notes = [said(note) for note in found.notes]
    if explains:
        factors = finding.explained(found)
        for card in made:
            card.factors = ranks.in_words(factors.get(card.offer.id, ()))
        notes.append(
            _(
                "Sous chaque besoin, ce qui décide de son rang par pertinence : le produit est la note."
            )
        )
    tail = _tail(found)
    circle = asked.query.circle
    here = asked.place is None and circle is not None
    return {
        "q": asked.text,
        "place": asked.place_text,
        "lat": circle.lat if here and circle else None,
        "lon": circle.lon if here and circle else None,
        "radius": asked.radius_km,
        "chosen_km": asked.radius_km if "radius" in dict(asked.params) else None,
        "sort": asked.query.sort,
        "page": found.page,
        "pages": found.pages,
        "total": found.total,
        "sentence": sentence(found),
        "spoken": formatting.shared_out(found.total, found.afar),
        "all_afar": 0 < found.afar == found.total,
        "notes": notes,
        "undo": [(said(part.words), address(asked.without(part))) for part in _told(asked)],
        "rivals": _rivals(asked),
        "correction": _correction(found),
        "meant": _meant(found),
        "cards": [card for card in made if card.offer.id not in tail],
        "remote_cards": [card for card in made if card.offer.id in tail],
        "facets": facets(found),
        "kept": [(name, value) for name, value in asked.carried if name in KEPT],
        "url": lambda n: address(asked.changed(page=str(n) if n > 1 else None)),
        "geojson_url": address(asked.params, "/search.geojson"),
        "twins": {kind: address(asked.params, f"/search.{kind}") for kind in TWINS},
        "centre": (circle.lat, circle.lon) if circle else None,
        "alert_search": address(asked.params).partition("?")[2],
        **_ways(found),
    }


def count(total: int) -> str:
    """« 12 besoins »."""
    return formatting.found(total, ())


def sentence(found: Found) -> str:
    """What was understood and how much there is: the page's title."""
    return formatting.found(found.total, [part.words for part in found.asked.parts], found.afar)


def facets(found: Found) -> list[dict[str, Any]]:
    """The filters with their counts, each the total that ticking it alone would give."""
    asked = found.asked
    query, counts = asked.query, found.results.facets
    shown = dict.fromkeys([*(slug for slug, _n in counts.get("theme", ())), *query.themes])
    of_theme = dict(counts.get("theme", ()))
    remote = {"": _("Peu importe"), "no": _("Sur place"), "only": _("À distance")}
    return [
        {
            "legend": _("Thèmes"),
            "name": "theme",
            "kind": "checkbox",
            "options": [
                _option(slug, theme_name(slug), of_theme.get(slug, 0), slug in query.themes, slug)
                for slug in shown
            ],
        },
        _moments(found),
        _radios(
            _("Sur place ou à distance"),
            "remote",
            remote,
            {"": None, **dict(counts.get("remote", ()))},
            asked.remote,
        ),
        _tick(_("Âge"), "minors", _("Ouvert aux mineurs"), counts, query.minors),
        _tick(_("Accès"), "accessible", _("Accessible en fauteuil"), counts, query.accessible),
    ]


def _moments(found: Found) -> dict[str, Any]:
    """When: named stretches, or two days of one's own, whose fields go with the last choice."""
    asked = found.asked
    texts = {"all": _("Toutes les dates"), "today": _("Aujourd’hui"), "week": _("Cette semaine")}
    texts |= {"weekend": _("Ce week-end"), "month": _("Ce mois-ci"), "dates": _("Entre deux dates")}
    days = [day.isoformat() if day else "" for day in (asked.from_on, asked.to_on)]
    chosen = "dates" if any(days) else asked.when or "all"
    own = {"all": None, "dates": found.total if any(days) else None}
    made = _radios(
        _("Quand"), "when", texts, {**dict(found.results.facets.get("when", ())), **own}, chosen
    )
    made["options"][-1]["days"] = days
    return made


def _option(
    value: str, text: str, number: int | None, checked: bool, theme: str = ""
) -> dict[str, Any]:
    return {"value": value, "text": text, "count": number, "checked": checked, "theme": theme}


def _radios(
    legend: str, name: str, texts: Mapping[str, str], counts: Mapping[str, int | None], chosen: str
) -> dict[str, Any]:
    options = [
        _option(value, text, counts.get(value, 0), value == chosen) for value, text in texts.items()
    ]
    return {"legend": legend, "name": name, "kind": "radio", "options": options}


def _tick(
    legend: str, name: str, text: str, counts: Mapping[str, Any], checked: bool
) -> dict[str, Any]:
    number = dict(counts.get(name, ())).get("yes", 0)
    options = [_option("1", text, number, checked)] if number or checked else []
    return {"legend": legend, "name": name, "kind": "checkbox", "options": options}


def _told(asked: Asked) -> list[finding.Part]:
    return [part for part in asked.parts if part.kind != "sort"]


def _tail(found: Found) -> frozenset[int]:
    return frozenset(found.ids[found.tail_from :]) if found.tail_from is not None else frozenset()


def _rivals(asked: Asked) -> list[tuple[str, str]]:
    """Other places of that name, when nobody can tell which was meant or when none was found."""
    if asked.place is not None and not asked.is_ambiguous:
        return []
    kept = asked.changed(place=None, radius=None)
    names = map(formatting.place_name, asked.rivals)
    return [(name, address(finding.put(kept, {"place": name}))) for name in names]


def _correction(found: Found) -> tuple[str, str] | None:
    """What was searched in the place of what was typed, and how to search that all the same."""
    corrected = dict(found.results.corrected)
    if not corrected:
        return None
    clauses = (clause.text for clause in found.asked.query.words)
    used = " ".join(corrected.get(text, text) for text in clauses)
    return used, address(found.asked.changed(exact="1"))


def _meant(found: Found) -> tuple[str, str, str] | None:
    """What may have been typed by mistake for another word, where that leads, and how much is there."""
    meant = found.ways.meant
    return meant and (meant.asked.text, address(meant.asked.params), count(meant.total))


def _ways(found: Found) -> dict[str, Any]:
    """What to loosen when nothing was found, or nothing at the place."""
    asked, ways = found.asked, found.ways
    drops = [
        (said(drop.part.words), address(asked.without(drop.part)), drop.total)
        for drop in ways.drops
    ]
    wordings = [
        (
            formatting.found(one.total, [part.words for part in _told(one.asked)]),
            address(one.asked.params),
        )
        for one in ways.wordings
    ]
    wider = remote = None
    if ways.wider_km:
        km, there = number(ways.wider_km), count(ways.wider_total)
        text = _("Jusqu’à %(km)s km : %(found)s", km=km, found=there)
        if found.afar:
            text = _("Jusqu’à %(km)s km : %(found)s sur place", km=km, found=there)
        wider = (text, address(asked.changed(radius=f"{ways.wider_km:g}")))
    if ways.remote_total:
        text = _("À distance : %(found)s", found=count(ways.remote_total))
        remote = (text, address(asked.changed(remote="only")))
    if found.total == 0 and not (wordings or drops or wider or remote):
        wider = (_("Voir tous les besoins"), address(()))
    return {"wordings": wordings, "drops": drops, "wider": wider, "remote": remote}


def _finished(made: list[Brief], asked: Asked | None) -> list[Brief]:
    if _person_id() is None:
        liked = liked_here(card.offer.cluster_id for card in made)
        for card in made:
            card.is_liked = card.offer.cluster_id in liked
    for card in made if asked else ():
        card.why = ranks.why(card, asked)  # type: ignore[arg-type]
    return made


def _person_id() -> int | None:
    person = access.person()
    return person.id if person else None
