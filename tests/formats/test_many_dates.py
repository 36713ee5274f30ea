"""A record of more dates than an offer holds: the next 200 are kept, and what is left out is told, in every format."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.formats.checks import MOST_SHIFTS
from tests.formats.reading import read

FIRST = date(2031, 1, 1)


def days(count: int) -> list[str]:
    return [f"{FIRST + timedelta(days=n)}" for n in range(count)]


def engagement(count: int) -> str:
    shifts = "".join(f"<shift><startAt>{day}T09:00:00Z</startAt></shift>" for day in days(count))
    return (
        "<source><mission><clientId>1</clientId><title>T</title><applicationUrl>https://x.example</applicationUrl>"
        f"<organizationName>A</organizationName><city>Lyon</city><shifts>{shifts}</shifts></mission></source>"
    )


def footprint(count: int) -> str:
    each = "<dateTimeDuration><startDate>{0}</startDate><endDate>{0}</endDate></dateTimeDuration>"
    return (
        '<FootprintFeed schemaVersion="0.1"><FeedInfo><providerID>1</providerID></FeedInfo><VolunteerOpportunities>'
        "<VolunteerOpportunity><volunteerOpportunityID>1</volunteerOpportunityID><title>T</title><dateTimeDurations>"
        f"{''.join(each.format(day) for day in days(count))}</dateTimeDurations></VolunteerOpportunity>"
        "</VolunteerOpportunities></FootprintFeed>"
    )


def calendar(count: int) -> str:
    added = ",".join(f"{day.replace('-', '')}T090000Z" for day in days(count)[1:])
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20310101T000000Z\r\n"
        f"SUMMARY:T\r\nDTSTART:20310101T090000Z\r\nRDATE:{added}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def relais(count: int, more: str = "false") -> str:
    shifts = ",".join(f'{{"starts_at":"{day}T09:00:00Z"}}' for day in days(count))
    return (
        '{"offers":[{"id":1,"url":"https://x.example/1","title":"T","is_ongoing":false,'
        f'"shifts":[{shifts}],"has_more_shifts":{more}}}]}}'
    )


def linked_data(count: int) -> str:
    parts = ",".join(f'{{"@type":"Event","startDate":"{day}T09:00:00Z"}}' for day in days(count))
    return (
        '{"@context":"https://schema.org","@type":"Event","@id":"1","name":"T",'
        f'"startDate":"2031-01-01T09:00:00Z","subEvent":[{parts}]}}'
    )


WRITERS = [engagement, footprint, calendar, relais, linked_data]


@pytest.mark.parametrize("write", WRITERS)
def test_the_next_200_are_kept_and_how_many_there_were_is_told(write: object) -> None:
    reading = read(write(230))  # type: ignore[operator]
    assert len(reading.one.shifts) == MOST_SHIFTS
    assert reading.one.shifts[0].starts_at and reading.one.shifts[0].starts_at.month == 1
    problem = reading.problem("dates_cut")
    assert "230 dates à venir ; les 200 prochaines sont gardées" in problem.sentence_fr
    assert "230 dates ahead; the next 200 are kept" in problem.sentence_en


@pytest.mark.parametrize("write", WRITERS)
def test_200_are_all_kept_and_nothing_is_told(write: object) -> None:
    reading = read(write(MOST_SHIFTS))  # type: ignore[operator]
    assert len(reading.one.shifts) == MOST_SHIFTS
    assert "dates_cut" not in reading.codes()


def test_dates_that_are_over_make_room_for_those_ahead() -> None:
    since = datetime(2031, 3, 1, tzinfo=UTC)
    reading = read(footprint(230), since=since, country="FR", zone="Europe/Paris")
    kept = [shift.ends_at for shift in reading.one.shifts]
    assert all(end is not None and end >= since for end in kept)
    assert (len(kept), "dates_cut" in reading.codes()) == (230 - 59, False)


def test_dates_of_the_past_alone_stay_so_that_the_offer_is_over() -> None:
    reading = read(footprint(230), since=datetime(2035, 1, 1, tzinfo=UTC))
    assert (len(reading.one.shifts), reading.one.is_ongoing) == (MOST_SHIFTS, False)


def test_a_portal_that_says_it_has_more_is_taken_at_its_word() -> None:
    reading = read(relais(3, more="true"))
    assert len(reading.one.shifts) == 3
    assert "plus de dates que les 3 qu’il donne" in reading.problem("dates_elsewhere").sentence_fr
    assert "dates_elsewhere" not in read(relais(3)).codes()
