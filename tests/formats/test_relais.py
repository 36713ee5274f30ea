"""Our own JSON: portals feed each other, keep where an offer comes from, and never take their own back."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from portal.formats import FormatError, Severity
from portal.formats.item import RemoteWork
from tests.formats.reading import read, read_sample


def test_a_good_search_is_read_without_a_remark() -> None:
    good = read_sample("relais_good.json")
    assert good.ids == ["41", "42"]
    assert good.problems == []


def test_an_offer_keeps_its_origin() -> None:
    item = read_sample("relais_good.json").item("41")
    assert item.detail_url == "https://autre.example/offers/41-haie"
    assert item.association is not None and item.association.name == "Les Jardins"
    assert item.themes == ("environment",)
    assert item.locations[0].postal_code == "01000"
    first, second = item.shifts
    assert (first.starts_at, first.capacity) == (datetime(2026, 6, 6, 7, tzinfo=UTC), 4)
    assert second.capacity is None


def test_zero_places_left_is_full_and_an_undated_shift_is_ongoing() -> None:
    item = read_sample("relais_good.json").item("42")
    assert (item.is_ongoing, item.shifts, item.places_wanted) == (True, (), 0)
    assert item.remote is RemoteWork.FULL


def test_an_offer_that_a_portal_passes_on_leads_to_whoever_published_it_first() -> None:
    assert (
        read_sample("relais_odd.json").item("b").detail_url == "https://chez-nous.example/offers/2"
    )


def test_a_bad_record_costs_itself_and_no_neighbour() -> None:
    bad = read_sample("relais_bad.json")
    assert {"1", "6"} <= set(bad.ids)
    refused = [(p.external_id, p.code) for p in bad.problems if p.severity is Severity.REFUSED]
    assert refused == [("2", "malformed_json"), ("3", "malformed_json"), ("5", "dates_lost")]


def test_control_a_plain_json_reader_loses_every_record() -> None:
    from tests.formats.reading import SAMPLES

    with pytest.raises(json.JSONDecodeError):
        json.loads((SAMPLES / "relais_bad.json").read_text())


def test_a_record_that_lost_its_end_does_not_swallow_the_next() -> None:
    one = '{{"id": {n}, "url": "https://x.example/offers/{n}", "title": "T", "is_ongoing": true, "locations": [{{"city": "Lyon"}}]}}'
    records = [one.format(n=n) for n in range(4)]
    records[1] = records[1].removesuffix("]}")
    reading = read('{"offers": [' + ",".join(records) + '], "next": null}', "relais")
    assert reading.ids == ["0", "2", "3"]
    assert "1" in [p.external_id for p in reading.problems]


def test_a_search_that_stops_before_its_end_says_so() -> None:
    whole = '{"understood": {}, "offers": [{"id": 1, "url": "https://x.example/offers/1", "title": "T"}]}'
    assert "truncated" not in read(whole).codes()
    assert "truncated" in read(whole[:-2]).codes()


def test_memory_does_not_grow_with_the_file() -> None:
    import io
    import tracemalloc

    from portal import formats

    record = (
        b'{"id": 1, "url": "https://x.example/offers/1", "title": "T", "description": "'
        + b"x" * 2_000
        + b'"}'
    )
    body = b'{"understood": {}, "offers": [' + b",".join([record] * 5_000) + b"]}"
    stream = io.BytesIO(body)
    tracemalloc.start()
    count = sum(1 for _ in formats.read(stream, name="relais"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count >= 5_000
    assert peak < 3_000_000 < len(body)


def test_a_web_page_in_its_place_is_refused() -> None:
    with pytest.raises(FormatError) as caught:
        read("<html><body>503</body></html>", "relais")
    assert caught.value.code == "html_page"


@pytest.mark.parametrize("part", ['{"a":[', '{"a":1 '], ids=["nests for ever", "breaks for ever"])
def test_what_breaks_for_ever_is_passed_over_with_the_records_behind_it_kept(part: str) -> None:
    good = '{"id": 1, "url": "https://x.example/offers/1", "title": "T"}'
    reading = read('{"offers": [' + part * 20_000 + "," + good + "]}", "relais")
    assert reading.ids == ["1"]
