"""Signing in by a mailed link, and out. There are no passwords.

Asking for a link answers the same page for every address. The link opens a page with one button: mail scanners open
links, and none of them presses buttons.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request
from flask_babel import gettext as _
from sqlalchemy import select

from portal import db, security
from portal.demo.people import CAST
from portal.errors import Forbidden, NotFound, ProofNeeded, SignInNeeded
from portal.forms.account import EmailForm
from portal.language import spoken
from portal.models import LinkPurpose, Person
from portal.services import accounts, sign_in_links
from portal.services import sessions as open_sessions
from portal.views import access, likes, sessions
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
    return render_template("accounts/sent.html", email=email)


@pages.get("/sign-in/link/<token>")
@by_token
def look(token: str) -> Any:
    """One button. Looking does nothing, however often."""
    g.is_personal = True
    link = sign_in_links.find(token)
    return render_template("accounts/link.html", link=link, token=token, words=_words(link.purpose))


@pages.post("/sign-in/link/<token>")
@by_token
def press(token: str) -> Any:
    """The button: what it does is what the link was asked for."""
    link = sign_in_links.find(token)
    if link.purpose is LinkPurpose.CHANGE_EMAIL:
        return _change_email(token)
    person, link = accounts.enter(token)
    return come_in(person, link.next_path)


@pages.post("/sign-in/demo")
@public
def demo() -> Any:
    """With DEMO, on loopback only: sign in as one of the demo's people, in one click."""
    if not current_app.config["DEMO"]:
        raise NotFound
    given = request.form.get("person", "")
    person = next((p for p in _demo_people() if str(p.id) == given), None)
    if person is None:
        raise NotFound
    return come_in(person, security.safe_path(request.form.get("next")))


@pages.post("/sign-out")
@public
def sign_out() -> Any:
    """End this device's session."""
    sessions.sign_out()
    db.session.commit()
    flash(_("Vous êtes déconnecté."))
    return redirect("/", code=303)


def come_in(person: Person, onward: str) -> Any:
    """Begin the session, bring in what the device had kept, commit, say so, and go on with what was being done."""
    sessions.sign_in(person)
    joined = likes.bring_in(person)
    db.session.commit()
    name = person.first_name or person.email or ""
    flash(_("Bonjour %(name)s, vous êtes connecté.", name=name))
    if joined:
        flash(_("Les besoins que vous aimiez sur cet appareil sont dans votre compte."))
    response = redirect(security.safe_path(onward, "/account"), code=303)
    likes.forget_cookie(response)
    return response


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
    why = None
    if access.person() is not None:
        why = _(ProofNeeded.sentence)
    elif onward != "/":
        why = _(SignInNeeded.sentence)
    demo_people = _demo_people() if current_app.config["DEMO"] else []
    return render_template(
        "accounts/sign_in.html",
        form=form,
        onward=onward,
        why=why,
        providers=[],
        demo_people=demo_people,
    )


def _demo_people() -> list[Person]:
    """The cast of the demo, in its order."""
    emails = [email for _name, email, _role in CAST]
    found = db.session.scalars(select(Person).where(Person.email.in_(emails))).all()
    return sorted(found, key=lambda person: emails.index(person.email or ""))


def _words(purpose: LinkPurpose) -> dict[str, str]:
    """(title, button) of the page behind a link."""
    return {
        LinkPurpose.SIGN_IN: {"title": _("Vous y êtes presque"), "button": _("Me connecter")},
        LinkPurpose.JOIN_IDENTITY: {
            "title": _("Vous y êtes presque"),
            "button": _("Prouver mon adresse et me connecter"),
        },
        LinkPurpose.CHANGE_EMAIL: {
            "title": _("Changer d’adresse"),
            "button": _("Utiliser cette adresse"),
        },
    }[purpose]
