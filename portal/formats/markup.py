"""One record's text to an element tree: without network, without entities, and with what can be repaired repaired.

Each record is parsed alone. It never brings a document type definition along, so an entity that is not one of XML's
five is an error of its record, never a silently empty title.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.entities import html5

from lxml import etree

from portal.formats.encoding import repair_bytes
from portal.formats.problem import Notebook
from portal.formats.records import Stretch

_PARSER = etree.XMLParser(
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
    collect_ids=False,
)
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z_][\w.-]{0,63}));|&")
_FIVE = frozenset({"amp", "lt", "gt", "quot", "apos"})
_CDATA = re.compile(r"(<!\[CDATA\[.*?\]\]>)", re.DOTALL)
_DTD = re.compile(r"<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST)", re.IGNORECASE)


class Broken(Exception):
    """The record cannot be parsed: `code`, `line` and the `value` to show."""

    def __init__(self, code: str, line: int, value: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.line, self.value, self.values = code, line, value, values


def parse_record(
    stretch: Stretch, namespaces: Sequence[str], notes: Notebook, max_depth: int
) -> etree._Element:
    """The element of a record, its repairs noted. Raises Broken with the line at fault.

    `namespaces` are the declarations of the elements around it, which it may rely on.
    """
    text, had_bytes = repair_bytes(stretch.text)
    if had_bytes:
        notes.repaired("", _first_odd(stretch.text), "encoding_bytes")
    try:
        element = _parse(text, namespaces)
    except etree.XMLSyntaxError:
        text = _repair(text, notes)
        element = _parse_or_break(text, namespaces, stretch.line)
    _check_depth(element, stretch, max_depth)
    return element


def _parse(text: str, namespaces: Sequence[str]) -> etree._Element:
    """Parse the record inside a root of our own, on the record's first line so that lines stay true."""
    wrapped = f"<r{''.join(namespaces)}>{text}</r>".encode("utf-8", "replace")
    root = etree.fromstring(wrapped, _PARSER)
    if len(root) != 1:
        raise Broken("malformed", 0, text)
    return root[0]


def _parse_or_break(text: str, namespaces: Sequence[str], line: int) -> etree._Element:
    try:
        return _parse(text, namespaces)
    except etree.XMLSyntaxError as error:
        offset = max(0, (error.lineno or 1) - 1)
        lines = text.split("\n")
        shown = lines[min(offset, len(lines) - 1)]
        message = str(error)
        code = "malformed"
        if _DTD.search(_CDATA.sub("", text)):
            code = "dtd"
        elif "Entity" in message and "not defined" in message:
            code = "entity_unknown"
        elif "depth" in message.lower():
            raise Broken("too_deep", line + offset, shown, limit=256) from error
        raise Broken(code, line + offset, shown.strip()) from error


def _repair(text: str, notes: Notebook) -> str:
    """Mend what can be mended without guessing: forbidden characters, HTML's named entities, lone ampersands."""
    mended = _FORBIDDEN.sub("", text)
    named: list[str] = []

    def reference(match: re.Match[str]) -> str:
        decimal, hexadecimal, name = match.groups()
        if name:
            if name in _FIVE or name + ";" not in html5:
                return match.group()
            named.append(match.group())
            return html5[name + ";"].replace("&", "&amp;").replace("<", "&lt;")
        if decimal or hexadecimal:
            number = int(decimal) if decimal else int(hexadecimal, 16)
            allowed = number < 0x110000 and not _FORBIDDEN.match(chr(number))
            return match.group() if allowed else ""
        return "&amp;"

    parts = _CDATA.split(mended)
    mended = "".join(
        p if p.startswith("<![CDATA[") else _REFERENCE.sub(reference, p) for p in parts
    )
    if named:
        notes.repaired("", " ".join(named[:5]), "entity_named")
    elif mended != text:
        notes.repaired("", _first_difference(text, mended), "markup_repaired")
    return mended


def _check_depth(element: etree._Element, stretch: Stretch, max_depth: int) -> None:
    """Refuse deep nesting: no feed needs it, and what walks the tree later may not be ready for it."""
    if stretch.text.count("</") <= max_depth:  # each level has an end of its own: no need to look
        return
    depth = 0
    for event, _ in etree.iterwalk(element, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > max_depth:
            raise Broken("too_deep", stretch.line, stretch.text, limit=max_depth)


def _first_odd(text: str) -> str:
    place = next(i for i, c in enumerate(text) if "\udc80" <= c <= "\udcff")
    return repair_bytes(text[max(0, place - 20) : place + 20])[0]


def _first_difference(before: str, after: str) -> str:
    for place, (left, right) in enumerate(zip(before, after, strict=False)):
        if left != right:
            return before[max(0, place - 20) : place + 20]
    return before[-40:]
