"""Every repair and refusal has a stable code, a sentence in each language, and a file that brings it about."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from portal.formats import FormatError
from portal.formats.import_sentences import IMPORT_SENTENCES
from portal.formats.sentences import SENTENCES, sentences
from portal.formats.value_sentences import VALUE_SENTENCES
from portal.services.places.locating import Repair
from tests.formats.reading import SAMPLES, read, read_sample

TESTS = Path(__file__).parent.parent
OF_FORMATS = {**SENTENCES, **VALUE_SENTENCES}
ALL = {**OF_FORMATS, **IMPORT_SENTENCES}
HEADER = "identifiant;titre;ville;"
FOOTPRINT = (
    '<FootprintFeed schemaVersion="0.1"><FeedInfo><providerID>1</providerID></FeedInfo>{}'
    "<VolunteerOpportunities><VolunteerOpportunity><volunteerOpportunityID>1</volunteerOpportunityID>"
    "<title>T</title>{}</VolunteerOpportunity></VolunteerOpportunities></FootprintFeed>"
)
MISSION = "<source><mission><clientId>1</clientId><title>T</title><applicationUrl>https://x.example</applicationUrl>{}</mission></source>"
SHIFTS = "".join(
    f"<shift><startAt>2031-{1 + n // 28:02}-{1 + n % 28:02}</startAt></shift>" for n in range(201)
)
Case = tuple[bytes | str, dict[str, Any]]


def row(columns: str, *values: str, **settings: Any) -> Case:
    return f"{HEADER}{columns}\n1;T;Lyon;{';'.join(values)}\n", settings


# What no sample file holds, because it spoils the whole file or needs limits of its own.
CASES: dict[str, Case] = {
    "empty": (b"", {}),
    "not_this_format": ("du texte", {"name": "calendar"}),
    "html_page": ("<html><body>503</body></html>", {}),
    "unknown_format": (b"\x89PNG\r\n", {}),
    "workbook": (b"PK\x03\x04", {}),
    "compressed": (b"\x1f\x8b\x08", {}),
    "encoding_unknown": ('<?xml version="1.0" encoding="utf-7"?><source></source>', {}),
    "encoding_declared": ('<?xml version="1.0" encoding="UTF-16"?><source></source>', {}),
    "encoding_bytes": (MISSION.format("<city>É</city>").encode("cp1252"), {}),
    "dtd": ('<!DOCTYPE source [<!ENTITY a "b">]><source></source>', {}),
    "feed_info_missing": ("<FootprintFeed></FootprintFeed>", {}),
    "feed_info_doubled": (FOOTPRINT.format("<FeedInfo><providerID>2</providerID></FeedInfo>", ""), {}),
    "no_header": ("a;b\n1;2\n", {"name": "table"}),
    "no_id_column": ("titre;ville\nT;Lyon\n", {"name": "table"}),
    "truncated": (MISSION.format("").removesuffix("</source>"), {}),
    "too_many_records": ("identifiant;titre\n1;A\n2;B\n", {"max_records": 1}),
    "too_big": (MISSION.format("<description>" + "x" * 900 + "</description>"), {"max_record_chars": 500}),
    "too_deep": (MISSION.format("<a>" * 70 + "</a>" * 70), {}),
    "markup_repaired": (MISSION.format("<city>Pain & sel</city>"), {}),
    "control_characters": (row("description", "Un\x01e voix")),
    "id_doubled": (MISSION.format("<clientId>2</clientId>"), {}),
    "id_too_long": (f"identifiant;titre\n{'x' * 300};T\n", {}),
    "too_long": (f"identifiant;titre\n1;{'mot ' * 100}\n", {}),
    "type_unknown": ('[{"@context": "x", "@type": "Evnt", "@id": "7", "name": "T", "startDate": "2026-06-01"}]', {}),
    "association_not_found": (
        FOOTPRINT.format("", "<sponsoringOrganizationID>9</sponsoringOrganizationID>"), {}),
    "dates_cut": (MISSION.format(f"<shifts>{SHIFTS}</shifts>"), {}),
    "dates_elsewhere": (
        '{"offers":[{"id":1,"url":"https://x.example/1","title":"T","has_more_shifts":true}],"understood":{}}', {}),
    "date_implausible": (row("date de début", "01/01/1970")),
    "duration": (row("durée", "longtemps")),
    "places_negative": (row("places", "-5")),
    "position": (row("latitude;longitude", "nord", "est")),
    "recurrence_start": (row("récurrence", "FREQ=WEEKLY")),
    "end_before_start": (row("date de début;heure de début;heure de fin", "2031-04-12", "18:00", "17:00")),
    "registration": (row("association;siren", "A", "12")),
}  # fmt: skip
# Nothing that is read ends in these: an error that was given no code of its own.
WITHOUT_CASE = {"unreadable"}


@cache
def met_in_samples() -> frozenset[str]:
    found: set[str] = set()
    for path in SAMPLES.iterdir():
        if path.suffix != ".xsd":
            found |= set(read_sample(path.name).codes())
    return frozenset(found)


def codes_of(case: Case) -> set[str]:
    content, settings = case
    try:
        return set(read(content, **settings).codes())
    except FormatError as error:
        return {error.code}


@pytest.mark.parametrize("code", sorted(ALL))
def test_every_code_has_a_sentence_in_french_and_in_english(code: str) -> None:
    french, english = ALL[code]
    gaps = dict.fromkeys(re.findall(r"%\((\w+)\)s", french + english), 1)
    french, english = sentences(code, gaps)
    assert french.endswith((".", "…")) and english.endswith((".", "…"))
    assert french != english
    assert "%(" not in french + english


@pytest.mark.parametrize("code", sorted(OF_FORMATS.keys() - WITHOUT_CASE))
def test_every_code_of_a_format_is_brought_about_by_a_file(code: str) -> None:
    assert code in met_in_samples() or code in codes_of(CASES[code])


@pytest.mark.parametrize("code", sorted(IMPORT_SENTENCES.keys() - OF_FORMATS.keys()))
def test_every_code_of_an_import_is_named_by_a_test(code: str) -> None:
    names = [f'"{code}"', *(f"Repair.{repair.name}" for repair in Repair if repair.value == code)]
    assert any(name in path.read_text() for path in _other_tests() for name in names)


def test_every_code_that_is_noted_in_the_code_has_its_sentences() -> None:
    noted = set()
    for path in (TESTS.parent / "portal" / "formats").glob("*.py"):
        calls = re.findall(
            r"\.(?:repaired|refused)\(([^()]*(?:\([^()]*\)[^()]*)*)\)", path.read_text()
        )
        for call in calls:
            noted |= set(re.findall(r'"([a-z]+(?:_[a-z]+)+)"', call)) & set(ALL)
    assert len(noted) > 40
    assert noted <= set(ALL)


def test_an_error_without_a_code_of_its_own_still_says_what_to_do() -> None:
    assert FormatError().code == "unreadable"


def test_control_a_code_that_no_file_brings_about_would_be_seen() -> None:
    assert "never_heard_of" not in met_in_samples()
    assert "never_heard_of" not in CASES


def _other_tests() -> list[Path]:
    return [path for path in TESTS.rglob("test_*.py") if path != Path(__file__)]
