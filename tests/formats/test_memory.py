"""A feed of 200 MiB is read in less than 128 MiB, in every format: nothing holds the file.

By default files of 6 MiB, which must then need less than their own size; at full n (TRUST_N=full) the whole 200.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.formats import FORMATS

MIB = 1024 * 1024
IS_FULL = os.environ.get("TRUST_N") == "full"
SIZE, BOUND = (200, 128) if IS_FULL else (6, 4)  # MiB
ROOT = Path(__file__).parent.parent.parent
TEXT = "On trie, on range et on répare des livres avec l’équipe du mardi. " * 150  # 10 kB
PER_RECORD = len(TEXT.encode()) + 400

Written = Iterator[str]


def table(count: int) -> Written:
    yield "id;title;description;city;start date\n"
    for n in range(count):
        yield f"{n};Offre {n};{TEXT};Dole;2031-04-04\n"


def engagement(count: int) -> Written:
    yield "<source>"
    for n in range(count):
        yield (
            f"<mission><clientId>{n}</clientId><title>Offre {n}</title><description>{TEXT}</description>"
            f"<applicationUrl>https://a.example/{n}</applicationUrl><city>Dole</city></mission>\n"
        )
    yield "</source>"


def footprint(count: int) -> Written:
    yield (
        '<FootprintFeed schemaVersion="0.1"><FeedInfo><providerID>1</providerID><providerName>A</providerName>'
        "<createdDateTime>2026-03-01T08:00:00</createdDateTime></FeedInfo><Organizations>"
    )
    for n in range(count // 10):
        yield (
            f"<Organization><organizationID>o{n}</organizationID><name>Association {n}</name></Organization>"
        )
    yield "</Organizations><VolunteerOpportunities>"
    for n in range(count):
        yield (
            f"<VolunteerOpportunity><volunteerOpportunityID>{n}</volunteerOpportunityID>"
            f"<sponsoringOrganizationIDs><sponsoringOrganizationID>o{n % max(1, count // 10)}</sponsoringOrganizationID>"
            f"</sponsoringOrganizationIDs><title>Offre {n}</title><description>{TEXT}</description>"
            f"<locations><location><city>Dole</city><country>FR</country></location></locations></VolunteerOpportunity>\n"
        )
    yield "</VolunteerOpportunities></FootprintFeed>"


def syndication(count: int) -> Written:
    yield '<rss version="2.0"><channel><title>Les Jardins</title>'
    for n in range(count):
        yield (
            f'<item><guid isPermaLink="false">{n}</guid><title>Offre {n}</title>'
            f"<description>{TEXT}</description></item>\n"
        )
    yield "</channel></rss>"


def calendar(count: int) -> Written:
    """Every third event moves a date of the series before it, with a text of its own."""
    yield "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
    for n in range(count):
        own = f"RECURRENCE-ID:20310404T{n % 3 + 8:02d}0000Z\r\n" if n % 3 == 2 else ""
        text = TEXT.replace(",", "\\,")
        yield (
            f"BEGIN:VEVENT\r\nUID:{n - (n % 3 == 2)}@a.example\r\nDTSTART:20310404T080000Z\r\nDTEND:20310404T090000Z\r\n"
            f"{own}SUMMARY:Offre {n}\r\nDESCRIPTION:{text}\r\nLOCATION:Dole\r\nEND:VEVENT\r\n"
        )
    yield "END:VCALENDAR\r\n"


def linked_data(count: int) -> Written:
    yield '{"@context": "https://schema.org", "@graph": [\n'
    for n in range(count):
        offer = {
            "@type": "VolunteerAction", "@id": f"https://a.example/{n}", "name": f"Offre {n}", "description": TEXT,
            "startTime": "2031-04-04T08:00:00Z", "location": "Dole",
        }  # fmt: skip
        yield json.dumps(offer, ensure_ascii=False) + ("," if n < count - 1 else "")
    yield "]}"


def relais(count: int) -> Written:
    yield '{"total": 1, "understood": {}, "offers": [\n'
    for n in range(count):
        offer = {
            "id": n, "url": f"https://a.example/offers/{n}", "title": f"Offre {n}", "description": TEXT,
            "is_ongoing": True,
        }  # fmt: skip
        yield json.dumps(offer, ensure_ascii=False) + ("," if n < count - 1 else "")
    yield '], "next": null}'


WRITERS: dict[str, Callable[[int], Written]] = {
    one.__name__: one
    for one in (table, engagement, footprint, syndication, calendar, linked_data, relais)
}


def measured(folder: Path, name: str, which: str = "portal") -> tuple[int, float, int]:
    """Offers that were read, MiB beyond the start, and records that were written."""
    count = SIZE * MIB // PER_RECORD
    for size, file in ((20, "small"), (count, "large")):
        with (folder / file).open("w", encoding="utf-8", newline="") as out:
            out.writelines(WRITERS[name](size))
    files = (str(folder / "small"), str(folder / "large"))
    told = subprocess.run(
        [sys.executable, "-m", "tests.formats.memory_child", *files, which],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(told.stdout)
    (folder / "large").unlink()
    return found["offers"], found["mib"], count


def test_every_format_is_measured() -> None:
    assert set(WRITERS) == set(FORMATS)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_large_feed_is_read_in_little_memory(name: str, tmp_path: Path) -> None:
    offers, mib, count = measured(tmp_path, name)
    print(f"\n{name}: {SIZE} MiB, {offers} offers, {mib:.1f} MiB beyond the start")
    assert offers == (count - count // 3 if name == "calendar" else count)
    assert mib < BOUND


def test_control_a_reader_that_holds_the_file_needs_more(tmp_path: Path) -> None:
    _offers, mib, _count = measured(tmp_path, "table", "whole")
    assert mib > BOUND
