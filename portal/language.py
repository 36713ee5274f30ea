"""Which language this visitor reads: `?lang=`, then the cookie, the account, the browser's wish; French where nothing else is said."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

from babel.support import NullTranslations
from flask import Flask, Response, current_app, g, has_request_context, request
from flask_babel import Babel, Domain, get_locale
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

LANGUAGES = ("fr", "en")
COOKIE = "language"
# What French makes of "de" and "à" before the article of a town.
_CONTRACTED = {"Le": ("du", "au"), "Les": ("des", "aux")}
# Names that begin with h are left alone: it is aspirated in some (de Haguenau) and not in others (d’Hyères).
_VOWEL = re.compile(r"[aeiou\u0153\u00e6]|y(?![aeiou])", re.IGNORECASE)
_ISLAND, _THE = re.compile("I\u0302?le\\b"), "l’"


class _French(NullTranslations):
    """The sentences as they are written; in French, none of something is singular: "0 personne"."""

    def ngettext(self, singular: str, plural: str, num: float) -> str:
        return singular if abs(num) < 2 else plural

    ungettext = ngettext


class _Sentences(Domain):  # type: ignore[misc]
    """The catalogues by the two letters of their language: the library writes out the whole locale at each sentence."""

    def __init__(self) -> None:
        super().__init__()
        self.cache["fr", "messages"] = _French()
        self._kept: dict[str, NullTranslations] = {}

    def get_translations(self) -> NullTranslations:
        language = spoken()
        if language not in self._kept:
            self._kept[language] = super().get_translations()
        return self._kept[language]


def init_app(app: Flask) -> None:
    """Choose the language of each request; `?lang=` is remembered in a cookie that names nobody."""
    app.config.update(BABEL_DEFAULT_LOCALE="fr", BABEL_TRANSLATION_DIRECTORIES="translations")
    babel = Babel(app, locale_selector=chosen)
    babel.domain_instance = app.extensions["sentences"] = _Sentences()
    _speed_up_templates(app, babel.domain_instance)
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


def _speed_up_templates(app: Flask, sentences: _Sentences) -> None:
    """`_` and `ngettext` of the templates, which a page calls 200 times.

    Those of Jinja take the whole context, which it copies for each call from within a block or a loop.
    """

    @lru_cache(4096)
    def plain(_language: str, sentence: str, is_html: bool) -> str:
        said = sentences.get_translations().ugettext(sentence)
        return (Markup(said) if is_html else said) % {}  # noqa: S704 (ours, not a visitor's)

    @pass_eval_context
    def one(page: EvalContext, sentence: str, **values: Any) -> str:
        if not values:
            return plain(spoken(), sentence, page.autoescape)
        said = sentences.get_translations().ugettext(sentence)
        return (Markup(said) if page.autoescape else said) % values  # noqa: S704

    @pass_eval_context
    def several(page: EvalContext, one: str, many: str, num: float, **values: Any) -> str:
        said = sentences.get_translations().ungettext(one, many, num)
        return (Markup(said) if page.autoescape else said) % {"num": num, **values}  # noqa: S704

    app.jinja_env.globals.update({"_": one, "gettext": one, "ngettext": several})


def gettext(sentence: str, **values: Any) -> str:
    """The sentence in the language of this request: what the library's own says, without asking it which app this is."""
    said = str(_sentences().ugettext(sentence))
    return said % values if values else said


def ngettext(one: str, many: str, num: float, **values: Any) -> str:
    """The same for one of something or several, `num` of them."""
    said = str(_sentences().ungettext(one, many, num))
    return said % {"num": num, **values}


def _sentences() -> NullTranslations:
    domain: _Sentences = current_app.extensions["sentences"]
    return domain.get_translations()


def spoken() -> str:
    """The two letters for <html lang>."""
    try:  # where the library keeps what it chose for this request: asked 200 times a page, it is slow to say
        locale = g._get_current_object()._flask_babel.babel_locale  # type: ignore[attr-defined]
    except (AttributeError, RuntimeError):  # not chosen yet; no request and no app
        locale = get_locale()
    return locale.language if locale else "fr"


def of_town(name: str) -> str:
    """« de Lyon », « d’Aix-en-Provence », « du Havre »: a town after a word that wants "of"."""
    if spoken() == "en":
        return f"of {name}"
    article, _space, rest = name.partition(" ")
    if article in _CONTRACTED:
        return f"{_CONTRACTED[article][0]} {rest}"
    letters = unicodedata.normalize("NFD", name)
    if _ISLAND.match(letters):
        return f"de {_THE}{name}"
    return f"d’{name}" if _VOWEL.match(letters) else f"de {name}"


def in_town(name: str) -> str:
    """« à Lyon », « au Havre », « aux Sables-d’Olonne »: where something is done."""
    if spoken() == "en":
        return f"in {name}"
    article, _space, rest = name.partition(" ")
    if article in _CONTRACTED:
        return f"{_CONTRACTED[article][1]} {rest}"
    is_island = _ISLAND.match(unicodedata.normalize("NFD", name))
    return f"à {_THE}{name}" if is_island else f"à {name}"


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
