"""The account page: what one says of oneself, one's signups, likes, devices and ways in; taking it all, or erasing it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request
from flask_babel import gettext as _
from sqlalchemy import select

from portal import clock, db, queue, security, tokens
from portal.errors import NotFound
from portal.forms.account import EmailForm, ProfileForm
from portal.language import spoken
from portal.models import Identity, Person, Session, Signup
from portal.services import (
    accounts,
    alerts,
    finding,
    identities,
    liked_news,
    likes,
    personal_data,
    shares,
)
from portal.services import sessions as open_sessions
from portal.services.signups.change import ACTIVE
from portal.views import access, provider_names, sessions, social_login
from portal.views import alerts as alert_pages
from portal.views.access import by_token, freshly_proved, one_click, signed_in

pages = Blueprint("accounts", __name__)


@dataclass(frozen=True)
class Device:
    """One line of the list of devices."""

    id: int
    device: str
    seen_at: datetime
    is_this: bool


@pages.get("/account")
@signed_in
def show() -> Any:
    """Everything about oneself on one page."""
    person = access.signed_in_person()
    form = ProfileForm(obj=person)
    return _page(person, form, EmailForm())


@pages.post("/account")
@signed_in
def describe() -> Any:
    """Save what one says of oneself."""
    person = access.signed_in_person()
    form = ProfileForm(request.form, language=person.language)
    if not form.validate():
        return _page(person, form, EmailForm()), 422
    accounts.describe(
        person,
        first_name=str(form.first_name.data or ""),
        language=str(form.language.data),
        is_seen=bool(form.is_seen.data),
        wants_news=bool(form.wants_news.data),
    )
    db.session.commit()
    flash(_("C’est enregistré."))
    return redirect("/account", code=303)


@pages.post("/account/email")
@freshly_proved
def change_email() -> Any:
    """Mail a link to the new address; nothing changes before it is pressed."""
    person = access.signed_in_person()
    form = EmailForm(request.form)
    if not form.validate():
        return _page(person, ProfileForm(obj=person), form), 422
    accounts.ask_new_email(
        person, str(form.email.data), network_hash=security.network(), language=spoken()
    )
    db.session.commit()
    queue.nudge("outbox")
    return render_template("accounts/link_sent.html", email=form.email.data)


@pages.post("/account/sessions/<int:ident>/end")
@signed_in
def end_session(ident: int) -> Any:
    """Sign one device out."""
    row = db.session.get(Session, ident)
    if row is None or row.person_id != access.signed_in_person().id:
        raise NotFound
    if row.id == g.session_row.id:
        sessions.sign_out()
        db.session.commit()
        return redirect("/", code=303)
    open_sessions.end(row)
    db.session.commit()
    flash(_("Cet appareil est déconnecté."))
    return redirect("/account", code=303)


@pages.post("/account/sessions/end")
@signed_in
def end_others() -> Any:
    """Sign out everywhere but here."""
    open_sessions.end_all(access.signed_in_person(), but=g.session_row)
    sessions.rotate()
    db.session.commit()
    flash(_("Tous les autres appareils sont déconnectés."))
    return redirect("/account", code=303)


@pages.post("/account/identities/<int:ident>/unlink")
@freshly_proved
def unlink(ident: int) -> Any:
    """Take a way in away."""
    identities.unlink(access.signed_in_person(), ident)
    sessions.rotate()
    db.session.commit()
    flash(_("Ce compte extérieur n’ouvre plus le vôtre."))
    return redirect("/account", code=303)


@pages.get("/account/export")
@freshly_proved
def export() -> Any:
    """Everything we know, as a JSON file."""
    body = json.dumps(personal_data.export(access.signed_in_person()), ensure_ascii=False, indent=1)
    response = current_app.response_class(body, mimetype="application/json")
    name = f"relais-{clock.today().isoformat()}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@pages.get("/account/erase")
@freshly_proved
def ask_erase() -> Any:
    """What goes and what stays, before the button."""
    person = access.signed_in_person()
    return render_template("accounts/erase.html", ahead=len(_ahead(person)))


@pages.post("/account/erase")
@freshly_proved
def erase() -> Any:
    """Erase the account."""
    person = access.signed_in_person()
    personal_data.require_free(person)
    personal_data.erase(person)
    db.session.commit()
    queue.nudge("outbox")
    sessions.forget()
    flash(_("Votre compte est effacé. Merci d’être passé par ici."))
    return redirect("/", code=303)


@pages.get("/account/news/<token>")
@by_token
def ask_stop(token: str) -> Any:
    """One button: mail scanners open links."""
    liked_news.of_token(token)
    return render_template(
        "accounts/press.html",
        action=f"/account/news/{token}",
        title=_("Ne plus recevoir ces nouvelles"),
        text=_(
            "Nous ne vous écrirons plus quand un besoin que vous aimez se remplit ou se termine."
        ),
        button=_("Ne plus m’écrire"),
    )


@pages.post("/account/news/<token>")
@by_token
@one_click
def stop_news(token: str) -> Any:
    """No more news of what one likes; the account page turns them on again."""
    liked_news.stop(token)
    db.session.commit()
    flash(_("C’est noté : plus de nouvelles de ce que vous aimez."))
    return redirect("/", code=303)


def _page(person: Person, form: ProfileForm, email_form: EmailForm) -> str:
    ways_in = db.session.scalars(select(Identity).where(Identity.person_id == person.id)).all()
    linked = {one.provider for one in ways_in}
    return render_template(
        "accounts/show.html",
        form=form,
        email_form=email_form,
        signups=_signups(person),
        liked=finding.briefs_of([offer.id for offer in likes.of(person)], person.id),
        alerts=[
            {"words": alert_pages.in_words(one.search), "url": f"/alerts/{alerts.token(one)}"}
            for one in alerts.of(person)
        ],
        shares=shares.of(person, current_app.config["BASE_URL"]),
        sessions=[
            Device(one.id, one.device, one.seen_at, one.id == g.session_row.id)
            for one in open_sessions.live(person)
        ],
        identities=ways_in,
        providers=[one for one in provider_names.offered() if one[0] not in linked],
        link_word=social_login.link_word(),
        memberships=person.memberships,
    )


def _signups(person: Person) -> list[dict[str, Any]]:
    """Those to come first, soonest first; then the past ones, the latest first."""
    ahead = _ahead(person)
    past = [one for one in personal_data.signups_of(person) if one not in ahead]
    ordered = sorted(ahead, key=_starts) + sorted(past, key=_starts, reverse=True)
    return [
        {
            "state": one.state,
            "shift": one.shift,
            "url": f"/signups/{tokens.sign('signup', one.id, one.nonce)}",
        }
        for one in ordered
    ]


def _ahead(person: Person) -> list[Signup]:
    now = clock.now()
    found = personal_data.signups_of(person)
    return [one for one in found if one.state in ACTIVE and one.shift.is_ahead(now)]


def _starts(signup: Signup) -> datetime:
    return signup.shift.starts_at or datetime.max.replace(tzinfo=clock.PARIS)
