"""Drains the outbox: takes rows by lease, does each once, and gives back what failed.

Three short transactions a batch, none of them around the work: lease, work, close. A worker that is killed in between
leaves a row that is taken again when its lease is over; a mail sent twice by that carries the same Message-ID.
"""

from __future__ import annotations

import logging
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import current_app

from portal import db, mail
from portal.errors import PortalError
from portal.jobs import clusters, letters
from portal.services import indexing, outbox
from portal.services.outbox import Job
from search.index import IndexUnavailable

log = logging.getLogger(__name__)
WORKER = f"{platform.node()[:12]}:{os.getpid()}"
Failures = dict[int, tuple[str, bool]]  # row -> why, and whether for ever


@dataclass(frozen=True)
class Handler:
    """Who does a kind of row: at most so many at once under a lease of so many seconds, and so many times in a turn.

    `waits`: takes its turn only when none before it had a full one, that is when these have caught up.
    """

    work: Callable[[Sequence[Job]], Failures]
    batch: int
    seconds: int = 300
    times: int = 1
    waits: bool = False


def drain(*_ids: int) -> int:
    """Do everything that is due, kind by kind in turns; returns how many rows were closed."""
    closed, is_at_work = 0, True
    while is_at_work:
        is_at_work = is_full = False
        for kind, handler in HANDLERS.items():
            if handler.waits and is_full:
                continue
            taken, done = _turn(kind, handler)
            is_at_work |= taken > 0
            is_full |= taken == handler.batch * handler.times
            closed += done
    return closed


def _turn(kind: str, handler: Handler) -> tuple[int, int]:
    """How many rows were taken, and how many of them closed."""
    taken = closed = 0
    for _time in range(handler.times):
        jobs = _lease(kind, handler)
        if not jobs:
            break
        failures = _worked(handler, jobs)
        with db.database().writing() as session:
            outbox.done(job for job in jobs if job.id not in failures)
            for job in jobs:
                if job.id in failures:
                    _give_back(job, *failures[job.id])
            session.commit()
        taken, closed = taken + len(jobs), closed + len(jobs) - len(failures)
    return taken, closed


def _lease(kind: str, handler: Handler) -> list[Job]:
    with db.database().reading():
        if not outbox.is_due([kind]):
            return []
    with db.database().writing() as session:
        jobs = outbox.lease(WORKER, handler.batch, [kind], handler.seconds)
        session.commit()
    return jobs


def _worked(handler: Handler, jobs: Sequence[Job]) -> Failures:
    try:
        return handler.work(jobs)
    except PortalError as error:
        return {job.id: (str(error), error.permanent) for job in jobs}
    except Exception as error:  # a defect in one kind of row must not stop the others: logged, tried again, set aside at last
        log.exception("outbox_job_failed", extra={"kind": jobs[0].kind, "row": jobs[0].id})
        return {job.id: (f"{type(error).__name__}: {error}", False) for job in jobs}


def _give_back(job: Job, why: str, for_ever: bool) -> None:
    aside = outbox.failed(job, why, permanent=for_ever)
    level = logging.ERROR if aside else logging.WARNING
    log.log(level, "outbox_row_failed", extra={"row": job.id, "kind": job.kind, "aside": aside})


def send_mail(jobs: Sequence[Job]) -> Failures:
    """Write and send the letter of each row."""
    for job in jobs:
        letter = letters.write(job)
        if letter is not None:
            post(letter)
        letters.sent(job)
    return {}


def post(letter: mail.Letter) -> None:
    """Compose a letter with this installation's name and address, and send it. Raises MailLater, MailRefused."""
    settings = current_app.config
    message = mail.compose(
        letter,
        sender=settings["CONTACT_EMAIL"],
        sender_name=settings["SITE_NAME"],
        domain=mail.domain_of(settings["BASE_URL"]),
    )
    mail.send(message, settings["MAIL_URL"])


def update_index(jobs: Sequence[Job]) -> Failures:
    """Look at these offers again, all in one commit of the index."""
    try:
        with db.database().reading():
            indexing.reindex(job.payload["offer"] for job in jobs)
    except IndexUnavailable as error:
        return {job.id: (f"index: {error}", False) for job in jobs}
    return {}


# Mail one by one: under one lease for many, a slow server would make the last of them overdue, and so sent twice.
# Clusters last: whoever looks for a need finds it at once, for a moment perhaps twice; only what a cluster then moves is
# indexed again.
HANDLERS: dict[str, Handler] = {
    "mail": Handler(send_mail, batch=1, times=20),
    "index": Handler(update_index, batch=500),
    "cluster": Handler(clusters.gather, batch=16, waits=True),
}
