"""The team of an association: who is on it, who is asked, who leaves."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal import clock, db, language
from portal.errors import NotFound
from portal.forms.association import TeamForm
from portal.models import Association, History, Membership, TeamInvitation, TeamRole
from portal.services import associations
from portal.views import access
from portal.views.access import coordinators, helpers
from portal.views.dashboard import frame

pages = Blueprint("team", __name__, url_prefix="/dashboard/<slug>/team")
LINES = 30


@pages.get("")
@coordinators
def show(association: Association) -> Any:
    """The team, its open invitations, and what happened."""
    return _page(association, TeamForm())


@pages.post("")
@coordinators
def invite(association: Association) -> Any:
    """Ask somebody onto the team. Giving rights wants a fresh proof of identity."""
    access.require_proof()
    form = TeamForm(request.form)
    if not form.validate():
        return _page(association, form), 422
    person = access.signed_in_person()
    role = TeamRole(form.role.data)
    associations.invite(association, person, str(form.email.data), role, language.spoken())
    db.session.commit()
    flash(_("L’invitation est partie."))
    return _back(association)


@pages.post("/<int:membership_id>/remove")
@helpers
def remove(association: Association, membership_id: int) -> Any:
    """Take somebody off the team, which wants a fresh proof of identity; helpers may only take themselves."""
    membership = _membership(association, membership_id)
    person = access.signed_in_person()
    is_own = membership.person_id == person.id
    if not is_own:
        access.require_coordinator(association)
        access.require_proof()
    associations.remove(association, membership.person_id, person)
    db.session.commit()
    flash(_("Vous avez quitté l’équipe.") if is_own else _("C’est fait."))
    return redirect(url_for("dashboard.home"), code=303) if is_own else _back(association)


@pages.post("/<int:membership_id>/role")
@coordinators
def change_role(association: Association, membership_id: int) -> Any:
    """Coordinator or helper."""
    access.require_proof()
    membership = _membership(association, membership_id)
    wanted = request.form.get("role", "")
    if wanted not in tuple(TeamRole):
        raise NotFound
    associations.change_role(
        association, membership.person_id, TeamRole(wanted), access.signed_in_person()
    )
    db.session.commit()
    return _back(association)


@pages.post("/invitations/<int:invitation_id>/revoke")
@coordinators
def revoke(association: Association, invitation_id: int) -> Any:
    """Take an invitation back."""
    associations.revoke(association, invitation_id, access.signed_in_person())
    db.session.commit()
    flash(_("L’invitation ne sert plus."))
    return _back(association)


def _membership(association: Association, membership_id: int) -> Membership:
    found = next((m for m in association.memberships if m.id == membership_id), None)
    if found is None:
        raise NotFound
    return found


def _back(association: Association) -> Any:
    return redirect(url_for("team.show", slug=association.slug), code=303)


def _page(association: Association, form: TeamForm) -> str:
    waiting = select(TeamInvitation).where(
        TeamInvitation.association_id == association.id,
        TeamInvitation.accepted_at.is_(None),
        TeamInvitation.revoked_at.is_(None),
        TeamInvitation.expires_at > clock.now(),
    )
    lines = (
        select(History)
        .where(History.association_id == association.id, History.verb != "feed_updated")
        .order_by(History.id.desc())
        .limit(LINES)
        .options(joinedload(History.person))
    )
    return render_template(
        "dashboard/team.html",
        **frame(association, "team"),
        memberships=association.memberships,
        invitations=db.session.scalars(waiting).all(),
        form=form,
        person=access.person(),
        history=[
            {"at": line.created_at, "text": _told(line)} for line in db.session.scalars(lines)
        ],
    )


def _told(line: History) -> str:
    who = line.person.first_name if line.person and line.person.first_name else _("Quelqu’un")
    told = {
        "association_founded": _("%(who)s a inscrit l’association."),
        "association_edited": _("%(who)s a modifié la présentation."),
        "team_invited": _("%(who)s a invité quelqu’un dans l’équipe."),
        "team_invitation_revoked": _("%(who)s a annulé une invitation."),
        "team_joined": _("%(who)s a rejoint l’équipe."),
        "team_left": _("%(who)s a retiré quelqu’un de l’équipe."),
        "team_coordinator": _("%(who)s a confié la coordination à quelqu’un."),
        "team_helper": _("%(who)s a donné un rôle d’accueil à quelqu’un."),
        "offer_posted": _("%(who)s a écrit un besoin."),
        "offer_published": _("%(who)s a mis un besoin en ligne."),
        "offer_edited": _("%(who)s a modifié un besoin."),
        "offer_paused": _("%(who)s a mis un besoin en pause."),
        "offer_resumed": _("%(who)s a repris un besoin."),
        "offer_closed": _("%(who)s a clos un besoin."),
        "offer_reopened": _("%(who)s a rouvert un besoin."),
        "claim_asked": _("%(who)s a demandé à reprendre des besoins venus d’un partenaire."),
        "claim_refused": _("La modération n’a pas accepté une reprise."),
        "claim_released": _("%(who)s a rendu des besoins au partenaire."),
        "offers_claimed": _("%(who)s a repris les besoins venus d’un partenaire."),
        "offer_duplicated": _("%(who)s a copié un besoin."),
    }
    return told.get(line.verb, _("%(who)s a agi.")) % {"who": who}
