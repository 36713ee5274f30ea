"""The partner's pages: their feeds, what each run did, what to correct, what became of their offers. Reading only; what a partner
does is in partner_actions.py."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import db, formatting, language, permissions
from portal.errors import NotFound
from portal.forms.feed import HomeForm, format_title
from portal.models import Feed, FeedRun, Link
from portal.services import (
    feed_answers,
    feed_countries,
    feed_lookup,
    feed_reports,
    feed_unseen,
    partners,
)
from portal.views import access, dashboard
from portal.views.access import partners as for_partners
from portal.views.access import signed_in

pages = Blueprint("partners", __name__, url_prefix="/partners")


@pages.get("")
@signed_in
def index() -> Any:
    """One's own feeds; moderators see everybody's too."""
    person = access.signed_in_person()
    own = partners.of(person)
    others = (
        partners.everybodys() if permissions.may_moderate(person) and access.is_proved() else []
    )
    return render_template(
        "partners/index.html",
        rows=[_row(feed) for feed in own],
        others=[_row(feed) for feed in others if feed not in own],
    )


@pages.get("/<name>")
@for_partners
def show(feed: Feed) -> Any:
    """A feed at a glance: how it is, its curve, its quality, what to correct, its runs."""
    last = feed_reports.last_read(feed)
    groups = feed_reports.groups(last) if last else []
    return render_template(
        "partners/show.html",
        **frame(feed, "show"),
        last=last,
        failed=feed_reports.failed(feed),
        question=feed_answers.question(feed),
        groups=groups,
        runs=feed_reports.runs(feed),
        curve=feed_reports.curve(feed),
        quality=feed_reports.quality(feed),
        format_title=format_title(feed.format) if feed.format else "",
        home=HomeForm(country=feed.country, zone=feed_countries.chosen_zone(feed)),
        more=lambda code: (
            url_for(".problems", name=feed.name, run_id=last.id, code=code) if last else ""
        ),
    )


@pages.get("/<name>/runs/<int:run_id>")
@for_partners
def run(feed: Feed, run_id: int) -> Any:
    """One run: its counts, which offers it created, updated and withdrew, its problems."""
    found, asked = run_of(feed, run_id), feed_answers.asked(feed)
    return render_template(
        "partners/run.html",
        **frame(feed, "run"),
        run=found,
        asked_id=asked.id if asked else None,
        changes=feed_reports.changes(found),
        groups=feed_reports.groups(found),
        field_word=field_word,
        more=lambda code: url_for(".problems", name=feed.name, run_id=found.id, code=code),
    )


@pages.get("/<name>/runs/<int:run_id>/problems")
@for_partners
def problems(feed: Feed, run_id: int) -> Any:
    """Every problem of a run, or of one reason, fifty a page."""
    found = run_of(feed, run_id)
    code, page = request.args.get("code", "")[:60], page_asked()
    rows, total = feed_reports.problems(found, code, page)
    return render_template(
        "partners/problems.html",
        **frame(feed, "run"),
        run=found,
        code=code,
        problems=rows,
        total=total,
        page=page,
        pages=pages_of(total),
        url=lambda n: url_for(
            ".problems", name=feed.name, run_id=run_id, code=code or None, page=n
        ),
    )


@pages.get("/<name>/runs/<int:run_id>/problems.csv")
@for_partners
def download(feed: Feed, run_id: int) -> Any:
    """The problems as a table that is safe in a spreadsheet."""
    found = run_of(feed, run_id)
    out = io.StringIO()
    table = csv.writer(out, quoting=csv.QUOTE_ALL)
    table.writerow(
        [_("Ligne"), _("Annonce"), _("Identifiant"), _("Gravité"), _("Code du problème"), _("Champ"), _("Valeur lue"), _("Que faire")]
    )  # fmt: skip
    words = {"refused": _("refusée"), "repaired": _("réparée")}
    for one in feed_reports.every_problem(found):
        row = (
            *("" if one.line is None else one.line, one.record, one.external_id),
            *(words[one.severity.value], one.code, one.field, one.value, sentence_of(one)),
        )
        table.writerow([dashboard.safe_cell(value) for value in row])
    response = Response("\ufeff" + out.getvalue(), mimetype="text/csv")
    name = f"{feed.name}-{found.id}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@pages.get("/<name>/offers")
@for_partners
def offers(feed: Feed) -> Any:
    """The live offers with their views, click-outs and signups, and those whose page is dead; or where one record is."""
    typed = "".join(c for c in request.args.get("q", "")[:250] if c.isprintable()).strip()
    if typed:
        return render_template(
            "partners/lookup.html",
            **frame(feed, "offers"),
            typed=typed,
            answer=feed_lookup.look_up(feed, typed),
            is_public=permissions.is_public,
        )
    page = page_asked()
    rows, total = feed_reports.offers(feed, page)
    return render_template(
        "partners/offers.html",
        **frame(feed, "offers"),
        rows=rows,
        total=total,
        page=page,
        pages=pages_of(total),
        dead=feed_reports.dead(feed) if page == 1 else [],
        unseen=feed_unseen.counts(feed) if page == 1 else {},
        link_word=link_word,
        url=lambda n: url_for(".offers", name=feed.name, page=n),
    )


@pages.get("/<name>/progress")
@for_partners
def progress(feed: Feed) -> Any:
    """How far a reading is, for the feed's page to show while it lasts."""
    now = feed_reports.progress(feed)
    response = jsonify(step=now.step, words=step_words(now))
    response.headers["Cache-Control"] = "private, no-store"
    return response


def frame(feed: Feed, tab: str) -> dict[str, Any]:
    """What the layout of a feed's pages wants."""
    now = feed_reports.progress(feed)
    return {
        "feed": feed,
        "tab": tab,
        "may_run": permissions.may_run(access.person(), feed),
        "progress": now,
        "progress_words": step_words(now),
    }


def step_words(now: feed_reports.Progress) -> str:
    """A step of a reading as people say it, "" when there is none."""
    if now.step == "reading" and now.records:
        words = ngettext("%(n)s annonce lue", "%(n)s annonces lues", now.records, n="%s")
        return str(words % formatting.number(now.records))
    return {
        "waiting": str(_("La lecture commence dans un instant.")),
        "fetching": str(_("Le fichier arrive…")),
        "reading": str(_("La lecture commence…")),
    }.get(now.step, "")


def run_of(feed: Feed, run_id: int) -> FeedRun:
    """The feed's own run of that number, or 404: the numbers of others lead nowhere."""
    found = db.session.get(FeedRun, run_id)
    if found is None or found.feed_id != feed.id:
        raise NotFound
    return found


def page_asked() -> int:
    """The page in the address, from 1."""
    given = request.args.get("page", "1")
    return max(int(given) if given.isascii() and given.isdigit() and len(given) < 7 else 1, 1)


def pages_of(total: int) -> int:
    """How many pages so many rows take."""
    return max(1, -(-total // feed_reports.PAGE))


def sentence_of(problem: Any) -> str:
    """A stored problem's sentence in the visitor's language."""
    return str((language.spoken() == "en" and problem.sentence_en) or problem.sentence)


def link_word(link: Link) -> str:
    """Why a page is called dead: what its server answered, or what happened on the way."""
    words = {
        "address_refused": _("l’adresse n’est pas publique"),
        "unreachable": _("le serveur ne répond pas"),
        "download_too_slow": _("le serveur est trop lent"),
        "bad_answer": _("la réponse est illisible"),
        "no_http": _("la réponse est illisible"),
        "too_many_redirects": _("elle renvoie d’adresse en adresse"),
        "headers_too_long": _("la réponse est illisible"),
    }
    return str(words.get(link.why, link.why))


def field_word(name: str) -> str:
    """What a field of an offer is called."""
    words = {
        "title": _("titre"),
        "summary": _("résumé"),
        "description": _("le texte"),
        "skills": _("compétences"),
        "schedule": _("horaires"),
        "hours_per_week": _("heures par semaine"),
        "minimum_age": _("âge minimum"),
        "detail_url": _("page d’inscription"),
        "expires_at": _("date limite"),
        "slug": "",
        "themes": _("thèmes"),
        "tags": _("mots-clés"),
        "audiences": _("publics"),
        "remote": _("à distance"),
        "is_ongoing": _("toute l’année"),
        "is_accessible": _("accessible en fauteuil"),
        "near_transport": _("près des transports"),
        "language": _("langue"),
        "contact_name": _("personne à contacter"),
        "contact_email": _("courriel du contact"),
        "contact_phone": _("téléphone du contact"),
        "association": _("l’association"),
        "locations": _("lieux"),
        "shifts": _("dates"),
    }
    return str(words.get(name, name))


def _row(feed: Feed) -> dict[str, Any]:
    runs = feed_reports.runs(feed, 1)
    return {"feed": feed, "last": runs[0] if runs else None, "curve": feed_reports.curve(feed)}
