"""Processes that bring clusters up to date: several at once, or one that is killed wherever it is."""

from __future__ import annotations

import random
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select

from portal import config, create_app
from portal.db import Database
from portal.jobs import clusters as job
from portal.jobs import outbox as worker
from portal.models import Cluster, ClusterPair, Feed, Like, Offer, Outbox, PairState
from portal.services import likes, outbox
from tests import factories
from tests.conftest import settings_for

FEEDS, PEOPLE = 3, 4
TEXT = "<p>On trie les dons de {}, on les pèse, on les range en cartons, et on boit un café.</p>"
THINGS = ("livres", "jouets", "conserves", "vélos", "meubles")
NEEDS = len(THINGS)


def fill(url: str) -> list[int]:
    """Each need through each feed, liked by people through offers of their own; nothing is clustered yet."""
    store = Database(url)
    with store.writing() as session:
        ids = []
        people = [factories.person() for _ in range(PEOPLE)]
        session.add_all(people)
        for number in range(FEEDS):
            feed = Feed(name=f"flux{number}")
            session.add(feed)
            session.flush()
            who = factories.association("Banque des dons", rna="W691000001", feed_id=feed.id)
            for thing in THINGS:
                offer = factories.offer(
                    who, feed_id=feed.id, title=f"Trier des {thing}", description=TEXT.format(thing)
                )
                session.add(offer)
                session.flush()
                ids.append(offer.id)
                for person in people[number:]:
                    likes.like(person, offer)
        for ident in ids:
            outbox.recluster([ident])
        session.commit()
    store.engine.dispose()
    return ids


def faults(url: str, ids: list[int]) -> list[str]:
    """What is not as it must be when the work is done, in words."""
    store = Database(url)
    found = []
    with store.reading() as session:
        rows = session.execute(select(Offer.id, Offer.cluster_id).order_by(Offer.id)).all()
        groups: dict[int, list[int]] = {}
        for ident, home in rows:
            groups.setdefault(home, []).append(ids.index(ident) % NEEDS)
        if len(rows) != len(ids) or len(groups) != NEEDS:
            found.append(f"{len(rows)} offers in {len(groups)} clusters")
        if any(len(set(needs)) != 1 for needs in groups.values()):
            found.append("two needs are one cluster")
        if session.scalar(select(func.count()).select_from(Cluster)) != len(groups):
            found.append("a cluster is empty")
        liked = session.scalar(select(func.count()).select_from(Like))
        if liked != NEEDS * PEOPLE:
            found.append(f"{liked} likes")
        waiting = session.scalar(
            select(func.count()).where(Outbox.kind == "cluster", Outbox.done_at.is_(None))
        )
        if waiting:
            found.append(f"{waiting} rows wait")
        if session.scalar(select(func.count()).where(ClusterPair.state != PairState.FOUND)):
            found.append("somebody decided")
    store.engine.dispose()
    return found


def gather(url: str, seed: int, gate: Any = None) -> None:
    """Do the rows of the outbox, then look at every offer again; begin when the gate opens."""
    with TemporaryDirectory() as folder:
        given = settings_for(Path(folder)) | {"DATABASE_URL": url}
        app = create_app(config.from_environment({}, given))
        with app.app_context():
            store: Database = app.extensions["database"]
            with store.reading() as session:
                ids = list(session.scalars(select(Offer.id)))
            if gate is not None:
                gate.wait(60)
            worker.drain()
            for ident in random.Random(seed).sample(ids, len(ids)):
                job.bring_up_to_date([ident])
        store.engine.dispose()


def answer(url: str, seed: int, gate: Any, answers: Any) -> None:
    """The same in a process of its own: what went wrong, or nothing."""
    try:
        gather(url, seed, gate)
    except Exception as error:  # told to the test, which fails for it
        answers.put(f"{type(error).__name__}: {error}")
    else:
        answers.put("")
