"""Posting an offer and everything its team does with it afterwards."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from portal import db
from portal.errors import NotFound
from portal.forms.offer import OfferForm, advice, filled
from portal.models import Association, Offer, OfferState
from portal.services import attendance, offers
from portal.views import access
from portal.views.access import coordinators
from portal.views.dashboard import frame

pages = Blueprint("offer_editing", __name__, url_prefix="/dashboard/<slug>/offers")


@pages.get("")
@coordinators
def index(association: Association) -> Any:
    """The association's offers and what became of each."""
    return render_template(
        "dashboard/offers.html", **frame(association, "offers"), rows=attendance.offers(association)
    )


@pages.get("/new")
@coordinators
def new(association: Association) -> Any:
    """The form, empty."""
    return _form(association, OfferForm())


@pages.post("/new")
@coordinators
def create(association: Association) -> Any:
    """Post it, or keep it as a draft."""
    form = OfferForm(request.form)
    if not form.validate():
        return _form(association, form), 422
    made = offers.post(association, form.wish(), access.signed_in_person(), publish=_publishes())
    db.session.commit()
    _tell(made)
    return _to_list(association)


@pages.get("/<int:offer_id>/edit")
@coordinators
def edit(association: Association, offer_id: int) -> Any:
    """The form, filled."""
    offer = _offer(association, offer_id)
    return _form(association, OfferForm(data=filled(offer), offer=offer), offer)


@pages.post("/<int:offer_id>/edit")
@coordinators
def update(association: Association, offer_id: int) -> Any:
    """Save the changes."""
    offer = _offer(association, offer_id)
    form = OfferForm(request.form, offer=offer)
    if not form.validate():
        return _form(association, form, offer), 422
    offers.edit(offer, form.wish(), access.signed_in_person(), publish=_publishes())
    db.session.commit()
    _tell(offer)
    return _to_list(association)


@pages.post("/<int:offer_id>/pause")
@coordinators
def pause(association: Association, offer_id: int) -> Any:
    """Nobody new signs up for a while."""
    return _act(association, offer_id, offers.pause, _("Le besoin est en pause."))


@pages.post("/<int:offer_id>/resume")
@coordinators
def resume(association: Association, offer_id: int) -> Any:
    """Go on."""
    return _act(association, offer_id, offers.resume, _("Le besoin est de nouveau en ligne."))


@pages.post("/<int:offer_id>/close")
@coordinators
def close(association: Association, offer_id: int) -> Any:
    """Done with."""
    return _act(
        association,
        offer_id,
        offers.close,
        _("Le besoin est clos. Les personnes inscrites gardent leur page."),
    )


@pages.post("/<int:offer_id>/reopen")
@coordinators
def reopen(association: Association, offer_id: int) -> Any:
    """It is needed again."""
    return _act(association, offer_id, offers.reopen, _("Le besoin est rouvert."))


@pages.post("/<int:offer_id>/duplicate")
@coordinators
def duplicate(association: Association, offer_id: int) -> Any:
    """The same once more, as a draft without dates."""
    copy = offers.duplicate(_offer(association, offer_id), access.signed_in_person())
    db.session.commit()
    flash(_("Voici une copie en brouillon : il ne manque que les dates."))
    return redirect(
        url_for("offer_editing.edit", slug=association.slug, offer_id=copy.id), code=303
    )


def _act(association: Association, offer_id: int, act: Any, said: str) -> Any:
    act(_offer(association, offer_id), access.signed_in_person())
    db.session.commit()
    flash(said)
    return _to_list(association)


def _offer(association: Association, offer_id: int) -> Offer:
    offer = db.session.get(Offer, offer_id)
    if offer is None or offer.association_id != association.id:
        raise NotFound
    return offer


def _publishes() -> bool:
    return request.form.get("then", "publish") == "publish"


def _to_list(association: Association) -> Any:
    return redirect(url_for("offer_editing.index", slug=association.slug), code=303)


def _form(association: Association, form: OfferForm, offer: Offer | None = None) -> str:
    return render_template(
        "dashboard/offer_form.html",
        **frame(association, "offers"),
        form=form,
        offer=offer,
        advice=advice(form.wish())
        if form.title.data and not form.errors and _is_checked(form)
        else [],
    )


def _is_checked(form: OfferForm) -> bool:
    return all(not row.form.on.data or row.form.starts.data for row in form.shifts)


def _tell(offer: Offer) -> None:
    if offer.state is OfferState.PENDING:
        flash(
            _(
                "Merci. Une personne de l’équipe de modération relit ce besoin, le plus souvent dans la journée."
            )
        )
    elif offer.state is OfferState.LIVE:
        flash(_("C’est en ligne."))
    else:
        flash(_("C’est enregistré."))
