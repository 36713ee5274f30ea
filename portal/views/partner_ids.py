"""A partner renumbers its records: a table of old and new ids is looked at, then done. Pages, likes and signups stay."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import db, formatting
from portal.formats import renumbering
from portal.formats.encoding import characters, find_encoding
from portal.forms.feed import MOST_TABLE, RenumberingForm
from portal.models import Feed
from portal.services import feed_turns, partners, rekeying
from portal.views.access import feed_runners, takes_files
from portal.views.partners import frame

pages = Blueprint("partner_ids", __name__, url_prefix="/partners")
SHOWN = 20


@pages.get("/<name>/ids")
@feed_runners
def ask(feed: Feed) -> Any:
    """Where the table is given."""
    return _form(feed, RenumberingForm())


@pages.post("/<name>/ids")
@feed_runners
@takes_files(3 * MOST_TABLE)
def renumber(feed: Feed) -> Any:
    """What the table would do; and, when that was seen and confirmed, it is done."""
    partners.require_let_in(feed)
    form = RenumberingForm(request.form)
    given = request.files.get("file")
    if given is not None and given.filename:
        form.table.data = _text(given.read())
    if not form.validate():
        return _form(feed, form), 422
    text = form.table.data or ""
    if not text.strip():
        form.table.errors = [_("Collez la table, ou choisissez son fichier.")]
        return _form(feed, form), 422
    table = io.BytesIO(text.encode())
    if request.form.get("confirmed") == "1":
        return _done(feed, table)
    plan = rekeying.plan(feed, renumbering.read(table))
    return render_template(
        "partners/ids.html",
        **frame(feed, "ids"),
        form=form,
        plan=plan,
        shown=rekeying.titles(plan, SHOWN),
        problems=plan.done.problems[:SHOWN],
    )


def _done(feed: Feed, table: io.BytesIO) -> Any:
    # The preview's unit of work has not written: the turn begins a transaction of its own.
    with feed_turns.alone(feed, db.session.commit):
        done = rekeying.rekey(feed, renumbering.read(table))
    words = ngettext(
        "%(n)s besoin porte son nouvel identifiant. Sa page, ses favoris et ses inscriptions sont restés.",
        "%(n)s besoins portent leur nouvel identifiant. Leurs pages, favoris et inscriptions sont restés.",
        done.moved,
        n="%s",
    )
    flash(words % formatting.number(done.moved))
    return redirect(url_for("partners.show", name=feed.name), code=303)


def _text(content: bytes) -> str:
    """The file as text, whatever its encoding; one character too many tells that it is too long."""
    encoding = find_encoding(content[:65_536])
    stream = io.BytesIO(content[encoding.skip :])
    text = "".join(piece for piece in characters(stream, encoding))
    return text[: MOST_TABLE + 1]


def _form(feed: Feed, form: RenumberingForm) -> str:
    return render_template("partners/ids.html", **frame(feed, "ids"), form=form, plan=None)
