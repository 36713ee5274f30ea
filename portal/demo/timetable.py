"""When the offers happen: a "pattern slot" pair becomes dates around a given day, a rule, and words for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.demo.dice import Dice
from portal.demo.world import DemoRule, DemoShift

WINDOW = 56  # dated offers happen within 8 weeks
AHEAD = 182  # a rule is rolled out 26 weeks ahead
BEHIND = 21  # and a weekly offer has already been going on
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FRENCH_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
ENGLISH_DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
FRENCH_RANKS = ("premier", "deuxième", "troisième")
# slot -> (weekdays, minutes after midnight at which it may start)
SLOTS: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "morning": ((0, 1, 2, 3, 4), (540, 555, 570, 600)),
    "afternoon": ((0, 1, 2, 3, 4), (810, 840, 870, 900)),
    "weekday": ((0, 1, 2, 3, 4), (540, 570, 600, 840)),
    "evening": ((0, 1, 2, 3, 4), (1050, 1080, 1110, 1140)),
    "night": ((1, 3, 4, 5), (1170, 1200, 1230)),
    "weekend": ((5, 6), (540, 570, 600, 840, 870)),
    "wednesday": ((2,), (600, 840, 870, 900)),
    "any": ((0, 1, 2, 3, 4, 5, 6), (540, 600, 840, 1080)),
}
ONGOING = {
    "fr": (
        "Quand vous voulez, environ {hours} par semaine",
        "À votre rythme, comptez {hours} par semaine",
        "Sur rendez-vous, selon vos disponibilités",
        "Toute l’année, {hours} par semaine",
        "Les jours qui vous arrangent, {hours} par semaine",
    ),
    "en": ("Whenever you like, about {hours} a week", "By appointment, {hours} a week"),
}


@dataclass(frozen=True, slots=True)
class Timetable:
    """When one offer happens. `schedule` says a rule or an ongoing offer in words; dates speak for themselves."""

    shifts: tuple[DemoShift, ...]
    rule: DemoRule | None = None
    is_ongoing: bool = False
    schedule: str = ""
    hours_per_week: float | None = None
    clock: Clock | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """On which weekdays (0 is Monday) and at which minute of the day an offer starts, by the clock of the place."""

    weekdays: frozenset[int]
    start: int


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when, by the clock of the place."""

    start: int  # minutes after midnight
    minutes: int
    zone: str

    def shift(self, day: date, capacity: int | None, *, is_from_rule: bool = False) -> DemoShift:
        """These hours on that day, in UTC."""
        begin = self.begin(day)
        end = begin + timedelta(minutes=self.minutes)
        return DemoShift(begin, end, capacity, is_from_rule)

    def on(self, *days: date) -> Clock:
        """What may be said of these hours on these days."""
        return Clock(frozenset(day.weekday() for day in days), self.start)

    def begin(self, day: date) -> datetime:
        """The instant they begin on that day, in UTC: 18:00 stays 18:00 when the clocks change."""
        at = time(self.start // 60, self.start % 60)
        return datetime.combine(day, at, tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def in_words(self, language: str) -> str:
        """ "18 h – 19 h 30", or "18:00–19:30"."""
        end = self.start + self.minutes
        if language == "en":
            return f"{_digits(self.start)}–{_digits(end)}"
        return f"{_french(self.start)} – {_french(end)}"


def make_timetable(
    dice: Dice,
    today: date,
    when: tuple[str, str],
    hours: tuple[int, int],
    months: tuple[int, ...],
    zone: str,
    capacity: int | None,
    language: str,
) -> Timetable:
    """Dates for one offer, after `today`, in the months that suit it."""
    pattern, slot = when
    half_hours = dice.between(hours[0] * 2, hours[1] * 2)
    if pattern == "ongoing":
        return ongoing(dice, max(1, half_hours // 2), capacity, language)
    weekdays, starts = SLOTS[slot]
    span = Hours(dice.pick(starts), half_hours * 30, zone)
    if pattern in ("once", "several"):
        day = _a_day(dice, today, weekdays, months)
        if pattern == "once":
            return Timetable((span.shift(day, capacity),), clock=span.on(day))
        return several(dice, span, day, capacity)
    weekday = dice.pick(weekdays)
    if pattern == "monthly":
        return monthly(dice, today, span, weekday, capacity, language)
    return weekly(
        today, span, weekday, capacity, language, 2 if pattern == "fortnight" else 1, months
    )


def ongoing(dice: Dice, hours: int, capacity: int | None, language: str) -> Timetable:
    """No date: one undated shift, and a sentence."""
    words = ("une heure" if hours == 1 else f"{hours} heures") if language == "fr" else f"{hours} h"
    schedule = dice.pick(ONGOING[language]).format(hours=words)
    return Timetable((DemoShift(None, None, capacity),), None, True, schedule, float(hours))


def several(dice: Dice, span: Hours, day: date, capacity: int | None) -> Timetable:
    """The same work in two or three bands of one day, or on two to four days."""
    if span.start < 15 * 60 and span.minutes <= 180 and dice.chance(55):
        bands = [Hours(540 + n * (span.minutes + 30), span.minutes, span.zone) for n in range(3)]
        shifts = tuple(b.shift(day, capacity) for b in bands if b.start < 18 * 60)
        return Timetable(shifts, clock=bands[0].on(day))
    step = 1 if day.weekday() == 5 else 7
    days = [day + timedelta(days=step * n) for n in range(2 if step == 1 else dice.between(2, 4))]
    return Timetable(tuple(span.shift(each, capacity) for each in days), clock=span.on(*days))


def weekly(
    today: date,
    span: Hours,
    weekday: int,
    capacity: int | None,
    language: str,
    interval: int = 1,
    months: tuple[int, ...] = (),
) -> Timetable:
    """Every week, or every other, on one weekday: three weeks behind, twenty-six ahead."""
    first = today - timedelta(days=BEHIND)
    first += timedelta(days=(weekday - first.weekday()) % 7)
    days = [first + timedelta(days=n) for n in range(0, BEHIND + AHEAD, 7 * interval)]
    until = ""
    if months:
        days = [day for day in days if day.month in months and (day - first).days < 120] or days[:6]
        until = f";COUNT={len(days)}"
    every = f";INTERVAL={interval}" if interval > 1 else ""
    rule = DemoRule(
        f"FREQ=WEEKLY{every};BYDAY={DAYS[weekday]}{until}", span.begin(days[0]), span.minutes
    )
    return Timetable(
        tuple(span.shift(day, capacity, is_from_rule=True) for day in days),
        rule,
        schedule=_weekly_words(weekday, interval, span, language),
        hours_per_week=span.minutes / 60 / interval,
        clock=span.on(days[0]),
    )


def monthly(
    dice: Dice, today: date, span: Hours, weekday: int, capacity: int | None, language: str
) -> Timetable:
    """The first, second or third such weekday of each month, for six months."""
    rank = dice.below(3)
    first = today.replace(day=1)
    days = []
    for ahead in range(7):
        month = date(
            first.year + (first.month + ahead - 1) // 12, (first.month + ahead - 1) % 12 + 1, 1
        )
        days.append(month + timedelta(days=(weekday - month.weekday()) % 7 + 7 * rank))
    days = [day for day in days if day <= today + timedelta(days=AHEAD)]
    rule = DemoRule(
        f"FREQ=MONTHLY;BYDAY={rank + 1}{DAYS[weekday]}", span.begin(days[0]), span.minutes
    )
    words = (
        f"Le {FRENCH_RANKS[rank]} {FRENCH_DAYS[weekday]} du mois, {span.in_words('fr')}"
        if language == "fr"
        else f"Once a month, on {ENGLISH_DAYS[weekday]}, {span.in_words('en')}"
    )
    shifts = tuple(span.shift(day, capacity, is_from_rule=True) for day in days)
    return Timetable(shifts, rule, schedule=words, clock=span.on(days[0]))


def _a_day(dice: Dice, today: date, weekdays: tuple[int, ...], months: tuple[int, ...]) -> date:
    days = [today + timedelta(days=n) for n in range(1, WINDOW)]
    fit = [day for day in days if day.weekday() in weekdays]
    fit = [day for day in fit if not months or day.month in months] or fit
    # One in three happens within the week: a demo whose every date is far away looks empty.
    return dice.pick(fit[: max(1, len(weekdays))]) if dice.chance(34) else dice.pick(fit)


def _weekly_words(weekday: int, interval: int, span: Hours, language: str) -> str:
    if language == "en":
        every = (
            ENGLISH_DAYS[weekday] if interval == 1 else f"Every other week, {ENGLISH_DAYS[weekday]}"
        )
        return f"{every}, {span.in_words('en')}"
    every = f"Le {FRENCH_DAYS[weekday]}" if interval == 1 else f"Un {FRENCH_DAYS[weekday]} sur deux"
    return f"{every}, {span.in_words('fr')}"


def _french(minutes: int) -> str:
    hour, rest = divmod(minutes % 1440, 60)
    return f"{hour}\u00a0h\u00a0{rest:02d}" if rest else f"{hour}\u00a0h"


def _digits(minutes: int) -> str:
    return f"{minutes % 1440 // 60:02d}:{minutes % 60:02d}"
