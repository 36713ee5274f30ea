"""Associations: their public page, signing one up, and joining a team by a mailed invitation."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select

from portal import clock, db, language, permissions
from portal.errors import NotFound
from portal.forms.association import AssociationForm, AssociationSettingsForm
from portal.models import Association, AssociationState, Offer, OfferState, Shift, Signup
from portal.models.signup import SignupState
from portal.services import association_editing, associations
from portal.services.associations import NewAssociation
from portal.views import access, answers
from portal.views.access import by_token, coordinators, public, signed_in
from portal.views.dashboard import frame

pages = Blueprint("associations", __name__)
SHOWN = 12


@pages.get("/associations/new")
@public
def new() -> Any:
    """The form."""
    form = AssociationForm(email=_own_email())
    return render_template("associations/new.html", form=form)


@pages.post("/associations/new")
@public
def create() -> Any:
    """Found it. Somebody who is not signed in goes on from the mail."""
    person = access.person()
    form = AssociationForm(request.form)
    if person is not None and not form.email.data:
        form.email.data = _own_email()
    if not form.validate():
        return render_template("associations/new.html", form=form), 422
    is_robot = bool(request.form.get("website"))
    wish = NewAssociation(
        **{name: form[name].data or "" for name in NewAssociation.__dataclass_fields__}
    )
    # Who fills the trap proves the address by mail, like everybody who is not signed in: nobody is locked out.
    founder = person if person is not None and person.is_verified and not is_robot else None
    made = associations.found(wish, founder, language.spoken())
    db.session.commit()
    if founder is not None:
        flash(_("Votre association est inscrite. Décrivez maintenant votre premier besoin."))
        return redirect(url_for("offer_editing.new", slug=made.slug), code=303)
    return redirect(url_for("associations.created"), code=303)


@pages.get("/associations/created")
@public
def created() -> Any:
    """What to do now, the same for every address."""
    return render_template("associations/created.html")


@pages.get("/associations/<slug>")
@public
def show(slug: str) -> Any:
    """The association's page with its open offers."""
    association = access.association_of(slug)
    if association.state is not AssociationState.ACTIVE:
        raise NotFound
    now = clock.now()
    listed = _open_offers(association)
    themes = dict.fromkeys(theme for offer in listed for theme in offer.themes)
    return render_template(
        "associations/show.html",
        association=association,
        cards=answers.cards_of([offer.id for offer in listed if not offer.is_over(now)][:SHOWN]),
        offers_total=sum(not offer.is_over(now) for offer in listed),
        themes=list(themes)[:3],
        figures={"answer_days": None, "answer_rate": None, "people": _people_who_came(association)},
        may_edit=permissions.may_help(access.person(), association),
        more_url=url_for("search.show", association=association.id),
    )


@pages.get("/dashboard/<slug>/settings")
@coordinators
def settings(association: Association) -> Any:
    """What the association says of itself, and when its team hears of signups."""
    return _settings_page(association, AssociationSettingsForm(obj=association))


@pages.post("/dashboard/<slug>/settings")
@coordinators
def change_settings(association: Association) -> Any:
    """Change it."""
    form = AssociationSettingsForm(request.form)
    if not form.validate():
        return _settings_page(association, form), 422
    was_verified = association.is_verified
    fields = {name: field.data or "" for name, field in form._fields.items()}
    fields["hears_at_once"] = bool(form.hears_at_once.data)
    association_editing.edit(association, access.signed_in_person(), **fields)
    db.session.commit()
    flash(
        _("C’est noté. Vos prochains besoins seront relus, le temps de vérifier ce nom.")
        if was_verified and not association.is_verified
        else _("C’est noté.")
    )
    return redirect(url_for("associations.settings", slug=association.slug), code=303)


def _settings_page(association: Association, form: AssociationSettingsForm) -> str:
    return render_template("dashboard/settings.html", **frame(association, "settings"), form=form)


@pages.get("/team/<token>")
@by_token
def invitation(token: str) -> Any:
    """What the invitation is about; joining takes a button, and being signed in with the invited address."""
    found = associations.find_invitation(token)
    return render_template("team/join.html", invitation=found, token=token, person=access.person())


@pages.post("/team/<token>")
@signed_in
def join(token: str) -> Any:
    """Join the team."""
    membership = associations.accept(token, access.signed_in_person())
    db.session.commit()
    flash(_("Bienvenue dans l’équipe."))
    return redirect(url_for("dashboard.today", slug=membership.association.slug), code=303)


def _own_email() -> str:
    person = access.person()
    return person.email or "" if person else ""


def _open_offers(association: Association) -> list[Offer]:
    return list(
        db.session.scalars(
            select(Offer)
            .where(Offer.association_id == association.id, Offer.state == OfferState.LIVE)
            .order_by(Offer.published_at.desc())
            .limit(60)
        )
    )


def _people_who_came(association: Association) -> int:
    came = (
        select(func.sum(Signup.party))
        .join(Shift)
        .join(Offer)
        .where(Offer.association_id == association.id, Signup.state == SignupState.ATTENDED)
    )
    return db.session.scalar(came) or 0
