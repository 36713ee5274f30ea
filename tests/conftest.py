"""The shared floor of all tests: an app with a database of its own, the cast, and the visitor.

Every test gets a fresh copy of one migrated database file, so that tests really commit and never meet.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal import config, create_app, db, migrate
from portal.config import Settings
from portal.db import Database
from portal.services import places
from tests.browsing import browser as browser
from tests.people import Cast
from tests.postgresql import cluster as cluster
from tests.postgresql import postgresql_url as postgresql_url
from tests.visitor import Visitor
from tests.world import built_world as built_world
from tests.world import world as world

SECRET = "a key for tests only, long enough to be taken"


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at the newest schema, made once by the real migrations."""
    path = tmp_path_factory.mktemp("template") / "relais.db"
    engine = db.make_engine(f"sqlite:///{path}")
    migrate.upgrade(engine)
    engine.dispose()  # closing the last connection folds the WAL into the file
    return path


@pytest.fixture(scope="session")
def gazetteer(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same file with every place of France, loaded once; a test that needs places copies this one."""
    path = tmp_path_factory.mktemp("gazetteer") / "relais.db"
    shutil.copy(migrated, path)
    database = Database(f"sqlite:///{path}")
    with database.writing() as opened:
        places.load(places.shipped())
        opened.commit()
    database.engine.dispose()
    return path


@pytest.fixture
def in_gazetteer(gazetteer: Path) -> Iterator[Session]:
    """A reading of the whole gazetteer, as within a request that changes nothing."""
    database = Database(f"sqlite:///{gazetteer}")
    with database.reading() as opened:
        yield opened
    database.engine.dispose()


@pytest.fixture
def settings(migrated: Path, tmp_path: Path) -> Settings:
    """The settings of a test's app: everything under its own folder."""
    shutil.copy(migrated, tmp_path / "relais.db")
    return config.from_environment({}, settings_for(tmp_path))


def settings_for(folder: Path) -> dict[str, object]:
    """What every test's app is started with."""
    return {
        "DATA": folder,
        "SECRET_KEY": SECRET,
        "SEARCH_URL": "memory:",
        "QUEUE_URL": "immediate:",
        "BASE_URL": "http://127.0.0.1:8000",
        "TESTING": True,
        "FEEDS_ALLOW_PRIVATE": True,
        "API_PER_MINUTE": 100_000,
    }


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """An app of its own, with its app context open."""
    made = create_app(settings)
    with made.app_context():
        yield made
    made.extensions["database"].engine.dispose()


@pytest.fixture
def database(app: Flask) -> Database:
    """The app's database, to open units of work as a door would."""
    found: Database = app.extensions["database"]
    return found


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing unit of work for arranging and for calling services; commit what pages must see."""
    with database.writing() as opened:
        yield opened


@pytest.fixture
def cast(database: Database) -> Cast:
    """Alice coordinates, Bob is on her team, Charlie is a stranger, Mona moderates. Committed."""
    with database.writing() as opened:
        made = Cast.arrive(opened)
        opened.commit()
    return made


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody who looks at pages, and at everything that must hold on each of them."""
    return Visitor(app)
