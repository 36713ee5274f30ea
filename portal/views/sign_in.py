"""Signing in by a mailed link, and out. There are no passwords.

Asking for a link answers the same page for every address. The link opens a page with one button: mail scanners open
links, and none of them presses buttons.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request
from flask_babel import gettext as _

from portal import db, queue, security
from portal.demo.people import CAST
from portal.errors import Forbidden, Gone, NotFound, ProofNeeded, SignInNeeded
from portal.forms.account import EmailForm
from portal.language import spoken
from portal.models import LinkPurpose
from portal.services import accounts, sign_in_links
from portal.services import sessions as open_sessions
from portal.views import access, arrivals, sessions, social_login
from portal.views.access import by_token, public

pages = Blueprint("sign_in", __name__)


@pages.get("/sign-in")
@public
def ask() -> Any:
    """The form for a link, the providers, and in the demo its people."""
    person = access.person()
    onward = security.safe_path(request.args.get("next"))
    if person is not None and access.is_proved():
        return redirect(onward, code=303)
    form = EmailForm(email=person.email if person is not None else "")
    return _form(form, onward)


@pages.post("/sign-in")
@public
def send() -> Any:
    """Mail a link. Known and unknown addresses get the same page after the same work."""
    onward = security.safe_path(request.form.get("next"))
    form = EmailForm(request.form)
    if not form.validate():
        return _form(form, onward), 422
    email = str(form.email.data)
    if not request.form.get("website"):  # only robots fill it; they get the same page
        sign_in_links.ask(
            email, next_path=onward, network_hash=security.network(), language=spoken()
        )
        db.session.commit()
        queue.nudge("outbox")
    return render_template("accounts/link_sent.html", email=email)


@pages.get("/sign-in/link/<token>")
@by_token
def look(token: str) -> Any:
    """One button. Looking does nothing, however often."""
    g.is_personal = True
    try:
        link = sign_in_links.find(token)
    except Gone as error:
        return arrivals.page(EmailForm(), "/", error.in_words(_)), 410
    title, button = _words(link.purpose)
    text = _(
        "Avec l’adresse %(email)s. Vous n’avez rien demandé ? Fermez cette page : rien ne se passe.",
        email=link.email,
    )
    return render_template(
        "accounts/press.html",
        action=f"/sign-in/link/{token}",
        title=title,
        text=text,
        button=button,
    )


@pages.post("/sign-in/link/<token>")
@by_token
def press(token: str) -> Any:
    """The button: what it does is what the link was asked for. One that is dead leads to the form for another."""
    try:
        purpose = sign_in_links.find(token).purpose
        if purpose is LinkPurpose.CHANGE_EMAIL:
            return _change_email(token)
        if purpose is LinkPurpose.JOIN_IDENTITY:
            return social_login.join(token)
        person, link = accounts.enter(token)
        return arrivals.come_in(person, link.next_path)
    except Gone as error:
        db.session.rollback()
        return arrivals.page(EmailForm(), "/", error.in_words(_)), 410


@pages.post("/sign-in/demo")
@public
def demo() -> Any:
    """With DEMO, on loopback only: sign in as one of the demo's people, in one click."""
    if not current_app.config["DEMO"]:
        raise NotFound
    email = request.form.get("email", "")
    person = accounts.of_email(email) if email in (one[1] for one in CAST) else None
    if person is None:
        raise NotFound
    return arrivals.come_in(person, security.safe_path(request.form.get("next")))


@pages.post("/sign-out")
@public
def sign_out() -> Any:
    """End this device's session."""
    sessions.sign_out()
    db.session.commit()
    flash(_("C’est fait : cet appareil ne vous connaît plus."))
    return redirect("/", code=303)


def _change_email(token: str) -> Any:
    person = access.person()
    if person is None:
        raise Forbidden(
            "Connectez-vous d’abord avec le compte dont l’adresse change, puis ouvrez le lien à nouveau."
        )
    accounts.change_email(person, token)
    open_sessions.end_all(person, but=g.session_row)
    sessions.rotate()
    db.session.commit()
    flash(_("Votre adresse est maintenant %(email)s.", email=person.email))
    return redirect("/account", code=303)


def _form(form: EmailForm, onward: str) -> str:
    reason = ""
    if access.person() is not None:
        reason = _(ProofNeeded.sentence)
    elif onward != "/":
        reason = _(SignInNeeded.sentence)
    return arrivals.page(form, onward, reason)


def _words(purpose: LinkPurpose) -> tuple[str, str]:
    """(title, button) of the page behind a link."""
    if purpose is LinkPurpose.CHANGE_EMAIL:
        return _("Changer d’adresse"), _("Utiliser cette adresse")
    if purpose is LinkPurpose.JOIN_IDENTITY:
        return _("Vous y êtes presque"), _("Prouver mon adresse et me connecter")
    return _("Vous y êtes presque"), _("Me connecter")
