"""Pages of plain words, and what robots ask for."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from flask import Blueprint, Response, current_app, redirect, render_template
from sqlalchemy import select
from sqlalchemy.orm import load_only, raiseload

from portal import clock, db, themes
from portal.models import Association, AssociationState, Offer
from portal.services import indexing
from portal.views.access import public
from portal.views.offers import path_of

pages = Blueprint("pages", __name__)
MOST_ADDRESSES = 45_000  # a sitemap may hold 50,000
CLOSED_TO_ROBOTS = (
    *("/account", "/alerts/", "/dashboard", "/demo/", "/moderation", "/partners", "/sign-in"),
    *("/signups/", "/s/", "/api/", "/offers/*/go", "/offers/*/share", "/offers/*/flags"),
    *("/search.", "/words", "/places"),
)


@pages.get("/about")
@public
def about() -> Any:
    """How it works."""
    return render_template("pages/about.html")


@pages.get("/help")
@public
def help_page() -> Any:
    """Questions that people ask."""
    return render_template("pages/help.html")


@pages.get("/accessibility")
@public
def accessibility() -> Any:
    """The declaration."""
    return render_template("pages/accessibility.html")


@pages.get("/privacy")
@public
def privacy() -> Any:
    """What is known of people, why, who sees it, for how long."""
    return render_template("pages/privacy.html")


@pages.get("/terms")
@public
def terms() -> Any:
    """The rules."""
    return render_template("pages/terms.html")


@pages.get("/source")
@public
def source() -> Any:
    """The source of this very installation, as its licence asks."""
    if current_app.config["SOURCE_URL"]:
        return redirect(current_app.config["SOURCE_URL"], code=302)
    return render_template("pages/source.html")


@pages.get("/robots.txt")
@public
def robots() -> Response:
    """What need not be read by robots."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED_TO_ROBOTS)]
    lines += ["", f"Sitemap: {current_app.config['BASE_URL']}/sitemap.xml", ""]
    return Response("\n".join(lines), mimetype="text/plain")


@pages.get("/sitemap.xml")
@public
def sitemap() -> Response:
    """Every page that robots should know: open offers, associations, themes."""
    base = current_app.config["BASE_URL"]
    rows = [(path, "") for path in ("/", "/search", "/about", "/help")]
    rows += [(f"/themes/{slug}", "") for slug in themes.SLUGS]
    slugs = select(Association.slug).where(Association.state == AssociationState.ACTIVE)
    rows += [
        (f"/associations/{slug}", "") for slug in db.session.scalars(slugs.limit(MOST_ADDRESSES))
    ]
    asked = (
        indexing.findable(clock.now())
        .options(load_only(Offer.id, Offer.slug, Offer.updated_at), raiseload("*"))
        .order_by(Offer.id.desc())
        .limit(MOST_ADDRESSES - min(len(rows), MOST_ADDRESSES))
    )
    rows += [(path_of(o), o.updated_at.date().isoformat()) for o in db.session.scalars(asked)]
    body = "".join(
        f"<url><loc>{escape(base + path)}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>\n"
        for path, day in rows
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return Response(f"{head}{body}</urlset>\n", mimetype="application/xml")
