"""Reporting an offer: open to everyone, counted once a device or person."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from portal import db, tokens
from portal.errors import NotFound
from portal.forms.moderation import FlagForm
from portal.models import FlagReason, Offer
from portal.permissions import is_public
from portal.services import flags
from portal.views import access
from portal.views.access import public

pages = Blueprint("flags", __name__)


@pages.get("/offers/<int:offer_id>/flags")
@public
def new(offer_id: int) -> Any:
    """The form."""
    return render_template("offers/flag.html", offer=_offer(offer_id), form=FlagForm())


@pages.post("/offers/<int:offer_id>/flags")
@public
def create(offer_id: int) -> Any:
    """Take the report; the answer is the same whether or not it is the first from here."""
    offer, form = _offer(offer_id), FlagForm(request.form)
    if not form.validate():
        return render_template("offers/flag.html", offer=offer, form=form), 422
    person = access.person()
    # Who reports is kept as a keyed hash: of the account, else of the network address.
    reporter = f"person/{person.id}" if person else f"network/{request.remote_addr}"
    flags.flag(
        offer,
        tokens.keyed_hash("flag", reporter),
        FlagReason(form.reason.data),
        form.text.data or "",
        person if person and person.is_verified else None,
    )
    db.session.commit()
    return redirect(url_for("flags.thanks", offer_id=offer.id), code=303)


@pages.get("/offers/<int:offer_id>/flags/thanks")
@public
def thanks(offer_id: int) -> Any:
    """What happens now."""
    return render_template("offers/flagged.html", offer_id=offer_id)


def _offer(offer_id: int) -> Offer:
    found = db.session.get(Offer, offer_id)
    if found is None or not is_public(found):
        raise NotFound
    return found
