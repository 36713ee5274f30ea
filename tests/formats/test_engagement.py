"""API Engagement feeds: the French standard, its labels with commas, its several ways of writing a place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal import themes
from portal.formats import Severity, engagement_writing
from portal.formats.activities import activities_of
from portal.formats.item import FeedItem, FeedShift, RemoteWork
from tests.formats.reading import Reading, read, read_sample


@pytest.fixture(scope="module")
def good() -> Reading:
    return read_sample("engagement_good.xml")


@pytest.fixture(scope="module")
def odd() -> Reading:
    return read_sample("engagement_odd.xml")


def test_a_good_feed_is_read_without_a_remark(good: Reading) -> None:
    assert good.ids == ["042", "43", "44"]
    assert good.problems == []


def test_an_offer_says_who_what_and_where(good: Reading) -> None:
    item = good.item("042")
    assert item.association is not None
    assert (item.association.name, item.association.external_id) == ("Les Balades", "B-9")
    assert (item.association.rna, item.association.siren) == ("W391001234", "012345678")
    assert item.themes == ("solidarity", "environment")
    assert item.skills == "Patience, Permis B"
    (place,) = item.locations
    assert (place.street, place.city, place.department, place.country) == (
        "2 place du Marché", "Dole", "39", "FR",
    )  # fmt: skip
    assert (place.lat, place.lon) == (47.0922, 5.4893)
    assert (item.is_accessible, item.near_transport, item.is_open_to_minors) == (True, False, False)


def test_labels_that_hold_a_comma_are_read_whole(good: Reading) -> None:
    assert good.item("042").activities == ("Médiation, information", "Animation")
    assert activities_of("jardinage,gestion-recherche-des-partenariats,Secours, Aide,inconnue") == (
        "Jardinage", "Gestion, recherche des partenariats", "Secours, aide", "inconnue",
    )  # fmt: skip


def test_an_end_makes_a_dated_shift_and_a_start_alone_an_ongoing_offer(good: Reading) -> None:
    (shift,) = good.item("042").shifts
    assert (shift.starts_at, shift.capacity) == (datetime(2026, 4, 4, 8, tzinfo=UTC), 6)
    assert not good.item("042").is_ongoing
    assert good.item("43").is_ongoing
    assert good.item("43").shifts == ()


def test_a_domain_may_be_written_as_its_label(good: Reading) -> None:
    assert good.item("43").themes == ("citizenship",)
    assert good.item("44").themes == ()


def test_remote_is_understood_in_french_and_has_no_place(good: Reading) -> None:
    assert good.item("43").remote is RemoteWork.FULL
    assert good.item("43").locations == ()


def test_zero_places_is_full(good: Reading) -> None:
    assert good.item("44").places_wanted == 0


def test_several_addresses_are_several_locations(good: Reading) -> None:
    places = good.item("44").locations
    assert [(p.city, p.lat) for p in places] == [("Dole", 47.09), ("Dijon", None)]


def test_odd_values_are_repaired_and_each_repair_is_told(odd: Reading) -> None:
    assert odd.ids == ["a", "b"]
    assert set(odd.codes("a")) == {
        "url_scheme_added", "date_order", "theme_unknown", "remote_unknown", "number", "country", "postal_code_zero",
        "yes_no", "association_missing",
    }  # fmt: skip
    assert odd.codes("b") == ["latitude_longitude_swapped"]
    assert odd.item("a").locations[0].postal_code == "01000"


def test_a_siret_in_the_place_of_a_siren_gives_both(odd: Reading) -> None:
    association = odd.item("b").association
    assert association is not None
    assert (association.siren, association.siret) == ("123456789", "12345678900011")


def test_a_bad_record_costs_itself_and_no_neighbour() -> None:
    bad = read_sample("engagement_bad.xml")
    assert bad.ids == ["bon-1", "bon-2"]
    refused = [
        (p.external_id, p.code, p.line) for p in bad.problems if p.severity is Severity.REFUSED
    ]
    assert refused == [
        ("sans-adresse", "url_missing", 4),
        ("casse", "malformed", 5),
        (None, "id_missing", 6),
    ]


def test_an_offer_without_any_association_is_used_and_reported() -> None:
    bad = read_sample("engagement_bad.xml")
    assert bad.item("bon-1").association is None
    assert "association_missing" in bad.codes("bon-1")


@pytest.mark.parametrize(
    "domain",
    [
        "animaux",
        "autre",
        "batiment-industrie-logistique",
        "benevolat-competences",
        "communication",
        "culture-loisirs",
        "education",
        "emploi",
        "environnement",
        "gestion-finance-droit",
        "humanitaire",
        "memoire-et-citoyennete",
        "numerique",
        "prevention-protection",
        "recherche",
        "sante",
        "service-public-defense-securite",
        "sport",
        "solidarite-insertion",
        "vivre-ensemble",
    ],
)
def test_each_of_the_twenty_domains_is_known(domain: str) -> None:
    slug, is_known = themes.of_domain(domain)
    assert is_known
    assert slug in themes.SLUGS or domain == "autre"


def test_an_empty_source_is_a_feed_without_offers_and_not_an_error() -> None:
    assert read("<source></source>").items == []
    assert read("<source></source>").problems == []


MISSION = (
    "<source><mission><clientId>1</clientId><title>T</title><applicationUrl>https://a.example</applicationUrl>"
    "<startAt>2026-04-04</startAt><endAt>2026-04-11</endAt>{}</mission></source>"
)


def test_dates_that_an_export_lists_are_read_one_by_one() -> None:
    dates = "<shift><startAt>2026-04-04T09:00</startAt><endAt>2026-04-04T12:00</endAt><places>3</places></shift>"
    rule = "<shift><startAt>2026-04-05T18:00</startAt><endAt>2026-04-05T20:00</endAt><recurrence>FREQ=WEEKLY</recurrence></shift>"
    reading = read(MISSION.format(f"<shifts>{dates}{rule}</shifts>"))
    one, other = reading.one.shifts
    assert (one.starts_at, one.capacity) == (datetime(2026, 4, 4, 7, tzinfo=UTC), 3)
    assert other.recurrence is not None
    assert (other.recurrence.rrule, other.recurrence.minutes) == ("FREQ=WEEKLY", 120)
    assert not reading.one.is_ongoing
    assert read(MISSION.format(f"<shifts ongoing='yes'>{dates}</shifts>")).one.is_ongoing


@pytest.mark.parametrize(
    ("shifts", "code"),
    [
        ("<shift><startAt>bientôt</startAt></shift>", "date"),
        ("<shift><endAt>2026-04-04T12:00</endAt></shift>", "date"),
        ("<shift><startAt>2026-04-05</startAt><recurrence>souvent</recurrence></shift>", "recurrence"),
    ],
)  # fmt: skip
def test_listed_dates_that_are_not_usable_are_told_and_the_stretch_stays(
    shifts: str, code: str
) -> None:
    reading = read(MISSION.format(f"<shifts>{shifts}</shifts>"))
    assert code in reading.codes()
    (shift,) = reading.one.shifts
    assert shift.starts_at == datetime(2026, 4, 3, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "last"),
    [
        ("2026-04-04T00:00:00.000Z", "2026-04-05T00:00:00.000Z", (2026, 4, 5, 21, 59)),
        ("2026-04-04", "2026-04-04T00:00:00+02:00", (2026, 4, 4, 21, 59)),
        ("2026-04-04T00:00:00+02:00", "2026-04-04T03:00:00+02:00", (2026, 4, 4, 1, 0)),
    ],
)
def test_two_midnights_are_two_whole_days(start: str, end: str, last: tuple[int, ...]) -> None:
    written = MISSION.replace("2026-04-04", start).replace("2026-04-11", end).format("")
    (shift,) = read(written).one.shifts
    assert shift.starts_at == datetime(2026, 4, 3, 22, tzinfo=UTC)
    assert shift.ends_at == datetime(*last, tzinfo=UTC)


def test_a_day_and_a_night_that_we_export_stays_as_long() -> None:
    midnight = datetime(2026, 4, 3, 22, tzinfo=UTC)
    shift = FeedShift(midnight, midnight + timedelta(days=1), "Europe/Paris")
    item = FeedItem("1", "T", detail_url="https://a.example", shifts=(shift,))
    assert read(b"".join(engagement_writing.write([item]))).one.shifts == (shift,)


@pytest.mark.parametrize(
    "place",
    [
        "<lonLat><lon>4.83</lon><lat>45.76</lat></lonLat>",
        "<lonlat><value>4.83</value><value>45.76</value></lonlat>",
        "<lonlat>4.83</lonlat><lonlat>45.76</lonlat>",
        "<lonlat>[4.83, 45.76]</lonlat>",
    ],
)
def test_a_position_is_read_in_each_of_its_spellings(place: str) -> None:
    (found,) = read(MISSION.format(f"<city>Lyon</city>{place}")).one.locations
    assert (found.lat, found.lon) == (45.76, 4.83)


def test_addresses_that_stand_bare_are_as_many_places() -> None:
    one = (
        "<address><street>1 rue A</street><postalCode>69001</postalCode><city>Lyon</city></address>"
    )
    found = read(MISSION.format(one + one.replace("Lyon", "Dole"))).one.locations
    assert [(p.street, p.city) for p in found] == [("1 rue A", "Lyon"), ("1 rue A", "Dole")]


def test_what_a_feed_says_of_itself_is_no_lost_mission() -> None:
    told = "<source><name>Asso</name><total>1</total>"
    reading = read(MISSION.format("").replace("<source>", told))
    assert reading.ids == ["1"] and "skipped" not in reading.codes()
    damaged = read(MISSION.format("").replace("<mission>", "<total>1</total><misson>"))
    assert damaged.problem("skipped").external_id == "1"
