"""A whole demo from a day, a number and a seed: associations, people, and offers made one by one.

The same arguments give the same world, down to each like. A number of 600 makes the demo that `make run` shows; 100,000
makes a data set for benchmarks, with more towns, more associations and more people, in about a minute.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from portal.demo import crowd, showcase, timetable, wording
from portal.demo.activities import Activity, activities_of, all_activities, typeset
from portal.demo.associations import make_associations
from portal.demo.crowd import Guest
from portal.demo.dice import Dice
from portal.demo.people import make_people
from portal.demo.showcase import VOLUNTEER, Placement
from portal.demo.timetable import Timetable
from portal.demo.towns import all_towns
from portal.demo.world import DemoAssociation, DemoOffer, DemoWorld

HAND_WRITTEN = 110  # rows of texts/associations.csv
PER_ASSOCIATION = 30  # in a large data set
PEOPLE = 160


@dataclass(slots=True)
class _Making:
    """What must be remembered from one offer to the next; the offers themselves are not."""

    today: date
    seed: int
    people: int
    associations: tuple[DemoAssociation, ...]
    titles: list[set[str]] = field(default_factory=list)
    uses: Counter[str] = field(default_factory=Counter)
    told: set[int] = field(default_factory=set)


def generate(today: date, offers: int = 600, seed: int = 1) -> DemoWorld:
    """The demo as it looks when it is loaded `today`. Nothing is made until `offers()` is read."""
    count = max(12, min(HAND_WRITTEN, offers // 3), offers // PER_ASSOCIATION)
    people = make_people(seed, max(PEOPLE, offers // 8))
    associations = make_associations(seed, today, count, len(people))

    def make_offers() -> Iterator[DemoOffer]:
        return _offers(today, offers, seed, len(people), associations)

    return DemoWorld(today, seed, offers, people, associations, make_offers)


def _offers(
    today: date, size: int, seed: int, people: int, associations: tuple[DemoAssociation, ...]
) -> Iterator[DemoOffer]:
    making = _Making(today, seed, people, associations, [set() for _ in associations])
    by_name = {association.name: association for association in associations}
    placed = showcase.placements(today)[:size]
    for number, placement in enumerate(placed):
        yield _placed(making, number, by_name[placement.association], placement)
    number = len(placed)
    for association, share in zip(associations, _shares(associations, size - number), strict=True):
        for _ in range(share):
            yield _drawn(making, number, association)
            number += 1


def _shares(associations: tuple[DemoAssociation, ...], size: int) -> list[int]:
    """How many offers each association posts: more where more happens, and `size` in all."""
    weights = [3 + all_towns()[a.town_code].weight + (a.number * 7) % 5 for a in associations]
    total, given, shares = sum(weights), 0, []
    reached = 0
    for weight in weights:
        reached += weight
        shares.append(size * reached // total - given)
        given += shares[-1]
    return shares


def _placed(
    making: _Making, number: int, association: DemoAssociation, placement: Placement
) -> DemoOffer:
    dice = Dice(making.seed, "placed", number)
    activity = next(a for a in all_activities() if a.slug == placement.activity)
    offer = _offer(
        dice,
        making,
        number,
        association,
        activity,
        placement.language,
        placement.timetable(dice, making.today),
        placement.capacity,
    )
    title = typeset(placement.title)
    making.titles[association.number].discard(offer.title)
    making.titles[association.number].add(title)
    offer = replace(offer, title=title, state=placement.state)
    likes = crowd.make_likes(
        dice,
        making.people,
        placement.likes,
        offer.posted_at,
        making.today,
        *([VOLUNTEER] if placement.is_liked else []),
    )
    signups = crowd.make_signups(
        dice,
        making.people,
        offer.shifts,
        placement.filling,
        offer.posted_at,
        making.today,
        _guests(placement, offer, making.today),
    )
    days = crowd.make_days(dice, offer.posted_at, making.today) if offer.state == "live" else ()
    shares = (crowd.make_share(dice, VOLUNTEER, making.today),) if placement.is_shared else ()
    return replace(offer, likes=likes, signups=signups, days=days, shares=shares)


def _guests(placement: Placement, offer: DemoOffer, today: date) -> tuple[Guest, ...]:
    early = datetime.combine(today, time(4), tzinfo=UTC)
    past = [n for n, s in enumerate(offer.shifts) if s.starts_at and s.starts_at < early]
    guests = []
    if placement.was and past:
        guests.append(Guest(VOLUNTEER, past[-1], placement.was))
    if placement.guest:
        guests.append(Guest(VOLUNTEER, len(past), placement.guest))
    return tuple(guests)


def _drawn(making: _Making, number: int, association: DemoAssociation) -> DemoOffer:
    dice = Dice(making.seed, "offer", number)
    activity = _activity(dice, making, association)
    language = "en" if activity.english and dice.chance(40) else "fr"
    fewest, most = activity.places
    capacity = None if most == 0 or dice.chance(7) else dice.between(fewest, most)
    town = all_towns()[association.town_code]
    when = dice.pick(activity.when)
    dates = timetable.make_timetable(
        dice, making.today, when, activity.hours, activity.months, town.zone, capacity, language
    )
    offer = _offer(dice, making, number, association, activity, language, dates, capacity)
    offer = replace(offer, state=_state(dice, association))
    if offer.state not in ("live", "paused"):
        return offer
    likes = min(crowd.like_count(dice), making.people // 2)
    filling = crowd.a_filling(dice, capacity)
    flagged = offer.state == "live" and number % 150 == 77
    return replace(
        offer,
        likes=crowd.make_likes(dice, making.people, likes, offer.posted_at, making.today),
        signups=crowd.make_signups(
            dice, making.people, offer.shifts, filling, offer.posted_at, making.today
        ),
        flags=(crowd.make_flag(dice, making.people, making.today),) if flagged else (),
    )


def _offer(
    dice: Dice,
    making: _Making,
    number: int,
    association: DemoAssociation,
    activity: Activity,
    language: str,
    dates: Timetable,
    capacity: int | None,
) -> DemoOffer:
    town = all_towns()[association.town_code]
    text = wording.write(
        dice, activity, town, language, dates.clock, making.titles[association.number], making.told
    )
    making.uses[activity.slug] += 1
    days = dice.between(24, 160) if dates.rule else dice.between(1, 45)
    posted = datetime.combine(making.today - timedelta(days=days), time(7), tzinfo=UTC)
    return DemoOffer(
        number=number,
        association=association.number,
        activity=activity.slug,
        title=text.title,
        summary=text.summary,
        description_html=text.description_html,
        bring=text.bring,
        welcome=text.welcome,
        schedule=dates.schedule,
        language=text.language,
        themes=activity.themes,
        tags=activity.tags,
        audiences=("familles",) if "enfants" in activity.tags and not activity.minimum_age else (),
        skills=", ".join(activity.skills),
        scene=activity.scene,
        remote=_remote(dice, activity),
        locations=() if activity.remote == "full" else (town.spot(dice),),
        zone=town.zone,
        is_ongoing=dates.is_ongoing,
        rule=dates.rule,
        shifts=dates.shifts,
        capacity=capacity,
        hours_per_week=dates.hours_per_week,
        minimum_age=activity.minimum_age,
        is_accessible=activity.is_accessible and dice.chance(85),
        near_transport=activity.remote != "full" and dice.chance(40 + 8 * min(town.weight, 5)),
        state="live",
        posted_at=posted + timedelta(minutes=dice.below(600)),
    )


def _activity(dice: Dice, making: _Making, association: DemoAssociation) -> Activity:
    """Something this association does, rather what it and the others have offered least, and not out of season."""
    themes = association.themes
    theme = themes[0] if dice.chance(62) else dice.pick(themes)
    coast = all_towns()[association.town_code].is_on_the_coast
    soon = {making.today.month, (making.today + timedelta(days=40)).month}
    fit = [
        activity
        for activity in activities_of(theme)
        if (coast or not activity.needs_coast)
        and (not activity.months or soon & set(activity.months))
    ]
    least = min(making.uses[activity.slug] for activity in fit)
    return dice.weighted(fit, [1 / (1 + making.uses[a.slug] - least) ** 2 for a in fit])


def _remote(dice: Dice, activity: Activity) -> str:
    """Some work that is done in a room can also be done from home."""
    if activity.remote == "no" and activity.theme in ("skills", "digital", "education"):
        return "possible" if dice.chance(22) else "no"
    return activity.remote


def _state(dice: Dice, association: DemoAssociation) -> str:
    """What a new association posts waits for a moderator; here and there an offer is a draft, paused or closed."""
    if association.is_pending:
        return "pending"
    if not association.is_verified:
        return "pending" if dice.chance(45) else "live"
    mood = dice.below(300)
    return {0: "draft", 1: "paused", 2: "paused", 3: "closed"}.get(mood, "live")
