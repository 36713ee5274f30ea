"""API Engagement's XML, `<source><mission>...`: the French standard for syndicating volunteer offers.

Foreign words stay in this file: a `mission` is an offer, a `domain` a theme, an `organization` an association.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from portal.formats.checks import checked
from portal.formats.engagement_offers import Mission
from portal.formats.errors import NotThisFormat
from portal.formats.item import FeedItem
from portal.formats.problem import FeedProblem, Notebook
from portal.formats.records import Stretch
from portal.formats.settings import ReadSettings
from portal.formats.xml_feed import XmlReader, open_encoding, rewindable

NAME = "engagement"
_TITLE = "API Engagement"
_RECORD = frozenset({"mission", "Mission", "MISSION"})  # some write all their tags with a capital
# The root; in a web page `source` stands beside pictures, after what says that it is one.
_ROOT = re.compile(
    r"<(?:(?P<root>source|missions?)|!doctype\s+html|html|head|body)[\s/>]", re.IGNORECASE
)
_OF_MISSION = re.compile(
    r"</?(?:[\w.-]+:)?(?:mission|clientId|title|applicationUrl)[\s/>]", re.IGNORECASE
)


class _Reader(XmlReader):
    """The missions of a feed; what a feed says of itself before the first (a total, a date) is no lost record."""

    def _is_lost(self, stretch: Stretch) -> bool:
        is_of_feed = self.count == 0 and _OF_MISSION.search(stretch.text) is None
        return not is_of_feed and super()._is_lost(stretch)


def recognises(head: str) -> bool:
    """Whether a file that begins so is of this format."""
    found = _ROOT.search(head)
    return found is not None and found["root"] is not None


def read(stream: BinaryIO, settings: ReadSettings) -> Iterator[FeedItem | FeedProblem]:
    """The offers and problems of a feed, as they stand in it. Raises FormatError when it is not usable at all."""
    stream = rewindable(stream)
    encoding = open_encoding(stream, _TITLE)
    if encoding.announced:
        notes = Notebook(0, 1)
        notes.repaired("encoding", encoding.announced, "encoding_declared", used=encoding.name)
        yield from notes.problems
    reader = _Reader(stream, encoding, _RECORD, "(?i:clientId)", settings)
    for found in reader.read(_RECORD):
        if reader.count > settings.max_records:
            notes = Notebook(reader.count, None)
            notes.refused("", "", "too_many_records", limit=settings.max_records)
            yield from notes.problems
            return
        if isinstance(found, FeedProblem):
            if reader.count == 1 and not recognises(reader.head):
                raise NotThisFormat(format=_TITLE)
            yield found
            continue
        item = checked(Mission(found, settings).draft(), found.notes, settings)
        yield from found.notes.problems
        if item is not None:
            yield item
    if not reader.count and not recognises(reader.head):
        raise NotThisFormat(format=_TITLE)
    if not reader.is_complete:
        notes = Notebook(0, None)
        notes.refused("", "", "truncated")
        yield from notes.problems
