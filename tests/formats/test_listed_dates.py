"""Several dates in one cell of a table: the column that people call "dates"."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portal.formats.checks import MOST_SHIFTS
from tests.formats.reading import read

HEADER = "identifiant;titre;ville;dates;heure de début;heure de fin;durée\n"
NINE = [datetime(2031, 4, day, 7, tzinfo=UTC) for day in (12, 19, 26)]


def table(cell: str, hours: str = "09:00;11:00;") -> str:
    return f'{HEADER}1;T;Lyon;"{cell}";{hours}\n'


@pytest.mark.parametrize(
    "cell",
    [
        "12/04/2031; 19/04/2031; 26/04/2031",
        "12/04/2031, 19/04/2031 et 26/04/2031",
        "12/04/2031 19/04/2031 26/04/2031",
        "12/04/2031\n19/04/2031\n26/04/2031",
        "2031-04-12 | 2031-04-19 | 2031-04-26",
        "12 avril 2031 et 19 avril 2031, 26 avril 2031",
        "Saturday, April 12, 2031; Saturday, April 19, 2031; Saturday, April 26, 2031",
        "Sat, 12 Apr 2031 09:00:00 +0200; Sat, 19 Apr 2031 09:00:00 +0200; Sat, 26 Apr 2031 09:00:00 +0200",
        "12.04.2031 9h; 19-04-2031 9h00; 26/04/2031 à 9 h",
        "12, 19 et 26 avril 2031",
        "samedi 12 avril, samedi 19 avril et samedi 26 avril 2031",
        "12/04, 19/04 et 26/04/2031",
        "12/04/2031 9h-11h; 19/04/2031 de 9h à 11h00; 26/04/2031 09:00 – 11:00",
    ],
)
def test_each_date_is_a_shift_whatever_parts_them(cell: str) -> None:
    reading = read(table(cell))
    assert [s.starts_at for s in reading.one.shifts] == NINE
    assert not reading.one.is_ongoing
    assert {s.ends_at for s in reading.one.shifts} == {start.replace(hour=9) for start in NINE}
    assert reading.codes() == ["association_missing"]


def test_a_month_first_feed_reads_them_month_first() -> None:
    one = read(table("03/04/2031; 03/11/2031"), date_order="mdy").one
    assert [(s.starts_at.month, s.starts_at.day) for s in one.shifts if s.starts_at] == [
        (3, 4),
        (3, 11),
    ]


def test_each_may_have_its_own_hour_and_lasts_as_long_as_the_row_says() -> None:
    one = read(table("12/04/2031 18h30; 19/04/2031", "09:00;;2h")).one
    hours = [(s.starts_at, s.ends_at) for s in one.shifts]
    assert hours == [
        (datetime(2031, 4, 12, 16, 30, tzinfo=UTC), datetime(2031, 4, 12, 18, 30, tzinfo=UTC)),
        (datetime(2031, 4, 19, 7, tzinfo=UTC), datetime(2031, 4, 19, 9, tzinfo=UTC)),
    ]


def test_a_date_that_is_not_understood_is_told_and_costs_no_neighbour() -> None:
    reading = read(table("12/04/2031; bientôt; 26/04/2031"))
    assert [s.starts_at for s in reading.one.shifts] == [NINE[0], NINE[2]]
    problem = reading.problem("date")
    assert (problem.field, problem.value) == ("dates", "bientôt")


def test_no_date_that_is_understood_refuses_the_row_and_is_never_all_year_round() -> None:
    reading = read(table("bientôt"))
    assert reading.items == [] and "dates_lost" in reading.codes()


def test_a_first_date_in_its_own_column_comes_with_them() -> None:
    header = "identifiant;titre;ville;date de début;dates;heure de début\n"
    one = read(header + "1;T;Lyon;12/04/2031;19/04/2031, 26/04/2031;09:00\n").one
    assert [s.starts_at for s in one.shifts] == NINE


@pytest.mark.parametrize(
    "cell",
    ["du 12/04/2031 au 14/04/2031", "12/04/2031 - 14/04/2031", "du 12 au 14 avril 2031", "from 12/04 to 14/04/2031"],
)  # fmt: skip
def test_a_stretch_of_days_is_one_shift_until_its_last_day(cell: str) -> None:
    reading = read(table(cell))
    [shift] = reading.one.shifts
    assert (shift.starts_at, shift.ends_at) == (
        datetime(2031, 4, 12, 7, tzinfo=UTC),
        datetime(2031, 4, 14, 9, tzinfo=UTC),
    )
    assert reading.codes() == ["association_missing"]


def test_stretches_and_single_dates_stand_side_by_side() -> None:
    one = read(table("du 12/04/2031 au 14/04/2031, 20/04/2031; 26/04/2031")).one
    days = [(s.starts_at.day, s.ends_at.day) for s in one.shifts if s.starts_at and s.ends_at]
    assert days == [(12, 14), (20, 20), (26, 26)]


def test_a_night_ends_on_the_next_day() -> None:
    one = read(table("12/04/2031 de 22h à 2h", ";;")).one
    [shift] = one.shifts
    assert (shift.starts_at, shift.ends_at) == (
        datetime(2031, 4, 12, 20, tzinfo=UTC),
        datetime(2031, 4, 13, tzinfo=UTC),
    )


def test_several_dates_in_the_column_of_the_first_are_read_all_the_same() -> None:
    header = "identifiant;titre;ville;date;heure de début\n"
    reading = read(header + '1;T;Lyon;"12/04/2031, 19/04/2031 et 26/04/2031";09:00\n')
    assert [s.starts_at for s in reading.one.shifts] == NINE
    assert reading.codes() == ["association_missing"]


@pytest.mark.parametrize(("column", "cell"), [("jours", "mardi et jeudi"), ("days", "Tuesday"), ("dates", "toute l’année")])  # fmt: skip
def test_days_of_the_week_and_all_year_round_refuse_no_row(column: str, cell: str) -> None:
    reading = read(f"identifiant;titre;ville;{column}\n1;T;Lyon;{cell}\n")
    assert reading.one.is_ongoing
    assert (reading.one.schedule == cell) == (column != "dates")


def test_a_row_that_is_refused_names_the_cell_with_the_lost_dates() -> None:
    assert read(table("bientôt")).problem("dates_lost").field == "dates"


def test_more_than_200_are_cut_and_told() -> None:
    days = "; ".join(f"{1 + n % 28:02}/{1 + n // 28:02}/2031" for n in range(230))
    reading = read(table(days))
    assert (len(reading.one.shifts), "dates_cut" in reading.codes()) == (MOST_SHIFTS, True)


def test_an_hour_with_an_offset_beside_one_without_stops_nothing() -> None:
    header = "identifiant;titre;ville;date de début;heure de fin\n"
    one = read(header + "1;T;Lyon;2031-04-12T09:00:00+02:00;11:00\n").one
    assert [(s.starts_at, s.ends_at) for s in one.shifts] == [(NINE[0], NINE[0].replace(hour=9))]
