"""Relais: from an association's need to a volunteer, in one short form."""

from __future__ import annotations

from dataclasses import asdict

from flask import Flask

from portal import (
    assets,
    config,
    db,
    formatting,
    freshness,
    language,
    limits,
    logs,
    metrics,
    security,
    tokens,
)
from portal.config import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """The application of these settings (by default those of the environment): cellar first, then the doors."""
    settings = settings or config.from_environment()
    app = Flask("portal", static_folder=None, template_folder="../templates")
    app.config.update(asdict(settings), LOGINS=settings.LOGINS, SETTINGS=settings)
    app.config["TRUSTED_NAMES"] = (
        f"localhost:{settings.PORT}",
        f"127.0.0.1:{settings.PORT}",
    )
    tokens.use_key(settings.SECRET_KEY)
    logs.init_app(app)
    security.init_app(app, settings)
    limits.init_app(app)
    db.init_app(app)
    assets.init_app(app)
    language.init_app(app)
    formatting.init_app(app)
    freshness.init_app(app)
    metrics.init_app(app)

    from portal import api, cli, jobs, views  # doors last: they import everything below

    views.init_app(app)
    api.init_app(app)
    jobs.init_app(app)
    cli.init_app(app)
    return app
