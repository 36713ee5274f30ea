"""Reads answers as browsers and feed readers would, and names whatever could run in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import nh3
from bs4 import BeautifulSoup, Tag
from lxml import etree

FORBIDDEN_TAGS = {"iframe", "object", "embed", "base", "style", "frameset", "applet", "marquee"}
ADDRESSES = {
    "href",
    "src",
    "action",
    "formaction",
    "data",
    "xlink:href",
    "background",
    "poster",
    "to",
}
DATA_TYPES = {"application/ld+json", "application/json"}
_HIDDEN = re.compile(r"[\x00-\x20\u200b\ufeff]")
PARSERS = ("html.parser", "lxml")


def faults_of_page(text: str) -> list[str]:
    """What could run in a page, by two parsers; also a block for machines that does not parse."""
    return [fault for parser in PARSERS for fault in _faults(BeautifulSoup(text, parser))]


def _faults(soup: BeautifulSoup) -> Iterator[str]:
    for tag in soup.find_all(True):
        if tag.name == "script":
            yield from _script(tag)
        if tag.name in FORBIDDEN_TAGS or (tag.name == "meta" and tag.get("http-equiv")):
            yield f"<{tag.name}>"
        for name, value in tag.attrs.items():
            if name.lower().startswith("on") or name.lower() in ("style", "srcdoc"):
                yield f"{name} on <{tag.name}>"
            if name.lower() in ADDRESSES and not is_harmless(str(value)):
                yield f"{name}={value}"


def _script(tag: Tag) -> Iterator[str]:
    if tag.get("type") in DATA_TYPES:
        try:
            json.loads(tag.get_text())
        except ValueError:
            yield "a block for machines that does not parse"
    elif not str(tag.get("src", "")).startswith("/static/") or tag.get_text().strip():
        yield f"<script>{tag.get_text()[:40]}"


def is_harmless(address: str) -> bool:
    """Does following the address run nothing?"""
    plain = _HIDDEN.sub("", address).lower()
    return not re.match(r"(?:javascript|data|vbscript|feed|view-source|blob|file):", plain)


def faults_of_fragment(markup: str) -> list[str]:
    """What could run in a piece of HTML that readers print as it is; cleaning it again must change nothing."""
    found = faults_of_page(markup)
    return found + (
        []
        if nh3.clean(markup, link_rel="noopener noreferrer nofollow ugc") == markup
        else ["not clean"]
    )


def faults_of_json(text: str) -> list[str]:
    """What could run in a JSON answer: `description` is HTML, `*url*` are addresses, the rest is text."""
    return [fault for key, value in _strings(json.loads(text), "") for fault in _of(key, value)]


def _of(key: str, value: str) -> list[str]:
    if key == "description":
        return faults_of_page(value)
    if "url" in key.lower() and value and not is_harmless(value):
        return [f"{key}={value}"]
    return []


def _strings(value: Any, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _strings(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner, key)
    elif isinstance(value, str):
        yield key, value


def faults_of_xml(body: bytes) -> list[str]:
    """What could run in a feed: descriptions and contents are HTML once read, links are addresses."""
    found = []
    for element in etree.fromstring(body).iter():
        name = etree.QName(element).localname.lower()
        text = element.text or ""
        if name in ("description", "content", "summary"):
            found += faults_of_page(text)
        if name in ("link", "guid", "detailurl", "xml_url") and not is_harmless(
            text or element.get("href", "")
        ):
            found.append(f"{name}={text}")
    return found
