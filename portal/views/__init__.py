"""The pages. Each file is one noun with its blueprint; this list is all there is."""

from __future__ import annotations

from flask import Blueprint, Flask

from portal import security
from portal.views import access, errors, health, likes, places, search, sessions, sign_in


def init_app(app: Flask) -> None:
    """Register every blueprint, and the pages of errors. Who asks is known before their form token is checked."""
    sessions.init_app(app)
    app.before_request(security.check_form_token)
    access.init_app(app)
    errors.init_app(app)
    for blueprint in blueprints():
        app.register_blueprint(blueprint)


def blueprints() -> tuple[Blueprint, ...]:
    """Every blueprint of the pages."""
    return (health.pages, likes.pages, places.pages, search.pages, sign_in.pages)
