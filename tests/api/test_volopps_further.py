"""The All for Good API as its clients of 2009 called it: every parameter, by a URL made by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from portal.models import Offer
from portal.models.place import PlaceKind
from portal.services import indexing, places
from portal.services.places import PlaceRow
from tests import factories, gazetteer
from tests.api.volopps import NOW, WEEKDAYS, ask, titles
from tests.api.volopps import volopps_world as volopps_world
from tests.visitor import Visitor


@pytest.mark.parametrize("day", range(7))
def test_a_weekday_finds_what_begins_on_it(visitor: Visitor, world: list[Offer], day: int) -> None:
    found = ask(visitor, f"q=weekly&vol_startdayofweek={day}&num=999")["items"]
    assert len(found) == 1 and WEEKDAYS[day] in found[0]["title"]
    for item in found:
        assert datetime.fromisoformat(item["startDate"]).isoweekday() % 7 == day


def test_weekdays_join_and_meet_the_dates_in_one_shift(
    visitor: Visitor, world: list[Offer], session: Session
) -> None:
    # The first Friday is asked, and this one has its Friday a week later only.
    offer = session.merge(world[3])
    offer.shifts.append(factories.shift(starts_at=NOW + timedelta(days=9)))
    session.flush()
    indexing.reindex([offer.id])
    session.commit()
    friday = "vol_startdayofweek=5&vol_startdate=2026-11-24&vol_enddate=2026-11-30"
    assert [t.split()[2] for t in titles(visitor, f"q=weekly&{friday}")] == ["Friday"]
    weekend = titles(visitor, "q=weekly&vol_startdayofweek=06")
    assert sorted(title.split()[2] for title in weekend) == ["Saturday", "Sunday"]
    later = ask(visitor, "q=weekly&vol_startdayofweek=5&vol_startdate=12/04/2026&num=999")
    assert [item["startDate"] for item in later["items"]] == ["2026-12-04"]


@pytest.mark.parametrize("typed", ["-1", "17", "7", "lundi", "1.5"])
def test_what_is_no_weekday_is_left_aside_and_said(
    visitor: Visitor, world: list[Offer], typed: str
) -> None:
    answer = ask(visitor, f"q=weekly&vol_startdayofweek={typed}")
    assert answer["TotalMatch"] == 7 and typed in answer["notes"][0]
    assert len(titles(visitor, "q=weekly&vol_startdayofweek=0,%206")) == 2


def test_the_shift_that_is_told_is_the_one_that_was_found(
    visitor: Visitor, world: list[Offer], session: Session
) -> None:
    offer = session.merge(world[0])
    offer.shifts += [factories.shift(starts_at=NOW + timedelta(hours=24 + n)) for n in range(2, 14)]
    offer.shifts.append(factories.shift(starts_at=NOW + timedelta(days=5)))
    session.flush()
    indexing.reindex([offer.id])
    session.commit()
    [item] = ask(visitor, "q=%230&vol_startdayofweek=1")["items"]
    assert item["startDate"] == "2026-11-30"


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("micro", "Micro garden"),
        ("self_directed", "Garden yourself"),
        ("statewide", "Garden of the region"),
        ("nationwide", "Garden of the country"),
    ],
)
def test_each_type_finds_its_own(
    visitor: Visitor, world: list[Offer], kind: str, title: str
) -> None:
    assert titles(visitor, f"type={kind}") == [title]
    assert titles(visitor, f"type={kind}&q=nothinglikeit") == []
    assert len(titles(visitor, "type=all&q=garden")) == 14


def test_micro_and_self_directed_are_told(visitor: Visitor, world: list[Offer]) -> None:
    items = {item["title"]: item for item in ask(visitor, "q=garden&num=999")["items"]}
    assert [t for t, item in items.items() if item["micro"] is True] == ["Micro garden"]
    assert [t for t, item in items.items() if item["self_directed"] is True] == ["Garden yourself"]


@pytest.mark.parametrize("query", ["virtual=1", "type=virtual", "vol_loc=virtual"])
def test_what_virtual_finds_is_virtual_and_lies_nowhere(
    visitor: Visitor, world: list[Offer], query: str
) -> None:
    items = ask(visitor, query)["items"]
    assert {i["title"] for i in items} == {"Garden from home", "Garden here or from home"}
    assert all(i["virtual"] is True and i["latlong"] == "" for i in items)


def test_a_cluster_is_one_item_unless_it_is_asked_apart(
    visitor: Visitor, world: list[Offer]
) -> None:
    assert len(titles(visitor, "q=thursday")) == 1
    for level in (1, 2, 3, 4):
        assert len(titles(visitor, f"q=thursday&merge={level}")) == 1
    apart = ask(visitor, "q=thursday&merge=0")
    assert apart["TotalMatch"] == 2 and len({item["groupid"] for item in apart["items"]}) == 1
    assert len(titles(visitor, "q=thursday&merge=0&sort=m")) == 2
    assert len(titles(visitor, "q=thursday&sort=m")) == 1


def test_a_member_that_meets_the_question_answers_for_its_cluster(
    visitor: Visitor, world: list[Offer], session: Session
) -> None:
    twin = session.merge(world[7])
    twin.shifts = [factories.shift(starts_at=NOW + timedelta(days=5))]
    session.flush()
    indexing.reindex([twin.id])
    session.commit()
    assert titles(visitor, "q=thursday&vol_startdayofweek=1") == ["Garden weekly Thursday again"]


def test_sorts_go_both_ways(visitor: Visitor, world: list[Offer]) -> None:
    garden = "q=weekly&num=999"
    starts = [i["startDate"] for i in ask(visitor, f"{garden}&sort=eventrangestart")["items"]]
    assert starts == sorted(starts)
    falling = ask(visitor, f"{garden}&sort=eventrangestart%20desc")["items"]
    assert [i["startDate"] for i in falling] == starts[::-1]
    ends = [i["endDate"] for i in ask(visitor, f"{garden}&sort=eventrangeend+asc")["items"]]
    assert ends == sorted(ends)
    falling = ask(visitor, f"{garden}&sort=eventrangeend+desc")["items"]
    assert [i["endDate"] for i in falling] == ends[::-1]
    changed = {o.title: o.updated_at for o in world}
    newest = [changed[title] for title in titles(visitor, "q=weekly&sort=m")]
    assert newest == sorted(newest, reverse=True)
    oldest = [changed[title] for title in titles(visitor, "q=weekly&sort=m+asc")]
    assert oldest == sorted(oldest)
    near = ask(visitor, "vol_loc=69007&vol_dist=500&num=999&sort=geodist()+desc")["items"]
    assert [i["distance"] for i in near] == sorted((i["distance"] for i in near), reverse=True)
    scores = [i["quality_score"] for i in ask(visitor, "q=garden&sort=score+asc&num=99")["items"]]
    assert scores == sorted(scores)


def test_what_has_no_date_comes_last_either_way(visitor: Visitor, world: list[Offer]) -> None:
    for sort in ("eventrangestart", "eventrangestart+desc", "eventrangeend", "eventrangeend+desc"):
        assert titles(visitor, f"q=garden&sort={sort}")[-1] == "Garden always"


@pytest.mark.parametrize("sort", ["r", "m", "eventrangestart", "eventrangeend+desc", "geodist()"])
def test_result_n_at_start_s_is_result_n_less_4_at_start_s_and_4(
    visitor: Visitor, world: list[Offer], sort: str
) -> None:
    ids = [
        [i["id"] for i in ask(visitor, f"q=garden&num=9&start={s}&sort={sort}")["items"]]
        for s in (1, 5)
    ]
    assert len(ids[0]) == len(ids[1]) == 9
    assert ids[0][4:] == ids[1][:5]


@pytest.mark.parametrize("num", [1, 2, 10, 13, 14, 15, 999])
def test_num_is_exact_when_that_many_exist(visitor: Visitor, world: list[Offer], num: int) -> None:
    answer = ask(visitor, f"q=garden&num={num}")
    assert answer["TotalMatch"] == 14
    assert answer["num"] == len(answer["items"]) == min(num, 14)


def test_categories_join_exclude_and_offer_a_choice(visitor: Visitor, world: list[Offer]) -> None:
    assert titles(visitor, "q=category:Education+category:Health") == ["Two causes"]
    assert titles(visitor, "q=category:Education+-category:Health") == ["One cause"]
    assert set(titles(visitor, "q=(category:Education+OR+category:Health)")) == {
        "Two causes",
        "One cause",
    }
    assert titles(visitor, 'q=category:"Health"+causes') == ["Two causes"]


@pytest.mark.parametrize("group", ["category:Education OR garden", "garden OR category:Education"])
def test_a_category_or_words_is_the_union_of_both(
    visitor: Visitor, world: list[Offer], group: str
) -> None:
    themed, told = (set(titles(visitor, f"q={q}")) for q in ("category:Education", "garden"))
    assert themed and told and not themed <= told
    assert set(titles(visitor, f"q=({group})")) == themed | told
    assert titles(visitor, f"q=({group})+category:Health") == ["Two causes"]
    left = set(titles(visitor, f"vol_loc=virtual&q=-({group})"))
    assert left == set(titles(visitor, "vol_loc=virtual&q=")) - themed - told


def test_the_portal_is_a_provider_too(visitor: Visitor, world: list[Offer]) -> None:
    own = ask(visitor, "vol_provider=Relais&num=999&merge=0")
    assert own["TotalMatch"] == len(world) - 1
    assert {item["provider"] for item in own["items"]} == {"Relais"}
    assert titles(visitor, "source=Hands-On") == ["Two causes"]


def test_a_campaign_that_is_not_there_finds_nothing(visitor: Visitor, world: list[Offer]) -> None:
    assert ask(visitor, "q=garden&campaign_id=spring")["TotalMatch"] == 0


@pytest.mark.parametrize(
    ("place", "miles"),
    [
        ("France", 500), ("Auvergne-Rhône-Alpes", 50), ("Rhône", 10), ("Lyon", 5), ("69007", 5),
        ("45.7578,4.8320", 5), ("45.7578, 4.8320, 5", 500), ("45.7578,4.8320,7", 50),
        ("45.7578,4.8320,9", 10), ("45.7578,4.8320,15", 5), ("45.7578 4.8320", 5),
    ],
)  # fmt: skip
def test_a_place_brings_its_usual_distance_in_miles(
    visitor: Visitor, world: list[Offer], session: Session, place: str, miles: int
) -> None:
    far = session.merge(world[5])
    north = miles * 1.609344 / 111.195
    for at, distance in ((far, 1.05), (session.merge(world[6]), 0.9)):
        at.locations[0].lat = 45.7578 + north * distance
        at.locations[0].lon = 4.8320
        if place == "France":
            at.locations[0].lat, at.locations[0].lon = 46.6 + north * distance, 2.45
    session.flush()
    indexing.reindex([world[5].id, world[6].id])
    session.commit()
    found = ask(visitor, f"vol_loc={place}&q=garden&num=999")["items"]
    assert all(item["distance"] <= miles for item in found)
    assert world[6].title in {item["title"] for item in found}
    assert world[5].title not in {item["title"] for item in found}


def test_an_american_zip_is_unknown_until_it_is_loaded(
    visitor: Visitor, world: list[Offer]
) -> None:
    unknown = ask(visitor, "vol_loc=94103&q=garden")
    assert unknown["TotalMatch"] == 0 and "94103" in unknown["notes"][0]


def test_an_american_zip_and_its_country_are_found_once_loaded(
    visitor: Visitor, world: list[Offer], session: Session
) -> None:
    rows = [*gazetteer.ROWS, PlaceRow(
        "94103", PlaceKind.TOWN,
        "San Francisco", "", "CA", "US", 800_000, 37.7726, -122.4099, False, ("94103",),
    )]  # fmt: skip
    places.load(rows)
    offer = session.merge(world[0])
    offer.locations[0].lat, offer.locations[0].lon = 37.78, -122.41
    session.flush()
    indexing.reindex([offer.id])
    session.commit()
    assert titles(visitor, "vol_loc=94103") == [offer.title]
    assert titles(visitor, "vol_loc=United+States") == [offer.title]


def test_an_island_is_searched_as_far_as_it_goes(
    visitor: Visitor, world: list[Offer], session: Session
) -> None:
    island = PlaceRow("re", PlaceKind.TOWN, "Île de Ré", "17", "75", "FR", 17_000, 46.2, -1.42)
    places.load([*gazetteer.ROWS, island])
    offer = session.merge(world[0])
    offer.locations[0].lat, offer.locations[0].lon = 46.11, -1.32  # 13 km from its middle
    session.flush()
    indexing.reindex([offer.id])
    session.commit()
    assert titles(visitor, "vol_loc=%C3%8Ele+de+R%C3%A9") == [offer.title]
    assert titles(visitor, "vol_loc=%C3%8Ele+de+R%C3%A9&vol_dist=5") == []


@pytest.mark.parametrize("place", ["91,0", "0,181", "Zzyzx", "-", "999999999"])
def test_a_place_that_is_none_finds_nothing_and_says_so(
    visitor: Visitor, world: list[Offer], place: str
) -> None:
    answer = ask(visitor, f"q=garden&vol_loc={place}")
    assert answer["TotalMatch"] == 0 and answer["items"] == [] and place in answer["notes"][0]


@pytest.mark.parametrize("start", ["2026-11-28", "11/28/2026", "2026-11-28T00:00:00Z"])
def test_one_date_alone_reaches_on_or_back(
    visitor: Visitor, world: list[Offer], start: str
) -> None:
    on = titles(visitor, f"q=weekly&vol_startdate={start}")
    until = titles(visitor, f"q=weekly&vol_enddate={start}")
    assert {t.split()[2] for t in on} == {
        "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday",
    }  # fmt: skip
    assert {t.split()[2] for t in until} == {"Thursday", "Friday", "Saturday"}
