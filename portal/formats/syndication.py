"""RSS 2.0, RSS 1.0 and Atom, with GeoRSS, geo:, ev: and Dublin Core: what every blog and agenda can already send.

The file is cut into its items (records.py), so that a broken one loses itself alone; each is then read by feedparser,
from the bytes we hold: it never fetches anything. An item's id is its guid, id or rdf:about, never made of its text.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, BinaryIO
from urllib.parse import urljoin
from xml.sax.saxutils import quoteattr

from lxml import etree

from portal.formats.checks import checked
from portal.formats.errors import NotThisFormat
from portal.formats.item import FeedAssociation, FeedItem
from portal.formats.problem import FeedProblem, Notebook
from portal.formats.records import Stretch
from portal.formats.settings import ReadSettings
from portal.formats.table_offers import TableRow
from portal.formats.text import line, plain
from portal.formats.values import web_address
from portal.formats.written_places import written_place
from portal.formats.xml_feed import (
    XmlReader,
    XmlRecord,
    first_tag,
    local,
    open_encoding,
    rewindable,
    said,
)

NAME = "syndication"
_TITLE = "RSS, Atom"
_RECORD = frozenset({"item", "entry"})
_FIRST_TAG = re.compile(r"<[A-Za-z_][\w.:-]*")
_ROOT = re.compile(r"<(?:[\w.-]+:)?(?:rss|feed|RDF)")
_OF_CHANNEL = re.compile(
    r"\s*(?:</channel>\s*)?<(?:image|textinput|textInput|title|link|description|language|copyright|generator)\b"
)
_LAST_TAG = re.compile(r"</(?:[\w.-]+:)?(?:rss|feed|RDF)\s*>\s*$")
# An Atom entry may carry the id of the feed that it was taken from.
_TAKEN_FROM = re.compile(r"<((?:[\w.-]+:)?source)\b[^<>]*>.*?</\1\s*>", re.DOTALL)
_END = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>|<(?:[\w.-]+:)?guid\b")
_SHELLS = {
    "item": ('<rss version="2.0" xml:base={}><channel>', "</channel></rss>"),
    "entry": ('<feed xmlns="http://www.w3.org/2005/Atom" xml:base={}>', "</feed>"),
}
# What a feed's relative addresses stand on, the best last: itself, its page (Atom's and RSS's), its own word.
_BASES = (
    re.compile(r"<(?:[\w.-]+:)?link\b(?=[^<>]*\srel=[\"']self)[^<>]*\shref=[\"']([^\"'<>]+)"),
    re.compile(
        r"<(?:[\w.-]+:)?link\b(?![^<>]*\srel=[\"'](?!alternate))[^<>]*\shref=[\"']([^\"'<>]+)"
    ),
    re.compile(r"<link>\s*(?:<!\[CDATA\[)?\s*([^<>\s\]]+)"),
    re.compile(r"<(?:[\w.-]+:)?(?:rss|feed|RDF)\b[^<>]*\sxml:base\s*=\s*[\"']([^\"'<>]+)"),
    re.compile(r"<channel\b[^<>]*\sxml:base\s*=\s*[\"']([^\"'<>]+)"),
)
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_ATOM = "{http://www.w3.org/2005/Atom}"
# Old names of what feedparser knows under one.
_OLDER = {"{http://purl.org/atom/ns#}": _ATOM, "{http://purl.org/rss/1.0/}": "", "{http://my.netscape.com/rdf/simple/0.9/}": ""}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Channel:
    """What the feed says once for all its items."""

    title: str
    language: str
    base: str = ""  # what relative addresses stand on


class _Reader(XmlReader):
    """The items of a feed; what its channel says of itself, before and after them, is no lost record."""

    def _is_lost(self, stretch: Stretch) -> bool:
        if _END.search(stretch.text):
            return True
        is_channel = self.count == 0 or _OF_CHANNEL.match(stretch.text)
        return not is_channel and super()._is_lost(stretch)

    @property
    def is_complete(self) -> bool:
        """Whether the end of the feed is there; a channel never stands without its root."""
        return (
            _LAST_TAG.search(self._cutter.tail) is not None
            or super().is_complete
            and "</" in self.head
        )

    def _idents(self, text: str) -> list[str]:
        return super()._idents(_TAKEN_FROM.sub("", text))


def recognises(head: str) -> bool:
    """Whether a file that begins so is of this format."""
    first = _FIRST_TAG.search(head, first_tag(head))
    return first is not None and _ROOT.fullmatch(first.group()) is not None


def read(stream: BinaryIO, settings: ReadSettings) -> Iterator[FeedItem | FeedProblem]:
    """The offers and problems of a feed, item by item. Raises FormatError when it is not usable at all."""
    stream = rewindable(stream)
    encoding = open_encoding(stream, _TITLE)
    if encoding.announced:
        notes = Notebook(0, 1)
        notes.repaired("encoding", encoding.announced, "encoding_declared", used=encoding.name)
        yield from notes.problems
    reader = _Reader(stream, encoding, _RECORD, "(?:guid|id)", settings)
    for found in reader.read(_RECORD):
        if not recognises(reader.head):
            raise NotThisFormat(format=_TITLE)
        if reader.count > settings.max_records:
            notes = Notebook(reader.count, None)
            notes.refused("", "", "too_many_records", limit=settings.max_records)
            yield from notes.problems
            return
        if isinstance(found, FeedProblem):
            yield found
            continue
        item = checked(_draft(found, _channel(reader.head), settings), found.notes, settings)
        yield from found.notes.problems
        if item is not None:
            yield item
    if not reader.count and not recognises(reader.head):
        raise NotThisFormat(format=_TITLE)
    if not reader.is_complete:
        notes = Notebook(0, None)
        notes.refused("", "", "truncated")
        yield from notes.problems


@lru_cache(maxsize=4)
def _channel(head: str) -> _Channel:
    quiet = Notebook(0, None)
    title = re.search(r"<title\b[^<>]*>\s*(?:<!\[CDATA\[)?([^<\]]{1,300})", head)
    language = re.search(r"<(?:dc:)?language>\s*([\w-]{2,10})|xml:lang=[\"']([\w-]{2,10})", head)
    written = line(title.group(1) if title else "", "title", quiet, 200)
    spoken = (language[1] or language[2]) if language else ""
    return _Channel(plain(written), spoken, _base(head))


def _base(head: str) -> str:
    """The absolute address that a feed's relative ones stand on, or nothing."""
    base = ""
    for found in filter(None, (pattern.search(head) for pattern in _BASES)):
        with suppress(ValueError):  # http://[
            base = urljoin(base, html.unescape(found[1].strip()))
    return web_address(base, "link", Notebook(0, None))


def _draft(record: XmlRecord, channel: _Channel, settings: ReadSettings) -> dict[str, Any]:
    """The fields of the item; what could not be used is in the notebook."""
    notes = record.notes
    cells = _cells(record, channel.base)
    if not cells["association"] and cells.pop("author") == channel.title:
        cells["association"] = channel.title
    cells["language"] = cells["language"] or channel.language
    row = TableRow({name: text for name, text in cells.items() if text}, notes, settings)
    notes.external_id = row.ident()
    draft = row.draft()
    if not cells.get("start_date"):
        notes.repaired("start_date", "", "ongoing_assumed")
    if draft["association"] is None and channel.title:
        notes.repaired("association", channel.title, "association_from_feed")
        draft["association"] = FeedAssociation(channel.title)
    return draft


def _cells(record: XmlRecord, base: str) -> dict[str, str]:
    """The item under the names of our fields, all text."""
    entry = _entry(record, base)
    ident = _written_ident(record) or str(entry.get("id", ""))
    about = record.parts.element.get(_RDF_ABOUT)
    lat, lon = _position(entry)
    markup = next((c.get("value", "") for c in entry.get("content", ())), "")
    tags = [str(tag.get("label") or tag.get("term") or "") for tag in entry.get("tags", ())]
    return {
        "external_id": line(ident or about or "", "guid", record.notes, 1_000),
        "title": _title(record) or entry.get("title", ""),
        "description": markup or entry.get("summary", ""),
        "detail_url": _link(entry, ident),
        "image_url": _image(entry),
        "association": entry.get("ev_organizer") or entry.get("publisher", ""),
        "author": entry.get("author", ""),  # a person, unless it is called as the feed is
        **written_place(entry.get("ev_location") or entry.get("georss_featurename", "")),
        "lat": lat,
        "lon": lon,
        "start_date": entry.get("ev_startdate", ""),
        "end_date": entry.get("ev_enddate", ""),
        "tags": ",".join([*tags, entry.get("ev_type", "")]),
        "language": entry.get("dc_language") or entry.get("language", ""),
        "posted": entry.get("published", ""),
        "updated": dict.get(entry, "updated", ""),
        "expires": entry.get("expired", ""),
    }


def _written_ident(record: XmlRecord) -> str:
    """The id as it was written: feedparser would make a web address of it."""
    is_entry = record.name == "entry"
    return (
        record.parts.element.findtext(_ATOM + "id") or "" if is_entry else record.parts.said("guid")
    )


def _entry(record: XmlRecord, base: str) -> Any:
    """The item as feedparser reads it, alone in a feed of its own; its relative addresses become whole."""
    import feedparser  # loaded for this one format

    element = record.parts.element
    for part in element.iter():
        for older, newer in _OLDER.items():
            if str(part.tag).startswith(older):
                part.tag = newer + str(part.tag).removeprefix(older)
    name = local(element)
    before, after = _SHELLS[name]
    if name == "entry" and not str(element.tag).startswith("{"):
        for part in element.iter():  # cut out of a feed whose declaration was damaged
            part.tag = part.tag if str(part.tag).startswith("{") else _ATOM + str(part.tag)
    written = etree.tostring(element, encoding="unicode", with_tail=False)
    alone = before.format(quoteattr(base)) + written + after
    entries = feedparser.parse(io.BytesIO(alone.encode()), sanitize_html=False).entries
    return entries[0] if entries else {}


def _position(entry: Any) -> tuple[str, str]:
    """(latitude, longitude) as text, from georss:point (or another shape's first corner) or geo:lat and geo:long."""
    where = entry.get("where") or {}
    corner = where.get("coordinates", ())
    while corner and isinstance(corner[0], (list, tuple)):
        corner = corner[0]
    if len(corner) >= 2:
        return f"{corner[1]:.7f}".rstrip("0"), f"{corner[0]:.7f}".rstrip("0")
    return entry.get("geo_lat", ""), entry.get("geo_long", "")


def _title(record: XmlRecord) -> str:
    """The title as it was written; Atom's `type="html"` means that it holds HTML by right, not by accident."""
    element = record.parts.first("title")
    is_html = element is not None and element.get("type") == "html"
    return plain(said(element)) if is_html else said(element)


def _link(entry: Any, ident: str) -> str:
    """The item's page; a guid is one only when it looks like one, whatever its isPermaLink says."""
    link = str(entry.get("link", ""))
    return link if link != entry.get("id") or "://" in ident else ""


def _image(entry: Any) -> str:
    """The first picture that the item is sent with."""
    for link in entry.get("links", ()):
        if link.get("rel") == "enclosure" and str(link.get("type", "")).startswith("image/"):
            return str(link.get("href", ""))
    for media in (*entry.get("media_thumbnail", ()), *entry.get("media_content", ())):
        if str(media.get("medium", "image")) == "image" and media.get("url"):
            return str(media["url"])
    return ""
