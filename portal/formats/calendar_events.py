"""The events of a calendar file, one by one: cut at their lines, and each line parted into name, parameters and value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from portal.formats.encoding import repair_bytes

_KNOWN = re.compile(
    r"(?:BEGIN|END):VCALENDAR$|(?:VERSION|PRODID|CALSCALE|METHOD|NAME|DESCRIPTION|UID|URL|COLOR|IMAGE|SOURCE|CATEGORIES|"
    r"LAST-MODIFIED|REFRESH-INTERVAL|X-[\w-]+)(?:[;:]|$)|[ \t]"
)
_OTHERS = re.compile(r"BEGIN:(VTIMEZONE|VTODO|VJOURNAL|VFREEBUSY|VAVAILABILITY|VALARM)$")
_HEAD = re.compile(r"(X-WR-CALNAME|NAME|X-WR-TIMEZONE)(?:;[^:]*)?:(.+)", re.IGNORECASE)
_DATES = ("RECURRENCE-ID", "DTSTART", "DTEND", "DURATION", "STATUS")
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Property:
    """A property of an event: its value as it was written, and its parameters, in upper case."""

    value: str
    params: dict[str, str]

    @property
    def text(self) -> str:
        """The value as text: what was escaped is itself again."""
        return _ESCAPED.sub(lambda m: "\n" if m.group(1) in "nN" else m.group(1), self.value)

    @property
    def texts(self) -> list[str]:
        """The members of a list of texts."""
        return [Property(part, {}).text.strip() for part in re.split(r"(?<!\\),", self.value)]


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the file, or why it cannot be read (`code`). `broken` holds the lines that are no property."""

    line: int
    text: str
    code: str = ""
    properties: dict[str, list[Property]] = field(default_factory=dict)
    broken: tuple[str, ...] = ()
    was_odd: bool = False

    def all(self, name: str) -> list[Property]:
        return self.properties.get(name, [])

    def first(self, name: str) -> Property | None:
        return next((one for one in self.all(name) if one.value.strip()), None)

    def said(self, name: str) -> str:
        """The text of a property, or nothing."""
        found = self.first(name)
        return found.text.strip() if found else ""

    @property
    def ident(self) -> str:
        return " ".join(self.said("UID").split())

    @property
    def moves(self) -> bool:
        """Whether it stands for one date of a series."""
        return self.first("RECURRENCE-ID") is not None

    @property
    def dates(self) -> Event:
        """The same without its texts: thousands of them are kept until their series comes."""
        kept = {name: self.properties[name] for name in _DATES if name in self.properties}
        return Event(self.line, "", self.code, kept)


class Events:
    """The events among the lines of a file; one that never ends is cut where the next begins.

    What stands between two events and is nothing that a calendar says is an event whose first line is damaged.
    `head` is what the calendar says of itself as far as it was read: X-WR-CALNAME or NAME, X-WR-TIMEZONE.
    """

    def __init__(self, lines: Iterator[str], limit: int) -> None:
        self._lines, self._limit = lines, limit
        self._held: list[str] | None = None
        self._began = self._size = self._depth = 0
        self._code = self._other = ""
        self.is_complete = False
        self.head: dict[str, str] = {}

    def __iter__(self) -> Iterator[Event]:
        for number, text in enumerate(self._lines, 1):
            word = text.strip().upper().replace(" ", "")
            if word:
                self.is_complete = word == "END:VCALENDAR"
            if word == "BEGIN:VEVENT":
                yield from self._close("not_closed")
                self._open(number, "")
            elif self._other:
                self._other = "" if word == f"END:{self._other}" else self._other
            elif self._held is None:
                if other := _OTHERS.match(word):
                    self._other = other.group(1)
                elif head := _HEAD.match(text.strip()):
                    self.head.setdefault(head[1].upper(), Property(head[2], {}).text.strip())
                elif (
                    word == "END:VEVENT"
                    or (word and not _KNOWN.match(text.upper()))
                    or self._is_late_ident(word)
                ):
                    self._open(number, "not_opened")
                    self._take(text)
            elif word == "END:VEVENT":
                yield from self._close("")
            elif word == "END:VCALENDAR":
                yield from self._close("not_closed")
            elif not self._is_inner(word, text):
                self._take(text)
        yield from self._close("not_closed")

    def _open(self, number: int, code: str) -> None:
        self._held, self._began, self._size, self._depth, self._code = [], number, 0, 0, code
        self._other = ""  # a zone or a task that lost its end does not take the events behind it

    def _take(self, text: str) -> None:
        self._size += len(text)
        if self._size > self._limit:
            self._code = "too_big"
        elif self._held is not None:
            self._held.append(text)

    def _is_late_ident(self, word: str) -> bool:
        """A UID behind the first event is an event's; before it, it may be the calendar's own."""
        return self._began > 0 and word.startswith("UID")

    def _is_inner(self, word: str, text: str) -> bool:
        """Whether the line belongs to an alarm inside the event."""
        if word.startswith("BEGIN:") and not text[:1].isspace():
            self._depth += 1
            return True
        if word.startswith("END:") and self._depth:
            self._depth -= 1
            return True
        return self._depth > 0

    def _close(self, code: str) -> Iterator[Event]:
        if self._held is not None:
            yield _event(self._held, self._began, self._code or code)
        self._held = None


def _event(held: list[str], line: int, code: str) -> Event:
    properties: dict[str, list[Property]] = {}
    broken: list[str] = []
    shown, was_odd = repair_bytes("\n".join(held))
    for text in _unfolded(shown.split("\n")):
        try:
            name, params, value = _parted(text)
        except ValueError:
            broken.append(text)
            continue
        parameters = {str(key).upper(): _joined(given) for key, given in params.items()}
        properties.setdefault(name.upper(), []).append(Property(value, parameters))
    if not code and len({one.text.strip() for one in properties.get("UID", ())}) > 1:
        code = "id_doubled"
    return Event(line, shown[:2_000], code, properties, tuple(broken[:20]), was_odd)


def _parted(text: str) -> tuple[str, dict[str, object], str]:
    """Name, parameters and value of a line. Raises ValueError when it has no such form."""
    from icalendar.parser import Contentline  # 80 modules, for this one format

    return cast("tuple[str, dict[str, object], str]", Contentline(text, strict=False).parts())  # type: ignore[no-untyped-call]


def _joined(given: object) -> str:
    return ",".join(map(str, given)) if isinstance(given, list) else str(given)


def _unfolded(lines: list[str]) -> Iterator[str]:
    """The lines as they were before they were folded at 75 bytes."""
    whole = ""
    for text in filter(None, lines):  # \r\r\n ends lines too, and parts no property
        if text[:1] in {" ", "\t"}:
            whole += text[1:]
            continue
        if whole.strip():
            yield whole.replace("\0", "")
        whole = text
    if whole.strip():
        yield whole.replace("\0", "")
