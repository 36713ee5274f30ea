"""A portal on the engine of production whose index is broken in some way, for R26: what its pages show, and how it heals."""

from __future__ import annotations

import json
import shutil
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from portal import clock, config, create_app
from portal.jobs import outbox as outbox_job
from portal.jobs import upkeep
from portal.models import Offer
from portal.services import finding, indexing, outbox
from tests import factories
from tests.trust.indexer import whoosh_settings

QUESTIONS = ("/search?q=jardin", "/search?lat=45.76&lon=4.84&radius=20", "/search?sort=newest")


def made(folder: Path) -> Flask:
    """The app on the database and the index of a folder, its jobs waiting for a worker."""
    wanted = {**whoosh_settings(folder), "QUEUE_URL": f"sqlite:///{folder / 'queue.db'}"}
    return create_app(config.from_environment({}, wanted))


@contextmanager
def opened(folder: Path) -> Iterator[Flask]:
    """The app with 30 offers in the index."""
    app = made(folder)
    with app.app_context():
        with app.extensions["database"].writing() as session:
            titles = ("Entretenir le jardin", "Lire à des enfants", "Trier au jardin partagé")
            session.add_all([factories.offer(title=f"{titles[n % 3]} {n}") for n in range(30)])
            session.commit()
        with app.extensions["database"].reading():
            indexing.rebuild()
        yield app
    app.extensions["queue"].huey.storage.close()
    app.extensions["database"].engine.dispose()


def shown(app: Flask, question: str) -> list[str]:
    """The offers on the page, as a web process that has just started shows them."""
    app.extensions.pop("index", None)
    answer = app.test_client().get(question, base_url="http://127.0.0.1:8000")
    assert answer.status_code == 200, question
    return [
        piece.split('"')[0] for piece in answer.get_data(as_text=True).split('data-offer="')[1:]
    ]


def all_shown(app: Flask) -> list[list[str]]:
    """The offers on each of the pages that are looked at."""
    return [shown(app, question) for question in QUESTIONS]


def found_by(app: Flask) -> str:
    """Who answers: the index, or the database."""
    app.extensions.pop("index", None)
    with app.extensions["database"].reading():
        return finding.find(finding.read({"q": ["jardin"]}, now=clock.now())).backend


def change(app: Flask) -> None:
    """An offer changes, so that a writer meets what is broken too."""
    with app.extensions["database"].writing() as session:
        offer = session.get_one(Offer, 1)
        offer.title = "Accorder le xylophone"
        offer.version += 1
        outbox.reindex(offer.id)
        session.commit()
    outbox_job.drain()


def do_what_was_nudged(app: Flask) -> list[str]:
    """What the worker does of what pages asked for; the names of the jobs."""
    huey, names = app.extensions["queue"].huey, []
    while (task := huey.dequeue()) is not None:
        names.append(task.args[0])
        huey.execute(task)
    return names


def heal(app: Flask) -> int:
    """What the worker does by itself every ten minutes; the differences left."""
    upkeep.reconcile_index()
    outbox_job.drain()
    app.extensions.pop("index", None)
    with app.extensions["database"].reading():
        return indexing.check().count


def newest(folder: Path, kind: str) -> Path:
    return max(folder.rglob(f"*.{kind}"), key=lambda path: path.stat().st_mtime_ns)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def older(folder: Path) -> None:
    """A manifest of another schema, whole and signed."""
    sealed = (folder / "manifest.json").read_text().partition("\n")[2]
    old = json.dumps(json.loads(sealed) | {"schema": 0})
    (folder / "manifest.json").write_text(f"{zlib.crc32(old.encode()):08x}\n{old}")


Damage = Callable[[Path], object]

# What a reader meets: the database answers instead.
SEEN: dict[str, Damage] = {
    "missing": shutil.rmtree,
    "no manifest": lambda folder: (folder / "manifest.json").unlink(),
    "truncated manifest": lambda folder: cut(folder / "manifest.json"),
    "missing sidecar": lambda folder: newest(folder, "sidecar").unlink(),
    "truncated sidecar": lambda folder: cut(newest(folder, "sidecar")),
    "old schema": older,
}
# What only a writer meets, for readers never open Whoosh's files: the index goes on answering.
UNSEEN: dict[str, Damage] = {
    "truncated segment": lambda folder: [cut(path) for path in folder.rglob("whoosh/*")],
    "truncated words of the newest segment": lambda folder: cut(newest(folder, "trm")),
    "missing words of the newest segment": lambda folder: newest(folder, "trm").unlink(),
}
