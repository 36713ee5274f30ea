"""`/feeds/check`: the whole report of a feed, from a file or an address, streamed; nothing is kept and nobody private is asked."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from pytest_httpserver import HTTPServer
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.db import Base, Database
from portal.views import feeds
from tests import gazetteer
from tests.visitor import BASE, Visitor

TABLE = """identifiant;titre;association;code postal;ville;date de début;places
a-1;Planter une haie;Les Jardins;69007;Lyon;2031-04-25;8
a-2;Trier les dons;Les Jardins;69007;Lyon;2031-13-45;8
;Sans identifiant;Les Jardins;69007;Lyon;;
a-1;Le même identifiant;Les Jardins;69007;Lyon;;
a-3;Déjà passé;Les Jardins;69007;Lyon;2019-04-25;
""".encode()


@pytest.fixture
def checker(app: Flask, session: Session) -> Visitor:
    gazetteer.load(session)
    session.commit()
    return Visitor(app)


def sent(visitor: Visitor, content: bytes, name: str = "besoins.csv", **given: str) -> Any:
    """The report of a file."""
    visitor.get("/feeds/check")
    return visitor.post(
        "/feeds/check", {"file": (io.BytesIO(content), name), "date_order": "dmy", **given}
    )


def counts(page: Any) -> list[str]:
    return [one.get_text() for one in page.soup.select(".figure__number")]


def test_a_file_shows_what_it_would_create_and_each_problem_by_its_reason(checker: Visitor) -> None:
    page = sent(checker, TABLE)
    assert page.status == 200
    assert counts(page)[:2] == ["5", "2"]
    codes = [one.get_text() for one in page.soup.select(".reason code")]
    assert "id_twice" in codes and "id_missing" in codes
    row = page.soup.find("code", string="id_twice").find_parent("details").find("tbody").find("tr")
    assert [cell.get_text(strip=True) for cell in row.find_all("td")][:3] == [
        "5",
        "a-1",
        "external_id",
    ]
    assert "Planter une haie" in [one.get_text() for one in page.soup.select(".card__title")]
    assert "Déjà passé" not in [one.get_text() for one in page.soup.select(".card__title")]


def test_the_report_is_in_english_for_who_reads_english(checker: Visitor) -> None:
    checker.get("/feeds/check?lang=en")
    page = sent(checker, TABLE)
    assert "This id stands twice in the feed" in page.words
    assert "figure deux fois" not in page.words


def test_nothing_is_written(checker: Visitor, database: Database) -> None:
    def rows() -> dict[str, int]:
        with database.reading() as opened:
            return {
                table.name: opened.scalar(select(func.count()).select_from(table)) or 0
                for table in Base.metadata.sorted_tables
            }

    before = rows()
    assert sent(checker, TABLE).status == 200
    assert rows() == before


def test_a_writer_is_not_kept_out_while_a_feed_is_checked(
    checker: Visitor, app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrote = []
    real = feeds.feed_checks.check

    def meanwhile(*given: Any) -> Iterator[int]:
        def write() -> None:
            with app.app_context(), database.writing() as opened:
                opened.connection()
                wrote.append(True)

        other = threading.Thread(target=write)
        other.start()
        other.join(5)
        return real(*given)

    monkeypatch.setattr(feeds.feed_checks, "check", meanwhile)
    assert sent(checker, TABLE).status == 200
    assert wrote == [True]


def test_the_progress_comes_before_the_report(checker: Visitor) -> None:
    rows = "".join(f"n-{n};Besoin {n};Les Jardins;69007;Lyon;;\n" for n in range(600))
    checker.get("/feeds/check")
    data = {
        "csrf_token": checker.token(), "date_order": "dmy",
        "file": (io.BytesIO(TABLE.splitlines(keepends=True)[0] + rows.encode()), "grand.csv"),
    }  # fmt: skip
    answer = checker.client.post("/feeds/check", data=data, base_url=BASE, buffered=False)
    pieces = [piece.decode() for piece in answer.response]
    assert len(pieces) >= 4
    assert "<h1" in pieces[0] and "annonces lues" not in pieces[0]
    steps = [n for n, piece in enumerate(pieces) if "annonces lues" in piece]
    assert steps and "Besoins créés" in pieces[-1] and steps[0] < len(pieces) - 1


def test_an_address_is_fetched_in_the_demo(
    checker: Visitor, app: Flask, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/flux.csv").respond_with_data(TABLE, content_type="text/csv")
    app.config["DEMO"] = True
    page = checked_address(checker, httpserver.url_for("/flux.csv"))
    assert counts(page)[:2] == ["5", "2"]


def test_elsewhere_nobody_reaches_the_private_network_through_it(
    checker: Visitor, httpserver: HTTPServer
) -> None:
    """Even where feeds may come from an intranet: this page is open to everybody."""
    page = checked_address(checker, httpserver.url_for("/flux.csv"))
    assert "Ce flux ne peut pas être lu." in page.words
    assert httpserver.log == []


def checked_address(visitor: Visitor, url: str) -> Any:
    visitor.get("/feeds/check")
    return visitor.submit("/feeds/check", url=url)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Le fichier est vide"),
        (b"<!doctype html><html><body>Bonjour</body></html>", "une page web au lieu d"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "ne peut pas être lu"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><source><mission/></source>', "lu"),
    ],
)
def test_what_is_no_feed_is_told_in_a_sentence(
    checker: Visitor, content: bytes, words: str
) -> None:
    page = sent(checker, content, "n.bin")
    assert page.status == 200
    assert words in page.words.replace("\u00a0", " ")
    assert not counts(page)


def test_neither_address_nor_file_is_asked_for_again(checker: Visitor) -> None:
    checker.get("/feeds/check")
    page = checker.submit("/feeds/check")
    assert page.status == 422
    assert "Collez l’adresse d’un flux, ou choisissez un fichier." in page.words


def test_a_file_beyond_the_limit_is_refused_and_other_forms_stay_small(
    checker: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    checker.get("/feeds/check")
    assert posted(checker, "/feeds/check", 2 * feeds.MIB) == 200  # larger than another form may be
    assert posted(checker, "/associations/new", 2 * feeds.MIB) == 413
    monkeypatch.setattr(feeds.check, "most_bytes", feeds.MIB)
    assert posted(checker, "/feeds/check", 2 * feeds.MIB) == 413


def posted(visitor: Visitor, path: str, size: int) -> int:
    """The status of a form with a file of so many bytes, written by hand."""
    parts = f"""--x\r
Content-Disposition: form-data; name="csrf_token"\r
\r
{visitor.token()}\r
--x\r
Content-Disposition: form-data; name="file"; filename="a.csv"\r
\r
""".encode()
    body = parts + TABLE + b"#" * size + b"\r\n--x--\r\n"
    answer = visitor.client.post(
        path, input_stream=io.BytesIO(body), content_length=len(body), base_url=BASE,
        content_type="multipart/form-data; boundary=x", buffered=True,
    )  # fmt: skip
    return answer.status_code


def test_only_the_beginning_of_a_huge_feed_is_read(
    checker: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "MOST_RECORDS", 2)
    page = sent(checker, TABLE)
    assert "Seul le début a été lu." in page.words
    assert "too_many_records" not in page.text


def test_one_network_checks_only_so_often(checker: Visitor, app: Flask) -> None:
    app.config["FEEDS_CHECK_LIMIT"] = "2 per minute"
    assert [sent(checker, TABLE).status for _ in range(3)] == [200, 200, 429]
    assert checker.page is not None and checker.page.response.headers["Retry-After"]
    # The control: without the limit the third is read too.
    app.config["FEEDS_CHECK_LIMIT"] = "1000 per minute"
    assert sent(checker, TABLE).status == 200


def test_too_many_at_once_are_told_so(checker: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "AT_ONCE", threading.BoundedSemaphore(1))
    monkeypatch.setattr(feeds, "PATIENCE", 0.01)
    with feeds.AT_ONCE:
        assert "D’autres vérifications sont en cours." in sent(checker, TABLE).words
    assert "D’autres vérifications" not in sent(checker, TABLE).words


def test_what_a_feed_says_never_becomes_markup(checker: Visitor) -> None:
    line = b'x-1;<script src="https://evil.example/x.js"></script>A;<b>J</b>;;"<img src=x>";;\n'
    page = sent(checker, TABLE.splitlines(keepends=True)[0] + line, name="<img src=x>.csv")
    assert page.soup.find("script", src="https://evil.example/x.js") is None
    assert page.soup.find("img", src="x") is None


PAID = """[{"@type": "JobPosting", "title": "Un emploi", "employmentType": "FULL_TIME", "identifier": "e",
 "hiringOrganization": {"name": "Usine"}, "description": "Payé."},
 {"@type": "VolunteerAction", "name": "Trier", "identifier": "t", "description": "On trie.",
 "agent": {"@type": "Organization", "name": "Lire"}, "location": {"@type": "VirtualLocation"}}]"""


def test_what_is_no_offer_is_left_out_and_is_not_said_to_appear(checker: Visitor) -> None:
    page = sent(checker, PAID.encode(), "offres.json")
    (reason,) = [one for one in page.soup.select(".reason") if "not_volunteer" in one.get_text()]
    assert "1 laissée de côté" in reason.get_text()
    repaired = page.soup.find(string="Réparations").find_parent("li")
    others = page.soup.select(".reason .badge--urgent")
    told = sum(int(one.get_text().split()[0]) for one in others)
    assert repaired.select_one(".figure__number").get_text() == str(told)
