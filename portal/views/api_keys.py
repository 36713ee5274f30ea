"""The keys of programs: a moderator makes, rotates and revokes them, and sees how much each is used."""

from __future__ import annotations

from datetime import datetime
from datetime import time as clock_time
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from portal import clock, db
from portal.clock import PARIS
from portal.errors import NotFound
from portal.forms.api_key import ApiKeyForm
from portal.models import ApiKey, Feed, KeyScope
from portal.services import api_keys, feeds
from portal.views import access
from portal.views.access import moderators

pages = Blueprint("api_keys", __name__, url_prefix="/moderation/keys")


@pages.get("")
@moderators
def show() -> Any:
    """Every key with its figures, and the form for a new one."""
    return _page(_form())


@pages.post("")
@moderators
def make() -> Any:
    """A new key. It is shown in this answer and nowhere else, so nothing is redirected."""
    form = _form()
    if not form.validate():
        return _page(form), 422
    scopes = [KeyScope.READ] if form.reads.data else []
    scopes += [KeyScope.UPLOAD] if form.uploads.data else []
    day = form.expires_on.data
    key, secret = api_keys.make(
        str(form.name.data),
        scopes,
        access.signed_in_person(),
        feed=feeds.by_name(form.feed.data) if form.uploads.data else None,
        expires_at=datetime.combine(day, clock_time(), PARIS) if day else None,
        per_minute=form.per_minute.data or 600,
    )
    db.session.commit()
    return _page(_form(blank=True), key, secret)


@pages.post("/<int:key_id>/rotate")
@moderators
def rotate(key_id: int) -> Any:
    """A new key for the same program; the old one opens for a week more."""
    key, secret = api_keys.rotate(_key(key_id), access.signed_in_person())
    db.session.commit()
    return _page(_form(blank=True), key, secret)


@pages.post("/<int:key_id>/revoke")
@moderators
def revoke(key_id: int) -> Any:
    """It opens nothing any more, at once."""
    api_keys.revoke(_key(key_id), access.signed_in_person())
    db.session.commit()
    flash(_("La clé est retirée : elle n’ouvre plus rien."))
    return redirect(url_for("api_keys.show"), code=303)


def _key(key_id: int) -> ApiKey:
    found = db.session.get(ApiKey, key_id)
    if found is None:
        raise NotFound
    return found


def _form(*, blank: bool = False) -> ApiKeyForm:
    names = list(db.session.scalars(select(Feed.name).order_by(Feed.name)))
    return ApiKeyForm(names, request.form if request.method == "POST" and not blank else None)


def _page(form: ApiKeyForm, made: ApiKey | None = None, secret: str = "") -> str:
    return render_template(
        "moderation/keys.html",
        form=form,
        uses=api_keys.listed(),
        now=clock.now(),
        made=made,
        secret=secret,
    )
