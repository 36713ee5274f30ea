"""One run of a feed, from an open stream to what the database holds, in batches that its door saves.

Parsing happens outside transactions: a batch of records is read first, then written, then saved, so that a write
transaction stays short whatever the file. A record that cannot be stored is rolled back to its savepoint and reported;
its neighbours are not touched. What the run did not see is withdrawn only when it read the file to its end and what would
vanish is plausible: that is the brake.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import IO, Any

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from portal import clock, db
from portal.formats.errors import FormatError
from portal.formats.item import FeedAssociation, FeedItem, normal_id
from portal.formats.problem import FeedProblem, Notebook, Severity
from portal.formats.settings import ReadSettings
from portal.models import Association, Feed, FeedState, Offer, RunOutcome
from portal.services import feed_brake, feed_items, feed_pages, feed_places, outbox, places
from portal.services.feed_items import Change, Known
from portal.services.feed_limits import Limits
from portal.services.feed_turns import Progress, Save

BATCH = 25  # records read before they are written together: about 50 ms of write transaction
# One batch at a time in a process: feeds that are read side by side and queue at SQLite's own lock keep others out for seconds.
WRITING = threading.Lock()
Seen = dict[str, bool]  # the ids of a file, and whether an offer was made of the record
SHOWN_PROBLEMS = 20
STORED_PROBLEMS = 5_000


@dataclass
class Tally:
    """What a run did. `missing` are the feed's offers that it did not see, or that would be over; `ending` the records of the latter."""

    outcome: RunOutcome = RunOutcome.DONE
    why: str = ""
    why_code: str = ""
    why_facts: dict[str, Any] = field(default_factory=dict)
    records: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    repaired: int = 0
    refused: int = 0
    over: int = (
        0  # of those that were read: nothing of them is left to do, so that nobody finds them
    )
    is_complete: bool = True
    problems: list[FeedProblem] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    ending: list[FeedItem] = field(default_factory=list)

    def note(self, problem: FeedProblem) -> None:
        """Count a problem, and keep it unless there are too many to be read."""
        if problem.severity is Severity.REFUSED:
            self.refused += 1
        elif not problem.is_left_out:
            self.repaired += 1
        if problem.hides_offers:
            self.is_complete = False
        if len(self.problems) < STORED_PROBLEMS:
            self.problems.append(problem)


def settings_of(feed: Feed, max_records: int) -> ReadSettings:
    """How this feed is to be read. Dates are listed from this month on, so that a series does not change each day."""
    association = None
    if feed.association_id is not None:
        owner = db.session.get_one(Association, feed.association_id)
        association = FeedAssociation(name=owner.name, external_id=owner.slug)
    return ReadSettings(
        date_order="mdy" if feed.date_order == "mdy" else "dmy",
        country=feed.country,
        zone=feed.zone,
        country_of=countries(),
        association=association,
        columns=feed.columns,
        since=clock.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0),
        max_records=max_records,
    )


def countries() -> Callable[[str, str], str]:
    """What the gazetteer says of addresses without a country, asked beside the run: to parse opens no transaction of it."""

    @lru_cache(feed_items.PLACES_KEPT)
    def country_of(postal_code: str, city: str) -> str:
        with db.aside():
            return places.country_of(postal_code, city)

    return country_of


def read(
    feed: Feed,
    found: Iterable[FeedItem | FeedProblem],
    save: Save,
    progress: Progress = lambda count: None,
) -> Tally:
    """Read everything that is found into the feed's offers and say what happened. `save` ends a transaction: a commit, or the
    rollback of a preview. Never raises for what is in the file."""
    has_offers, before = feed_brake.has_offers(feed), feed_brake.live_count(feed)
    told = feed_places.told_before(feed)
    tally, known, seen = Tally(), Known(feed, is_holding=has_offers, told=told), Seen()
    save()
    try:
        for batch in _batches(found):
            with WRITING:
                _write_batch(known, batch, seen, tally, save)
            progress(tally.records)
    except FormatError as error:
        # It is not what it was (a web page, a cut file): offers stay, and a person is told.
        tally.is_complete = False
        # A question that already stands is not replaced by one about less.
        is_asked = feed.state is FeedState.SUSPECT
        tally.outcome = RunOutcome.SUSPECT if has_offers and not is_asked else RunOutcome.FAILED
        tally.why_code, tally.why_facts = error.code, error.values
        save()
        return tally
    _settle(known, before, seen, tally, save)
    return tally


def preview(
    feed: Feed,
    stream: IO[bytes],
    limits: Limits,
    session: Session,
    more: feed_pages.Pages = (),
) -> Tally:
    """What `read` would do for a feed that is not known yet. Every batch is rolled back, so that no lock is held for long."""

    def roll_back() -> None:
        session.rollback()
        session.add(feed)
        session.flush()

    roll_back()
    try:
        settings = settings_of(feed, limits.max_records)
        found = feed_pages.offers(stream, settings, feed.format, limits.own_url, more)
        return read(feed, found, roll_back)
    finally:
        session.rollback()


def _batches(found: Iterable[FeedItem | FeedProblem]) -> Iterator[list[FeedItem | FeedProblem]]:
    stream = iter(found)
    while batch := list(islice(stream, BATCH)):
        yield batch


def _write_batch(
    known: Known,
    batch: list[FeedItem | FeedProblem],
    seen: Seen,
    tally: Tally,
    save: Save,
) -> None:
    items = []
    for one in batch:
        if isinstance(one, FeedProblem):
            tally.note(one)
            if one.severity is Severity.REFUSED and one.external_id:
                # A refused record never withdraws its offer, nor does it stand in the way of a good one.
                seen.setdefault(normal_id(one.external_id), False)
                tally.records += 1
        else:
            tally.records += 1
            if _is_first(one, seen, tally):
                items.append(one)
                tally.over += feed_items.is_past(one, clock.now())
    known.look_up(items)
    if not _write_together(known, items, tally):
        for item in items:
            _write_alone(known, item, tally)
    save()


def _is_first(item: FeedItem, seen: Seen, tally: Tally) -> bool:
    if not seen.get(item.external_id):
        seen[item.external_id] = True
        return True
    notes = Notebook(item.record, item.line, item.external_id)
    notes.refused("external_id", item.external_id, "id_twice")
    tally.note(notes.problems[0])
    return False


def _write_together(
    known: Known, items: list[FeedItem], tally: Tally, *, may_end: bool = False
) -> bool:
    """The whole batch in one savepoint and one flush; False when the database refuses any of it, and nothing is written."""
    done: list[tuple[FeedItem, Notebook, Change]] = []
    touched: list[Offer] = []
    try:
        with db.session.begin_nested(), db.session.no_autoflush:
            for item in items:
                notes = Notebook(item.record, item.line, item.external_id)
                change, offer = feed_items.bring(known, item, notes, may_end=may_end)
                done.append((item, notes, change))
                if offer is not None:
                    touched.append(offer)
            db.session.flush()
            outbox.reindex_all([offer.id for offer in touched if not offer.is_held])
            outbox.recluster(offer.id for offer in touched)
    except (IntegrityError, DataError):
        return False
    for item, notes, change in done:
        _count(tally, item, notes, change)
    return True


def _write_alone(known: Known, item: FeedItem, tally: Tally) -> None:
    """One record in a savepoint of its own, so that only the one that the database refuses is lost, and reported."""
    known.look_up([item])
    if not _write_together(known, [item], tally):
        notes = Notebook(item.record, item.line, item.external_id)
        notes.refused("", item.title, "not_stored")
        tally.note(notes.problems[0])


def _count(tally: Tally, item: FeedItem, notes: Notebook, change: Change) -> None:
    for problem in notes.problems:
        tally.note(problem)
    if change is Change.CREATED:
        tally.created += 1
    elif change in (Change.UPDATED, Change.RETURNED):
        tally.updated += 1
    elif change is Change.ENDING:
        tally.ending.append(item)
    else:
        tally.unchanged += 1


def _settle(known: Known, before: int, seen: Seen, tally: Tally, save: Save) -> None:
    """The file was read to its end: withdraw what vanished, end what ended and show what came, or pull the brake."""
    feed = known.feed
    tally.missing = feed_brake.missing(feed, seen)
    gone = feed_brake.live_among(feed, tally.missing) + len(tally.ending)
    is_too_much = feed_brake.is_too_much(gone, before)
    is_empty = bool(tally.missing) and not seen
    save()
    if not tally.is_complete:
        if tally.missing:
            tally.why_code = "read_in_part"
        # Half a renumbered file looks like new offers; so does what a question is already asked about.
        if not is_too_much and feed.state is not FeedState.SUSPECT:
            feed_brake.show(feed, seen, save)
    elif is_too_much or is_empty:
        tally.outcome = RunOutcome.SUSPECT
        tally.missing += feed_brake.idents(feed, [item.external_id for item in tally.ending])
        tally.why_code = "nothing_left" if is_empty else "too_much_gone"
        tally.why_facts = {"gone": gone, "before": before}
    else:
        tally.withdrawn = feed_brake.withdraw(tally.missing, save)
        _end(known, tally, save)
        feed_brake.show(feed, seen, save)


def _end(known: Known, tally: Tally, save: Save) -> None:
    """Now that the run is plausible, write the records that end their offers."""
    ending, tally.ending = tally.ending, []
    for start in range(0, len(ending), BATCH):
        batch = ending[start : start + BATCH]
        known.look_up(batch)
        _write_together(known, batch, tally, may_end=True)
        save()
