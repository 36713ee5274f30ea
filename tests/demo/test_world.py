"""The demo's world: repeatable, rolling with the day, believable, and made of nobody real."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from dateutil.rrule import rrulestr

from portal.demo import DemoWorld, generate
from portal.demo.world import DemoOffer
from portal.themes import SLUGS

DAY = date(2025, 11, 21)
SEASONS = (DAY, date(2026, 2, 28), date(2026, 5, 16), date(2026, 8, 2))
SCENES = Path(__file__).parents[2] / "static" / "img" / "scenes"
TAKING = ("held", "confirmed", "offered", "attended", "absent")


@cache
def world(day: date = DAY) -> DemoWorld:
    return generate(day)


@cache
def offers(day: date = DAY) -> tuple[DemoOffer, ...]:
    return tuple(world(day).offers())


def test_the_same_day_number_and_seed_make_the_same_world() -> None:
    assert tuple(generate(DAY).offers()) == offers()
    assert generate(DAY).associations == world().associations


def test_the_offers_can_be_read_twice() -> None:
    small = generate(DAY, 40)
    assert list(small.offers()) == list(small.offers())


def test_another_seed_makes_another_world() -> None:
    other = list(itertools.islice(generate(DAY, 600, seed=2).offers(), 100))
    assert [offer.description_html for offer in other] != [
        offer.description_html for offer in offers()[:100]
    ]


def test_a_world_of_600_has_600_offers_in_40_towns_and_100_associations() -> None:
    towns = {location.town.split(" ")[0] for offer in offers() for location in offer.locations}
    assert len(offers()) == 600
    assert len(towns) >= 40
    assert len({offer.association for offer in offers()}) >= 100


@pytest.mark.parametrize("size", [1, 12, 40, 150])
def test_a_small_world_has_exactly_the_offers_asked_for(size: int) -> None:
    assert len(list(generate(DAY, size).offers())) == size


@pytest.mark.parametrize("day", SEASONS)
def test_every_theme_and_80_activities_are_there_in_every_season(day: date) -> None:
    assert {offer.themes[0] for offer in offers(day)} == set(SLUGS)
    assert len({offer.activity for offer in offers(day)}) >= 80


@pytest.mark.parametrize("day", SEASONS)
def test_dates_roll_with_the_day(day: date) -> None:
    early = datetime.combine(day, time(), tzinfo=UTC)
    for offer in offers(day):
        ahead = [s for s in offer.shifts if s.starts_at is None or s.starts_at > early]
        assert ahead, offer.title
        assert offer.posted_at < early
        if not offer.rule and not offer.is_ongoing:
            first = min(s.starts_at for s in offer.shifts if s.starts_at)
            assert early < first < early + timedelta(weeks=8)


@pytest.mark.parametrize("offset", range(7))
def test_something_happens_this_weekend_whatever_the_weekday(offset: int) -> None:
    day = DAY + timedelta(days=offset)
    saturday = day + timedelta(days=min((5 - day.weekday()) % 7, 5))
    weekend = {saturday, saturday + timedelta(days=1)} if day.weekday() != 6 else {day}
    dates = Counter(
        shift.starts_at.date() in weekend
        for offer in offers(day)
        for shift in offer.shifts
        if shift.starts_at
    )
    assert dates[True] >= 15


def test_no_association_has_two_offers_of_one_title() -> None:
    pairs = Counter((offer.title, offer.association) for offer in offers())
    assert pairs.most_common(1)[0][1] == 1


def test_a_large_world_has_no_double_titles_either() -> None:
    pairs = Counter((offer.title, offer.association) for offer in generate(DAY, 6000).offers())
    assert len(pairs) == 6000
    names = Counter(association.slug for association in generate(DAY, 6000).associations)
    assert names.most_common(1)[0][1] == 1


def test_every_address_is_under_a_reserved_domain() -> None:
    addresses = [person.email for person in world().people]
    addresses += [association.email for association in world().associations]
    assert all(
        re.fullmatch(r"[a-z0-9.-]+@(example\.org|[a-z0-9-]+\.example)", a) for a in addresses
    )
    assert len(set(addresses)) == len(addresses)


def test_no_text_holds_an_address_a_link_or_a_telephone_number() -> None:
    for offer in offers():
        text = " ".join(str(getattr(offer, field.name)) for field in fields(offer)[3:9])
        assert not re.search(r"@|https?:|www\.|\b0\d( ?\d\d){4}\b", text)


def test_no_text_is_unfinished() -> None:
    for offer in offers():
        text = f"{offer.title} {offer.summary} {offer.description_html} {offer.welcome} {offer.schedule}"
        assert not re.search(r"[{}@]|lorem|\bTODO\b| \.|\.\.[^.]", text, re.IGNORECASE), text
        assert 1 <= offer.description_html.count(". ") + 1 <= 8
        assert offer.summary


def test_french_is_printed_with_its_own_apostrophes_and_spaces() -> None:
    for offer in offers():
        if offer.language == "fr":
            text = offer.title + offer.description_html + offer.welcome + offer.bring
            assert "'" not in text
            assert not re.search(r" [;:!?»]", text), text


def test_descriptions_vary_between_offers_of_one_activity() -> None:
    texts = Counter(offer.description_html for offer in offers())
    assert len(texts) >= 560


def test_a_description_is_simple_html() -> None:
    class Tags(HTMLParser):
        seen: set[str] = set()

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert not attrs
            self.seen.add(tag)

    reader = Tags()
    for offer in offers():
        reader.feed(offer.description_html)
    assert reader.seen == {"p"}


def test_the_mix_is_the_one_that_was_asked_for() -> None:
    share = len(offers()) / 100
    assert 2 <= sum(offer.language == "en" for offer in offers()) / share <= 8
    assert 14 <= sum(offer.remote != "no" for offer in offers()) / share <= 26
    assert all(bool(offer.locations) == (offer.remote != "full") for offer in offers())
    assert sum(offer.is_ongoing for offer in offers()) / share >= 10
    assert sum(offer.rule is not None for offer in offers()) / share >= 20
    assert sum(offer.capacity is None for offer in offers()) / share >= 8
    assert {1, 40} <= {offer.capacity for offer in offers()}
    assert sum(offer.minimum_age is not None for offer in offers()) / share >= 15
    assert sum(offer.is_accessible for offer in offers()) / share >= 20


def test_a_rule_gives_the_very_shifts_that_are_rolled_out() -> None:
    for offer in offers():
        if offer.rule and offer.zone == "Indian/Reunion":  # where the clocks never change
            rolled = [s.starts_at for s in offer.shifts]
            until = rolled[-1]
            assert until is not None
            rule = rrulestr(offer.rule.rrule, dtstart=offer.rule.starts_at)
            assert rule.between(offer.rule.starts_at, until, inc=True) == rolled


def test_no_shift_is_overfull_and_only_full_ones_have_a_line() -> None:
    for offer in offers():
        for number, shift in enumerate(offer.shifts):
            here = [signup for signup in offer.signups if signup.shift == number]
            taken = sum(signup.party for signup in here if signup.state in TAKING)
            assert shift.capacity is None or taken <= shift.capacity
            if any(signup.state == "waitlisted" for signup in here):
                assert taken == shift.capacity
            assert len({signup.person for signup in here}) == len(here)


def test_some_shifts_are_nearly_full_and_some_have_a_line() -> None:
    left = Counter[int]()
    for offer in offers():
        taken = sum(s.party for s in offer.signups if s.state in TAKING and s.shift == 0)
        if offer.capacity is not None and not offer.rule:
            left[offer.capacity - taken] += 1
    assert left[0] >= 10
    assert left[1] + left[2] + left[3] >= 30
    assert sum(any(s.state == "waitlisted" for s in offer.signups) for offer in offers()) >= 15


def test_nothing_was_done_after_the_demo_was_loaded_or_after_its_shift() -> None:
    now = datetime.combine(DAY, time(4), tzinfo=UTC)
    for offer in offers():
        assert all(like.made_at <= now for like in offer.likes)
        for signup in offer.signups:
            starts_at = offer.shifts[signup.shift].starts_at
            assert signup.made_at <= now
            assert starts_at is None or signup.made_at <= starts_at


def test_the_cast_is_there_and_has_something_to_see() -> None:
    volunteer, coordinator = world().who("volunteer"), world().who("coordinator")
    states = {s.state for offer in offers() for s in offer.signups if s.person == volunteer.number}
    assert {"confirmed", "waitlisted", "attended"} <= states
    home = next(
        a for a in world().associations if coordinator.number in {m.person for m in a.members}
    )
    today = [
        offer
        for offer in offers()
        if offer.association == home.number
        and any(s.starts_at and s.starts_at.date() == DAY for s in offer.shifts)
    ]
    assert today[0].signups
    assert {"draft", "paused", "live"} <= {
        o.state for o in offers() if o.association == home.number
    }
    assert world().who("moderator").email != world().who("helper").email


def test_moderators_have_something_to_answer() -> None:
    assert sum(offer.state == "pending" for offer in offers()) >= 5
    assert sum(len(offer.flags) for offer in offers()) >= 2


def test_every_scene_is_drawn() -> None:
    missing = {offer.scene for offer in offers()} - {path.stem for path in SCENES.glob("*.svg")}
    assert not missing
