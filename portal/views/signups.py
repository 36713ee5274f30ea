"""Signing up: the form is sent, the page of the attempt, and the signup's own page with what its owner may do there.

`/signups/<token>` is one of two pages. An attempt's shows what was typed and nothing else, whether or not the address was
known; the signup's own is reached by the mailed link, from the account, or from the device that made it once its owner has
pressed the mailed button. A GET never changes anything: mail scanners open links, they press nothing.
"""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
)
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from portal import db, mail, permissions, queue, security, tokens
from portal.errors import Gone, Invalid, NotFound
from portal.forms import signup as forms
from portal.forms.signup import SignupForm
from portal.language import spoken
from portal.models import OfferState, Person, Shift, Signup, SignupState
from portal.services import finding, signups
from portal.services.signups import SignupRequest, calendar
from portal.views import access, devices, invitations, offers, shares, signup_pages
from portal.views.access import by_token, public

pages = Blueprint("signups", __name__)
TRAP_SECONDS = 2  # nobody reads the form and writes two lines in less
ASKED = (SignupState.HELD, SignupState.WAITLISTED)


@pages.post("/shifts/<int:ident>/signups")
@public
def sign_up(ident: int) -> Any:
    """Sign up: 303 to the page of the attempt, or the offer's page again with what is to correct (422)."""
    shift = _shift(ident)
    person = _verified_person()
    form = forms.sent(shift.offer, _typed(person), signed_in=person is not None)
    if not form.validate():
        return _again(shift, form)
    device = devices.number()
    try:
        attempt = signups.sign_up(ident, _wish(form, person, device), person)
    except Invalid as error:
        form.form_errors.append(error.in_words(_))
        return _again(shift, form)
    db.session.commit()
    queue.nudge("outbox")
    response = make_response(redirect(f"/signups/{_address('attempt', attempt)}", code=303))
    typed = (attempt.first_name, attempt.email) if person is None else ()
    devices.keep(response, device, *typed)
    return response


@pages.get("/shifts/<int:ident>/signups")
@public
def form(ident: int) -> Any:
    """Reloading the page of a refused form, or reading it in another language, leads back to the form."""
    offer = _shift(ident).offer
    return redirect(f"{offers.path_of(offer)}?shift={ident}#signup", code=302)


@pages.post("/shifts/<int:ident>/signups/check")
@public
def check(ident: int) -> Any:
    """What the server would say of the fields as they stand: {"errors": {...}, "doubts": {...}}. Keeps nothing."""
    _only_read()
    person = _verified_person()
    offer = _shift(ident).offer
    form = forms.sent(offer, _typed(person), signed_in=person is not None)
    form.validate()
    errors = {name: str(sentences[0]) for name, sentences in form.errors.items() if name}
    return jsonify(errors=errors, doubts=form.doubts())


@pages.post("/signups/forget")
@public
def forget() -> Any:
    """The device forgets who signed up on it."""
    response = make_response(redirect(access.page_before(), code=303))
    devices.forget(response)
    flash(_("C’est oublié : cet appareil ne garde plus votre nom ni votre adresse."))
    return response


@pages.get("/signups/<token>")
@by_token
def show(token: str) -> Any:
    """The signup's own page, or the attempt's."""
    g.is_personal = True
    if tokens.read("signup", token) is None:
        return _attempt(token)
    signup = signups.find(token)
    if signup.verified_at is None and signup.state in ASKED:
        return _private("signups/confirm.html", **signup_pages.facts(signup, token))
    return _private("signups/show.html", **signup_pages.own(signup, token))


@pages.get("/signups/<token>.ics")
@by_token
def ics(token: str) -> Any:
    """The date, for a calendar. An undated shift has none: 404."""
    signup = signups.find(token)
    base_url = current_app.config["BASE_URL"]
    content = calendar.entry(
        signup,
        url=f"{base_url}/signups/{token}",
        sender=current_app.config["CONTACT_EMAIL"],
        domain=mail.domain_of(base_url),
    )
    if content is None:
        raise NotFound
    g.is_personal = True
    response = Response(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = "attachment; filename=relais.ics"
    return response


def _attempt(token: str) -> Any:
    """The attempt's page; its owner is sent on to the signup itself."""
    attempt = signups.find_attempt(token)
    signup = db.session.get(Signup, attempt.signup_id) if attempt.signup_id else None
    if signup is not None and _is_owner(signup):
        return redirect(f"/signups/{_address('signup', signup)}", code=302)
    return _private("signups/attempt.html", **signup_pages.attempt(attempt))


def _is_owner(signup: Signup) -> bool:
    """Somebody who need not prove who they are: signed in as its person, or on the device that made it, once it is verified."""
    person = access.person()
    if person is not None and signup.person_id == person.id:
        return True
    here = devices.device_hash()
    return bool(here) and signup.verified_at is not None and tokens.same(signup.device_hash, here)


def _shift(ident: int) -> Shift:
    shift = db.session.scalar(
        select(Shift).where(Shift.id == ident).options(joinedload(Shift.offer))
    )
    if shift is None or not permissions.may_see(access.person(), shift.offer):
        raise NotFound
    return shift


def _verified_person() -> Person | None:
    person = access.person()
    return person if person is not None and person.is_verified else None


def _typed(person: Person | None) -> MultiDict[str, str]:
    """The form as it was sent. On a device that remembers, name and address are not asked again: they are filled in here."""
    typed: MultiDict[str, str] = MultiDict(request.form)
    known = devices.remembered() if person is None and "email" not in typed else None
    if known is not None:
        typed["email"] = known.email
        typed.setdefault("first_name", known.first_name)
    return typed


def _wish(form: SignupForm, person: Person | None, device: str) -> SignupRequest:
    """What is asked for. The form's token is the attempt's key: it is made anew with each page, so a retry carries the same."""
    invitation = invitations.came_by()
    return SignupRequest(
        first_name=person.first_name if person else form.first_name.data,
        email=(person.email or "") if person else form.email.data,
        key=tokens.keyed_hash("attempt-key", security.sent_form_token()),
        phone=form.phone.data or "",
        message=form.message.data or "",
        party=form.party.data,
        answers=form.answers(),
        language=spoken(),
        device_hash=devices.hashed(device),
        network_hash=security.network(),
        share_link_id=shares.came_by(),
        invitation_id=invitation.id if invitation else None,
        is_suspect=person is None and _looks_like_a_robot(),
    )


def _looks_like_a_robot() -> bool:
    """It filled the field that nobody sees, or was faster than reading. It is not refused: its mail must be confirmed first."""
    age = security.form_token_age() or 0
    in_a_hurry = age < TRAP_SECONDS and not current_app.config["TESTING"]
    return bool(request.form.get("website")) or in_a_hurry


def _again(shift: Shift, form: SignupForm) -> Any:
    """The offer's page with the form as it was sent, and what is to correct."""
    offer_id, shift_id = shift.offer_id, shift.id
    _only_read()
    person = access.person()
    card = finding.one(offer_id, person.id if person else None)
    if card is None or card.offer.state is not OfferState.LIVE:
        raise NotFound
    chosen = next((one for one in card.shifts if one.id == shift_id), None)
    if chosen is None:
        raise Gone("Les inscriptions sont closes pour cette date.")
    page = render_template("offers/show.html", **offers.page_context(card, chosen, form))
    return make_response(page, 422)


def _only_read() -> None:
    """This request changes nothing: give the write lock back before a page is made."""
    db.session.close()
    db.database().begin_request(writes=False)


def _private(template: str, **context: Any) -> Response:
    response = make_response(render_template(template, **context))
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _address(purpose: str, row: Any) -> str:
    return tokens.sign(purpose, row.id, row.nonce)
