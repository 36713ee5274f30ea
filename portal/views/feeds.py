"""`/feeds/check`: a feed looked at before it goes live. The report is streamed as it is made, and nothing is kept."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import IO, Any, BinaryIO, cast

from flask import (
    Blueprint,
    Response,
    current_app,
    render_template,
    request,
    stream_template,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup
from werkzeug.datastructures import FileStorage

from portal import clock, db, formatting, permissions
from portal.errors import PortalError
from portal.formats.settings import DateOrder, ReadSettings
from portal.forms.feed import FeedForm, format_title
from portal.limits import limiter
from portal.services import feed_checks, feed_countries, feed_pages, feed_runs
from portal.services.feed_checks import Report
from portal.services.feed_limits import Limits
from portal.views import access, errors
from portal.views.access import public, takes_files

pages = Blueprint("feeds", __name__, url_prefix="/feeds")
MIB = 1024 * 1024
MOST_BYTES = 20 * MIB
MOST_SECONDS = 25  # for the download, and again for the reading
MOST_RECORDS = 20_000
AT_ONCE = threading.BoundedSemaphore(2)  # in one process: checks must leave room for everybody else
PATIENCE = 5.0  # seconds for a place among them
NOW = "\0"  # in the template: what stands before this is sent at once


@pages.get("/check")
@public
def ask() -> Any:
    """An address or a file."""
    return _form(FeedForm(request.args))


@pages.post("/check")
@public
@takes_files(MOST_BYTES + MIB)
@limiter.limit(
    lambda: current_app.config["FEEDS_CHECK_LIMIT"], on_breach=lambda _limit: _too_many()
)
def check() -> Any:
    """The whole report, streamed: the page shows how far the reading is until the report takes its place."""
    form, file = FeedForm(request.form), request.files.get("file")
    given = file if file is not None and file.filename else None
    if not form.validate():
        return _form(form), 422
    if given is None and not form.url.data:
        form.url.errors = [_("Collez l’adresse d’un flux, ou choisissez un fichier.")]
        return _form(form), 422
    report, person = Report(), access.person()
    if person is not None:
        bool(
            person.memberships
        )  # loaded for the menu, which is written when this session is closed
    stream = _kept_open(given) if given is not None else None
    page = stream_template(
        "feeds/report.html",
        form=form,
        report=report,
        steps=_steps(form, stream, report),
        source=given.filename if given is not None else form.url.data,
        can_add=given is None,
        add_url=url_for(
            "partner_actions.ask",
            url=form.url.data,
            format=form.format.data or None,
            date_order=form.date_order.data,
            country=form.country.data,
            zone=form.zone.data or None,
        ),
        format_title=format_title,
        now=Markup(NOW),  # noqa: S704 - ours, and cut out again
    )
    headers = {
        "Content-Encoding": "identity",  # compressed, it would wait in the compressor until its end
        "X-Accel-Buffering": "no",
        "Cache-Control": "no-store",
    }
    response = Response(_paced(page), mimetype="text/html", headers=headers)
    if stream is not None:
        response.call_on_close(stream.close)  # also when nobody waited for the page
    return response


def _kept_open(file: FileStorage) -> BinaryIO:
    """The page is made after the request has ended, which closes its files: this one is taken from it."""
    stream, file.stream = file.stream, io.BytesIO()
    return cast(BinaryIO, stream)


def _form(form: FeedForm) -> str:
    return render_template("feeds/check.html", form=form, most_mib=MOST_BYTES // MIB)


def _too_many() -> Response:
    sentence = _(
        "Beaucoup de flux ont été vérifiés depuis votre réseau. Réessayez dans quelques minutes."
    )
    response = errors.answer(429, sentence)
    response.headers["Retry-After"] = "300"
    return response


def _steps(form: FeedForm, file: BinaryIO | None, report: Report) -> Iterator[str]:
    """How far it is, in words, while the report is filled. Whoever leaves the page ends it."""
    db.session.rollback()  # a form's unit of work would keep every other writer out until the end
    with ExitStack() as ends:
        if file is not None:
            ends.callback(file.close)
        if not AT_ONCE.acquire(timeout=PATIENCE):
            busy = _("D’autres vérifications sont en cours. Réessayez dans une minute.")
            report.why = (busy, busy)
            return
        ends.callback(AT_ONCE.release)
        yield _("Le fichier arrive…") if file is None else _("La lecture commence…")
        try:
            for count in _counts(form, file, report):
                words = ngettext("%(n)s annonce lue", "%(n)s annonces lues", count, n="%s")
                yield words % formatting.number(count)
        except PortalError as error:
            sentence = error.in_words(_)
            report.why = (sentence, sentence)


def _counts(form: FeedForm, file: BinaryIO | None, report: Report) -> Iterator[int]:
    """Read what was given, within the limits of this page."""
    order: DateOrder = "mdy" if form.date_order.data == "mdy" else "dmy"
    country, zone = feed_countries.home(form.country.data or "", form.zone.data or "")
    settings = ReadSettings(
        date_order=order,
        country=country,
        zone=zone,
        country_of=feed_runs.countries(),
        max_records=MOST_RECORDS,
    )
    name, own_url = form.format.data or "", current_app.config["BASE_URL"]
    with _opened(form, file, name) as (stream, more), db.database().reading():
        ends_at = clock.now() + timedelta(seconds=MOST_SECONDS)
        yield from feed_checks.check(
            stream, report, settings, name, own_url, more, lambda: clock.now() > ends_at
        )


@contextmanager
def _opened(
    form: FeedForm, file: BinaryIO | None, name: str
) -> Iterator[tuple[IO[bytes], feed_pages.Pages]]:
    """The file that was sent, or what the guarded download brings, and the pages that follow it.

    Everybody may ask: what is on the private network is opened to them in the demo alone, else to moderators, when the
    installation allows it at all.
    """
    if file is not None:
        yield file, ()
        return
    limits = Limits.of(current_app.config)
    is_trusted = current_app.config["DEMO"] or permissions.may_moderate(access.person())
    limits = replace(
        limits,
        max_bytes=min(MOST_BYTES, limits.max_bytes),
        max_seconds=min(MOST_SECONDS, limits.max_seconds),
        allow_private=limits.allow_private and is_trusted,
    )
    with feed_pages.opened(form.url.data or "", name, limits) as (download, more):
        yield download.file, more


def _paced(pieces: Iterable[str]) -> Iterator[str]:
    """Few large pieces instead of many small ones, cut where the template says so."""
    held: list[str] = []
    for piece in pieces:
        if piece == NOW:
            yield "".join(held)
            held = []
        else:
            held.append(piece.replace(NOW, ""))
    yield "".join(held)
