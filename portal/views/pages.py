"""Pages of plain words, and what robots ask for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template

from portal.views.access import public

pages = Blueprint("pages", __name__)
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
