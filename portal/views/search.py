"""Finding offers: the search page, the completion of words, the pages of themes and towns."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request
from flask_babel import gettext as _
from slugify import slugify

from portal import themes
from portal.errors import NotFound
from portal.language import in_town
from portal.models.place import PlaceKind
from portal.permissions import may_moderate
from portal.services import finding, places
from portal.views import access, answers
from portal.views.access import public
from search.text import clean

pages = Blueprint("search", __name__)
ON_A_TOPIC = 12  # cards on the page of a theme or a town
LAST_WORD = re.compile(r"#?\w*\Z")  # what is before it (a minus, a parenthesis, an elision) stays


@pages.get("/search")
@public
def show() -> Any:
    """The search page; htmx gets only the parts it swaps. `explain=1` is for moderators, and nothing to others."""
    asked = answers.asked(request.args.to_dict(flat=False))
    explains = request.args.get("explain") == "1" and may_moderate(access.person())
    context = answers.context(finding.find(asked), explains=explains)
    swapped = request.headers.get("HX-Request") == "true"
    page = render_template("search/swap.html" if swapped else "search/show.html", **context)
    return page, {"Vary": "HX-Request"}


@pages.get("/words")
@public
def words() -> Any:
    """What the last word of `q` may become: a list for the search box."""
    typed = clean(request.args.get("q", "")[:200].lstrip())
    last = LAST_WORD.search(typed)[0]  # type: ignore[index]
    head = typed.removesuffix(last)
    found = finding.complete(last) if last else ()
    return jsonify(words=[{"value": head + word, "text": word} for word in found])


@pages.get("/themes/<slug>")
@public
def theme(slug: str) -> Any:
    """The offers of one theme."""
    if slug not in themes.BY_SLUG:
        raise NotFound
    return _topic(
        {"theme": [slug]}, _("Bénévolat : %(topic)s", topic=answers.theme_name(slug)), slug
    )


@pages.get("/towns/<slug>")
@public
def town(slug: str) -> Any:
    """The offers around a town: `lyon-69`. The old or approximate address leads to the right one."""
    best = places.resolve(slug.replace("-", " ")[:80]).best
    if best is None or best.kind not in (PlaceKind.COMMUNE, PlaceKind.ARRONDISSEMENT):
        raise NotFound
    own = slugify(f"{best.name} {best.departement}")
    if slug != own:
        return redirect(f"/towns/{own}", code=301)
    return _topic(
        {"place": [best.label]}, _("Devenir bénévole %(in_town)s", in_town=in_town(best.name)), ""
    )


def _topic(params: dict[str, list[str]], heading: str, theme_slug: str) -> Any:
    asked = answers.asked(params, ON_A_TOPIC)
    found = finding.find(asked)
    return render_template(
        "search/topic.html",
        heading=heading,
        theme=theme_slug,
        total=found.total,
        cards=answers.cards(found),
        search_url=finding.address(asked.params),
        params=asked.params,
    )
