"""The pages. Each file is one noun with its blueprint; this list is all there is."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask
from werkzeug.routing import IntegerConverter, Map

from portal import security
from portal.views import (
    access,
    accounts,
    alerts,
    api_keys,
    associations,
    claims,
    clusters,
    dashboard,
    demo,
    errors,
    feed_formats,
    feeds,
    flags,
    health,
    home,
    invitations,
    likes,
    moderation,
    offer_editing,
    offers,
    pages,
    partner_actions,
    partner_ids,
    partners,
    places,
    search,
    sessions,
    share_cards,
    shares,
    sign_in,
    signup_buttons,
    signups,
    sitemaps,
    social_deletion,
    social_login,
    team,
    widget,
)


class RowNumber(IntegerConverter):
    """The number of a row: one that no table can hold is a wrong address (404), not an error of the database."""

    def __init__(self, map: Map, **given: Any) -> None:
        super().__init__(map, **{"max": 2**31 - 1, **given})


def init_app(app: Flask) -> None:
    """Register every blueprint, and the pages of errors. Who asks is known before their form token is checked."""
    app.url_map.converters["int"] = RowNumber
    sessions.init_app(app)
    app.before_request(security.check_form_token)
    access.init_app(app)
    errors.init_app(app)
    for blueprint in blueprints():
        app.register_blueprint(blueprint)


def blueprints() -> tuple[Blueprint, ...]:
    """Every blueprint of the pages."""
    return (
        accounts.pages,
        alerts.pages,
        api_keys.pages,
        associations.pages,
        claims.pages,
        clusters.pages,
        dashboard.pages,
        demo.pages,
        feed_formats.pages,
        feeds.pages,
        flags.pages,
        health.pages,
        home.pages,
        invitations.pages,
        likes.pages,
        moderation.pages,
        offer_editing.pages,
        offers.pages,
        pages.pages,
        partner_actions.pages,
        partner_ids.pages,
        partners.pages,
        places.pages,
        search.pages,
        share_cards.pages,
        shares.pages,
        sign_in.pages,
        signup_buttons.pages,
        signups.pages,
        sitemaps.pages,
        social_deletion.pages,
        social_login.pages,
        team.pages,
        widget.pages,
    )
