"""Footprint feeds, one rule at a time: feeds made for one test each."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portal.formats import FormatError
from portal.formats.item import FeedAssociation
from tests.formats.reading import read

HEAD = """<?xml version="1.0"?><FootprintFeed schemaVersion="0.1"><FeedInfo><providerID>1</providerID></FeedInfo>
<Organizations><Organization><organizationID>a</organizationID><name>A</name></Organization></Organizations>
<VolunteerOpportunities>"""
TAIL = "</VolunteerOpportunities></FootprintFeed>"


def offer(inner: str = "", ident: str = "1") -> str:
    return (
        f"<VolunteerOpportunity><volunteerOpportunityID>{ident}</volunteerOpportunityID><title>Titre</title>"
        f"<sponsoringOrganizationID>a</sponsoringOrganizationID>{inner}</VolunteerOpportunity>"
    )


def feed(*offers: str) -> str:
    return HEAD + "\n".join(offers) + TAIL


def when(inner: str) -> str:
    return offer(
        f"<dateTimeDurations><dateTimeDuration>{inner}</dateTimeDuration></dateTimeDurations>"
    )


def test_a_sponsor_that_nothing_stands_in_for_is_told_by_its_id() -> None:
    reading = read(feed(offer()).replace("ID>a</sponsoring", "ID>zz</sponsoring"))
    assert reading.one.association is None
    problem = reading.problem("association_not_found")
    assert (problem.field, problem.value) == ("sponsoringOrganizationID", "zz")
    assert "association_missing" not in reading.codes()


def test_a_feed_cut_short_says_so() -> None:
    whole = feed(offer(ident="1"), offer(ident="2"))
    cut = read(whole[: whole.index("</VolunteerOpportunities>")])
    assert cut.ids == ["1", "2"]
    assert cut.problem("truncated").hides_offers
    assert "truncated" not in read(whole).codes()


@pytest.mark.parametrize("mark", ["<FeedInfo>", "<providerID>", "</FeedInfo>"])
def test_a_feed_cut_before_its_feed_info_ends_is_told_that_it_was_cut(mark: str) -> None:
    whole = feed(offer())
    with pytest.raises(FormatError) as caught:
        read(whole[: whole.index(mark)])
    assert caught.value.code == "truncated"
    assert "coupé" in caught.value.sentence_fr and "cut" in caught.value.sentence_en


def test_a_feed_cut_after_its_offers_but_before_its_feed_info_is_told_that_it_was_cut() -> None:
    info = "<FeedInfo><providerID>1</providerID></FeedInfo>"
    whole = feed(offer()).replace(info, "").replace("</Foot", info + "</Foot")
    assert read(whole).ids == ["1"]
    with pytest.raises(FormatError) as caught:
        read(whole[: whole.index(info)])
    assert caught.value.code == "truncated"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body>502</body></html>", "html_page"),
        (
            feed(offer()).replace("<FeedInfo>", "<FeedInfo></FeedInfo><FeedInfo>").encode(),
            "feed_info_doubled",
        ),
        (feed(offer()).replace("FeedInfo", "Feedinfo").encode(), "feed_info_missing"),
        (feed(offer()).replace("<Foot", "<!DOCTYPE x [<!ENTITY y 'z'>]><Foot").encode(), "dtd"),
        (b'<?xml version="1.0" encoding="utf-7"?>' + feed(offer()).encode(), "encoding_unknown"),
        (b"<rss><channel/></rss>", "not_this_format"),
    ],
)
def test_what_is_not_usable_at_all_is_refused_by_a_sentence(content: bytes, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        read(content, "footprint")
    assert caught.value.code == code
    assert caught.value.sentence_fr != caught.value.sentence_en


def test_no_date_at_all_means_ongoing() -> None:
    assert read(feed(offer())).one.is_ongoing


def test_the_feeds_own_association_answers_for_offers_that_name_none() -> None:
    nameless = feed(offer()).replace("<sponsoringOrganizationID>a</sponsoringOrganizationID>", "")
    own = FeedAssociation(name="La nôtre")
    assert read(nameless, association=own).one.association == own
    assert read(nameless).codes("1") == ["association_missing", "location_missing"]


@pytest.mark.parametrize("end", ["", "<endDate>2026-03-01</endDate>"])
def test_a_duration_ends_a_single_day(end: str) -> None:
    said = f"<startDate>2026-03-01</startDate>{end}<startTime>09:00</startTime><duration>PT2H</duration>"
    (shift,) = read(feed(when(said))).one.shifts
    assert shift.starts_at is not None and shift.ends_at is not None
    assert shift.ends_at - shift.starts_at == timedelta(hours=2)


def test_a_time_that_ends_before_it_starts_goes_past_midnight() -> None:
    (shift,) = read(
        feed(
            when(
                "<startDate>2026-03-01</startDate><startTime>22:00</startTime><endTime>01:00</endTime>"
            )
        ),
        zone="Europe/Paris",
    ).one.shifts
    assert shift.starts_at is not None and shift.ends_at is not None
    assert shift.ends_at - shift.starts_at == timedelta(hours=3)


def test_dates_without_hours_are_whole_days() -> None:
    (shift,) = read(
        feed(when("<startDate>2026-03-01</startDate><endDate>2026-03-02</endDate>")),
        zone="Europe/Paris",
    ).one.shifts
    assert shift.is_all_day
    assert shift.starts_at == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert shift.ends_at == datetime(2026, 3, 2, 22, 59, tzinfo=UTC)


def test_hours_without_a_zone_are_those_of_the_first_place() -> None:
    reunion = "<locations><location><postalCode>97400</postalCode><country>FR</country></location></locations>"
    times = "<dateTimeDuration><startDate>2026-03-01</startDate><startTime>10:00</startTime></dateTimeDuration>"
    (shift,) = read(feed(offer(reunion + times)), zone="Europe/Paris").one.shifts
    assert shift.starts_at == datetime(2026, 3, 1, 6, tzinfo=UTC)


def test_an_american_state_is_american_in_a_french_feed() -> None:
    place = "<locations><location><city>Trenton</city><region>NJ</region><postalCode>08608</postalCode></location></locations>"
    assert read(feed(offer(place)), country="FR").one.locations[0].country == "US"


def test_an_offer_without_a_place_happens_where_its_hub_is() -> None:
    hub = "<volunteerHubOrganizationIDs><volunteerHubOrganizationID>a</volunteerHubOrganizationID></volunteerHubOrganizationIDs>"
    placed = feed(offer(hub)).replace(
        "<name>A</name>", "<name>A</name><location><city>Brest</city></location>"
    )
    assert [p.city for p in read(placed).one.locations] == ["Brest"]
    remote = offer(hub + "<locations><location><virtual>Yes</virtual></location></locations>")
    assert read(placed.replace(offer(hub), remote)).one.locations == ()


def test_flexible_hours_are_those_that_say_so_or_say_nothing() -> None:
    day, hours = "<startDate>2026-03-01</startDate>", "<startTime>10:00</startTime>"
    found = [read(feed(when(x))).one.shifts[0].is_flexible for x in (
        day, day + hours, day + hours + "<timeFlexible>Yes</timeFlexible>", day + "<timeFlexible>No</timeFlexible>",
    )]  # fmt: skip
    assert found == [True, False, True, False]


def test_zero_places_is_full_and_minus_999_is_no_limit() -> None:
    def wanted(number: str) -> int | None:
        return read(feed(offer(f"<volunteersNeeded>{number}</volunteersNeeded>"))).one.places_wanted

    assert [wanted(n) for n in ("0", "5", "-999", "-8888", "-3", "beaucoup")] == [
        0,
        5,
        None,
        None,
        None,
        None,
    ]


def test_windows_bytes_in_a_file_that_claims_utf8_are_repaired_in_their_own_record() -> None:
    content = feed(offer(ident="1"), offer("<skills>é</skills>", ident="2")).encode()
    reading = read(content.replace("é".encode(), "œuvre d’été".encode("cp1252")))
    assert reading.item("2").skills == "œuvre d’été"
    assert reading.codes("2") == ["encoding_bytes", "location_missing"]
    assert "encoding_bytes" not in reading.codes("1")


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "iso-8859-1", "windows-1252", "utf-16-be"]
)
def test_other_encodings_are_read_as_announced(encoding: str) -> None:
    content = feed(offer("<skills>été</skills>")).replace(
        '<?xml version="1.0"?>', f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>'
    )
    assert read(content.encode(encoding)).one.skills == "été"


def test_prefixes_and_other_letter_cases_are_understood() -> None:
    content = feed(offer()).replace("<title>", "<TITLE>").replace("</title>", "</TITLE>")
    prefixed = content.replace("<", "<fp:").replace("<fp:/", "</fp:").replace("<fp:?", "<?")
    prefixed = prefixed.replace("schemaVersion", 'xmlns:fp="urn:fp" schemaVersion')
    assert read(prefixed).one.title == "Titre"


def test_a_feed_that_cannot_be_rewound_is_read_all_the_same() -> None:
    code = (
        "import sys; from portal import formats; print(len(list(formats.read(sys.stdin.buffer))))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], input=feed(offer()).encode(), capture_output=True, check=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert found.stdout.strip() == b"2"  # the offer, and that it has no place


def test_equal_deliveries_have_equal_fingerprints_whatever_their_date() -> None:
    one = read(feed(offer("<lastUpdated>2026-01-01T00:00:00</lastUpdated>"))).one
    other = read(
        feed(offer(ident="0"), offer("<lastUpdated>2026-02-02T00:00:00</lastUpdated>"))
    ).item("1")
    changed = read(feed(offer("<skills>Lire</skills>"))).one
    assert one.fingerprint() == other.fingerprint() != changed.fingerprint()


def test_tags_that_are_written_straight_into_their_wrapper_are_read() -> None:
    item = read(
        feed(
            offer(
                "<categoryTags>Hunger, Education</categoryTags><audienceTags>Teens</audienceTags>"
            )
        )
    ).one
    assert (item.tags, item.audiences) == (("Hunger",), ("Teens",))  # Education is a theme's name
    assert item.themes == ("solidarity", "education")


@pytest.mark.parametrize("nothing", ["null", "NULL", "undefined", "NaN"])
def test_the_word_that_a_program_writes_for_nothing_is_nothing(nothing: str) -> None:
    inner = f"<volunteersNeeded>{nothing}</volunteersNeeded><minimumAge> {nothing} </minimumAge><skills>{nothing}</skills>"
    reading = read(feed(offer(inner)))
    item = reading.one
    assert (item.places_wanted, item.minimum_age, item.skills) == (None, None, "")
    assert reading.codes() == ["location_missing"]
