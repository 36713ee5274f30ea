"""JSON-LD alone or in a page: JobPosting, Event, VolunteerAction, graphs, and the UK Volunteering Data Standard."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portal.formats import FormatError, Severity
from portal.formats.item import RemoteWork
from tests.formats.reading import Reading, read, read_sample


@pytest.fixture(scope="module")
def good() -> Reading:
    return read_sample("linked_data_good.json")


@pytest.fixture(scope="module")
def odd() -> Reading:
    return read_sample("linked_data_odd.json")


@pytest.mark.parametrize(
    ("sample", "ids"),
    [
        ("good.json", ["007", "https://lavoir.example/#traduire", "https://lavoir.example/#fete"]),
        ("good_page.html", ["https://mdl.example/berges"]),
        ("good_uk.json", ["https://shed.example/counter", "https://shed.example/catalogue"]),
    ],
)
def test_good_records_are_read_without_a_remark(sample: str, ids: list[str]) -> None:
    reading = read_sample(f"linked_data_{sample}")
    assert (reading.ids, reading.problems) == (ids, [])


def test_a_volunteer_job_is_an_ongoing_offer(good: Reading) -> None:
    item = good.item("007")
    assert (item.is_ongoing, item.places_wanted, item.skills) == (True, 3, "patience")
    assert item.locations[0].postal_code == "39100"
    assert (item.locations[0].lat, item.locations[0].lon) == (47.0922, 5.4893)
    assert item.expires_at is not None and item.expires_at.year == 2026


def test_an_event_has_its_date_its_place_and_its_capacity(good: Reading) -> None:
    item = good.item("https://lavoir.example/#fete")
    (shift,) = item.shifts
    assert (shift.starts_at, shift.capacity) == (datetime(2026, 6, 21, 14, tzinfo=UTC), 12)
    assert (item.minimum_age, item.themes) == (16, ("culture",))
    assert item.locations[0].city == "Dole"


def test_a_virtual_location_is_remote_and_no_place(good: Reading) -> None:
    item = good.item("https://lavoir.example/#traduire")
    assert (item.remote, item.locations) == (RemoteWork.FULL, ())


def test_a_schedule_is_a_rule() -> None:
    (shift,) = read_sample("linked_data_good_page.html").one.shifts
    assert shift.recurrence is not None
    assert shift.recurrence.rrule.startswith("FREQ=WEEKLY;BYDAY=SA")
    assert shift.recurrence.minutes == 120


def test_the_parts_of_an_event_are_its_shifts(odd: Reading) -> None:
    assert len(odd.item("etapes").shifts) == 2


def test_paid_work_and_cancelled_events_are_no_offers(odd: Reading) -> None:
    assert (odd.codes("paye"), odd.codes("annule")) == (["not_volunteer"], ["cancelled"])
    assert not {"paye", "annule"} & set(odd.ids)


def test_an_activity_says_where_when_and_what_is_asked() -> None:
    item = read_sample("linked_data_good_uk.json").item("https://shed.example/counter")
    assert item.schedule == "Half a day per week; Monday Morning"
    assert (item.locations[0].country, item.locations[0].lat) == ("GB", 53.8218)
    assert (item.minimum_age, item.skills) == (16, "Customer Service")
    assert item.association is not None and item.association.name == "The Tool Shed"


def test_a_bad_record_costs_itself_and_no_neighbour() -> None:
    bad = read_sample("linked_data_bad.json")
    assert bad.ids == ["bon-1", "bon-2"]
    refused = [
        (p.external_id, p.code, p.line) for p in bad.problems if p.severity is Severity.REFUSED
    ]
    assert refused == [
        ("casse", "malformed_json", 2), (None, "id_missing", 3), (None, "malformed_json", 4),
    ]  # fmt: skip


def test_a_record_whose_type_is_damaged_is_refused_by_its_id() -> None:
    reading = read('[{"@context": "x", "@type": "Evnt", "@id": "7", "name": "T", "startDate": "2026-06-01"}]')  # fmt: skip
    assert [(p.external_id, p.code) for p in reading.problems] == [("7", "type_unknown")]


def test_a_page_without_any_is_refused() -> None:
    with pytest.raises(FormatError) as caught:
        read("<html><body>Bonjour</body></html>", "linked_data")
    assert caught.value.code == "html_page"


GRAPH = """{"@context": "https://schema.org", "@graph": [%s
  {"@type": "JobPosting", "@id": "https://a.example/7", "title": "T", "employmentType": "VOLUNTEER",
   "hiringOrganization": {"@id": "#org"}, "jobLocation": {"@type": "Place", "@id": "#salle"}}%s
]}"""
NODES = """{"@type": "Organization", "@id": "#org", "name": "Les Jardins"},
  {"@id": "#geo", "latitude": 47.0922, "longitude": 5.4893},
  {"@type": "Place", "@id": "#salle", "address": {"@id": "#rue"}, "geo": {"@id": "#geo"}},
  {"@type": "PostalAddress", "@id": "#rue", "postalCode": "39100", "addressLocality": "Dole"}"""


@pytest.mark.parametrize("parts", [(NODES + ",", ""), ("", "," + NODES)], ids=["before", "after"])
@pytest.mark.parametrize("page", ["%s", "<html><script type='application/ld+json'>%s</script>"])
def test_what_a_record_points_to_is_read_wherever_it_stands(
    parts: tuple[str, str], page: str
) -> None:
    item = read(page % (GRAPH % parts)).one
    assert item.association is not None and item.association.name == "Les Jardins"
    (place,) = item.locations
    assert (place.postal_code, place.city, place.lat) == ("39100", "Dole", 47.0922)


def test_one_script_of_a_page_may_point_to_another() -> None:
    script = "<script type='application/ld+json'>%s</script>"
    nodes = '{"@context": "https://schema.org", "@graph": [' + NODES + "]}"
    item = read("<html>" + script % (GRAPH % ("", "")) + script % nodes).one
    assert item.association is not None and item.association.name == "Les Jardins"


def test_what_one_record_tells_another_may_point_to() -> None:
    told = '{"@type": "Event", "@id": "#e", "name": "E", "startDate": "2026-06-01", "organizer": {"@id": "#org", "name": "Les Jardins"}},'
    items = read(GRAPH % (told, "")).items
    assert [i.association.name for i in items if i.association] == ["Les Jardins", "Les Jardins"]


def test_an_id_that_leads_nowhere_is_no_name_and_no_tag() -> None:
    reading = read((GRAPH % ("", "")).replace('"title"', '"about": {"@id": "#sujet"}, "title"'))
    assert (reading.one.association, reading.one.locations, reading.one.tags) == (None, (), ())
    assert {"association_missing", "location_missing"} <= set(reading.codes())


def test_nodes_that_point_in_circles_end() -> None:
    many = ", ".join(['{"@id": "#a"}'] * 50)
    circle = '{"@id": "#org", "name": {"@id": "#org"}, "url": {"@id": "#a"}},'
    circle += '{"@id": "#a", "name": [' + many + '], "url": {"@id": "#org"}},'
    assert read(GRAPH % (circle, "")).ids == ["https://a.example/7"]


def test_an_offer_that_a_list_points_to_is_read_once() -> None:
    listed = ', {"@type": "ListItem", "item": {"@id": "https://a.example/7"}}'
    assert read(GRAPH % (NODES + ",", listed)).ids == ["https://a.example/7"]


EVENT = '{"@type": "Event", "@id": "https://a.example/1", "name": "T", "startDate": "2026-06-01"%s}'


@pytest.mark.parametrize("name", ["mainEntity", "event", "events"])
@pytest.mark.parametrize("around", ["%s", "[%s]", '{"@graph": [%s]}'])
def test_what_a_page_or_an_association_holds_is_read(name: str, around: str) -> None:
    page = '{"@context": "https://schema.org", "@type": "WebPage", "name": "P", "%s": [%s]}'
    assert read(around % (page % (name, EVENT % "")), "linked_data").ids == ["https://a.example/1"]


def test_pages_that_hold_pages_without_end_are_left_at_some_level() -> None:
    deep = '{"@type": "WebPage", "mainEntity": ' * 400 + EVENT % "" + "}" * 400
    assert read('{"@context": "https://schema.org", "@graph": [' + deep + "]}").ids == []


def test_a_person_who_organises_is_not_published_as_an_association() -> None:
    organizer = ', "organizer": {"@type": "Person", "name": "Jeanne Martin"}'
    reading = read("[" + EVENT % organizer + "]", "linked_data")
    assert reading.one.association is None and "association_missing" in reading.codes()


def test_the_number_of_a_blank_node_is_no_id() -> None:
    blank = (EVENT % ', "url": "https://a.example/page"').replace("https://a.example/1", "_:b0")
    reading = read("[" + blank + "]", "linked_data")
    assert (reading.ids, "id_from_url" in reading.codes()) == (["https://a.example/page"], True)


@pytest.mark.parametrize(
    ("before", "after"),
    [("<!--", "-->"), ("//<![CDATA[", "//]]>"), ("/*<![CDATA[*/", "/*]]>*/")],
)  # fmt: skip
def test_a_script_that_is_hidden_from_old_browsers_is_read_whole(before: str, after: str) -> None:
    script = f"<script type='application/ld+json'>\n{before}\n{EVENT % ''}\n{after}\n</script>"
    reading = read("<html>" + script)
    assert reading.one.line == 2  # where what is hidden begins
    assert {"malformed_json", "truncated"}.isdisjoint(reading.codes())


PREFIXED = [
    '{"@context":{"schema":"https://schema.org/"},"@type":"schema:Event","schema:name":"T","schema:identifier":"9",'
    '"schema:startDate":"2031-04-12","schema:location":{"@type":"schema:Place","schema:address":'
    '{"@type":"schema:PostalAddress","schema:addressLocality":"Lyon"}},"schema:organizer":'
    '{"@type":"schema:Organization","schema:name":"A"}}',
    '{"@context":{"s":"http://schema.org/"},"@graph":[{"@type":"s:Event","s:name":"T","s:identifier":"9",'
    '"s:startDate":"2031-04-12","s:location":{"@type":"s:Place","s:address":{"s:addressLocality":"Lyon"}},'
    '"s:organizer":{"@id":"#a"}},{"@id":"#a","@type":"s:Organization","s:name":"A"}]}',
    '[{"@type":["https://schema.org/Event"],"https://schema.org/identifier":[{"@value":"9"}],'
    '"https://schema.org/name":[{"@value":"T"}],"https://schema.org/startDate":[{"@value":"2031-04-12"}],'
    '"https://schema.org/location":[{"@type":["https://schema.org/Place"],"https://schema.org/address":'
    '[{"https://schema.org/addressLocality":[{"@value":"Lyon"}]}]}],'
    '"https://schema.org/organizer":[{"https://schema.org/name":[{"@value":"A"}]}]}]',
    '<!doctype html><head><script type="application/ld+json">{"@context":{"sch":"https://schema.org/"},'
    '"@type":"sch:Event","sch:name":"T","sch:identifier":"9","sch:startDate":"2031-04-12",'
    '"sch:location":{"sch:address":{"sch:addressLocality":"Lyon"}},"sch:organizer":{"sch:name":"A"}}</script></head>',
]


@pytest.mark.parametrize("document", PREFIXED)
def test_names_with_the_prefix_of_the_document_are_read_as_the_plain_ones(document: str) -> None:
    reading = read(document)
    item = reading.one
    assert (item.external_id, item.title, item.is_ongoing) == ("9", "T", False)
    assert item.association is not None and item.association.name == "A"
    assert [place.city for place in item.locations] == ["Lyon"]
    assert reading.codes() == []


def test_a_plain_name_counts_before_a_prefixed_one_and_another_vocabulary_is_left_alone() -> None:
    document = (
        '{"@context":["https://schema.org",{"dc":"http://purl.org/dc/terms/"}],"@type":"Event","identifier":"9",'
        '"schema:name":"Autre","name":"T","dc:description":"D","startDate":"2031-04-12"}'
    )
    assert (read(document).one.title, read(document).one.description) == ("T", "")
