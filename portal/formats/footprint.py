"""All for Good's Footprint XML 0.1: organizations and volunteer opportunities, in any order.

The organizations are read in a first pass, because an opportunity may come before the one it names; a feed that does
not have exactly one FeedInfo is refused before any of it is used. Foreign words stay in this file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from portal.formats.checks import checked
from portal.formats.encoding import Encoding
from portal.formats.errors import Malformed, NotThisFormat
from portal.formats.footprint_offers import Opportunity, Organizations
from portal.formats.footprint_places import read_location
from portal.formats.item import FeedAssociation, FeedItem
from portal.formats.problem import FeedProblem, Notebook, Severity
from portal.formats.settings import ReadSettings
from portal.formats.text import clean_html, line
from portal.formats.values import email, web_address
from portal.formats.xml_feed import XmlReader, XmlRecord, open_encoding, rewindable

NAME = "footprint"
_OFFER = "VolunteerOpportunity"
_ALL = frozenset({"FeedInfo", "Organization", _OFFER, "Review"})
_FIRST_PASS = frozenset({"FeedInfo", "Organization"})


def recognises(head: str) -> bool:
    """Whether a file that begins so is of this format."""
    return "<FootprintFeed" in head or ":FootprintFeed" in head or "<VolunteerOpportunit" in head


def read(stream: BinaryIO, settings: ReadSettings) -> Iterator[FeedItem | FeedProblem]:
    """The offers and problems of a feed, as they stand in it. Raises FormatError when it is not usable at all."""
    stream = rewindable(stream)
    start = stream.tell()
    encoding = open_encoding(stream, "Footprint XML 0.1")
    known = _Known()
    yield from _first_pass(stream, encoding, settings, known)
    stream.seek(start)
    reader = XmlReader(stream, encoding, _ALL, "volunteerOpportunityID", settings)
    for found in reader.read(frozenset({_OFFER})):
        if reader.count > settings.max_records:
            notes = Notebook(reader.count, None)
            notes.refused("", "", "too_many_records", limit=settings.max_records)
            yield from notes.problems
            return
        if isinstance(found, FeedProblem):
            yield found
        else:
            yield from _offer(found, known, settings)
    if not reader.is_complete:
        notes = Notebook(0, None)
        notes.refused("", "", "truncated")
        yield from notes.problems


@dataclass(slots=True)
class _Known:
    """What the first pass learnt."""

    feed_infos: int = 0
    organizations: Organizations = field(default_factory=Organizations)


def _first_pass(
    stream: BinaryIO, encoding: Encoding, settings: ReadSettings, known: _Known
) -> Iterator[FeedProblem]:
    """Gather the organizations; refuse what is not this format, or has not one FeedInfo."""
    problems: list[FeedProblem] = []
    reader = XmlReader(stream, encoding, _ALL, "organizationID", settings)
    for found in reader.read(_FIRST_PASS):
        if isinstance(found, FeedProblem):
            if found.field == "FeedInfo":
                known.feed_infos += 1
            if (
                found.field in _FIRST_PASS
            ):  # what is lost between records is told by the second pass
                problems.append(
                    replace(found, record=0, external_id=None, severity=Severity.REPAIRED)
                )
            continue
        if found.name == "FeedInfo":
            known.feed_infos += 1
        elif len(known.organizations.associations) < settings.max_records:
            problems.extend(_organization(found, known.organizations, settings))
    if not recognises(reader.head) and not known.feed_infos:
        raise NotThisFormat(format="Footprint XML 0.1")
    if not reader.is_complete and (not known.feed_infos or reader.ends_in == "FeedInfo"):
        raise Malformed("truncated")
    if known.feed_infos != 1:
        raise Malformed("feed_info_doubled" if known.feed_infos else "feed_info_missing")
    notes = Notebook(0, 1)
    if encoding.announced:
        notes.repaired("encoding", encoding.announced, "encoding_declared", used=encoding.name)
    if "FootprintFeed" in reader.head and not _says_version(reader.head):
        notes.repaired("schemaVersion", reader.head[:60], "schema_version")
    yield from notes.problems
    yield from problems


def _says_version(head: str) -> bool:
    tag = head[head.index("FootprintFeed") :].partition(">")[0].replace("'", '"').replace(" ", "")
    return 'schemaVersion="0.1"' in tag


def _organization(
    record: XmlRecord, known: Organizations, settings: ReadSettings
) -> list[FeedProblem]:
    """Keep an organization; the problems it has itself are told with the feed's, not with each of its offers."""
    notes, parts = Notebook(0, record.line), record.parts
    ident = line(parts.said("organizationID"), "organizationID", notes, 250)
    name = line(parts.said("name"), "name", notes, 200)
    if not ident or not name:
        notes.repaired("Organization", ident or name, "association_missing")
        return notes.problems
    if ident in known.associations:
        notes.repaired("organizationID", ident, "association_doubled")
        return notes.problems
    about = parts.said("description") or parts.said("missionStatement")
    where = parts.first("location")
    place = None if where is None else read_location(where, parts.line_of(where), notes, settings)
    if place is not None:
        known.places[ident] = place
    known.associations[ident] = FeedAssociation(
        name=name,
        external_id=ident,
        url=web_address(parts.said("organizationURL"), "organizationURL", notes),
        logo_url=web_address(parts.said("logoURL"), "logoURL", notes),
        description=clean_html(about, "description", notes, 4_000),
        email=email(parts.said("email"), "email", notes),
        phone=line(parts.said("phone"), "phone", notes, 32),
        city=place.city if place else "",
    )
    return notes.problems


def _offer(
    record: XmlRecord, known: _Known, settings: ReadSettings
) -> Iterator[FeedItem | FeedProblem]:
    item = checked(Opportunity(record, settings).draft(known.organizations), record.notes, settings)
    yield from record.notes.problems
    if item is not None:
        yield item
