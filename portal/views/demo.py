"""What exists with DEMO only, on loopback: the mailbox of every message sent, and the partners' feeds that the worker reads."""

from __future__ import annotations

import email
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from flask import Blueprint, Response, current_app, render_template, request
from werkzeug.http import generate_etag

from portal import clock
from portal.demo import feeds
from portal.errors import NotFound
from portal.views.access import public

pages = Blueprint("demo", __name__, url_prefix="/demo")
SHOWN = 100


@pages.before_request
def only_in_the_demo() -> None:
    """Elsewhere none of this exists."""
    if not current_app.config["DEMO"]:
        raise NotFound


@pages.get("/mailbox")
@public
def mailbox() -> Any:
    """Every message that was sent, newest first, with its links."""
    response = current_app.make_response(
        render_template("demo/mailbox.html", mails=[_mail(path) for path in _newest(SHOWN)])
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.get("/feeds/<file>")
@public
def feed(file: str) -> Any:
    """A partner's file of today; a conditional request is answered 304."""
    partner = next((one for one in feeds.PARTNERS if one.file == file), None)
    if partner is None:
        raise NotFound
    body = feeds.render(partner.name, clock.today())
    kind = "text/csv" if file.endswith(".csv") else "application/xml"
    response = Response(body, content_type=f"{kind}; charset=utf-8")
    response.set_etag(generate_etag(body))
    return response.make_conditional(request)


def _newest(most: int) -> list[Path]:
    url = str(current_app.config["MAIL_URL"])
    if not url.startswith("file:"):
        return []
    folder = Path(unquote(urlsplit(url).path))
    return sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime, reverse=True)[:most]


def _mail(path: Path) -> dict[str, Any]:
    message = cast(EmailMessage, email.message_from_bytes(path.read_bytes(), policy=default))
    body = message.get_body(("plain",))
    return {
        "at": datetime.fromtimestamp(path.stat().st_mtime, UTC),
        "to": message["To"],
        "subject": message["Subject"],
        "body": body.get_content() if body else "",
    }
