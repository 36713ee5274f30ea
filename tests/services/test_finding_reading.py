"""Reading a search: every bad value is told and replaced, none is an error, none passes in silence."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.clock import PARIS
from portal.models.place import AREAS
from portal.services import finding, places
from search.query import Area

NOW = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)  # a Thursday

pytestmark = pytest.mark.usefixtures("session")


def read(**params: str) -> finding.Asked:
    return finding.read({name: [value] for name, value in params.items()}, now=NOW)


def sentences(asked: finding.Asked) -> str:
    return " / ".join(note.sentence % note.values for note in asked.notes)


def test_all_questions_of_a_minute_ask_about_one_moment_which_is_not_before_any_of_them() -> None:
    minute = [NOW + timedelta(seconds=second) for second in (1, 30, 60)]
    moments = {finding.read({}, now=moment).query.now for moment in minute}
    assert moments == {int(minute[-1].timestamp())}


@pytest.mark.parametrize("typed", ["-1", "0", "nan", "inf", "dix", "1e3", "--5"])
def test_a_radius_that_is_none_becomes_ten_kilometres_and_says_so(typed: str) -> None:
    asked = read(lat="45.75", lon="4.85", radius=typed)
    assert asked.query.circle is not None and asked.query.circle.radius_km == 10
    assert "10" in sentences(asked) and typed in sentences(asked)


def test_a_radius_of_40000_kilometres_becomes_500() -> None:
    asked = read(lat="45.75", lon="4.85", radius="40000")
    assert asked.radius_km == 500 and "500" in sentences(asked)


@pytest.mark.parametrize("typed", ["comment", "aujourd'hui", "pour les", "where"])
def test_stop_words_alone_are_not_understood_and_that_is_said(typed: str) -> None:
    asked = read(q=typed, theme="health")
    assert [part.kind for part in asked.parts] == ["theme"]
    assert typed in sentences(asked) and asked.text == typed
    assert not read(q=f"{typed} jardin").notes and not read(q=f"{typed} -jardin").notes
    assert not read(q=typed, exact="1").notes


def test_words_beyond_the_twelfth_are_said_not_to_count_whatever_is_between_them() -> None:
    for sign in (" ", ",", "/"):
        assert "12" in sentences(read(q=sign.join(f"mot{n}a" for n in range(13))))
        assert not read(q=sign.join(f"mot{n}a" for n in range(12))).notes
    assert not read(q=" - ".join(f"mot{n}" for n in range(12))).notes


def test_a_radius_may_be_written_with_a_comma() -> None:
    assert read(lat="45.75", lon="4.85", radius="2,5").radius_km == 2.5


@pytest.mark.parametrize(("lat", "lon"), [("91", "4"), ("45", "181"), ("nan", "1"), ("45", "")])
def test_a_position_off_the_globe_is_left_aside_and_said(lat: str, lon: str) -> None:
    asked = read(lat=lat, lon=lon)
    assert asked.query.circle is None and "position" in sentences(asked)


def test_dates_the_wrong_way_round_are_exchanged() -> None:
    asked = read(**{"from": "2026-12-24", "to": "2026-12-01"})
    assert (asked.from_on, asked.to_on) == (date(2026, 12, 1), date(2026, 12, 24))
    assert "à l’envers" in sentences(asked)


@pytest.mark.parametrize(
    "typed", ["demain", "2026-13-01", "9999-12-31", "0001-01-01", "2026-02-30"]
)
def test_a_day_that_is_none_is_left_aside_and_said(typed: str) -> None:
    asked = read(**{"from": typed})
    assert asked.query.start is None and typed in sentences(asked)


@pytest.mark.parametrize(("last", "is_past"), [("2026-11-25", True), ("2026-11-26", False)])
def test_days_that_are_over_are_said_to_be(last: str, is_past: bool) -> None:
    assert ("passées" in sentences(read(to=last))) is is_past


@pytest.mark.parametrize("typed", ["-3", "0", "deux", "1.5", "٣"])
def test_a_page_that_is_none_is_the_first_and_said(typed: str) -> None:
    asked = read(page=typed)
    assert asked.query.offset == 0 and "page" in sentences(asked)


def test_a_page_of_ten_to_the_nine_does_not_overflow() -> None:
    assert read(page="1000000000").query.offset < 2**31


def test_an_unknown_theme_is_named_and_the_known_one_kept() -> None:
    asked = finding.read({"theme": ["health", "astrology"]}, now=NOW)
    assert asked.query.themes == ("health",) and "astrology" in sentences(asked)


def test_an_unknown_place_is_named_and_never_guessed() -> None:
    asked = read(place="Zzyzx-sur-Nulle")
    assert not asked.query.has_place and "Zzyzx-sur-Nulle" in sentences(asked)


@pytest.mark.parametrize(
    ("name", "typed"),
    [("sort", "price"), ("remote", "maybe"), ("when", "never"), ("minors", "peut-être")]
    + [("area", "999"), ("box", "1,2,3"), ("box", "a,b,c,d"), ("association", "nobody")]
    + [("feed", "nobody"), ("radius", "5"), ("sort", "distance"), ("q", "!!!")],
)  # fmt: skip
def test_whatever_cannot_be_used_gets_a_sentence(name: str, typed: str) -> None:
    asked = read(**{name: typed})
    assert len(asked.notes) == 1
    assert not asked.asks_something


def test_words_are_limited_and_that_is_said() -> None:
    asked = read(q=" ".join(f"mot{n}" for n in range(30)))
    assert len(asked.query.words) == 12 and "12 premiers" in sentences(asked)


def test_an_area_code_is_a_departement_or_a_region() -> None:
    assert read(area="2a").query.area == Area("departement", "2A")
    assert read(area="R84").query.area == Area("region", "84")


def test_a_box_may_be_dragged_over_the_date_line() -> None:
    box = read(box="170,-20,190,-10").query.box
    assert box is not None and (box.west, box.east) == (170, -170)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("today", "2026-11-26", "2026-11-27"),
        ("week", "2026-11-26", "2026-11-30"),
        ("weekend", "2026-11-28", "2026-11-30"),
        ("month", "2026-11-26", "2026-12-01"),
    ],
)
def test_named_moments_begin_and_end_at_midnight_in_paris(name: str, first: str, last: str) -> None:
    query = read(when=name).query
    assert query.start is not None and query.end is not None
    days = [datetime.fromtimestamp(s, PARIS).isoformat()[:16] for s in (query.start, query.end)]
    assert days == [f"{first}T00:00", f"{last}T00:00"]


def test_the_address_is_the_shortest_that_asks_the_same() -> None:
    asked = read(q="jardin", remote="", when="week", sort="relevance", page="1", theme="health")
    assert finding.address(asked.params) == "/search?q=jardin&theme=health&when=week"
    again = finding.read({name: [value] for name, value in asked.params}, now=NOW)
    assert again.query == asked.query


def test_all_dates_and_two_dates_are_no_part_of_the_address() -> None:
    days = {"from": "2026-12-01", "to": "2026-12-24"}
    assert read(when="dates", **days).params == tuple(days.items())
    cleared = read(when="all", **days)
    assert cleared.params == () and "remplace les deux dates" in sentences(cleared)
    assert not read(when="all").notes


NAMES = "q place lat lon radius box area theme when from to remote minors accessible association feed campaign sort page"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES.split()), st.lists(st.text(), max_size=3)))
def test_no_parameters_whatever_make_an_error(
    session: Session, params: dict[str, list[str]]
) -> None:
    asked = finding.read(params, now=NOW)
    assert asked.query.limit == 20 and asked.page >= 1


@pytest.mark.parametrize(
    ("place", "area", "counts", "is_said"),
    [
        ("Bretagne", "35", Area("departement", "35"), False),
        ("Ille-et-Vilaine", "R53", Area("departement", "35"), False),
        ("Bretagne", "R53", Area("region", "53"), False),
        ("Bretagne", "69", Area("region", "53"), True),
        ("Rhône (département)", "35", Area("departement", "69"), True),
    ],
)
def test_a_territory_that_is_typed_and_one_that_is_asked_for_mean_what_they_have_in_common(
    session: Session, place: str, area: str, counts: Area, is_said: bool
) -> None:
    places.load(row for row in places.shipped() if row.kind in AREAS)
    asked = read(place=place, area=area)
    assert asked.query.area == counts
    assert ("rien en commun" in sentences(asked)) is is_said
    # What does not count is not among what is searched for, nor carried along.
    assert sum(part.kind == "area" for part in asked.parts) == (area != "R53" or place != "Bretagne") - is_said  # fmt: skip
    assert read(**dict(asked.params)).query.area == counts
