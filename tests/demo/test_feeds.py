"""The demo's partner feeds: read by the real formats, whole but for the faults that were put in on purpose."""

from __future__ import annotations

import io
from collections import Counter
from datetime import date, timedelta

import pytest

from portal import formats
from portal.demo import feeds
from portal.formats import FeedItem, FeedProblem, ReadSettings, Severity
from portal.formats.item import FeedAssociation

DAY = date(2025, 11, 21)
NAMES = [partner.name for partner in feeds.PARTNERS]
CAREFUL = ["val-dore", "passeurs-elan"]
# How a deployment reads a partner from France.
FRENCH = ReadSettings(
    country="FR", zone="Europe/Paris", association=FeedAssociation(name="Le Grand Carnet")
)


def read(name: str, day: date = DAY) -> tuple[dict[str, FeedItem], list[FeedProblem]]:
    found = list(formats.read(io.BytesIO(feeds.render(name, day)), FRENCH))
    items = [one for one in found if isinstance(one, FeedItem)]
    return {one.external_id: one for one in reversed(items)}, [
        one for one in found if isinstance(one, FeedProblem)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_feed_is_recognised_as_what_its_partner_says(name: str) -> None:
    partner = feeds.partner(name)
    assert partner
    assert formats.choose(io.BytesIO(feeds.render(name, DAY))).name == partner.format


@pytest.mark.parametrize("name", NAMES)
def test_the_same_day_gives_the_same_bytes(name: str) -> None:
    assert feeds.render(name, DAY) == feeds.render(name, DAY)


@pytest.mark.parametrize("name", CAREFUL)
def test_a_careful_partner_has_no_problem_at_all(name: str) -> None:
    items, problems = read(name)
    assert 60 <= len(items) <= 80
    assert not problems


def test_the_careless_corner_is_repaired_or_refused_and_says_why() -> None:
    items, problems = read("grand-carnet")
    assert 60 <= len(items) <= 80
    codes = Counter((problem.severity, problem.code) for problem in problems)
    assert codes[Severity.REFUSED, "id_missing"] == 1
    assert codes[Severity.REFUSED, "title_missing"] == 1
    assert {
        "escaped_twice",
        "literal_newline",
        "latitude_longitude_swapped",
        "association_unknown",
        "title_from_description",
        "number",
    } == {code for severity, code in codes if severity is Severity.REPAIRED}
    assert items["GC-0901"].title == "Préparer la fête de l'été"


def test_one_id_is_given_twice_so_that_the_run_reports_it() -> None:
    found = formats.read(io.BytesIO(feeds.render("grand-carnet", DAY)), FRENCH)
    ids = Counter(one.external_id for one in found if isinstance(one, FeedItem))
    assert [ident for ident, count in ids.items() if count > 1] == ["GC-0001"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("days", [0, 1, 3, 40, 300, 800])
def test_every_offer_is_still_to_come_on_any_day(name: str, days: int) -> None:
    day = DAY + timedelta(days=days)
    for item in read(name, day)[0].values():
        ends = [s.ends_at.date() for s in item.shifts if s.ends_at]
        rules = [s.recurrence.rrule for s in item.shifts if s.recurrence]
        assert item.is_ongoing or rules or max(ends) >= day
        until = [rule.split("UNTIL=")[1][:8] for rule in rules]
        assert all(last > f"{day + timedelta(weeks=8):%Y%m%d}" for last in until)


@pytest.mark.parametrize("name", NAMES)
def test_from_one_day_to_the_next_ids_stay_and_few_offers_change(name: str) -> None:
    for days in range(7):
        before, after = (
            read(name, DAY + timedelta(days=days)),
            read(name, DAY + timedelta(days=days + 1)),
        )
        assert before[0].keys() == after[0].keys()
        changed = [
            ident
            for ident, item in before[0].items()
            if item.fingerprint() != after[0][ident].fingerprint()
        ]
        assert len(changed) <= 10


@pytest.mark.parametrize("name", NAMES)
def test_every_offer_has_a_theme_an_association_and_a_place_or_none_on_purpose(name: str) -> None:
    for ident, item in read(name)[0].items():
        if ident.startswith("GC-09"):
            continue
        assert item.themes
        assert item.association
        assert item.locations or item.remote == "full"
        assert all(place.city and place.postal_code for place in item.locations)


def test_ids_that_begin_with_zeros_stay_as_written() -> None:
    items, _ = read("val-dore")
    assert "007" in items


def test_nobody_real_can_be_reached_through_a_feed() -> None:
    for name in NAMES:
        text = feeds.render(name, DAY).decode("utf-8-sig")
        hosts = {part.split("/")[0].split("<")[0] for part in text.split("https://")[1:]}
        assert all(host.endswith(".example") for host in hosts)
        assert "@" not in text


def test_a_partner_that_does_not_exist_has_no_feed() -> None:
    with pytest.raises(KeyError):
        feeds.render("nobody", DAY)
