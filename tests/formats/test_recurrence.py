"""Recurrence rules: which are taken, what dates they mean, and that none makes a computer count for hours."""

from __future__ import annotations

import time as stopwatch
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.formats.dates import Moment
from portal.formats.item import FeedRecurrence
from portal.formats.recurrence import AT_MOST, clean_rule, make_rule, occurrences

PARIS = ZoneInfo("Europe/Paris")
FAR = datetime(2090, 1, 1, tzinfo=UTC)


def rule(
    text: str, starts_at: datetime, minutes: int = 60, zone: str = "Europe/Paris"
) -> FeedRecurrence:
    return FeedRecurrence(text, starts_at, minutes, zone)


def test_eight_in_the_evening_stays_eight_when_clocks_change() -> None:
    weekly = rule("FREQ=WEEKLY;BYDAY=TU", datetime(2026, 10, 6, 18, tzinfo=UTC))
    found = occurrences(
        weekly, datetime(2026, 10, 18, tzinfo=UTC), datetime(2026, 11, 4, tzinfo=UTC)
    )
    assert [start.astimezone(PARIS).time() for start, _ in found] == [time(20)] * 3
    assert [start.hour for start, _ in found] == [18, 19, 19]


def test_an_hour_that_does_not_exist_that_night_moves_on_by_the_jump() -> None:
    nightly = rule("FREQ=DAILY", datetime(2026, 3, 28, 1, 30, tzinfo=UTC))  # 2:30 in Paris
    found = occurrences(
        nightly, datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 3, 30, 12, tzinfo=UTC)
    )
    assert [start.astimezone(PARIS).hour for start, _ in found] == [2, 3, 2]


def test_one_that_has_begun_and_is_not_over_still_counts() -> None:
    weekly = rule("FREQ=WEEKLY", datetime(2026, 1, 5, 9, tzinfo=UTC), minutes=120)
    (first, *_) = occurrences(weekly, datetime(2026, 1, 5, 10, tzinfo=UTC), FAR)
    assert first == (datetime(2026, 1, 5, 9, tzinfo=UTC), datetime(2026, 1, 5, 11, tzinfo=UTC))


def test_there_are_never_more_than_asked_for() -> None:
    daily = rule("FREQ=DAILY", datetime(2026, 1, 5, 9, tzinfo=UTC))
    assert len(occurrences(daily, datetime(2026, 1, 1, tzinfo=UTC), FAR)) == AT_MOST
    assert len(occurrences(daily, datetime(2026, 1, 1, tzinfo=UTC), FAR, at_most=3)) == 3


def test_an_end_inside_the_rule_is_an_end() -> None:
    until = rule("FREQ=WEEKLY;UNTIL=20260119T225959Z", datetime(2026, 1, 5, 9, tzinfo=UTC))
    assert len(occurrences(until, datetime(2026, 1, 1, tzinfo=UTC), FAR)) == 3
    count = rule("FREQ=WEEKLY;COUNT=2", datetime(2026, 1, 5, 9, tzinfo=UTC))
    assert len(occurrences(count, datetime(2026, 1, 1, tzinfo=UTC), FAR)) == 2
    assert occurrences(count, datetime(2026, 1, 14, tzinfo=UTC), FAR) == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("RRULE:FREQ=WEEKLY;INTERVAL=2;", {"FREQ": "WEEKLY", "INTERVAL": "2"}),
        ("freq=monthly; byday=1mo", {"FREQ": "MONTHLY", "BYDAY": "1MO"}),
        ("FREQ=DAILY;BYDAY=MO,FR", {"FREQ": "WEEKLY", "BYDAY": "MO,FR"}),
    ],
)
def test_small_slips_are_forgiven(text: str, parts: dict[str, str]) -> None:
    assert clean_rule(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "", "chaque mardi", "FREQ=SECONDLY", "FREQ=HOURLY", "FREQ=WEEKLY;INTERVAL=0", "FREQ=WEEKLY;INTERVAL=-1",
        "FREQ=WEEKLY;COUNT=99999", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO", "FREQ=WEEKLY;BYDAY=1MO", "FREQ=WEEKLY;FREQ=DAILY", "INTERVAL=2",
        "FREQ=WEEKLY;BYSETPOS=5", "FREQ=MONTHLY;BYDAY=5FR;BYMONTHDAY=1", "FREQ=WEEKLY;COUNT=2;UNTIL=20260101",
        "FREQ=YEARLY;BYYEARDAY=366", "FREQ=WEEKLY;X=Y", "FREQ=WEEKLY\nFREQ=DAILY", "A" * 10_000,
    ],
)  # fmt: skip
def test_a_rule_that_is_none_or_might_never_end_is_not_taken(text: str) -> None:
    assert clean_rule(text) is None
    assert (
        occurrences(
            rule(text, datetime(2026, 1, 1, tzinfo=UTC)), datetime(2026, 1, 1, tzinfo=UTC), FAR
        )
        == []
    )


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31", "FREQ=YEARLY;INTERVAL=999", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=5", "FREQ=MONTHLY;BYDAY=MO;BYMONTHDAY=31;BYMONTH=2,12", "FREQ=DAILY;INTERVAL=999",
    ],
)  # fmt: skip
def test_the_hardest_rules_that_are_taken_are_rolled_out_in_a_moment(text: str) -> None:
    started = stopwatch.process_time()
    occurrences(rule(text, datetime(1990, 2, 1, tzinfo=UTC)), datetime(2026, 1, 1, tzinfo=UTC), FAR)
    assert stopwatch.process_time() - started < 2


_days = st.lists(
    st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1, max_size=4, unique=True
)
_rules = st.one_of(
    st.builds("FREQ=DAILY;INTERVAL={}".format, st.integers(1, 20)),
    st.builds(
        lambda n, d: f"FREQ=WEEKLY;INTERVAL={n};BYDAY={','.join(d)}", st.integers(1, 8), _days
    ),
    st.builds(
        lambda n, d: f"FREQ=MONTHLY;BYDAY={n}{d[0]}", st.sampled_from([1, 2, 3, 4, -1]), _days
    ),
    st.builds("FREQ=MONTHLY;BYMONTHDAY={}".format, st.integers(1, 31)),
)


@settings(deadline=None)
@given(_rules, st.dates(date(2024, 1, 1), date(2026, 6, 1)), st.integers(0, 400))
def test_the_dates_are_those_of_a_plain_reading_of_the_rule(
    text: str, first: date, ahead: int
) -> None:
    begins = datetime.combine(first, time(12), PARIS)
    start, end = (
        datetime(2025, 6, 1, tzinfo=UTC),
        datetime(2025, 6, 1, tzinfo=UTC) + timedelta(days=ahead),
    )
    found = [s for s, _ in occurrences(rule(text, begins.astimezone(UTC)), start, end, 1_000)]
    plain = rrulestr(f"{text};UNTIL=20270101T000000", dtstart=begins.replace(tzinfo=None))
    instants = [d.replace(tzinfo=PARIS).astimezone(UTC) for d in plain]
    assert found == [d for d in instants if start - timedelta(hours=1) < d <= end]


def test_a_rule_without_a_day_cannot_be_dated() -> None:
    parts = clean_rule("FREQ=WEEKLY")
    assert parts is not None
    assert make_rule(parts, None, 60, PARIS, None) is None
    assert make_rule(parts, Moment(date(2026, 1, 5)), 60, PARIS, None) is not None
