"""Coming in, whichever door it was: the page with every door, and what happens behind each of them.

The session begins, what the device had kept joins the account, and it is said.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app, flash, redirect, render_template
from flask_babel import gettext as _

from portal import db, security
from portal.demo.people import CAST
from portal.forms.account import EmailForm
from portal.models import Person
from portal.views import likes, provider_names, sessions


def come_in(person: Person, onward: str, *, commit: Callable[[], None] | None = None) -> Any:
    """Sign the person in here, commit, and go on with what was being done."""
    sessions.sign_in(person)
    joined = likes.bring_in(person)
    (commit or db.session.commit)()
    name = person.first_name or person.email or ""
    flash(_("Bonjour %(name)s, vous voilà.", name=name))
    if joined:
        flash(_("Les besoins que vous aimiez sur cet appareil sont dans votre compte."))
    target = security.safe_path(onward, "/")
    response = current_app.make_response(
        redirect("/account" if target == "/" else target, code=303)
    )
    likes.forget_cookie(response)
    return response


def page(form: EmailForm, onward: str, reason: str = "") -> str:
    """The page with every way in, and why somebody stands before it."""
    return render_template(
        "accounts/sign_in.html",
        form=form,
        next=onward,
        reason=reason,
        providers=provider_names.offered(),
        demo_people=_demo_people() if current_app.config["DEMO"] else [],
    )


def _demo_people() -> list[dict[str, str]]:
    """The cast of the demo, in its order, with what each of them is there."""
    texts = {
        "volunteer": _("bénévole"),
        "coordinator": _("coordonne une association"),
        "helper": _("accueille pour une association"),
        "moderator": _("veille sur le portail"),
    }
    return [{"first_name": n, "email": email, "text": texts.get(r, r)} for n, email, r in CAST]
