"""What a partner does: propose a feed, run, pause and resume it, answer for a suspect run, stop the weekly letter."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from portal import db, permissions
from portal.errors import Invalid
from portal.forms.feed import HomeForm, ProposalForm
from portal.models import Association, Feed, Person
from portal.services import feed_answers, feed_countries, feeds, partners
from portal.views import access
from portal.views.access import by_token, feed_runners, one_click, signed_in

pages = Blueprint("partner_actions", __name__, url_prefix="/partners")


@pages.get("/new")
@signed_in
def ask() -> Any:
    """The form to propose a feed, with the address that was just checked."""
    return _form(_proposal(request.args))


@pages.post("/new")
@signed_in
def propose() -> Any:
    """A feed that waits for a moderator."""
    form, person = _proposal(request.form), access.signed_in_person()
    if not form.validate():
        return _form(form), 422
    association = next((a for a in _own(person) if a.slug == form.association.data), None)
    try:
        feed = partners.propose(
            person,
            form.title.data or "",
            form.url.data or "",
            format=form.format.data or "",
            date_order=form.date_order.data or "dmy",
            country=form.country.data or "",
            zone=form.zone.data or "",
            association=association,
        )
    except Invalid as error:
        form.url.errors = [error.in_words(_)]
        return _form(form), 422
    db.session.commit()
    flash(_("Merci. La modération regarde ce flux, et vous écrit sa réponse."))
    return redirect(url_for("partners.show", name=feed.name), code=303)


@pages.post("/<name>/run")
@feed_runners
def run(feed: Feed) -> Any:
    """Read it soon: a worker does, and the feed's page shows how far it is."""
    partners.run_soon(feed)
    db.session.commit()
    return redirect(url_for("partners.show", name=feed.name), code=303)


@pages.post("/<name>/pause")
@feed_runners
def pause(feed: Feed) -> Any:
    """Stop reading it; its offers stay."""
    partners.require_let_in(feed)
    feeds.pause(feed)
    return _done(feed, _("Le flux est en pause : ses besoins restent, rien n’est relu."))


@pages.post("/<name>/resume")
@feed_runners
def resume(feed: Feed) -> Any:
    """Read it again."""
    partners.require_let_in(feed)
    feeds.resume(feed)
    return _done(feed, _("Le flux reprend."))


@pages.post("/<name>/confirm")
@feed_runners
def confirm(feed: Feed) -> Any:
    """The implausible run was right."""
    feed_answers.confirm(feed, db.session.commit)
    return _done(feed, _("Le passage est accepté."))


@pages.post("/<name>/dismiss")
@feed_runners
def dismiss(feed: Feed) -> Any:
    """The implausible run was wrong."""
    feed_answers.dismiss(feed, db.session.commit)
    return _done(feed, _("Le passage est écarté : les offres d’avant restent."))


@pages.post("/<name>/home")
@feed_runners
def change_home(feed: Feed) -> Any:
    """The country and the clock of what names none."""
    form = HomeForm(request.form)
    feed_countries.change(feed, form.country.data or "", form.zone.data or "")
    return _done(feed, _("C’est noté. Le prochain passage relit tout le flux ainsi."))


@pages.post("/<name>/digest")
@feed_runners
def digest(feed: Feed) -> Any:
    """The weekly letter, on or off."""
    feed.wants_digest = request.form.get("value") == "1"
    said = _("Vous recevrez la lettre de la semaine.") if feed.wants_digest else _stopped()
    return _done(feed, said)


@pages.get("/digest/<token>")
@by_token
def ask_stop(token: str) -> Any:
    """One button: mail scanners open links."""
    feed = partners.of_token(token)
    return render_template(
        "accounts/press.html",
        action=f"/partners/digest/{token}",
        title=_("Ne plus recevoir la lettre de ce flux"),
        text=_("Nous n’écrirons plus chaque semaine ce qui a été refusé dans « %(name)s ».", name=feed.title or feed.name),
        button=_("Ne plus m’écrire"),
    )  # fmt: skip


@pages.post("/digest/<token>")
@by_token
@one_click
def stop(token: str) -> Any:
    """No weekly letter any more; the feed's page turns it on again."""
    partners.of_token(token).wants_digest = False
    db.session.commit()
    flash(_stopped())
    return redirect("/", code=303)


def _stopped() -> str:
    return str(_("C’est noté : plus de lettre de la semaine pour ce flux."))


def _done(feed: Feed, said: str) -> Any:
    db.session.commit()
    flash(said)
    return redirect(url_for("partners.show", name=feed.name), code=303)


def _form(form: ProposalForm) -> str:
    return render_template("partners/new.html", form=form)


def _proposal(given: Any) -> ProposalForm:
    form = ProposalForm(given)
    own = _own(access.signed_in_person())
    form.association.choices = [("", _("Plusieurs, ou aucune")), *((a.slug, a.name) for a in own)]
    return form


def _own(person: Person) -> list[Association]:
    """The associations that this person coordinates."""
    return [
        one.association
        for one in person.memberships
        if permissions.may_edit(person, one.association)
    ]
