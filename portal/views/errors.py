"""Errors as pages: each says what to do next. JSON is answered where JSON was asked for."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException

from portal import db
from portal.errors import PortalError, ProofNeeded, SignInNeeded, TooMany
from portal.views import access

log = logging.getLogger(__name__)
PAGES = (400, 403, 404, 410, 429, 500, 503)
# For programs, where a page says more: what there is to do when the error brings no sentence of its own.
SENTENCES = {
    400: _("Cette demande n’a pas été comprise."),
    403: _("Cette adresse n’est pas ouverte à tous."),
    404: _("Il n’y a rien à cette adresse."),
    405: _("Cette adresse ne répond pas à cette méthode : l’en-tête Allow dit lesquelles."),
    410: _("Ce qui était à cette adresse n’y est plus."),
    413: _("Ce qui a été envoyé est trop gros."),
    429: _("Trop de demandes à la suite. Réessayez dans un moment."),
    500: _(
        "Quelque chose s’est cassé chez nous. Réessayez, et donnez-nous le numéro de la demande si cela continue."
    ),
    503: _("Le portail est occupé. Réessayez dans un instant."),
}


def init_app(app: Flask) -> None:
    """Answer PortalErrors with their sentence, anything unexpected with the request's id and no details."""
    app.register_error_handler(PortalError, portal_error)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(DataError, unstorable)
    app.register_error_handler(Exception, unexpected)


def portal_error(error: PortalError) -> Any:
    """The error's own sentence and status. Somebody who must sign in is sent there, to come back afterwards."""
    if isinstance(error, SignInNeeded | ProofNeeded) and not _wants_json():
        return access.to_sign_in()
    response = answer(error.status, error.in_words(gettext))
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def http_error(error: HTTPException) -> Any:
    """What Flask itself refuses: an unknown address, a method that is not there, a body too large."""
    if error.code is not None and error.code < 400:
        return error
    if isinstance(error.response, Response):  # a limit that says more itself
        return error.response
    response = answer(error.code or 500, "")
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def unstorable(error: DataError) -> Any:
    """A text that PostgreSQL cannot hold, in an address or a form: a null character, or more than its column takes."""
    log.info("unstorable_text", extra={"route": request.endpoint})
    _start_afresh()
    sentence = gettext(
        "Un des textes envoyés contient un caractère illisible, ou est trop long. Corrigez-le et recommencez."
    )
    return answer(400, sentence)


def unexpected(error: Exception) -> Any:
    """A defect of ours: logged with its trace, told by its id alone."""
    log.exception("unexpected_error", extra={"route": request.endpoint})
    _start_afresh()
    return answer(500, "")


def _start_afresh() -> None:
    """The page of an error asks nothing of a database that just failed: not even who is signed in."""
    g.is_personal, g.person, g.session_row = True, None, None
    if db.in_transaction():
        db.session.rollback()


def answer(status: int, sentence: str) -> Response:
    """The page (or JSON) of an error."""
    page = status if status in PAGES else (400 if status < 500 else 500)
    if _wants_json():
        said = sentence or str(SENTENCES.get(status) or SENTENCES[page])
        body = jsonify(
            error={"status": status, "sentence": said, "request_id": g.get("request_id")}
        )
        return make_response(body, status)
    return make_response(
        render_template(
            f"errors/{page}.html", status=status, sentence=sentence, request_id=g.get("request_id")
        ),
        status,
    )


def _wants_json() -> bool:
    if request.path.startswith("/api/") or request.path.endswith(".json"):
        return True
    return (
        request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
    )
