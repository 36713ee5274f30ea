"""A partner's offers on a given day: the same ids and words every day, dates that move on only when they have passed.

Dated offers come back every eight weeks, each in its own week. From one day to the next a feed therefore differs by one
or two offers, as real feeds do: a run says "2 updated, 64 unchanged", and nobody's signup loses its date overnight.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b

from portal.demo import wording
from portal.demo.activities import Activity, activities_of
from portal.demo.dice import Dice
from portal.demo.feeds.partners import Partner, PartnerAssociation, associations_of
from portal.demo.timetable import SLOTS, Clock
from portal.demo.wording import Text
from portal.demo.world import DemoLocation

MONDAY = date(2024, 1, 1)
CYCLE = 8  # weeks between two editions of a dated offer
SCHOOL_YEAR = 44  # weeks that a weekly offer goes on


@dataclass(frozen=True, slots=True)
class RollingOffer:
    """One offer of a feed. `pattern` is once, weekly or ongoing; minutes are after midnight, by the place's clock."""

    number: int
    key: str
    association: PartnerAssociation
    activity: Activity
    text: Text
    location: DemoLocation | None
    pattern: str
    weekday: int
    first_on: date
    last_on: date
    start: int
    minutes: int
    capacity: int | None
    posted_on: date

    @property
    def zone(self) -> str:
        """The time zone of its association's town."""
        return self.association.town.zone


def rolling_offers(partner: Partner, today: date) -> list[RollingOffer]:
    """The partner's offers as its feed has them `today`."""
    titles: dict[int, set[str]] = {}
    told: set[int] = set()
    uses: Counter[str] = Counter()
    made = []
    for number in range(1, partner.offers + 1):
        dice = Dice("feed", partner.name, number)
        association = dice.pick(associations_of(partner.name))
        activity = _activity(dice, association, uses)
        pattern, slot = dice.pick(activity.when)
        pattern = {"several": "once", "monthly": "once", "fortnight": "weekly"}.get(
            pattern, pattern
        )
        weekdays, starts = SLOTS[slot]
        weekday, start = dice.pick(weekdays), dice.pick(starts)
        clock = None if pattern == "ongoing" else Clock(frozenset({weekday}), start)
        language = "en" if activity.english and dice.chance(partner.english * 2) else "fr"
        taken = titles.setdefault(association.number, set())
        text = wording.write(dice, activity, association.town, language, clock, taken, told)
        first, last = _dates(pattern, weekday, dice.below(CYCLE), today)
        fewest, most = activity.places
        made.append(
            RollingOffer(
                number=number,
                key=blake2b(f"{partner.name}/{number}".encode(), digest_size=12).hexdigest(),
                association=association,
                activity=activity,
                text=text,
                location=None if activity.remote == "full" else association.town.spot(dice),
                pattern=pattern,
                weekday=weekday,
                first_on=first,
                last_on=last,
                start=start,
                # A long night ends before midnight: a spreadsheet has no hour 25.
                minutes=min(
                    dice.between(activity.hours[0] * 2, activity.hours[1] * 2) * 30, 1410 - start
                ),
                capacity=dice.between(fewest, most) if most else None,
                posted_on=first - timedelta(days=dice.between(CYCLE * 7, CYCLE * 7 + 20)),
            )
        )
    return made


def _dates(pattern: str, weekday: int, phase: int, today: date) -> tuple[date, date]:
    """First and last day. Everything hangs on fixed Mondays: what is written today is written tomorrow too."""
    if pattern == "once":
        day = MONDAY + timedelta(weeks=phase, days=weekday)
        rounds = max(0, -((day - today).days // (7 * CYCLE)))
        day += timedelta(weeks=CYCLE * rounds)
        return day, day
    # A year of weekly offers begins in its own week and never ends within sight.
    year = MONDAY + timedelta(weeks=phase, days=weekday)
    year += timedelta(weeks=26 * max(0, (today - year).days // (7 * 26)))
    return year, year + timedelta(weeks=SCHOOL_YEAR)


def _activity(dice: Dice, association: PartnerAssociation, uses: Counter[str]) -> Activity:
    theme = association.themes[0] if dice.chance(65) else dice.pick(association.themes)
    fit = [
        activity
        for activity in activities_of(theme)
        if not activity.months and (association.town.is_on_the_coast or not activity.needs_coast)
    ]
    least = min(uses[activity.slug] for activity in fit)
    chosen = dice.weighted(fit, [1 / (1 + uses[each.slug] - least) ** 2 for each in fit])
    uses[chosen.slug] += 1
    return chosen
