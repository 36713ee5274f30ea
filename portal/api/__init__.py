"""The portal for machines. Each file is one way to read offers; this list is all there is."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    from portal.api import (
        access,
        calendar,
        exports,
        footprint,
        metrics,
        oembed,
        offers,
        openapi,
        syndication,
        uploads,
    )

    access.init_app(app)

    for blueprint in (
        calendar.data,
        exports.data,
        footprint.data,
        metrics.data,
        oembed.data,
        offers.data,
        openapi.data,
        syndication.data,
        uploads.data,
    ):
        app.register_blueprint(blueprint)
