"""What the XML formats share: a file that can be read twice, its records one by one, and the elements of a record."""

from __future__ import annotations

import html
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO, cast

from lxml import etree

from portal.formats.encoding import Encoding, characters, find_encoding
from portal.formats.errors import FormatError, NotThisFormat
from portal.formats.markup import Broken, parse_record
from portal.formats.problem import FeedProblem, Notebook
from portal.formats.records import Cutter, Stretch
from portal.formats.settings import ReadSettings

HEAD_BYTES = 4_096
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_BEFORE = re.compile(r"(?:\s|\ufeff|\0|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_TAG = re.compile(r"<!?[A-Za-z_]")
_MARKUP_ONLY = re.compile(
    r"^(?:\s|<\?[^>]*\?>|<!--.*?-->|</?[\w.:-]+(?:\s+[\w.:-]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*\s*/?>)*$",
    re.DOTALL,
)
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)[^<>]*?(/?)>")
_NOTHING = frozenset({"null", "NULL", "undefined", "None", "NaN"})
_SPOOL_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class XmlRecord:
    """A record that was parsed: its children by name, its notebook, and the line of the file where it begins."""

    name: str
    parts: Parts
    notes: Notebook
    line: int


def rewindable(stream: BinaryIO) -> BinaryIO:
    """The stream itself when it can be read twice, else a copy on disk."""
    if stream.seekable():
        return stream
    copy = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115 - lives as long as the reading
    shutil.copyfileobj(stream, copy)
    copy.seek(0)
    return copy  # type: ignore[return-value]


def open_encoding(stream: BinaryIO, format_name: str) -> Encoding:
    """The encoding of an XML file. Raises FormatError when it is empty or a web page."""
    start = stream.tell()
    head = stream.read(HEAD_BYTES)
    stream.seek(start)
    encoding = find_encoding(head)
    text = head[encoding.skip :].decode(encoding.name, "replace")
    if not text.strip(" \t\r\n\0"):
        raise FormatError("empty")
    if _HTML.match(text, first_tag(text)):
        raise NotThisFormat("html_page")
    if "<" not in text:
        raise NotThisFormat(format=format_name)
    return encoding


def first_tag(text: str) -> int:
    """Where the first tag of a file begins, comments and processing instructions passed over: they may hold anything."""
    before = _BEFORE.match(text)
    found = _TAG.search(text, before.end() if before else 0)
    return found.start() if found else len(text)


class XmlReader:
    """The records of an XML file, each an XmlRecord or the FeedProblem that stands for it; counted from 1."""

    def __init__(
        self,
        stream: BinaryIO,
        encoding: Encoding,
        names: frozenset[str],
        id_tag: str,
        settings: ReadSettings,
    ) -> None:
        self._cutter = Cutter(characters(stream, encoding), names, settings.max_record_chars)
        self._id = re.compile(
            rf"<(?:[\w.-]+:)?{id_tag}(?:\s[^<>]*)?>\s*(?:<!\[CDATA\[)?\s*([^<\]]{{1,250}})"
        )
        self._settings = settings
        self.count = 0
        self.ends_in = ""  # the record in which the file stops, when it stops in one

    @property
    def head(self) -> str:
        return self._cutter.head

    @property
    def is_complete(self) -> bool:
        """Whether the file ends with the end of its root, as one that was not cut short does."""
        root = _ROOT.search(self.head)
        if root is None or root.group(2) == "/":  # a lone record, or a root that holds nothing
            return True
        return re.search(rf"</{re.escape(root.group(1))}\s*>\s*$", self._cutter.tail) is not None

    def read(self, wanted: frozenset[str]) -> Iterator[XmlRecord | FeedProblem]:
        """The records whose element is `wanted`; others are passed over without being parsed."""
        for stretch in self._cutter:
            self.ends_in = stretch.name if stretch.kind == "unclosed" else ""
            if stretch.kind == "gap":
                if wanted and self._is_lost(stretch):
                    yield from self._lost(stretch)
            elif stretch.name in wanted:
                self.count += 1
                yield from self._record(stretch)

    def _record(self, stretch: Stretch) -> Iterator[XmlRecord | FeedProblem]:
        idents = self._idents(stretch.text)
        notes = Notebook(self.count, stretch.line, idents[0] if idents else None)
        if stretch.kind == "too_big":
            limit = self._settings.max_record_chars
            notes.refused(stretch.name, stretch.text, "too_big", limit=limit)
        elif stretch.kind == "unclosed":
            notes.refused(stretch.name, stretch.text, "not_closed")
        elif len(idents) > 1:
            notes.refused(stretch.name, ", ".join(idents), "id_doubled")
        else:
            try:
                namespaces = self._cutter.namespaces
                element = parse_record(stretch, namespaces, notes, self._settings.max_depth)
            except Broken as broken:
                notes.refused(stretch.name, broken.value, broken.code, broken.line, **broken.values)
            else:
                yield XmlRecord(stretch.name, Parts(element, stretch.line), notes, stretch.line)
                return
        yield from notes.problems
        # Two records run together when the tags between them are damaged: the others were there too.
        for ident in idents[1:]:
            yield from _skipped(self.count, stretch, ident)

    def _is_lost(self, stretch: Stretch) -> bool:
        """Is there more between two records than the tags that wrap them? Then a record's own tag may be damaged."""
        return not _MARKUP_ONLY.match(stretch.text) or self._id.search(stretch.text) is not None

    def _lost(self, stretch: Stretch) -> Iterator[FeedProblem]:
        """One problem for each id that can be made out, so that its offer counts as seen; one without, if none can."""
        idents: list[str | None] = [*self._idents(stretch.text)] or [None]
        for ident in idents:
            self.count += 1
            yield from _skipped(self.count, stretch, ident)
        if stretch.is_cut:
            yield from _skipped(self.count, stretch, None)

    def _idents(self, text: str) -> list[str]:
        found = (" ".join(html.unescape(ident).split()) for ident in self._id.findall(text))
        return list(dict.fromkeys(filter(None, found)))


def _skipped(record: int, stretch: Stretch, ident: str | None) -> list[FeedProblem]:
    notes = Notebook(record, stretch.line, ident)
    notes.refused("", stretch.text, "skipped")
    return notes.problems


def local(element: etree._Element) -> str:
    """The name of an element without its namespace, in lower case."""
    return _local(str(element.tag))


@lru_cache(maxsize=4_096)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2].lower()


def said(element: etree._Element | None) -> str:
    """The text of an element, its inner markup included as text's; empty when it is absent or empty."""
    if element is None:
        return ""
    if len(element) == 0:
        return element.text or ""
    return "".join(str(piece) for piece in element.itertext())


class Parts:
    """The children of an element by name, listed once. Names are compared without case, because partners do."""

    __slots__ = ("_by_name", "_line", "element")

    def __init__(self, element: etree._Element, line: int) -> None:
        """`line` is where the element's record begins in the file."""
        self.element, self._line = element, line
        self._by_name: dict[str, list[etree._Element]] = {}
        for part in element:
            self._by_name.setdefault(local(part), []).append(part)

    def all(self, *names: str) -> list[etree._Element]:
        """The children of these names, name by name, in order."""
        return [part for name in names for part in self._by_name.get(name.lower(), ())]

    def first(self, *names: str) -> etree._Element | None:
        """The first child of one of these names that says something; an empty element means it is absent.

        So does the word that a program writes for nothing.
        """
        for name in names:
            for part in self._by_name.get(name.lower(), ()):
                text = part.text
                if (text and not text.isspace() and text.strip() not in _NOTHING) or len(part):
                    return part
        return None

    def said(self, *names: str) -> str:
        """What that child says, or nothing."""
        return said(self.first(*names))

    def inside(self, wrapper: str, *names: str) -> list[etree._Element]:
        """The children of that name, wrapped in their plural or bare."""
        return [
            p for w in self.all(wrapper) for n in names for p in w if local(p) == n.lower()
        ] + self.all(*names)

    def parts(self, name: str) -> Parts | None:
        """The children of a child."""
        found = self.first(name)
        return None if found is None else Parts(found, self._line)

    def at(self, name: str) -> int | None:
        """The line of the file on which that child stands."""
        found = self._by_name.get(name.lower())
        return self.line_of(found[0]) if found else None

    def line_of(self, element: etree._Element) -> int:
        """Where an element of the record is in the file."""
        return self._line + (cast("int | None", element.sourceline) or 1) - 1
