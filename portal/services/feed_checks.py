"""A feed looked at before it goes live: the whole report of a file, and nothing is kept.

The same parsers and the same gazetteer as a run, but no table is written: what a run would create is counted, its problems
are grouped by reason, and the first offers are shown as they would look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, BinaryIO, Generic, TypeVar, cast

from portal import clock, formats
from portal.formats.errors import FormatError
from portal.formats.item import FeedItem, FeedShift
from portal.formats.problem import LEFT_OUT_CODES, FeedProblem, Notebook, Severity
from portal.formats.settings import ReadSettings
from portal.models import Feed, Location
from portal.services import feed_items, feed_pages
from portal.services.feed_items import Known

STEP = 250  # records between two words of progress
SHOWN = 25  # problems of one reason
SAMPLES = 3  # offers as they would look


P = TypeVar("P")  # a problem of a file, or a stored one


@dataclass
class Group(Generic[P]):
    """The problems of one reason: how many, and the first of them."""

    code: str
    severity: str
    count: int = 0
    problems: list[P] = field(default_factory=list)

    @property
    def is_left_out(self) -> bool:
        """Are these records no offers at all, with nothing to correct?"""
        return self.code in LEFT_OUT_CODES


@dataclass(frozen=True)
class Sample:
    """One offer as it would look."""

    item: FeedItem
    location: Location | None
    shift: FeedShift | None


@dataclass
class Report:
    """What a run of this file would do. `is_cut`: only its beginning was read, for size or for time.

    `why` is the (French, English) sentence of a file that cannot be used, or None.
    """

    format: str = ""
    records: int = 0
    usable: int = 0
    past: int = 0  # of the usable ones: over already, so that nobody would find them
    refused: int = 0
    repaired: int = 0
    is_cut: bool = False
    why: tuple[str, str] | None = None
    groups: list[Group[FeedProblem]] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    _by_reason: dict[tuple[str, str], Group[FeedProblem]] = field(default_factory=dict)

    def note(self, problem: FeedProblem) -> None:
        """Count a problem under its reason."""
        if problem.code == "too_many_records":
            self.is_cut = True  # our own limit here, and no fault of the file
            return
        if problem.severity is Severity.REFUSED:
            self.refused += 1
        elif not problem.is_left_out:
            self.repaired += 1
        key = (problem.severity.value, problem.code)
        if key not in self._by_reason:
            self._by_reason[key] = Group(problem.code, problem.severity.value)
            self.groups.append(self._by_reason[key])
        group = self._by_reason[key]
        group.count += 1
        if len(group.problems) < SHOWN:
            group.problems.append(problem)


def check(
    stream: IO[bytes],
    report: Report,
    settings: ReadSettings,
    name: str = "",
    own_url: str = "",
    more: feed_pages.Pages = (),
    is_late: Callable[[], bool] = lambda: False,
) -> Iterator[int]:
    """Read the file into `report`, yielding now and then how many records were read. Wants a reading unit of work.

    Never raises for what is in the file or in the pages after it. `name` is a format, or empty to detect it; when `is_late` says so, what was read
    until then is the report.
    """
    known, seen, told = Known(Feed(name="")), set[str](), 0
    try:
        report.format = formats.choose(cast(BinaryIO, stream), name).name
        for one in feed_pages.offers(stream, settings, name, own_url, more):
            if isinstance(one, FeedProblem):
                report.note(one)
                report.records += one.severity is Severity.REFUSED and one.record > 0
            else:
                _take(one, report, known, seen)
                report.records += 1
            if is_late():
                report.is_cut = True
                break
            if report.records >= told + STEP:
                told = report.records
                yield told
    except FormatError as error:
        report.why = (error.sentence_fr, error.sentence_en)
    report.groups = in_order(report.groups)


def in_order(groups: Iterable[Group[P]]) -> list[Group[P]]:
    """Refusals before repairs, then what was left out; what happens most first."""
    return sorted(groups, key=lambda g: (g.severity != "refused", g.is_left_out, -g.count, g.code))


def _take(item: FeedItem, report: Report, known: Known, seen: set[str]) -> None:
    notes = Notebook(item.record, item.line, item.external_id)
    if item.external_id in seen:
        notes.refused("external_id", item.external_id, "id_twice")
        report.note(notes.problems[0])
        return
    seen.add(item.external_id)
    report.usable += 1
    is_past = feed_items.is_past(item, clock.now())
    report.past += is_past
    locations = [
        feed_items.locate(known, rank, given, notes) for rank, given in enumerate(item.locations)
    ]
    for problem in notes.problems:
        report.note(problem)
    if len(report.samples) < SAMPLES and not is_past:
        first = locations[0] if locations else None
        report.samples.append(Sample(item, first, _next_shift(item)))


def _next_shift(item: FeedItem) -> FeedShift | None:
    """The first date ahead that can be shown."""
    now = clock.now()
    ahead = [s for s in item.shifts if s.starts_at and (s.ends_at or s.starts_at) > now]
    return min(ahead, key=lambda s: s.starts_at or now, default=None)
