"""Why a run of a feed ended as it did is kept as a code, and said to each reader in their language: pages, letters, programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from pytest_httpserver import HTTPServer
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import fetch, formatting, vault
from portal.formats.sentences import sentences
from portal.jobs import letters
from portal.models import Feed, FeedRun, Outbox, Person, RunOutcome
from portal.services import feed_answers, feeds
from portal.services.feed_runs import Tally
from portal.services.outbox import Job
from tests.delivering import LIMITS, deliver, read_feed, signed_in, table
from tests.people import Cast
from tests.visitor import Visitor

FRENCH = ("Le serveur", "réessayez", "offres sur", "confirmez", "passage")


@pytest.fixture
def feed(session: Session, cast: Cast) -> Feed:
    made = read_feed(session, cast)
    made.owner_id = cast.bob.id
    session.get_one(Person, cast.bob.id).language = "en"
    session.commit()
    return made


@pytest.fixture
def failed(session: Session, feed: Feed, httpserver: HTTPServer) -> FeedRun:
    """A run whose server answered 503."""
    httpserver.expect_request("/feed").respond_with_data(b"", status=503)
    feed.url = httpserver.url_for("/feed")
    session.commit()
    done = feeds.run(feed, LIMITS, session.commit)
    session.commit()
    return done


@pytest.fixture
def suspect(session: Session, feed: Feed) -> FeedRun:
    rows = [f"n{n};Besoin {n};Texte;J;69007;Lyon;;" for n in range(40)]
    deliver(session, feed, table(*rows))
    done = deliver(session, feed, table(*rows[:2]))
    assert done.outcome is RunOutcome.SUSPECT
    return done


@pytest.fixture
def letter_to(session: Session) -> Callable[[Person], str]:
    def write(person: Person) -> str:
        rows = session.scalars(select(Outbox).where(Outbox.key.startswith("run:")))
        row = next(r for r in rows if r.payload["person"] == person.id)
        written = letters.write(Job(row.id, row.kind, row.key, "", 1, row.payload))
        assert written is not None
        return written.text

    return write


def is_french(text: str) -> bool:
    return any(word.lower() in text.lower() for word in FRENCH)


def test_a_failure_is_told_to_its_english_owner_in_english_and_to_a_french_moderator_in_french(
    failed: FeedRun, cast: Cast, letter_to: Callable[[Person], str]
) -> None:
    assert (failed.why, failed.why_code) == ("", "bad_answer")
    english = letter_to(cast.bob)
    assert "localhost answered with an error (503)" in english and not is_french(english)
    assert "Le serveur localhost a répondu par une erreur (503)" in letter_to(cast.mona)


def test_the_letter_about_a_suspect_run_is_of_its_readers_language(
    suspect: FeedRun, cast: Cast, letter_to: Callable[[Person], str]
) -> None:
    assert "38 offers of 40 would have vanished at once" in letter_to(cast.bob)
    assert "38 offres sur 40 auraient disparu d’un coup" in letter_to(cast.mona)


@pytest.mark.parametrize(
    ("language", "said"), [("fr", "38 offres sur 40"), ("en", "38 offers of 40")]
)
def test_the_page_of_a_run_says_it_in_the_visitors_language(
    app: Flask, suspect: FeedRun, cast: Cast, language: str, said: str
) -> None:
    mona = signed_in(Visitor(app), cast.mona)
    page = mona.get(f"/partners/jardins/runs/{suspect.id}?lang={language}")
    assert said in page.words
    assert not page.soup.select("main [lang]")


def test_a_run_that_a_newer_one_replaced_says_so_in_both_languages(
    app: Flask, suspect: FeedRun, session: Session
) -> None:
    feed_answers.replace(suspect.feed)
    session.commit()
    assert formatting.why(suspect).endswith("Un passage plus récent a remplacé celui-ci.")
    with force_locale("en"):
        assert formatting.why(suspect).endswith("A newer run replaced this one.")


@pytest.mark.parametrize(
    ("answer", "said"), [(feed_answers.confirm, "accepté"), (feed_answers.dismiss, "écarté")]
)
def test_a_run_that_was_answered_asks_no_more(
    app: Flask, suspect: FeedRun, session: Session, answer: Callable[..., object], said: str
) -> None:
    assert "Confirmez" in formatting.why(suspect)
    answer(suspect.feed, session.commit)
    told = formatting.why(suspect)
    assert said in told and "Confirmez" not in told


def test_what_was_written_down_before_there_were_codes_is_shown_as_french(
    app: Flask, feed: Feed, cast: Cast, session: Session
) -> None:
    old = FeedRun(feed_id=feed.id, outcome=RunOutcome.FAILED, why="Le serveur dort.")
    session.add(old)
    session.commit()
    page = signed_in(Visitor(app), cast.mona).get(f"/partners/jardins/runs/{old.id}?lang=en")
    (told,) = page.soup.select('p[lang="fr"]')
    assert told.get_text() == "Le serveur dort."


def _all_of(error: type[fetch.FetchError]) -> list[type[fetch.FetchError]]:
    return [error, *(one for child in error.__subclasses__() for one in _all_of(child))]


RUN_ERRORS: list[tuple[str, dict[str, Any]]] = [
    (error.code, {"host": "a.example", "limit": 1, "seconds": 9, "answer": "503"})
    for error in (*_all_of(fetch.FetchError), vault.SealedElsewhere)
]


@pytest.mark.parametrize(("code", "facts"), RUN_ERRORS)
def test_every_error_of_a_download_has_its_code_and_both_languages(
    app: Flask, code: str, facts: dict[str, Any]
) -> None:
    tally = Tally(why_code=code, why_facts=facts)
    french = formatting.why(tally)
    with force_locale("en"):
        english = formatting.why(tally)
    assert french and english and french != english
    assert "%(" not in french + english


@pytest.mark.parametrize(
    "code",
    [
        *("interrupted", "read_in_part", "too_much_gone", "nothing_left", "replaced"),
        *("confirmed", "dismissed", "renumbered"),
    ],
)
def test_every_end_of_a_run_is_told_in_both_languages(app: Flask, code: str) -> None:
    facts = {"gone": 1200, "before": 3000}
    tally = Tally(why_code=code, why_facts=facts)
    with force_locale("en"):
        shown = {name: formatting.number(value) for name, value in facts.items()}
        assert formatting.why(tally) == sentences(code, shown)[1]


@pytest.mark.parametrize(
    ("code", "facts", "said"),
    [
        ("bad_answer", {"host": "a.example"}, "Le serveur a.example a répondu par une erreur (…)"),
        ("download_too_slow", {}, "Le téléchargement a dépassé … secondes"),
        ("too_much_gone", {"gone": 12}, "12 offres sur … auraient disparu"),
        ("too_much_gone", {}, "… offres sur … auraient disparu"),
    ],
)
def test_a_fact_that_was_not_kept_spoils_no_page(
    app: Flask, code: str, facts: dict[str, Any], said: str
) -> None:
    assert formatting.why(Tally(why_code=code, why_facts=facts)).startswith(said)


def test_the_letter_about_a_feed_that_is_never_read_to_its_end_says_what_to_do(
    session: Session, feed: Feed, cast: Cast, letter_to: Callable[[Person], str]
) -> None:
    for _killed in range(3):
        feeds.begin(feed)
    session.commit()
    assert "stopped dead before its end" in letter_to(cast.bob)
    french = letter_to(cast.mona)
    assert "Deux fois de suite" in french and "découpez-le" in french


def test_a_code_that_nobody_knows_any_more_spoils_no_page(app: Flask) -> None:
    assert formatting.why(Tally(why="Comme alors.", why_code="never_heard_of")) == "Comme alors."


def test_an_empty_feed_is_not_counted_in_sentences(session: Session, feed: Feed) -> None:
    done = deliver(session, feed, table())
    assert (done.outcome, done.why_code) == (RunOutcome.SUSPECT, "nothing_left")
