"""`demo load`: write the demo's world and its partner feeds into a portal that has no demo yet.

The world is made offer by offer (portal/demo) and written in small batches, so that 100,000 offers need no more memory
than 600, and a running server keeps its turn. The feeds go the road of every feed: the real importer reads the bytes that
the app will serve.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import timedelta
from itertools import islice
from typing import cast

import click
from flask import current_app
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import Table, func, insert, select

from portal import clock, db, tokens
from portal.cli import demo_rows as rows
from portal.cli import index
from portal.cli.database import with_database
from portal.cli.demo_rows import Known, Row
from portal.db import Base
from portal.demo import DemoWorld, feeds, generate
from portal.demo.people import CAST
from portal.demo.world import DemoOffer
from portal.models import (
    Association,
    Cluster,
    FeedRun,
    Flag,
    Like,
    Location,
    Membership,
    Offer,
    OfferDay,
    Person,
    RecurrenceRule,
    RunOutcome,
    ShareLink,
    ShareVisit,
    Shift,
    Signup,
    TeamRole,
)
from portal.services import feeds as feed_services
from portal.services.feeds import Limits

DAYS_BEFORE = 30
commands = click.Group("demo", help="The demo: invented associations, people, offers and feeds.")
console = Console(highlight=False)
BATCH = 40  # offers of one transaction, with all that hangs on them


@commands.command("load")
@click.option("--offers", type=click.IntRange(12, 1_000_000), default=600, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@with_database
def load(offers: int, seed: int) -> None:
    """Load the demo; with a large number of offers, a data set for benchmarks."""
    with db.database().reading() as session:
        known = select(Person.id).where(Person.email == CAST[0][1])
        is_there = session.scalar(known) is not None
    if is_there:
        raise click.ClickException(
            "La démonstration est déjà chargée. Pour la refaire, donnez un dossier neuf : DATA=autre."
        )
    load_demo(offers, seed)
    index.rebuild_index()


def load_demo(offers: int = 600, seed: int = 1) -> None:
    """Write the whole demo as it is today, with a bar that moves."""
    world = generate(clock.today(), offers, seed)
    shown = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*shown, TimeElapsedColumn(), console=console) as bar:
        known = _write_people(world)
        task = bar.add_task("Démonstration", total=world.size)
        made = world.offers()
        while batch := list(islice(made, BATCH)):
            with db.database().writing() as session:
                _write_offers(known, batch)
                session.commit()
            bar.advance(task, len(batch))
        task = bar.add_task("Flux de partenaires", total=sum(p.offers for p in feeds.PARTNERS))
        for partner in feeds.PARTNERS:
            _read_feed(world, partner)
            bar.advance(task, partner.offers)


def _write_people(world: DemoWorld) -> Known:
    with db.database().writing() as session:
        people = _insert(Person, [rows.person(one) for one in world.people])
        associations = _insert(Association, [rows.association(one) for one in world.associations])
        _append(
            Membership,
            [
                {
                    "association_id": associations[association.number],
                    "person_id": people[member.person],
                    "role": TeamRole(member.role),
                }
                for association in world.associations
                for member in association.members
            ],
        )
        session.commit()
    hashes = [tokens.email_hash(person.email) for person in world.people]
    return Known(world, people, associations, hashes)


def _write_offers(known: Known, batch: Sequence[DemoOffer]) -> None:
    """One batch: the offers, then everything that points at them, each table in one statement."""
    clusters = _insert(Cluster, [{"created_at": one.posted_at} for one in batch])
    ids = _insert(
        Offer, [rows.offer(known, one, c) for one, c in zip(batch, clusters, strict=True)]
    )
    pairs = list(zip(batch, ids, strict=True))
    ruled = [ident for one, ident in pairs if one.rule]
    rule_ids = _insert(RecurrenceRule, [rows.rule(one, i) for one, i in pairs if one.rule])
    rule_of = dict(zip(ruled, rule_ids, strict=True))
    made = _insert(Shift, [row for o, i in pairs for row in rows.shifts(o, i, rule_of.get(i))])
    _append(Location, [row for one, ident in pairs for row in rows.locations(one, ident)])
    own = iter(made)
    shift_ids = {ident: list(islice(own, len(one.shifts))) for one, ident in pairs}
    _append(Signup, [row for o, i in pairs for row in rows.signups(known, o, shift_ids[i])])
    liked = zip(pairs, clusters, strict=True)
    _append(Like, [row for (o, i), c in liked for row in rows.likes(known, o, i, c)])
    _append(Flag, [row for one, ident in pairs for row in rows.flags(known, one, ident)])
    _append(OfferDay, [row for one, ident in pairs for row in rows.days(one, ident)])
    for one, ident in pairs:
        _write_shares(known, one, ident)


def _write_shares(known: Known, one: DemoOffer, offer_id: int) -> None:
    links = [
        {
            "code": tokens.short_code(),
            "person_id": known.people[share.person],
            "offer_id": offer_id,
            "created_at": one.posted_at,
        }
        for share in one.shares
    ]
    for share, link in zip(one.shares, _insert(ShareLink, links), strict=True):
        visits = [{"share_link_id": link, "on": on, "count": count} for on, count in share.visits]
        _append(ShareVisit, visits)


def _insert(table: type[Base], values: list[Row]) -> list[int]:
    """Write rows under ids taken beforehand: the rows' ids, in their order.

    Asking for the ids afterwards would cost a statement for each row on SQLite, which returns them in no order.
    """
    ids = _free_ids(cast(Table, table.__table__), len(values))
    _append(table, [{"id": ident, **row} for ident, row in zip(ids, values, strict=True)])
    return ids


def _append(table: type[Base], values: list[Row]) -> None:
    """Write rows whose ids nobody asks for."""
    if values:
        db.session.execute(insert(cast(Table, table.__table__)), values)


def _free_ids(table: Table, count: int) -> list[int]:
    """So many ids that nobody else gets: from the sequence, or behind the last on SQLite, where we are the one writer."""
    if db.session.get_bind().dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(table.name, "id")
        taken = select(func.nextval(sequence)).select_from(func.generate_series(1, count))
        return list(db.session.scalars(taken)) if count else []
    last = db.session.scalar(select(func.max(table.c.id))) or 0
    return list(range(last + 1, last + 1 + count))


def _read_feed(world: DemoWorld, partner: feeds.Partner) -> None:
    """Add a partner's feed and read its first delivery, as the server that will answer at its address gives it."""
    delivery = feeds.render(partner.name, world.today)
    with db.database().writing() as session:
        owner = Association(
            slug=partner.name,
            name=partner.title,
            email=partner.email,
            summary=partner.about,
            verified_at=clock.now(),
        )
        session.add(owner)
        session.flush()
        feed = feed_services.add(
            partner.name,
            f"{current_app.config['BASE_URL']}/demo/feeds/{partner.file}",
            partner.format,
            title=partner.title,
            association_id=owner.id,
            # The demo's coordinator owns the first one, to have a partner's pages to look at.
            owner_id=_coordinator() if partner is feeds.PARTNERS[0] else None,
        )
        session.add_all(_earlier_runs(feed.id, partner.offers))
        session.commit()
        limits = Limits.of(current_app.config)
        feed_services.receive(feed, io.BytesIO(delivery), limits, session.commit)


def _earlier_runs(feed_id: int, offers: int) -> list[FeedRun]:
    """A month of runs before the first real one, so that a partner's pages have a past to show."""
    now, made = clock.now(), []
    for days in range(DAYS_BEFORE, 0, -1):
        at = now - timedelta(days=days)
        live = offers - days // 2 + (days * 7) % 5
        made.append(
            FeedRun(feed_id=feed_id, outcome=RunOutcome.DONE, started_at=at, finished_at=at,
                    records=live, unchanged=live, live=live)
        )  # fmt: skip
    return made


def _coordinator() -> int | None:
    email = next(email for _name, email, role in CAST if role == "coordinator")
    return db.session.scalar(select(Person.id).where(Person.email == email))
