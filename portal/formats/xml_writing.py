"""Writing XML that others read: characters that XML cannot hold go, empty elements are left out, nothing is kept in memory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from portal import themes
from portal.formats.item import FeedItem

HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Source:
    """Who hands the feed out: a public name, the site's name and address, and when (aware, in UTC)."""

    name: str
    title: str
    url: str
    at: datetime


def clean(text: str) -> str:
    """The text without the characters that XML cannot hold."""
    return _FORBIDDEN.sub("", text)


def add(parent: etree._Element, name: str, text: object, **attributes: str) -> None:
    """Add an element with this text; None and "" add nothing."""
    if text is None or text == "":
        return
    etree.SubElement(parent, name, attributes).text = clean(str(text))


def chunks(elements: Iterable[etree._Element]) -> Iterator[bytes]:
    """Each element as bytes on lines of its own."""
    for element in elements:
        yield etree.tostring(element, encoding="UTF-8", xml_declaration=False) + b"\n"


def quiet_tags(item: FeedItem) -> tuple[str, ...]:
    """The tags that may stand beside the themes: one that a reader would take for another theme is left out."""
    return tuple(tag for tag in item.tags if set(themes.of_tag(tag)) <= set(item.themes))
