"""The dashboard of an association: who comes, everybody who signed up, and the export."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from portal import db, formatting, permissions
from portal.errors import Invalid, NotFound
from portal.models import Association, Membership, Signup
from portal.models.signup import SignupState
from portal.services import associations, attendance, signups
from portal.views import access
from portal.views.access import coordinators, helpers, signed_in

pages = Blueprint("dashboard", __name__, url_prefix="/dashboard")
EXPORT_ROWS = 20_000
# A cell that begins so is a formula to a spreadsheet, also in its full-width form.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@pages.get("")
@signed_in
def home() -> Any:
    """To the one association, or a choice of them."""
    memberships = associations.of(access.signed_in_person())
    if len(memberships) == 1:
        return redirect(url_for("dashboard.today", slug=memberships[0].association.slug), code=303)
    return render_template("dashboard/choose.html", memberships=memberships)


@pages.get("/<slug>")
@helpers
def today(association: Association) -> Any:
    """Who comes today and in the next days, for a phone held in the rain."""
    return render_template(
        "dashboard/today.html",
        **frame(association, "today"),
        shifts=attendance.coming(association),
        figures=_figures(association),
    )


@pages.post("/<slug>/signups/<int:signup_id>/attendance")
@helpers
def tick(association: Association, signup_id: int) -> Any:
    """Somebody came, or did not."""
    signup = _signup(association, signup_id)
    state = request.form.get("state")
    if state not in ("attended", "absent"):
        raise Invalid("Dites si la personne est venue ou non.")
    signups.mark(signup.id, attended=state == "attended")
    db.session.commit()
    if request.headers.get("HX-Request") or request.headers.get("X-Requested-With"):
        return "", 204
    return redirect(
        url_for("dashboard.today", slug=association.slug) + f"#signup-{signup.id}", code=303
    )


@pages.get("/<slug>/people")
@helpers
def people(association: Association) -> Any:
    """Everybody who signed up, found by name or address. Helpers see today's page only."""
    if not permissions.may_edit(access.person(), association):
        return redirect(url_for("dashboard.today", slug=association.slug), code=303)
    text = request.args.get("q", "").strip()[:80]
    asked = attendance.people(association, text)
    total = (
        db.session.scalar(select(func.count()).select_from(asked.order_by(None).subquery())) or 0
    )
    pages_ = max(1, -(-total // attendance.PAGE))
    given = request.args.get("page", "1")
    page = min(
        max(int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 1, 1), pages_
    )
    rows = db.session.scalars(asked.limit(attendance.PAGE).offset((page - 1) * attendance.PAGE))
    return render_template(
        "dashboard/people.html",
        **frame(association, "people"),
        q=text,
        signups=rows.all(),
        total=total,
        page=page,
        pages=pages_,
        url=lambda n: url_for("dashboard.people", slug=association.slug, q=text or None, page=n),
        export_url=url_for("dashboard.export", slug=association.slug),
    )


@pages.get("/<slug>/people.csv")
@coordinators
def export(association: Association) -> Any:
    """Everybody who signed up, as a table that is safe in a spreadsheet. Wants a fresh proof of identity."""
    access.require_proof()
    out = io.StringIO()
    table = csv.writer(out, quoting=csv.QUOTE_ALL)
    heads = (
        _("Prénom"),
        _("E-mail"),
        _("Téléphone"),
        _("Personnes"),
        _("Besoin"),
        _("Date"),
        _("État"),
        _("Message"),
    )
    table.writerow(heads)
    for one in db.session.scalars(attendance.people(association).limit(EXPORT_ROWS)):
        table.writerow([safe_cell(value) for value in _row(one)])
    response = Response("\ufeff" + out.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{association.slug}.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def safe_cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula. A telephone number keeps its plus: it is text behind a quote."""
    text = str(value)
    return f"'{text}" if text.lstrip(" \u00a0\u200b\ufeff").startswith(FORMULA) else text


def _row(one: Signup) -> tuple[object, ...]:
    shift = one.shift
    return (
        one.first_name,
        one.email,
        one.phone,
        one.party,
        shift.offer.title,
        formatting.when(shift),
        state_word(one.state),
        one.message,
    )


def state_word(state: SignupState) -> str:
    """A signup's state in a word."""
    return {
        "requested": _("demandé"),
        "held": _("à confirmer"),
        "waitlisted": _("en attente"),
        "offered": _("place proposée"),
        "confirmed": _("confirmé"),
        "attended": _("venu"),
        "absent": _("absent"),
        "cancelled": _("annulé"),
        "refused": _("refusé"),
        "expired": _("expiré"),
    }[state.value]


def frame(association: Association, tab: str) -> dict[str, Any]:
    """What the dashboard's layout wants on every page."""
    person = access.signed_in_person()
    found: Membership = next(m for m in association.memberships if m.person_id == person.id)
    return {"association": association, "membership": found, "tab": tab}


def _signup(association: Association, signup_id: int) -> Signup:
    found = attendance.one(association, signup_id)
    if found is None:
        raise NotFound
    return found


def _figures(association: Association) -> list[dict[str, Any]]:
    labels = {"signed_up": _("Personnes inscrites"), "came": _("Personnes venues")}
    made = []
    for name, values in attendance.figures(association):
        last = values[-1]
        change = ngettext("%(num)s cette semaine", "%(num)s cette semaine", last)
        made.append(
            {"label": labels[name], "number": sum(values), "values": values, "change": change}
        )
    return made
