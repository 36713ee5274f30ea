"""Models and migrations agree, and every migration goes up, down and up again."""

from __future__ import annotations

from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import Column, MetaData, Table, inspect

from portal import db, migrate
from portal.db import Base


def test_models_and_migrations_agree(tmp_path: Path) -> None:
    engine = db.make_engine(f"sqlite:///{tmp_path}/a.db")
    migrate.upgrade(engine)
    assert migrate.differences(engine) == []
    engine.dispose()


def test_a_model_without_a_migration_is_found(tmp_path: Path) -> None:
    engine = db.make_engine(f"sqlite:///{tmp_path}/a.db")
    migrate.upgrade(engine)
    forgotten = Table("forgotten", Base.metadata, Column("id", db.UtcDateTime()))
    try:
        assert migrate.differences(engine) != []
    finally:
        Base.metadata.remove(forgotten)
        engine.dispose()


def test_each_migration_goes_down_and_up_again(tmp_path: Path) -> None:
    engine = db.make_engine(f"sqlite:///{tmp_path}/a.db")
    revisions = [
        s.revision for s in ScriptDirectory.from_config(migrate.configuration()).walk_revisions()
    ]
    for revision in reversed(revisions):
        migrate.upgrade(engine, revision)
        migrate.downgrade(engine, "-1")
        migrate.upgrade(engine, revision)
    assert set(inspect(engine).get_table_names()) >= set(MetaData().tables)
    migrate.downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    engine.dispose()


def test_one_line_of_migrations(tmp_path: Path) -> None:
    assert len(ScriptDirectory.from_config(migrate.configuration()).get_heads()) == 1
