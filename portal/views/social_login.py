"""Signing in through a provider: any OpenID Connect issuer that the settings name.

The way out is a plain link, because our `form-action 'self'` would stop a form's redirect. What comes back is believed
only when this very browser asked for it (state), once, with our code verifier (PKCE S256) and our nonce, from the issuer
we sent the person to, for our client id. This is the one GET that writes: the provider redirects, so it cannot POST.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, session
from flask_babel import gettext as _

from portal import db, queue, security, tokens
from portal.errors import Invalid, NotFound, Unavailable
from portal.forms.account import EmailForm
from portal.language import spoken
from portal.models import Person
from portal.services import identities
from portal.services.identities import Claims
from portal.views import access, arrivals, provider_names, sessions
from portal.views.access import public

pages = Blueprint("social_login", __name__)
CLAIMS, BROWSER = "claims", "browser"


@pages.get("/sign-in/<provider>")
@public
def leave(provider: str) -> Any:
    """Off to the provider. `link` is the account page's own word that this identity is to be added to the account."""
    provider_names.setting(provider)  # 404, before Authlib is loaded for it
    from portal.views import providers

    client = providers.client(provider)
    db.session.rollback()  # no transaction stays open while somebody else's server answers
    g.is_personal = True
    onward = security.safe_path(request.args.get("next"))
    try:
        return providers.send(
            client,
            f"{current_app.config['BASE_URL']}/sign-in/{provider}/callback",
            next=onward,
            link=request.args.get("link", "")[:64],
        )
    except Unavailable as error:
        return arrivals.page(EmailForm(), onward, error.in_words(_)), error.status


@pages.get("/sign-in/<provider>/callback")
@public
def callback(provider: str) -> Any:
    """Back from the provider."""
    g.is_personal = True
    provider_names.setting(provider)  # 404, before Authlib is loaded for it
    from portal.views import providers

    client = providers.client(provider)
    row = g.get("session_row")
    db.session.rollback()
    try:
        said, kept = providers.claims(client)
    except (Invalid, Unavailable) as error:
        return arrivals.page(EmailForm(), "/", error.in_words(_)), error.status
    claims, onward = Claims.read(provider, said), kept["next"]
    if kept["link"]:
        return _link(claims, kept["link"], row)
    with db.database().writing() as writing:
        person = identities.enter(claims)
        if person is not None:
            return arrivals.come_in(person, onward, commit=writing.commit)
    session[CLAIMS] = {**claims.details(), "next": onward}
    return redirect("/sign-in/proof", code=303)


@pages.get("/sign-in/proof")
@public
def proof() -> Any:
    """The provider's word is not enough for this address: ask which one, and prove it."""
    claims, _onward = _waiting()
    g.is_personal = True
    return render_template(
        "accounts/proof.html",
        form=EmailForm(email=claims.email),
        provider=provider_names.label(claims.provider),
    )


@pages.post("/sign-in/proof")
@public
def send_proof() -> Any:
    """Mail the link that joins. The same page for every address."""
    claims, onward = _waiting()
    form = EmailForm(request.form)
    if not form.validate():
        page = render_template(
            "accounts/proof.html", form=form, provider=provider_names.label(claims.provider)
        )
        return page, 422
    session[BROWSER] = session.get(BROWSER) or tokens.random_token()
    identities.ask_proof(
        claims,
        str(form.email.data),
        browser=session[BROWSER],
        next_path=onward,
        network_hash=security.network(),
        language=spoken(),
    )
    db.session.commit()
    queue.nudge("outbox")
    return render_template("accounts/link_sent.html", email=form.email.data)


def join(token: str) -> Any:
    """The button of the mail that joins an identity to the account of its address."""
    person, link, is_joined = identities.join(token, session.get(BROWSER, ""))
    response = arrivals.come_in(person, link.next_path)
    if not is_joined:
        flash(
            _(
                "Le compte extérieur n’a pas été lié, car ce lien a été ouvert sur un autre appareil. "
                "Vous pouvez le lier depuis cette page."
            ),
            "warning",
        )
    return response


def link_word() -> str:
    """What the account page puts in its links, so that no other site can have an identity added to this account."""
    return tokens.keyed_hash("link_identity", g.session_row.token_hash)[:40]


def _link(claims: Claims, word: str, row: Any) -> Any:
    if row is None or not tokens.same(
        word, tokens.keyed_hash("link_identity", row.token_hash)[:40]
    ):
        raise Invalid(
            "Cette demande ne vient pas de votre compte. Recommencez depuis la page du compte."
        )
    access.require_proof()
    with db.database().writing() as writing:
        person = writing.get_one(Person, row.person_id)
        identities.link(person, claims)
        g.session_row = writing.get_one(type(row), row.id)
        sessions.rotate()
        writing.commit()
        flash(
            _(
                "Vous pouvez maintenant entrer avec %(provider)s.",
                provider=provider_names.label(claims.provider),
            )
        )
        return redirect("/account", code=303)


def _waiting() -> tuple[Claims, str]:
    kept = dict(session.get(CLAIMS) or {})
    onward = security.safe_path(kept.pop("next", "/"))
    if not kept:
        raise NotFound
    return Claims(**kept), onward
