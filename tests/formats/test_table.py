"""Tables: what a spreadsheet exports, in any encoding, with headers in two languages or none of ours."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portal.formats import FormatError, Severity
from portal.formats.columns import FIELDS, TEMPLATE, find_columns, template_header
from portal.formats.item import RemoteWork
from tests.formats.reading import Reading, read, read_sample

HEADER = "identifiant,titre,ville,date de début\n"


@pytest.fixture(scope="module")
def good() -> Reading:
    return read_sample("table_good.csv")


def test_a_french_table_is_read_without_a_remark(good: Reading) -> None:
    assert good.ids == ["007", "008", "009"]
    assert good.problems == []


def test_a_cell_may_hold_several_lines(good: Reading) -> None:
    assert good.item("007").description == "<p>Trier, peser<br>et ranger</p>"


def test_dates_and_hours_are_those_of_the_place(good: Reading) -> None:
    (shift,) = good.item("007").shifts
    assert shift.starts_at == datetime(2026, 2, 13, 13, tzinfo=UTC)
    assert shift.ends_at == datetime(2026, 2, 13, 15, 30, tzinfo=UTC)
    assert shift.capacity == 5


def test_a_repetition_in_words_becomes_a_rule(good: Reading) -> None:
    (shift,) = good.item("008").shifts
    assert shift.recurrence is not None
    assert (shift.recurrence.rrule, shift.recurrence.minutes) == ("FREQ=WEEKLY;BYDAY=TU", 150)
    assert good.item("008").themes == ("solidarity", "emergency")


def test_no_date_means_ongoing_and_a_leading_zero_stays(good: Reading) -> None:
    assert good.item("009").is_ongoing
    assert good.item("009").locations[0].postal_code == "01000"


def test_an_english_table_with_tabs_is_read_too() -> None:
    reading = read_sample("table_good_english.tsv")
    assert reading.problems == []
    (shift,) = reading.one.shifts
    assert shift.starts_at == datetime(2026, 5, 10, 7, 30, tzinfo=UTC)
    assert (reading.one.themes, reading.one.places_wanted) == (("environment",), 20)


def test_odd_sheets_are_repaired_and_each_repair_is_told() -> None:
    odd = read_sample("table_odd.csv")
    assert set(odd.codes("1")) == {
        "markup_in_text", "postal_code_zero", "date_order", "latitude_longitude_swapped", "association_missing",
    }  # fmt: skip
    assert set(odd.codes("2")) == {
        "quotes_repaired", "date_short_year", "remote_unknown", "association_missing",
    }  # fmt: skip
    assert odd.item("1").title == "Jardin"
    assert odd.item("1").remote is RemoteWork.NO
    assert [p.line for p in odd.problems][0] == 4


def test_a_bad_row_costs_itself_and_no_neighbour() -> None:
    bad = read_sample("table_bad.csv")
    assert bad.ids == ["1", "3", "5", "10"]
    refused = [
        (p.external_id, p.code, p.line) for p in bad.problems if p.severity is Severity.REFUSED
    ]
    assert refused == [
        ("2", "quotes", 3),
        ("4", "columns_count", 5),
        ("6", "title_missing", 7),
        (None, "id_missing", 8),
        ("8", "dates_lost", 9),
        ("9", "quotes", 10),
    ]
    assert bad.item("5").title == 'Texte "entre guillemets", entier'


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_any_encoding_is_read(encoding: str) -> None:
    table = HEADER + "1,Été à l’école,Évry,2026-02-01\n"
    assert read(table.encode(encoding)).one.title == "Été à l’école"


def test_a_few_windows_bytes_in_a_utf8_table_are_repaired_in_their_own_row() -> None:
    rows = "".join(f"{n},Réunion à l’école d’été,Évry,\n" for n in range(20)).encode()
    reading = read(HEADER.encode() + rows + "x,Été,Évry,\n".encode("cp1252"))
    assert reading.item("x").title == "Été"
    assert [p.external_id for p in reading.problems if p.code == "encoding_bytes"] == ["x"]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_delimiter_and_any_line_end(delimiter: str, ending: str) -> None:
    table = (
        (HEADER + "1,Un,Lyon,2026-02-01\n2,Deux,Lyon,\n")
        .replace(",", delimiter)
        .replace("\n", ending)
    )
    assert read(table).ids == ["1", "2"]


def test_a_column_map_names_what_we_do_not_know() -> None:
    table = "kennung,was,wo\n1,Garten,Lyon\n"
    with pytest.raises(FormatError):
        read(table, "table")
    columns = {"kennung": "external_id", "2": "title", "wo": "city"}
    assert read(table, "table", columns=columns).one.locations[0].city == "Lyon"


def test_without_an_id_the_address_stands_in_and_that_is_told() -> None:
    reading = read("titre,lien\nUn,https://asso.example/1\n")
    assert reading.one.external_id == "https://asso.example/1"
    assert "id_from_url" in reading.codes()


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ("", "empty"),
        ("a,b,c\n1,2,3\n", "no_header"),
        ("titre,ville\nUn,Lyon\n", "no_id_column"),
        ("<!doctype html><html><body>Connexion</body></html>", "html_page"),
    ],
)
def test_what_is_not_usable_at_all_is_refused_by_a_sentence(table: str, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        read(table, "table")
    assert caught.value.code == code


def test_the_template_is_read_by_its_own_reader() -> None:
    for language in ("fr", "en"):
        found = find_columns(template_header(language), {})
        assert [found[i] for i in range(len(TEMPLATE))] == list(TEMPLATE)


def test_every_column_has_names_that_lead_back_to_it() -> None:
    for field in FIELDS:
        assert find_columns(["titre", "identifiant", field], {}).get(2, field) == field


def test_a_month_first_feed_says_so() -> None:
    table = HEADER + "1,Un,Lyon,03/04/2026\n"
    (day_first,) = read(table).one.shifts
    (month_first,) = read(table, date_order="mdy").one.shifts
    assert day_first.starts_at == datetime(2026, 4, 2, 22, tzinfo=UTC)
    assert month_first.starts_at == datetime(2026, 3, 3, 23, tzinfo=UTC)


def test_more_records_than_the_limit_are_not_read_and_hide_offers() -> None:
    table = HEADER + "".join(f"{n},Un,Lyon,\n" for n in range(9))
    reading = read(table, max_records=5)
    assert len(reading.ids) == 5
    assert reading.problem("too_many_records").hides_offers


def test_an_address_that_stands_whole_in_one_cell_is_parted() -> None:
    rows = (
        "identifiant;titre;adresse;ville\n1;T;12 rue des Lilas, 69007 Lyon;\n2;U;Salle des fêtes;\n"
    )
    one, other = read(rows).items
    place = one.locations[0]
    assert (place.street, place.postal_code, place.city) == ("12 rue des Lilas", "69007", "Lyon")
    assert other.locations[0].street == "Salle des fêtes"
    named = read("identifiant;titre;adresse;ville\n1;T;12 rue des Lilas, 69007 Lyon;Lyon 7e\n").one
    assert named.locations[0].city == "Lyon 7e"  # what is said stays


@pytest.mark.parametrize(
    ("day", "begins", "ends", "hours", "codes"),
    [
        ("2031-04-12", "22:00", "02:00", 4, []),  # past midnight
        ("2031-04-12", "18:00", "17:00", 5.98, ["end_before_start"]),  # not 23 hours
        ("2031-03-30", "02:30", "03:30", 0, []),  # the hour that the clocks leave out, not 24
    ],
)
def test_an_end_before_its_beginning_is_past_midnight_or_a_slip(
    day: str, begins: str, ends: str, hours: float, codes: list[str]
) -> None:
    header = "identifiant,titre,description,association,a_distance,date de début,heure de début,heure de fin"
    found = read(f"{header}\n1,Veiller,On veille.,Les Veilleurs,oui,{day},{begins},{ends}\n")
    (shift,) = found.item("1").shifts
    assert shift.starts_at is not None and shift.ends_at is not None
    assert (shift.ends_at - shift.starts_at).total_seconds() / 3600 == pytest.approx(
        hours, abs=0.01
    )
    assert found.codes() == codes


def test_a_long_text_without_a_quote_is_not_said_to_have_lone_ones() -> None:
    text = "On trie des livres. " * 20_000
    header = "identifiant,titre,description,association,a_distance"
    found = read(f"{header}\n1,Trier,{text},Lire,oui\n2,Ranger,On range.,Lire,oui\n")
    assert found.ids == ["1", "2"]
    assert "quotes" not in found.codes()
