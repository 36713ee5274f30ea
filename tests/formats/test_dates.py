"""Dates, times and durations as feeds write them. Never a date that was not written."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.formats.dates import Moment, clock_time, instant, moment
from portal.formats.durations import duration
from portal.formats.problem import Notebook
from portal.formats.zones import find_zone, zone_of, zone_of_place

PARIS = ZoneInfo("Europe/Paris")


def read(text: str, order: str = "dmy") -> tuple[Moment | None, list[str]]:
    notes = Notebook(1, 1)
    return moment(text, "date", notes, order), [p.code for p in notes.problems]


@pytest.mark.parametrize(
    ("text", "day", "at"),
    [
        ("2026-03-12", date(2026, 3, 12), None),
        ("2026-03-12T18:45:00", date(2026, 3, 12), time(18, 45)),
        ("2026-03-12 18:45", date(2026, 3, 12), time(18, 45)),
        ("2026-03-12T18:45:00.123Z", date(2026, 3, 12), time(18, 45, tzinfo=UTC)),
        ("20260312T1845", date(2026, 3, 12), time(18, 45)),
        ("2026-03-12T24:00:00", date(2026, 3, 13), time()),
        ("12/03/2026", date(2026, 3, 12), None),
        ("12.03.2026 18h45", date(2026, 3, 12), time(18, 45)),
        ("12-3-2026", date(2026, 3, 12), None),
        ("2026/03/12", date(2026, 3, 12), None),
        ("12 mars 2026", date(2026, 3, 12), None),
        ("jeudi 12 mars 2026 à 18 h 45", date(2026, 3, 12), time(18, 45)),
        ("1er août 2026", date(2026, 8, 1), None),
        ("March 12, 2026 6:45 pm", date(2026, 3, 12), time(18, 45)),
        ("29/02/2028", date(2028, 2, 29), None),
    ],
)
def test_a_date_is_read_as_it_is_written(text: str, day: date, at: time | None) -> None:
    assert read(text) == (Moment(day, at), [])


def test_a_mail_date_keeps_its_offset() -> None:
    found, codes = read("Thu, 12 Mar 2026 18:45:00 +0100")
    assert found is not None and codes == []
    assert found.instant(PARIS) == datetime(2026, 3, 12, 17, 45, tzinfo=UTC)


def test_the_order_of_day_and_month_is_the_feeds() -> None:
    assert read("03/04/2026")[0] == Moment(date(2026, 4, 3))
    assert read("03/04/2026", "mdy")[0] == Moment(date(2026, 3, 4))


def test_a_date_that_only_fits_the_other_order_is_read_so_and_told() -> None:
    assert read("02/13/2026") == (Moment(date(2026, 2, 13)), ["date_order"])
    assert read("13/02/2026", "mdy") == (Moment(date(2026, 2, 13)), ["date_order"])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("demain", "date"),
        ("31/02/2026", "date"),
        ("2026-02-30", "date"),
        ("32/13/2026", "date"),
        ("0000-00-00", "date_implausible"),
        ("1970-01-01", "date_implausible"),
        ("1971-12-31T00:00:00", "date_implausible"),
        ("9999-12-31", "date_far"),
        ("2099-01-01", "date_far"),
        ("2" * 5_000, "date"),
        ("NaN", "date"),
    ],
)
def test_what_is_no_date_is_left_out_and_told_and_never_becomes_today(text: str, code: str) -> None:
    found, codes = read(text)
    assert (found, codes) == (None, [code])


def test_nothing_written_is_nothing_told() -> None:
    assert read("") == read("   ") == (None, [])


@given(st.text(max_size=80))
def test_no_text_makes_the_reader_of_dates_stumble(text: str) -> None:
    found, codes = read(text)
    assert found is None or 1990 <= found.day.year <= 2090
    assert found is not None or codes or not text.split()


@given(
    st.dates(date(1990, 1, 1), date(2089, 12, 31)),
    st.times().map(lambda t: t.replace(microsecond=0)),
)
def test_what_we_write_in_iso_is_read_back(day: date, at: time) -> None:
    assert read(f"{day.isoformat()}T{at.isoformat()}") == (Moment(day, at), [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("18:45:00", time(18, 45)), ("18h45", time(18, 45)), ("18 h", time(18)), ("8", time(8)),
        ("6:45 pm", time(18, 45)), ("12 am", time(0)), ("09.30", time(9, 30)), ("25:00", None), ("midi", None),
    ],
)  # fmt: skip
def test_a_time_of_day_is_read_as_it_is_written(text: str, expected: time | None) -> None:
    notes = Notebook(1, 1)
    assert clock_time(text, "time", notes) == expected
    assert [p.code for p in notes.problems] == ([] if expected else ["time"])


def test_the_last_instant_of_a_day_is_meant_when_something_ends_on_it() -> None:
    notes = Notebook(1, 1)
    assert instant("2026-06-30", "expires", notes, PARIS, ends=True) == datetime(
        2026, 6, 30, 21, 59, tzinfo=UTC
    )
    assert instant("2026-06-30", "start", notes, PARIS) == datetime(2026, 6, 29, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "written", "minutes", "codes"),
    [
        ("P6M", "P6M", None, []),
        ("PT2H30M", "PT2H30M", 150, []),
        ("P1W", "P1W", 7 * 24 * 60, []),
        ("2", "PT2H", 120, ["duration_hours"]),
        ("1,5 heure", "PT1H30M", 90, ["duration_hours"]),
        ("1h30", "PT90M", 90, []),
        ("2 heures et 15 minutes", "PT135M", 135, []),
        ("1:05", "PT65M", 65, []),
        ("90 min", "PT90M", 90, []),
    ],
)
def test_durations_are_iso_or_hours(
    text: str, written: str, minutes: int | None, codes: list[str]
) -> None:
    notes = Notebook(1, 1)
    found = duration(text, "duration", notes)
    assert found is not None
    assert (found.text, found.minutes, [p.code for p in notes.problems]) == (
        written,
        minutes,
        codes,
    )


@pytest.mark.parametrize("text", ["longtemps", "P", "PT", "0", "P1.5M", "-P1D"])
def test_what_is_no_duration_is_left_out(text: str) -> None:
    notes = Notebook(1, 1)
    assert duration(text, "duration", notes) is None
    assert notes.problems


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/localtime", "Europe", "", "Europe/Paris\0", "EU/../x"]
)
def test_a_zone_is_never_taken_for_a_path(name: str) -> None:
    assert find_zone(name) is None


def test_an_unknown_zone_is_replaced_and_told() -> None:
    notes = Notebook(1, 1)
    assert zone_of("Mars/Phobos", "Europe/Paris", "olsonTZ", notes) == PARIS
    assert [p.code for p in notes.problems] == ["zone"]


def test_a_place_knows_its_zone() -> None:
    assert zone_of_place("FR", "", "97400") == "Indian/Reunion"
    assert zone_of_place("US", "NJ", "08608") == "America/New_York"
    assert zone_of_place("US", "", "") == ""


@pytest.mark.parametrize("text", ["2026-04-04Z", "2026-04-04-07:00", "2026-04-04+02:00"])
def test_a_day_with_an_offset_alone_is_that_day(text: str) -> None:
    notes = Notebook(1, 1)
    assert moment(text, "startDate", notes) == Moment(date(2026, 4, 4))
    assert notes.problems == []
