"""The buttons of a signup's own page: confirm, cancel, another date, more people, erase. Each is a POST that comes back to the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, make_response, redirect, request
from flask_babel import gettext as _

from portal import db, queue
from portal.errors import Conflict, Gone, Invalid
from portal.models import OfferState, Signup
from portal.services import signups
from portal.views import devices, offers
from portal.views.access import by_token

pages = Blueprint("signup_buttons", __name__)


@pages.get("/signups/<token>/<any(confirm, cancel, move, bring, erase):verb>")
@by_token
def back(token: str, verb: str) -> Any:
    """Opening the address of a button presses nothing: it leads to the page with the button."""
    return redirect(f"/signups/{token}", code=302)


@pages.post("/signups/<token>/confirm")
@by_token
def confirm(token: str) -> Any:
    """The mailed button: the address is proved, the hold or the offered place is taken."""
    return _act(token, signups.confirm, "")


@pages.post("/signups/<token>/cancel")
@by_token
def cancel(token: str) -> Any:
    """The place is given back."""
    said = _("C’est noté. Merci d’avoir prévenu, votre place ira à quelqu’un d’autre.")
    return _act(token, signups.cancel, said)


@pages.post("/signups/<token>/move")
@by_token
def move(token: str) -> Any:
    """To another date of the same offer."""
    wanted = request.form.get("shift", "")
    if not wanted.isascii() or not wanted.isdigit() or len(wanted) > 9:
        raise Invalid("Choisissez une des dates proposées.", field="shift")
    return _act(
        token,
        lambda ident: signups.move(ident, int(wanted)),
        _("Votre inscription a changé de date."),
    )


@pages.post("/signups/<token>/bring")
@by_token
def bring(token: str) -> Any:
    """With more or fewer people."""
    wanted = request.form.get("party", "")
    if wanted not in ("1", "2", "3", "4", "5"):
        raise Invalid("Une inscription compte de 1 à 5 personnes.", field="party")
    return _act(token, lambda ident: signups.bring(ident, int(wanted)), _("C’est noté."))


@pages.post("/signups/<token>/erase")
@by_token
def erase(token: str) -> Any:
    """Nothing of who it was is kept."""
    signup = signups.find(token)
    offer = signup.shift.offer
    signups.erase(signup.id)
    db.session.commit()
    queue.nudge("outbox")
    flash(_("C’est effacé : il ne reste ni votre nom, ni votre adresse."))
    response = make_response(
        redirect(
            offers.path_of(offer) if offer.state in (OfferState.LIVE, OfferState.PAUSED) else "/",
            code=303,
        )
    )
    devices.forget(response)
    return response


def _act(token: str, verb: Callable[[int], Signup], said: str) -> Any:
    """Do it and come back to the page, which says how things stand; so does a refusal."""
    signup = signups.find(token)
    try:
        verb(signup.id)
    except (Conflict, Gone) as error:
        db.session.rollback()
        flash(error.in_words(_), "warning")
        return redirect(f"/signups/{token}", code=303)
    db.session.commit()
    queue.nudge("outbox")
    if said:
        flash(said)
    return redirect(f"/signups/{token}", code=303)
