"""Clusters before a moderator: which offers were joined and why, side by side; split, join, undo."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from portal import db
from portal.errors import NotFound
from portal.forms.moderation import JoinForm, SplitForm
from portal.models import ClusterDecision, Offer
from portal.services import clusters
from portal.views import access, reasons
from portal.views.access import moderators

pages = Blueprint("clusters", __name__, url_prefix="/moderation/clusters")
ON_A_PAGE = 10


@pages.get("")
@moderators
def show() -> Any:
    """The newest joins; the cluster of one offer with `?offer=`."""
    return _page(JoinForm(), request.args.get("offer", type=int))


@pages.post("/join")
@moderators
def join() -> Any:
    """Two offers are one need."""
    form = JoinForm(request.form)
    if not form.validate():
        return _page(form), 422
    one, other = (_offer(number) for number in form.numbers())
    clusters.join(one, other, access.signed_in_person())
    return _done(_("C’est noté : ces besoins n’en font qu’un."), one.id)


@pages.post("/offers/<int:offer_id>/split")
@moderators
def split(offer_id: int) -> Any:
    """The offers ticked are another need than the others of this offer's cluster."""
    form = SplitForm(request.form)
    clusters.split(_offer(offer_id), form.numbers(), access.signed_in_person())
    return _done(_("C’est noté : ces besoins sont séparés, et le resteront."))


@pages.post("/decisions/<int:cluster_decision_id>/undo")
@moderators
def undo(cluster_decision_id: int) -> Any:
    """Give back what was before."""
    decision = db.session.get(ClusterDecision, cluster_decision_id)
    if decision is None:
        raise NotFound
    clusters.undo(decision)
    return _done(_("La décision est annulée."))


def _page(form: JoinForm, offer_id: int | None = None) -> Any:
    page = max(1, min(request.args.get("page", 1, type=int), 1000))
    found = clusters.cases(ON_A_PAGE + 1, (page - 1) * ON_A_PAGE, offer_id)
    return render_template(
        "moderation/clusters.html",
        cases=[_case(case) for case in found[:ON_A_PAGE]],
        form=form,
        offer_id=offer_id,
        page=page,
        has_more=len(found) > ON_A_PAGE,
        decisions=[_told(one) for one in clusters.recent()],
    )


def _done(said: str, offer_id: int | None = None) -> Any:
    db.session.commit()
    flash(said)
    return redirect(url_for("clusters.show", offer=offer_id), code=303)


def _offer(number: int) -> Offer:
    found = db.session.get(Offer, number)
    if found is None:
        raise NotFound
    return found


def _case(case: clusters.Case) -> dict[str, Any]:
    return {
        "members": case.members,
        "at": case.at,
        "pairs": [
            {
                "one": pair.one_id,
                "other": pair.other_id,
                "by": pair.state.value,
                "why": reasons.in_words(pair.reasons),
            }
            for pair in case.pairs
        ],
    }


def _told(one: ClusterDecision) -> dict[str, Any]:
    words = {"joined": _("Réunis"), "split": _("Séparés")}
    sides = [", ".join(map(str, side)) for side in one.offers]
    return {
        "id": one.id,
        "text": f"{words[one.state.value]} : {' | '.join(sides)}",
        "at": one.created_at,
        "moderator": one.moderator.first_name if one.moderator else "",
        "is_undone": one.undone_at is not None,
    }
