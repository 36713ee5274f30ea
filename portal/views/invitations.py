"""Inviting friends by mail, landing as an invited friend, and asking never to be written to again."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import db, permissions, queue
from portal.errors import NotFound, PortalError
from portal.forms.invitation import InvitationForm
from portal.models import Invitation, Offer
from portal.services import invitations
from portal.views import access, shares
from portal.views.access import by_token, signed_in

pages = Blueprint("invitations", __name__)


@pages.get("/offers/<int:ident>/invitations")
@signed_in
def ask(ident: int) -> Any:
    """The share page holds the form, with the exact message above its button."""
    return shares.panel(_offer(ident), InvitationForm())


@pages.post("/offers/<int:ident>/invitations")
@signed_in
def invite(ident: int) -> Any:
    """Send them. The page is the same whoever the friends are."""
    offer = _offer(ident)
    form = InvitationForm(request.form)
    if not form.validate():
        return shares.panel(offer, form), 422
    try:
        asked = invitations.invite(access.signed_in_person(), offer, form.addresses())
    except PortalError as error:
        if error.status not in (422, 429):
            raise
        form.emails.errors = [error.in_words(_)]
        return shares.panel(offer, form), error.status
    db.session.commit()
    queue.nudge("outbox")
    flash(ngettext("L’invitation part.", "Les %(num)s invitations partent.", asked))
    return redirect(f"/offers/{offer.id}/share", code=303)


@pages.get("/invitations/<token>")
@by_token
def land(token: str) -> Any:
    """The friend goes to the offer, which says who invites."""
    invitation = invitations.find(token)
    offer = invitation.offer
    return redirect(f"/offers/{offer.id}-{offer.slug}?invited={token}", code=302)


@pages.get("/invitations/<token>/refuse")
@by_token
def ask_refuse(token: str) -> Any:
    """One button: mail scanners open links."""
    invitations.find(token)
    return render_template(
        "accounts/press.html",
        action=f"/invitations/{token}/refuse",
        title=_("Ne plus recevoir d’invitations"),
        text=_(
            "Plus personne ne pourra vous inviter d’ici. Nous gardons une empreinte de votre adresse, pas l’adresse."
        ),
        button=_("Ne plus m’écrire"),
    )


@pages.post("/invitations/<token>/refuse")
@by_token
def refuse(token: str) -> Any:
    """Nobody's invitation reaches this address any more."""
    invitations.refuse(token)
    db.session.commit()
    flash(_("C’est noté : plus aucune invitation ne partira vers cette adresse."))
    return redirect("/", code=303)


def came_by() -> Invitation | None:
    """The invitation by which the visitor reached the page they see, or whose form they send."""
    here = request.query_string.decode("latin-1")
    query = here if request.method == "GET" else urlsplit(access.page_before()).query
    token = parse_qs(query).get("invited", [""])[0]
    try:
        return invitations.find(token) if token else None
    except NotFound:
        return None


def inviter_of(offer: Offer) -> str | None:
    """The first name of who invites the visitor to this offer, for its page to say so."""
    invitation = came_by()
    if invitation is None or invitation.offer_id != offer.id:
        return None
    return invitations.name_of(invitation.person) or None


def _offer(ident: int) -> Offer:
    offer = db.session.get(Offer, ident)
    if offer is None or not permissions.may_see(access.person(), offer):
        raise NotFound
    return offer
