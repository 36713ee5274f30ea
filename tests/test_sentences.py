"""The sentences of templates: of the language that is spoken at that moment, escaped where they should be, and cheap."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask_babel import force_locale

from portal import create_app
from portal.config import Settings
from portal.formatting import day, number
from tests.costs import calls
from tests.visitor import BASE


def test_one_process_speaks_both_languages_by_turns(settings: Settings) -> None:
    app = create_app(settings)  # without the context that `app` keeps open, and with it a language
    for _turn in range(2):
        for language, word in (("fr", "Chercher"), ("en", "Search")):
            page = app.test_client().get(f"/about?lang={language}", base_url=BASE).text
            link = page.partition('<a class="menu__link" href="/search"')[2].partition("</a>")[0]
            assert link == f">{word}"


def test_a_sentence_is_of_the_language_of_that_moment(app: Flask) -> None:
    page = app.jinja_env.from_string(
        '{{ _("Filtres") }} {{ ngettext("%(num)s place", "%(num)s places", 0) }} {{ language() }}'
    )
    with app.test_request_context(base_url=BASE):
        french = page.render()
        with force_locale("en"):
            english = page.render()
        assert (french, english, page.render()) == (
            "Filtres 0 place fr",
            "Filters 0 places en",
            french,
        )


@pytest.mark.parametrize(("escapes", "told"), [(True, "&lt;b&gt; 100 %"), (False, "<b> 100 %")])
def test_what_fills_a_sentence_is_escaped_in_html_alone(
    app: Flask, escapes: bool, told: str
) -> None:
    page = app.jinja_env.overlay(autoescape=escapes).from_string(
        '{{ _("%(name)s 100 %%", name=name) }}|{{ _("100 %%") }}|{{ _("A & B") + name }}'
    )
    with app.test_request_context(base_url=BASE):
        told_name = told.partition(" ")[0]
        assert page.render(name="<b>") == f"{told}|100 %|A & B{told_name}"


def test_a_sentence_in_a_loop_is_cheap(app: Flask) -> None:
    page = app.jinja_env.from_string(
        '{% block all %}{% for n in range(100) %}{{ _("Filtres") }}{% endfor %}{% endblock %}'
    )
    with app.test_request_context(base_url=BASE):
        page.render()
        assert calls(page.render) < 100 * 20  # Jinja's own takes 64 for each


def test_dates_and_numbers_are_of_the_language_of_that_moment_and_cheap(app: Flask) -> None:
    def said() -> tuple[str, str]:
        return day(date(2026, 11, 28), year=True), number(1234.5)

    with app.test_request_context(base_url=BASE):
        french = ("samedi 28 novembre 2026", "1\u202f234,5")
        assert said() == french
        with force_locale("en"):
            assert said() == ("Saturday, November 28, 2026", "1,234.5")
        assert said() == french
        assert calls(said) < 40  # Babel's own takes more than 100
