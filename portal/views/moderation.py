"""Moderation: the queue, and what a moderator answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from portal import db
from portal.errors import Invalid, NotFound
from portal.forms.feed import RefusalForm
from portal.forms.moderation import FlagForm, ReasonForm
from portal.models import Association, Claim, Decision, Flag, Offer
from portal.services import claims, feed_answers, feeds, moderation, partners
from portal.services.moderation import Queue
from portal.views import access
from portal.views.access import moderators

pages = Blueprint("moderation", __name__, url_prefix="/moderation")
KINDS = ("new", "flagged", "association")


@pages.get("")
@moderators
def show() -> Any:
    """What waits, and the last decisions."""
    kind = request.args.get("kind", "")
    queue = moderation.queue()
    cases = _cases(queue)
    return render_template(
        "moderation/show.html",
        cases=[case for case in cases if kind not in KINDS or case["kind"] == kind],
        counts={name: sum(case["kind"] == name for case in cases) for name in KINDS},
        kind=kind if kind in KINDS else "",
        reasons=[
            (key, _(text) if text else _("Autre raison"))
            for key, text in moderation.REASONS.items()
        ],
        decisions=[_told(one) for one in moderation.recent(20)],
        feeds=[(feed, asked) for feed in queue.feeds if (asked := feed_answers.question(feed))],
        claims=claims.waiting(),
        proposed=partners.waiting(),
    )


@pages.post("/offers/<int:offer_id>/approve")
@moderators
def approve(offer_id: int) -> Any:
    """A pending offer goes live; flags on a live one are dismissed; a hidden one returns."""
    offer = _offer(offer_id)
    person = access.signed_in_person()
    answers: dict[str, Callable[..., Decision]] = {
        "live": moderation.dismiss,
        "hidden": moderation.restore,
    }
    answers.get(offer.state.value, moderation.approve)(offer, person)
    return _done(_("C’est approuvé."))


@pages.post("/offers/<int:offer_id>/refuse")
@moderators
def refuse(offer_id: int) -> Any:
    """Say no, with a reason; what is already public is hidden instead."""
    offer, form = _offer(offer_id), _reason()
    answer = moderation.refuse if offer.state.value == "pending" else moderation.hide
    answer(offer, access.signed_in_person(), form.reason.data, form.text.data or "")
    return _done(_("C’est refusé. L’association en lit la raison."))


@pages.post("/offers/<int:offer_id>/hide")
@moderators
def hide(offer_id: int) -> Any:
    """Out of the public's sight."""
    form = ReasonForm(request.form)
    reason = form.reason.data if form.validate() else "other"
    moderation.hide(_offer(offer_id), access.signed_in_person(), reason, form.text.data or "")
    return _done(_("Le besoin est masqué."))


@pages.post("/offers/<int:offer_id>/restore")
@moderators
def restore(offer_id: int) -> Any:
    """Back before the public."""
    moderation.restore(_offer(offer_id), access.signed_in_person())
    return _done(_("Le besoin est de nouveau visible."))


@pages.post("/associations/<int:association_id>/approve")
@moderators
def verify(association_id: int) -> Any:
    """The association is who it says."""
    moderation.verify(_association(association_id), access.signed_in_person())
    return _done(_("L’association est vérifiée."))


@pages.post("/associations/<int:association_id>/refuse")
@moderators
def suspend(association_id: int) -> Any:
    """Nothing of it is shown any more."""
    form = _reason()
    association = _association(association_id)
    moderation.suspend(
        association, access.signed_in_person(), form.reason.data, form.text.data or ""
    )
    return _done(_("L’association est suspendue."))


@pages.post("/feeds/<name>/confirm")
@moderators
def confirm_feed(name: str) -> Any:
    """The implausible run was right."""
    feed_answers.confirm(feeds.by_name(name), db.session.commit)
    return _done(_("Le passage est accepté."))


@pages.post("/feeds/<name>/dismiss")
@moderators
def dismiss_feed(name: str) -> Any:
    """The implausible run was wrong."""
    feed_answers.dismiss(feeds.by_name(name), db.session.commit)
    return _done(_("Le passage est écarté : les offres d’avant restent."))


@pages.post("/claims/<int:claim_id>/<any(accept, refuse):answer>")
@moderators
def answer_claim(claim_id: int, answer: str) -> Any:
    """Whether an association may take over what a feed brings in its name."""
    found = db.session.get(Claim, claim_id)
    if found is None:
        raise NotFound
    person = access.signed_in_person()
    if answer == "accept":
        claims.accept(found, person)
        return _done(_("L’association a repris ces besoins."))
    claims.refuse(found, person)
    return _done(_("La demande est refusée."))


@pages.post("/feeds/<name>/approve")
@moderators
def approve_feed(name: str) -> Any:
    """A proposed feed is let in, and read at once."""
    partners.approve(feeds.by_name(name))
    return _done(_("Le flux est accepté. Il sera lu dans la minute."))


@pages.post("/feeds/<name>/refuse")
@moderators
def refuse_feed(name: str) -> Any:
    """A proposed feed is not taken; its owner reads why."""
    form = RefusalForm(request.form)
    if not form.validate():
        raise Invalid("Dites au partenaire pourquoi son flux n’est pas repris.", field="text")
    partners.refuse(feeds.by_name(name), form.text.data or "")
    return _done(_("Le flux est refusé. Le partenaire en lit la raison."))


@pages.post("/decisions/<int:decision_id>/undo")
@moderators
def undo(decision_id: int) -> Any:
    """Give back what was before."""
    decision = db.session.get(Decision, decision_id)
    if decision is None:
        raise NotFound
    moderation.undo(decision, access.signed_in_person())
    return _done(_("La décision est annulée."))


def _done(said: str) -> Any:
    """Back to the queue as it was filtered: the next case of a kind follows the one before."""
    db.session.commit()
    flash(said)
    kind = request.form.get("kind")
    return redirect(url_for("moderation.show", kind=kind if kind in KINDS else None), code=303)


def _reason() -> ReasonForm:
    form = ReasonForm(request.form)
    if not form.validate():
        raise moderation.unknown_reason()
    return form


def _offer(offer_id: int) -> Offer:
    found = db.session.get(Offer, offer_id)
    if found is None:
        raise NotFound
    return found


def _association(association_id: int) -> Association:
    found = db.session.get(Association, association_id)
    if found is None:
        raise NotFound
    return found


def _cases(queue: Queue) -> list[dict[str, Any]]:
    flagged = [_case("flagged", offer, flags) for offer, flags in queue.flagged]
    pending = [_case("new", offer, []) for offer in queue.pending]
    new = [
        {
            "kind": "association",
            "subject": "association",
            "offer": None,
            "association": one,
            "at": one.created_at,
            "flags": [],
            "risk": "" if one.rna or one.siren else _("Ni RNA ni SIREN."),
        }
        for one in queue.associations
    ]
    return [*flagged, *pending, *new]


def _case(kind: str, offer: Offer, flags: list[Flag]) -> dict[str, Any]:
    words = {choice.value: str(choice.label) for choice in FlagForm().reason.choices}
    return {
        "kind": kind,
        "subject": "offer",
        "offer": offer,
        "association": offer.association,
        "at": flags[0].created_at if flags else offer.updated_at,
        "flags": [
            {"reason_text": words[flag.reason.value], "text": flag.text, "at": flag.created_at}
            for flag in flags
        ],
        "risk": "" if offer.association.is_verified else _("Association non vérifiée."),
    }


def _told(one: Decision) -> dict[str, Any]:
    words = {
        "approve": _("Approuvé"),
        "refuse": _("Refusé"),
        "hide": _("Masqué"),
        "restore": _("Remis en ligne"),
        "dismiss": _("Signalement écarté"),
        "undo": _("Décision annulée"),
    }
    return {
        "id": one.id,
        "text": f"{words[one.verdict.value]} – {one.subject} {one.subject_id}",
        "at": one.created_at,
        "moderator": one.moderator.first_name if one.moderator else _("automatique"),
        "can_undo": one.subject == "offer"
        and not one.undone_at
        and one.verdict.value not in ("undo", "dismiss"),
    }
