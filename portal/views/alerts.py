"""Alerts: hear about new offers of a search; confirm, change or stop from the mailed address.

Asking answers the same page for every address. Behind a mailed link stands a button: mail scanners open links, and none
of them presses buttons.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request
from flask_babel import gettext as _

from portal import db, queue, security
from portal.errors import Invalid
from portal.formatting import looked_for
from portal.forms.alert import AlertForm, PaceForm
from portal.language import spoken
from portal.models import Alert
from portal.services import alerts, finding
from portal.views.access import by_token, one_click, public

pages = Blueprint("alerts", __name__)


@pages.post("/alerts")
@public
def ask() -> Any:
    """Mail the button that starts it. Known and unknown addresses get the same page after the same work."""
    form = AlertForm(request.form)
    if not form.validate():
        return _form(form), 422
    email, search = str(form.email.data), str(form.search.data or "")
    if not request.form.get("website"):  # only robots fill it; they get the same page
        try:
            alerts.ask(
                email,
                search,
                every_days=form.every_days.data,
                language=spoken(),
                network_hash=security.network(),
            )
        except Invalid as error:
            form.form_errors.append(error.in_words(_))
            return _form(form), 422
        db.session.commit()
        queue.nudge("outbox")
    return render_template("alerts/asked.html", email=email, words=in_words(search))


@pages.get("/alerts/<token>")
@by_token
def show(token: str) -> Any:
    """The alert's own page. Looking does nothing, however often."""
    g.is_personal = True
    return _page(alerts.find(token), token)


@pages.post("/alerts/<token>")
@by_token
def change(token: str) -> Any:
    """Another pace."""
    g.is_personal = True
    alert, form = alerts.find(token), PaceForm(request.form)
    if not form.validate():
        return _page(alert, token, form), 422
    alerts.change(alert, form.every_days.data)
    db.session.commit()
    flash(_("C’est enregistré."))
    return _back(token)


@pages.post("/alerts/<token>/confirm")
@by_token
def confirm(token: str) -> Any:
    """The mailed button was pressed: the alert begins, or the one that its owner had already goes on."""
    kept = alerts.confirm(alerts.find(token))
    db.session.commit()
    return _back(alerts.token(kept))


@pages.get("/alerts/<token>/stop")
@by_token
def ask_stop(token: str) -> Any:
    """One button, for who follows the link of a letter."""
    g.is_personal = True
    alert = alerts.find(token)
    if alert.stopped_at is not None:
        return _page(alert, token)
    return render_template(
        "accounts/press.html",
        action=f"/alerts/{token}/stop",
        title=_("Arrêter cette alerte"),
        text=_("Nous n’écrirons plus quand il y a du nouveau : %(search)s.", search=in_words(alert.search)),
        button=_("Ne plus m’écrire"),
    )  # fmt: skip


@pages.post("/alerts/<token>/stop")
@by_token
@one_click
def stop(token: str) -> Any:
    """No letter any more: pressed on a page, or by a mail program."""
    alerts.stop(alerts.find(token))
    db.session.commit()
    return _back(token)


def _page(alert: Alert, token: str, form: PaceForm | None = None) -> str:
    return render_template(
        "alerts/show.html",
        alert=alert,
        token=token,
        words=in_words(alert.search),
        search_url=finding.address(alerts.asked(alert.search).params),
        form=form or PaceForm(every_days=alert.every_days),
    )


def _form(form: AlertForm) -> str:
    return render_template(
        "alerts/new.html", form=form, words=in_words(str(form.search.data or ""))
    )


def in_words(search: str) -> str:
    """What a search looks for, in the language of the page."""
    found = alerts.asked(search)
    return looked_for([part.words for part in found.parts if part.kind != "sort"])


def _back(token: str) -> Any:
    return redirect(f"/alerts/{token}", code=303)
