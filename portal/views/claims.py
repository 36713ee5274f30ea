"""What partners' feeds bring in an association's name: found, taken over with a proof, given back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from portal import db
from portal.models import Association, ClaimState
from portal.services import claims
from portal.views import access
from portal.views.access import coordinators
from portal.views.dashboard import frame

pages = Blueprint("claims", __name__, url_prefix="/dashboard/<slug>/claims")


@pages.get("")
@coordinators
def show(association: Association) -> Any:
    """What could be taken over, and what was."""
    return render_template(
        "dashboard/claims.html",
        **frame(association, "claims"),
        candidates=claims.candidates(association, access.signed_in_person()),
        made=claims.made(association),
    )


@pages.post("/<int:claimed_id>")
@coordinators
def claim(association: Association, claimed_id: int) -> Any:
    """Take over what the feed brings in this name. It opens the list of who signed up, so it wants a fresh proof."""
    access.require_proof()
    made = claims.claim(association, claimed_id, access.signed_in_person())
    db.session.commit()
    if made.state is ClaimState.ACCEPTED:
        flash(_("Ces besoins sont à vous : vous pouvez les modifier."))
    else:
        flash(_("Merci. Une personne de la modération vérifie, et vous répondra ici."))
    return _back(association)


@pages.post("/<int:claim_id>/release")
@coordinators
def release(association: Association, claim_id: int) -> Any:
    """Give them back."""
    claims.release(association, claim_id, access.signed_in_person())
    db.session.commit()
    flash(_("Ces besoins sont rendus au partenaire."))
    return _back(association)


def _back(association: Association) -> Any:
    return redirect(url_for("claims.show", slug=association.slug), code=303)
