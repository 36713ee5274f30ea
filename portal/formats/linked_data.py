"""JSON-LD, served alone or found in a web page: schema.org's JobPosting (VOLUNTEER), Event and VolunteerAction, and the
graph of the UK Volunteering Data Standard (https://standard.volunteeringdata.io/publishing-opportunities-data).

Nothing is looked up: a context is not fetched, and what a page only points to is not followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from portal.formats.checks import checked
from portal.formats.errors import NotThisFormat
from portal.formats.item import FeedItem
from portal.formats.json_feed import JsonReader, Record, chunks_of, objects, open_text, said_of
from portal.formats.json_records import Shape
from portal.formats.linked_nodes import (
    Nodes,
    is_reference,
    prefixes,
    references,
    without_prefixes,
)
from portal.formats.linked_offers import draft_of, ident_of
from portal.formats.problem import FeedProblem, Notebook
from portal.formats.settings import ReadSettings
from portal.formats.volunteering_data import activities

NAME = "linked_data"
_TITLE = "JSON-LD"
_OFFERS = frozenset({"JobPosting", "VolunteerAction"})
# What no node but an offer says: one of no known type that says it is an offer whose type is damaged.
_SEEMS = frozenset({"startDate", "employmentType", "hiringOrganization"})
_IDENT = re.compile(r'"(?:@id|(?:[\w-]{1,20}:)?identifier|id)"\s*:\s*"([^"\\]{1,250})"')
_SCRIPT = re.compile(
    r"<script\b[^>]{0,500}?application/ld\+json[^>]{0,500}>(.*?)</script\s*>",
    re.DOTALL | re.IGNORECASE,
)
_OPENED = re.compile(r"<script\b[^>]{0,500}?application/ld\+json[^>]{0,500}>", re.IGNORECASE)
# Old pages hide their scripts from older browsers yet, in a comment or in CDATA.
_HIDDEN = re.compile(
    r"\s*(?://|/\*)?\s*<!(?:--|\[CDATA\[)(?:\s*\*/)?(.*?)(?:(?://|/\*)\s*)?(?:-->|\]\]>)(?:\s*\*/)?\s*",
    re.DOTALL,
)
# What a page or an association holds its offers under.
_HOLDS = frozenset({"mainEntity", "event", "events"})
_LEVELS = 8
_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body|script|meta)\b",
    re.DOTALL | re.IGNORECASE,
)


def kind_of(value: dict[str, Any]) -> str:
    """What an object is, as this file cares: `event`, `job`, `organisation`, or nothing."""
    found = value.get("@type", value.get("type"))
    names = {
        str(n).rpartition("/")[2].rpartition(":")[2]
        for n in (found if isinstance(found, list) else [found])
    }
    if names & _OFFERS:
        return "job"
    if any(name.endswith("Event") and name != "PublicationEvent" for name in names):
        return "event"
    if names & {"Organisation", "Organization"} and "activity" in value:
        return "organisation"
    return ""


_SHAPE = Shape(
    frozenset({"@graph", "graph", "itemListElement", "dataFeedElement"}),
    lambda value: bool(kind_of(value)),
    frozenset({"subEvent", "superEvent", "subEvents", "item"}) | _HOLDS,
)


def recognises(head: str) -> bool:
    """Whether a file that begins so is of this format."""
    text = head.lstrip("\ufeff \r\n\t")
    if text.startswith(("{", "[")):
        return re.search(r'"@(?:context|type|graph)"\s*:', text) is not None
    return (
        _PAGE.match(text) is not None
    )  # its scripts may come late; without any it is refused as a page


def read(stream: BinaryIO, settings: ReadSettings) -> Iterator[FeedItem | FeedProblem]:
    """The offers and problems of a file, record by record. Raises FormatError when it is not usable at all."""
    stream, head = open_text(stream)
    start = stream.tell()
    nodes = Nodes(references(chunks_of(stream)), lambda value: kind_of(value) in {"job", "event"})
    if nodes.wanted:
        stream.seek(start)
        for found in _records(stream, head, settings):
            if not isinstance(found, FeedProblem):
                nodes.gather(found[0])
    stream.seek(start)
    for found in _records(stream, head, settings):
        if isinstance(found, FeedProblem):
            yield found
        else:
            value, notes = found
            yield from _record(nodes.joined(value), notes, settings)


def _records(stream: BinaryIO, head: str, settings: ReadSettings) -> Iterator[Record | FeedProblem]:
    """The objects of a file, or of all the scripts of a page."""
    reader = JsonReader(_SHAPE, _IDENT, settings)
    if head.startswith(("{", "[")):
        yield from _of_text(reader, chunks_of(stream), 1, head)
        return
    if not head.startswith("<"):
        raise NotThisFormat(format=_TITLE)
    scripts = 0
    for line, text in _scripts(chunks_of(stream), settings.max_record_chars):
        scripts += 1
        if hidden := _HIDDEN.fullmatch(text):
            line, text = line + text.count("\n", 0, hidden.start(1)), hidden.group(1)
        yield from _of_text(reader, iter([text]), line, text)
    if not scripts:
        raise NotThisFormat("html_page")


def _of_text(
    reader: JsonReader, chunks: Iterator[str], line: int, head: str
) -> Iterator[Record | FeedProblem]:
    reader.envelope = {}
    before = prefixes(head)
    for found in reader.read(chunks, line):
        if isinstance(found, FeedProblem):
            yield found
        else:
            yield without_prefixes(found[0], before), found[1]
    if reader.envelope.keys() - {"@context"}:  # a lone object, not a list of them
        lone = without_prefixes(reader.envelope, before)
        reader.count += bool(kind_of(lone))
        yield lone, Notebook(reader.count, reader.first_line)


def _record(
    value: dict[str, Any], notes: Notebook, settings: ReadSettings, levels: int = _LEVELS
) -> Iterator[FeedItem | FeedProblem]:
    holds = _SHAPE.lists if kind_of(value) else _SHAPE.lists | _HOLDS
    for name in sorted(holds & set(value)) if levels else ():  # a graph inside a list, a page
        for inner in objects(value[name]):
            if not is_reference(inner):
                own = Notebook(notes.record, notes.line)
                yield from _record(inner, own, settings, levels - 1)
    if not kind_of(value) and _SEEMS & set(value):
        notes.external_id = ident_of(value) or None
        notes.refused("@type", said_of(value, "@type", "type"), "type_unknown")
    if isinstance(value.get("item"), dict):  # a member of an ItemList or of a DataFeed
        value = value["item"]
    kind = kind_of(value)
    drafts: list[tuple[dict[str, Any] | None, Notebook]]
    if kind == "organisation":
        drafts = [(d, n) for d, n in activities(value, notes, settings)]
    elif kind:
        drafts = [(draft_of(kind, value, notes, settings), notes)]
    else:
        drafts = [(None, notes)] if notes.problems else []
    for draft, of_record in drafts:
        item = checked(draft, of_record, settings) if draft is not None else None
        yield from of_record.problems
        if item is not None:
            yield item


def _scripts(chunks: Iterator[str], limit: int) -> Iterator[tuple[int, str]]:
    """(line, text) of each JSON-LD script of a page; one that is never closed goes to the end, or to the limit."""
    buffer, line = "", 1
    for chunk in chunks:
        buffer += chunk
        while match := _SCRIPT.search(buffer):
            yield line + buffer.count("\n", 0, match.start(1)), match.group(1)
            line += buffer.count("\n", 0, match.end())
            buffer = buffer[match.end() :]
        opened = _OPENED.search(buffer)
        kept = opened.start() if opened else max(0, len(buffer) - 2_000)
        if len(buffer) - kept > limit:
            break
        line += buffer.count("\n", 0, kept)
        buffer = buffer[kept:]
    if opened := _OPENED.search(buffer):
        yield line + buffer.count("\n", 0, opened.end()), buffer[opened.end() :]
