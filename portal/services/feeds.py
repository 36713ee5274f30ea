"""The life of a feed: added, due, run, suspect, paused. What a run does to offers is in feed_runs.py, what a person answers
when one is suspect in feed_answers.py.

`run` is called by a door (a command or a job) that hands over `save`, the end of a transaction. The download happens
before any transaction is open.
"""

from __future__ import annotations

import io
import re
from datetime import datetime, timedelta
from typing import IO, Any, cast

from sqlalchemy import ColumnElement, CursorResult, select, update

from portal import clock, db, tokens, vault
from portal.errors import Conflict, Invalid, NotFound, PortalError
from portal.formats import problem as item_problem
from portal.models import (
    Feed,
    FeedProblem,
    FeedRun,
    FeedState,
    Person,
    PersonRole,
    PersonState,
    ProblemSeverity,
    RunOutcome,
)
from portal.services import (
    feed_answers,
    feed_brake,
    feed_pages,
    feed_runs,
    feed_turns,
    grace,
    outbox,
)
from portal.services.feed_limits import Limits
from portal.services.feed_runs import Tally
from portal.services.feed_turns import Progress, Save

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
JITTER = 0.1  # of the interval, so that feeds added together do not run together for ever
# After its beginning a run that lost its process is taken up again. Once: one that kills its process each time keeps its interval.
TAKEN_UP = timedelta(minutes=10)


def add(name: str, url: str = "", format: str = "", **options: object) -> Feed:
    """A new feed. Its name is public, unique, and made of letters, digits and hyphens."""
    if not NAME.fullmatch(name):
        raise Invalid(
            "Le nom d’un flux s’écrit en minuscules, chiffres et tirets, par exemple « banque-alimentaire ».",
            field="name",
        )
    if db.session.scalar(select(Feed.id).where(Feed.name == name)) is not None:
        raise Conflict("Un flux s’appelle déjà « %(name)s ».", name=name)
    feed = Feed(
        name=name, url=url, format=format, next_run_at=clock.now() if url else None, **options
    )
    db.session.add(feed)
    db.session.flush()
    return feed


def give_credentials(feed: Feed, headers: dict[str, str]) -> None:
    """Keep the headers that the partner's server wants, sealed; none takes them away."""
    feed.credentials = vault.sealed(headers)


def by_name(name: str) -> Feed:
    """The feed of that name; NotFound with the way out when there is none."""
    feed = db.session.scalar(select(Feed).where(Feed.name == name))
    if feed is None:
        raise NotFound("Aucun flux ne s’appelle « %(name)s ». `feeds list` les montre.", name=name)
    return feed


def due() -> list[Feed]:
    """Feeds whose time has come and that nobody reads, the one that waits longest first. One that is suspect too: a good run
    answers its question."""
    return list(
        db.session.scalars(
            select(Feed).where(*_is_due(), ~feed_turns.taken()).order_by(Feed.next_run_at)
        )
    )


def is_due(feed: Feed) -> bool:
    """Has its time come? For whoever has its turn, and looked for due feeds before."""
    return db.session.scalar(select(Feed.id).where(Feed.id == feed.id, *_is_due())) is not None


def _is_due() -> tuple[ColumnElement[bool], ...]:
    return Feed.state != FeedState.PAUSED, Feed.url != "", Feed.next_run_at <= clock.now()


def run(feed: Feed, limits: Limits, save: Save, progress: Progress = lambda count: None) -> FeedRun:
    """Fetch the feed and read it; the run's row tells what happened, also when the download failed.

    No transaction is open while bytes come in or are parsed. The door has the feed's turn (feed_turns.alone).
    """
    started = begin(feed)
    save()
    progress = feed_turns.noting(started, save, progress)
    try:
        sesame = vault.opened(feed.credentials)
        with feed_pages.opened(
            feed.url, feed.format, limits, sesame, feed.etag, feed.last_modified
        ) as (download, more):
            if download.is_not_modified:
                feed_brake.drop(feed, save)  # brought by a file that was there in between
                return finish(feed, started, Tally(outcome=RunOutcome.NOT_MODIFIED), save)
            is_paged = bool(feed_pages.next_of(download, feed.format))
            started.bytes = download.size
            tally = read(feed, download.file, limits, save, progress, more)
            # Of many pages the first alone may be the same: they are all asked for each time.
            # One that was not read to its end must come again.
            is_whole = tally.outcome is RunOutcome.DONE and tally.is_complete
            if is_whole and not is_paged:
                feed.etag = download.etag[:250]
                feed.last_modified = download.last_modified[:80]
    except PortalError as error:
        tally = Tally(outcome=RunOutcome.FAILED, is_complete=False)
        tally.why_code, tally.why_facts = error.code, error.values
        tally.why = "" if error.code else error.in_words()
    return finish(feed, started, tally, save)


def receive(
    feed: Feed,
    stream: IO[bytes],
    limits: Limits,
    save: Save,
    progress: Progress = lambda count: None,
    more: feed_pages.Pages = (),
) -> tuple[FeedRun, Tally]:
    """A run of what was handed over, as an open file that can seek. The door has the feed's turn."""
    started = begin(feed)
    started.bytes = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    save()
    progress = feed_turns.noting(started, save, progress)
    tally = read(feed, stream, limits, save, progress, more)
    if tally.outcome is RunOutcome.SUSPECT and not (tally.records or tally.missing):
        # Not a record could be read, and whoever handed it over hears so at once: nobody else has to look first.
        tally.outcome = RunOutcome.FAILED
    return finish(feed, started, tally, save), tally


def read(
    feed: Feed,
    stream: IO[bytes],
    limits: Limits,
    save: Save,
    progress: Progress = lambda count: None,
    more: feed_pages.Pages = (),
) -> Tally:
    """Read an open stream, and the pages after it, into the feed's offers."""
    settings = feed_runs.settings_of(feed, limits.max_records)
    found = feed_pages.offers(stream, settings, feed.format, limits.own_url, more)
    save()
    return feed_runs.read(feed, found, save, progress)


def begin(feed: Feed) -> FeedRun:
    """The row of a new run. An older one that still says "running" lost its process: this run finishes its work."""
    interrupted = db.session.execute(
        update(FeedRun)
        .where(FeedRun.feed_id == feed.id, FeedRun.outcome == RunOutcome.RUNNING)
        .values(
            outcome=RunOutcome.FAILED,
            why_code="interrupted",
            finished_at=clock.now(),
        )
    )
    is_second = bool(cast("CursorResult[Any]", interrupted).rowcount)
    if is_second:
        _tell_interrupted(feed)
    started = FeedRun(feed_id=feed.id, outcome=RunOutcome.RUNNING, started_at=clock.now())
    db.session.add(started)
    feed.next_run_at = _next_time(feed) if is_second else started.started_at + TAKEN_UP
    db.session.flush()
    return started


def _next_time(feed: Feed) -> datetime:
    interval = timedelta(minutes=feed.every_minutes)
    return clock.now() + interval + interval * JITTER * tokens.fraction()


def finish(feed: Feed, started: FeedRun, tally: Tally, save: Save) -> FeedRun:
    """Write down what the run did, and make the feed suspect when it was."""
    for name in ("records", "created", "updated", "unchanged", "withdrawn", "repaired", "refused"):
        setattr(started, name, getattr(tally, name))
    started.outcome, started.why = tally.outcome, tally.why[:500]
    started.why_code, started.why_facts = tally.why_code, tally.why_facts
    started.finished_at = clock.now()
    if feed.next_run_at == started.started_at + TAKEN_UP:  # nobody asked for another one meanwhile
        feed.next_run_at = _next_time(feed)
    started.live = feed_brake.live_count(feed)
    was_asked = feed.state is FeedState.SUSPECT
    if tally.outcome is RunOutcome.SUSPECT:
        feed_answers.replace(feed)
        feed.state, started.pending = FeedState.SUSPECT, {"missing": tally.missing}
    elif tally.outcome is RunOutcome.NOT_MODIFIED or (
        tally.outcome is RunOutcome.DONE and tally.is_complete
    ):
        feed_answers.replace(feed)
    elif tally.outcome is RunOutcome.DONE:
        feed_answers.narrow(feed, tally.missing)
    if tally.outcome is RunOutcome.FAILED or (
        tally.outcome is RunOutcome.SUSPECT and not was_asked
    ):
        _tell(feed, started)
    elif tally.outcome is not RunOutcome.SUSPECT:
        grace.confirm(feed)
    db.session.add(started)
    db.session.flush()
    save()
    for start in range(0, len(tally.problems), 500):
        db.session.add_all(_row(started, p) for p in tally.problems[start : start + 500])
        db.session.flush()
        save()
    return started


def _tell_interrupted(feed: Feed) -> None:
    """One run cut short is a restart of the machine; at the second one in a row the file itself may kill whoever reads it."""
    last = select(FeedRun).where(FeedRun.feed_id == feed.id).order_by(FeedRun.id.desc()).limit(3)
    runs = list(db.session.scalars(last))
    if [run.why_code == "interrupted" for run in runs] in ([True, True], [True, True, False]):
        _write_to_watchers(feed, runs[0], "feed_interrupted")


def _tell(feed: Feed, started: FeedRun) -> None:
    """The owner and the moderators hear of it, once for each run; of a failure only at the first one in a row."""
    before = db.session.scalar(
        select(FeedRun.outcome)
        .where(
            FeedRun.feed_id == feed.id,
            FeedRun.id < started.id,
            FeedRun.why_code != "interrupted",  # told in another letter, if at all
        )
        .order_by(FeedRun.id.desc())
        .limit(1)
    )
    if started.outcome is RunOutcome.FAILED and before is RunOutcome.FAILED:
        return
    _write_to_watchers(feed, started, f"feed_{started.outcome}")


def _write_to_watchers(feed: Feed, run: FeedRun, template: str) -> None:
    watchers = select(Person.id).where(
        Person.state == PersonState.ACTIVE,
        (Person.role == PersonRole.MODERATOR) | (Person.id == feed.owner_id),
    )
    for person_id in db.session.scalars(watchers):
        payload = {"template": template, "person": person_id, "run": run.id}
        outbox.add("mail", f"run:{run.id}:{person_id}", payload)


def _row(started: FeedRun, problem: item_problem.FeedProblem) -> FeedProblem:
    return FeedProblem(
        run_id=started.id,
        record=problem.record,
        line=problem.line,
        external_id=(problem.external_id or "")[:250],
        field=problem.field[:60],
        value=problem.value[:80],
        severity=ProblemSeverity(problem.severity.value),
        code=problem.code,
        sentence=problem.sentence_fr[:400],
        sentence_en=problem.sentence_en[:400],
    )


def pause(feed: Feed) -> None:
    """Stop fetching; offers stay. Raises Conflict while a run waits for a word: its question must not be forgotten."""
    _require_settled(feed)
    feed.state = FeedState.PAUSED


def resume(feed: Feed) -> None:
    """Fetch again, now. Raises Conflict while a run waits for a word: what it holds back would be lost."""
    _require_settled(feed)
    feed.state, feed.next_run_at = FeedState.ACTIVE, clock.now()


def _require_settled(feed: Feed) -> None:
    if feed.state is FeedState.SUSPECT:
        raise Conflict("Répondez d’abord au passage qui attend : acceptez-le ou écartez-le.")
