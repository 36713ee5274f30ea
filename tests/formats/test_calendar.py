"""iCalendar: one offer for each series, its rule, its exceptions, and what is cancelled."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portal.formats import FormatError, Severity
from tests.formats.reading import Reading, read, read_sample

EVENT = (
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:T\r\n{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture(scope="module")
def good() -> Reading:
    return read_sample("calendar_good.ics")


@pytest.fixture(scope="module")
def odd() -> Reading:
    return read_sample("calendar_odd.ics")


def test_a_good_calendar_is_read_without_a_remark(good: Reading) -> None:
    assert good.ids == ["atelier-1@velo.example", "fete@velo.example", "permanence@velo.example"]
    assert good.problems == []


def test_a_series_is_one_offer_without_the_dates_taken_away_and_with_the_date_moved(
    good: Reading,
) -> None:
    item = good.item("atelier-1@velo.example")
    assert [f"{s.starts_at:%m-%d %H:%M}" for s in item.shifts] == [
        "06-02 16:30", "06-09 16:30", "06-24 17:00", "06-30 16:30", "07-07 16:30",
    ]  # fmt: skip


def test_a_plain_rule_stays_a_rule(good: Reading) -> None:
    (shift,) = good.item("permanence@velo.example").shifts
    assert shift.recurrence is not None
    assert (shift.recurrence.rrule, shift.recurrence.minutes) == ("FREQ=WEEKLY;BYDAY=MO", 120)


def test_days_end_before_the_day_that_is_named_as_their_end(good: Reading) -> None:
    (shift,) = good.item("fete@velo.example").shifts
    assert (shift.starts_at, shift.ends_at) == (
        datetime(2026, 7, 3, 22, tzinfo=UTC), datetime(2026, 7, 5, 21, 59, tzinfo=UTC),
    )  # fmt: skip
    assert shift.is_all_day


def test_texts_are_unfolded_and_what_was_escaped_is_itself_again(good: Reading) -> None:
    item = good.item("atelier-1@velo.example")
    assert item.description == "<p>On démonte, on graisse.<br>Outils fournis; venez en tenue salissante.</p>"  # fmt: skip
    assert (item.locations[0].street, item.locations[0].city) == ("12 rue des Lilas", "Lyon")
    assert (item.locations[0].lat, item.locations[0].lon) == (45.7458, 4.8424)


def test_what_is_cancelled_or_private_is_no_offer(odd: Reading) -> None:
    assert odd.ids == ["serie", "zone"]
    assert (odd.codes("annule"), odd.codes("prive")) == (["cancelled"], ["private_event"])


def test_a_cancelled_date_leaves_the_others(odd: Reading) -> None:
    assert [f"{s.starts_at:%m-%d}" for s in odd.item("serie").shifts] == ["06-01", "06-15"]
    assert "cancelled_date" in odd.codes("serie")


def test_a_series_whose_dates_are_all_cancelled_is_no_offer_and_hides_none() -> None:
    gone = "DTSTART:20310601T080000Z\r\nRRULE:FREQ=DAILY;COUNT=2\r\nEND:VEVENT\r\n"
    for day in ("01", "02"):
        gone += (
            f"BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID:203106{day}T080000Z\r\nSTATUS:CANCELLED\r\n"
        )
        gone += f"DTSTART:203106{day}T080000Z" + ("\r\nEND:VEVENT\r\n" if day == "01" else "")
    found = read(EVENT.format(gone))
    assert (found.ids, "cancelled" in found.codes()) == ([], True)
    assert not [p for p in found.problems if p.hides_offers or p.severity is Severity.REFUSED]


def test_what_is_odd_is_repaired_and_told(odd: Reading) -> None:
    assert set(odd.codes("zone")) == {
        "calendar_line", "latitude_longitude_swapped", "zone", "dates_reversed", "recurrence", "association_missing",
    }  # fmt: skip


def test_at_most_200_dates_and_one_year_are_listed() -> None:
    rule = "DTSTART:20200101T080000Z\r\nRRULE:FREQ={}\r\nEXDATE:20200102T080000Z"
    reading = read(EVENT.format(rule.format("DAILY")))
    assert (len(reading.one.shifts), "dates_cut" in reading.codes()) == (200, True)
    weekly = read(
        EVENT.format(rule.format("WEEKLY")), since=datetime(2026, 1, 1, tzinfo=UTC)
    ).one.shifts
    assert 50 <= len(weekly) <= 54
    assert weekly[0].starts_at is not None and weekly[0].starts_at.year == 2026


def test_a_date_of_a_series_that_the_file_does_not_hold_is_an_offer() -> None:
    lone = "RECURRENCE-ID:20260601T080000Z\r\nDTSTART:20260601T090000Z"
    assert len(read(EVENT.format(lone)).one.shifts) == 1


def test_a_bad_event_costs_itself_and_no_neighbour() -> None:
    bad = read_sample("calendar_bad.ics")
    assert bad.ids == ["bon-1", "bon-2"]
    refused = [
        (p.external_id, p.code, p.line) for p in bad.problems if p.severity is Severity.REFUSED
    ]
    assert refused == [
        ("jamais-fini", "not_closed", 8), (None, "id_missing", 12),
        ("mal-ouvert", "not_opened", 16), ("sans-date", "dates_lost", 21),
    ]  # fmt: skip


def test_control_a_plain_calendar_reader_gives_up_on_the_file() -> None:
    from icalendar import Calendar

    from tests.formats.reading import SAMPLES

    with pytest.raises(ValueError):
        Calendar.from_ical((SAMPLES / "calendar_bad.ics").read_bytes())


def test_a_calendar_that_stops_before_its_end_says_so() -> None:
    whole = EVENT.format("DTSTART:20260601T080000Z")
    assert "truncated" not in read(whole).codes()
    assert "truncated" in read(whole.removesuffix("END:VCALENDAR\r\n")).codes()


def test_a_web_page_in_its_place_is_refused() -> None:
    with pytest.raises(FormatError) as caught:
        read("<html>503</html>", "calendar")
    assert caught.value.code == "html_page"


def test_a_zone_that_lost_its_end_does_not_take_the_events_behind_it() -> None:
    calendar = EVENT.format("DTSTART:20270404T090000Z").replace(
        "BEGIN:VEVENT", "BEGIN:VTIMEZONE\r\nTZID:Ici\r\nBEGIN:VEVENT", 1
    )
    assert read(calendar).ids == ["1"]


def test_lines_that_end_twice_and_fold_after_their_name_are_read() -> None:
    """As an old calendar program of Mozilla's wrote them, sent through one more conversion of line ends."""
    written = EVENT.format("DTSTART\r\n :20270404T090000Z").replace("UID:1", "UID\r\n :1")
    written = written.replace("BEGIN:VEVENT", "VERSION\r\n :2.0\r\nBEGIN:VEVENT", 1)
    reading = read(written.replace("\r\n", "\r\r\n"))
    assert reading.ids == ["1"] and reading.codes(severity=Severity.REFUSED) == []


def calendar(*lines: str, head: tuple[str, ...] = ()) -> Reading:
    """A calendar of one event."""
    event = ("BEGIN:VEVENT", "UID:1", "SUMMARY:T", *lines, "END:VEVENT")
    whole = ("BEGIN:VCALENDAR", *head, *event, "END:VCALENDAR", "")
    return read("\r\n".join(whole).encode(), "calendar")


def test_who_organises_an_event_is_most_often_a_person_and_is_told_nowhere() -> None:
    found = calendar(
        "DTSTART:20260602T180000", "ORGANIZER;CN=Zoe Canari:mailto:zoe.canari@example.org"
    )
    assert found.item("1").association is None
    assert "anari" not in repr(found.items) + repr(found.problems)


@pytest.mark.parametrize(
    ("name", "association"),
    [("Les Jardins", "Les Jardins"), ("zoe.canari@example.org", None), ("", None)],
)
def test_the_name_of_a_calendar_stands_for_the_association_unless_it_is_an_address(
    name: str, association: str | None
) -> None:
    found = calendar("DTSTART:20260602T180000", head=(f"X-WR-CALNAME:{name}",)).item("1")
    assert (found.association.name if found.association else None) == association


def test_an_hour_without_a_zone_is_that_of_the_calendar() -> None:
    here = calendar("DTSTART:20260602T180000").item("1").shifts[0]
    there = calendar("DTSTART:20260602T180000", head=("X-WR-TIMEZONE:America/Martinique",))
    assert here.starts_at == datetime(2026, 6, 2, 16, tzinfo=UTC)
    assert there.item("1").shifts[0].starts_at == datetime(2026, 6, 2, 22, tzinfo=UTC)


def test_days_added_or_taken_away_alone_are_at_the_hour_of_the_series() -> None:
    shifts = calendar(
        "DTSTART;TZID=America/Guadeloupe:20260303T180000",
        "RRULE:FREQ=WEEKLY;COUNT=3",
        "RDATE;VALUE=DATE:20260310,20260312",
        "EXDATE;VALUE=DATE:20260317",
    )
    starts = [f"{s.starts_at:%m-%d %H:%M}" for s in shifts.item("1").shifts]
    assert starts == ["03-03 22:00", "03-10 22:00", "03-12 22:00"]
