"""Which language this visitor reads: `?lang=`, then the cookie, the account, the browser's wish; French where nothing else is said."""

from __future__ import annotations

from babel.support import NullTranslations
from flask import Flask, Response, current_app, g, has_request_context, request
from flask_babel import Babel, get_locale

LANGUAGES = ("fr", "en")
COOKIE = "language"


class _French(NullTranslations):
    """The sentences as they are written; in French, none of something is singular: "0 personne"."""

    def ngettext(self, singular: str, plural: str, num: float) -> str:
        return singular if abs(num) < 2 else plural

    ungettext = ngettext


def init_app(app: Flask) -> None:
    """Choose the language of each request; `?lang=` is remembered in a cookie that names nobody."""
    app.config.update(BABEL_DEFAULT_LOCALE="fr", BABEL_TRANSLATION_DIRECTORIES="translations")
    babel = Babel(app, locale_selector=chosen)
    with app.app_context():
        babel.domain_instance.cache["fr", "messages"] = _French()
    app.jinja_env.globals["language"] = spoken
    app.jinja_env.globals["path_to_reload"] = path_to_reload
    app.after_request(_remember)


def chosen() -> str:
    """The language of this request, or the one set for the mail being written (`g.language`)."""
    if g.get("language"):
        return str(g.language)
    if not has_request_context():
        return "fr"
    for wish in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wish in LANGUAGES:
            return wish
    person = g.get("person")
    if person is not None and person.language in LANGUAGES:
        return str(person.language)
    return request.accept_languages.best_match(LANGUAGES, "fr") or "fr"


def spoken() -> str:
    """The two letters for <html lang>."""
    locale = get_locale()
    return locale.language if locale else "fr"


def path_to_reload() -> str:
    """Where the link to the other language leads: this page, or home when it answers a form and cannot be asked for again."""
    here = current_app.create_url_adapter(request)
    return request.path if here is not None and here.test(request.path, "GET") else "/"


def _remember(response: Response) -> Response:
    if request.args.get("lang") in LANGUAGES:
        response.set_cookie(
            COOKIE, request.args["lang"], max_age=31536000, samesite="Lax", httponly=True
        )
    if response.mimetype == "text/html":
        response.vary.update(("Accept-Language", "Cookie"))
    return response
