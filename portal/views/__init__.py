"""The pages. Each file is one noun with its blueprint; this list is all there is."""

from __future__ import annotations

from flask import Blueprint, Flask

from portal.views import access, errors, health


def init_app(app: Flask) -> None:
    """Register every blueprint, and the pages of errors."""
    access.init_app(app)
    errors.init_app(app)
    for blueprint in blueprints():
        app.register_blueprint(blueprint)


def blueprints() -> tuple[Blueprint, ...]:
    """Every blueprint of the pages."""
    return (health.pages,)
