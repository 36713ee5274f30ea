"""Footprint feeds: what a good one says, what an odd one becomes, what a bad record costs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portal.formats import Severity
from portal.formats.item import Coverage, RemoteWork
from tests.formats.reading import Reading, read_sample


@pytest.fixture(scope="module")
def good() -> Reading:
    return read_sample("footprint_good.xml")


@pytest.fixture(scope="module")
def odd() -> Reading:
    return read_sample("footprint_odd.xml")


@pytest.fixture(scope="module")
def bad() -> Reading:
    return read_sample("footprint_bad.xml")


def test_a_good_feed_is_read_without_a_remark(good: Reading) -> None:
    assert good.ids == ["jardin-1", "007", "distance-3"]
    assert good.problems == []


def test_organizations_may_come_after_the_offers_that_name_them(good: Reading) -> None:
    association = good.item("007").association
    assert association is not None
    assert (association.name, association.city) == ("Les Tilleuls", "Nantes")


def test_an_offer_keeps_its_one_id_with_all_its_dates_and_places(good: Reading) -> None:
    item = good.item("jardin-1")
    starts = [shift.starts_at for shift in item.shifts]
    assert starts == [
        datetime(2026, 6, 6, 7, 30, tzinfo=UTC),
        datetime(2026, 6, 13, 7, 30, tzinfo=UTC),
    ]
    assert [shift.capacity for shift in item.shifts] == [8, 8]
    assert [(p.city, p.postal_code, p.country) for p in item.locations] == [
        ("Nantes", "44000", "FR"),
        ("Rezé", "44400", "FR"),
    ]
    assert item.locations[0].lon == -1.5534


def test_a_description_keeps_its_structure_and_loses_pictures_and_scripts(good: Reading) -> None:
    assert good.item("jardin-1").description == "<p>Venez <strong>jardiner</strong>.</p>"


def test_tags_become_themes_and_stay_searchable(good: Reading) -> None:
    item = good.item("jardin-1")
    assert item.themes == ("environment",)
    assert item.tags == ("Nature", "Bonne humeur")


def test_a_weekly_rule_is_kept_with_its_end_inside(good: Reading) -> None:
    (shift,) = good.item("007").shifts
    assert shift.recurrence is not None
    assert shift.recurrence.rrule == "FREQ=WEEKLY;BYDAY=TU;UNTIL=20261215T225959Z"
    assert shift.recurrence.minutes == 90
    assert shift.recurrence.starts_at == datetime(2026, 9, 1, 15, tzinfo=UTC)


def test_ids_are_text(good: Reading) -> None:
    assert "007" in good.ids


def test_a_virtual_place_is_remote_and_no_place(good: Reading) -> None:
    item = good.item("distance-3")
    assert item.remote is RemoteWork.FULL
    assert item.locations == ()


def test_open_ended_is_ongoing_and_keeps_what_is_asked_for(good: Reading) -> None:
    item = good.item("distance-3")
    assert item.is_ongoing
    assert item.shifts == ()
    assert (item.commitment, item.hours_per_week, item.places_wanted) == ("P6M", 2.0, None)


def test_a_private_contact_is_kept_apart(good: Reading) -> None:
    item = good.item("jardin-1")
    assert item.contact.email == "accueil@jardin.example"
    assert "accueil@" not in item.description + item.summary


def test_odd_values_are_repaired_and_each_repair_is_told(odd: Reading) -> None:
    assert odd.ids == ["dates", "titre-vide", "ailleurs"]
    assert set(odd.codes("dates")) == {
        "escaped_twice", "date_order", "duration_hours", "latitude_longitude_swapped", "literal_newline",
    }  # fmt: skip
    assert set(odd.codes("titre-vide")) == {
        "title_from_description", "association_unknown", "recurrence_prefix",
    }  # fmt: skip
    assert set(odd.codes("ailleurs")) == {
        "entity_named", "date_far", "zone", "time", "position_zero", "position_elsewhere", "url", "email",
    }  # fmt: skip


def test_the_feeds_own_oddities_are_told_once(odd: Reading) -> None:
    assert [p.code for p in odd.problems if p.record == 0] == [
        "schema_version",
        "association_doubled",
    ]


def test_repaired_values_are_what_a_person_meant(odd: Reading) -> None:
    item = odd.item("dates")
    (shift,) = item.shifts
    assert item.title == "Café des parents"
    assert item.description == "<p>Ligne une<br>Ligne deux</p>"
    assert (item.locations[0].lat, item.locations[0].lon) == (48.86, 2.37)
    assert shift.starts_at == datetime(2026, 5, 18, 16, 30, tzinfo=UTC)
    assert (item.minimum_age, item.places_wanted) == (None, None)


def test_an_empty_title_takes_the_first_words_of_the_description(odd: Reading) -> None:
    assert odd.item("titre-vide").title == "Servir un repas chaud"


def test_a_rule_without_dates_is_counted_from_the_same_day_at_each_delivery(odd: Reading) -> None:
    (shift,) = odd.item("titre-vide").shifts
    assert shift.recurrence is not None
    assert shift.recurrence.starts_at == datetime(2024, 1, 1, 16, tzinfo=UTC)
    assert read_sample("footprint_odd.xml").item("titre-vide") == odd.item("titre-vide")


def test_an_unknown_sponsor_falls_back_on_the_hub(odd: Reading) -> None:
    association = odd.item("titre-vide").association
    assert association is not None
    assert association.name == "Le Pôle"


def test_a_region_alone_is_the_whole_region(odd: Reading) -> None:
    assert odd.item("titre-vide").locations[0].covers is Coverage.REGION


def test_a_position_that_contradicts_the_address_is_dropped(odd: Reading) -> None:
    item = odd.item("ailleurs")
    assert [(p.city, p.lat, p.lon) for p in item.locations] == [
        ("Paris", None, None),
        ("Lyon", None, None),
    ]
    assert item.remote is RemoteWork.POSSIBLE
    assert item.detail_url == ""


def test_a_bad_record_costs_itself_and_no_neighbour(bad: Reading) -> None:
    assert bad.ids == ["bon-1", "bon-2", "bon-3", "bon-4", "bon-5"]


def test_each_refusal_says_line_field_value_and_reason(bad: Reading) -> None:
    refused = {
        p.external_id: (p.code, p.line) for p in bad.problems if p.severity is Severity.REFUSED
    }
    assert refused == {
        "casse-1": ("malformed", 8),
        "ouvert": ("not_closed", 11),
        "mal-nomme": ("skipped", 13),
        "cdata": ("malformed", 14),
        None: ("id_missing", 16),
        "vide": ("title_missing", 17),
        "entite": ("entity_unknown", 18),
        "dates-perdues": ("dates_lost", 20),
    }
    for problem in bad.problems:
        assert problem.sentence_fr and problem.sentence_en
        assert len(problem.value) <= 80


def test_a_record_in_a_comment_is_not_an_offer(bad: Reading) -> None:
    assert "commente" not in bad.ids
    assert bad.codes("commente") == []


def test_only_a_refusal_without_an_id_hides_offers(bad: Reading) -> None:
    assert [p.code for p in bad.problems if p.hides_offers] == ["id_missing"]


def test_the_published_sample_comes_out_as_its_three_offers() -> None:
    reading = read_sample("footprint_published.xml", country="FR", zone="Europe/Paris")
    assert reading.problems == []
    mentor, dodgeball, guide = reading.items
    assert [i.external_id for i in reading.items] == ["1001", "2001", "2002"]
    assert mentor.is_ongoing and mentor.commitment == "P6M" and mentor.hours_per_week == 4
    assert [p.city for p in mentor.locations] == ["Trenton", "Berkeley", "Santa Cruz"]
    assert {p.country for p in mentor.locations} == {"US"}
    assert [s.starts_at for s in dodgeball.shifts] == [
        datetime(2009, 2, 22, 23, 45, tzinfo=UTC),
        datetime(2009, 2, 27, 23, 45, tzinfo=UTC),
    ]
    (weekly,) = guide.shifts
    assert weekly.recurrence is not None
    assert weekly.recurrence.rrule == "FREQ=WEEKLY;INTERVAL=2;UNTIL=20090601T035959Z"
    assert (weekly.capacity, guide.hours_per_week) == (3, 2)
    assert dodgeball.themes == ("solidarity",)
