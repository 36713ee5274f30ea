"""Models and migrations agree, and every migration goes up, down and up again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Engine, MetaData, Table, inspect, text
from sqlalchemy.exc import IntegrityError

from portal import db, migrate
from portal.db import Base
from tests.world import World


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
    """Whose last name is its head: what `is_current` reads, without Alembic, in every program."""
    assert ScriptDirectory.from_config(migrate.configuration()).get_heads() == [migrate.head()]


def rows(engine: Engine) -> dict[str, int]:
    """How many rows each table has."""
    with engine.connect() as opened:
        return {
            table: opened.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one()  # noqa: S608
            for table in inspect(opened).get_table_names()
            if table != "alembic_version"
        }


def test_no_row_is_lost_on_the_way_down_and_up_again(built_world: World, tmp_path: Path) -> None:
    path = tmp_path / "full.db"
    shutil.copy(built_world.folder / "made.db", path)
    engine = db.make_engine(f"sqlite:///{path}")
    before = rows(engine)
    assert sum(count > 0 for count in before.values()) > 20
    migrate.downgrade(engine, "0001")
    oldest = rows(engine)
    before["sign_in_links"] = 0  # live 15 minutes, and the older schema cannot hold them
    assert oldest == {table: count for table, count in before.items() if table in oldest}
    migrate.upgrade(engine)
    after = rows(engine)
    assert {table: after[table] for table in oldest} == oldest
    with engine.connect() as opened:
        assert opened.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    engine.dispose()


def test_what_older_runs_said_stays_and_a_code_is_not_lost_on_the_way_down(
    built_world: World, tmp_path: Path
) -> None:
    path = tmp_path / "full.db"
    shutil.copy(built_world.folder / "made.db", path)
    engine = db.make_engine(f"sqlite:///{path}")
    told = text("SELECT why FROM feed_runs ORDER BY id LIMIT 2")
    older, newer = (
        text(f"UPDATE feed_runs SET {said} WHERE id = (SELECT {which}(id) FROM feed_runs)")  # noqa: S608
        for said, which in (("why = 'Interrompu.'", "min"), ("why_code = 'unreachable'", "max"))
    )
    migrate.downgrade(engine, "0011")
    with engine.begin() as opened:
        opened.execute(text("DELETE FROM feed_runs WHERE id > (SELECT min(id) + 1 FROM feed_runs)"))
        opened.execute(text("UPDATE feed_runs SET why = ''"))
        opened.execute(older)
    migrate.upgrade(engine)
    with engine.begin() as opened:
        assert opened.execute(told).scalars().all() == ["Interrompu.", ""]
        opened.execute(newer)
    migrate.downgrade(engine, "0011")
    with engine.begin() as opened:
        assert opened.execute(told).scalars().all() == ["Interrompu.", "unreachable"]
    engine.dispose()


def test_the_control_with_foreign_keys_on_a_full_table_cannot_be_changed(
    built_world: World, tmp_path: Path
) -> None:
    """What a migration of `signups` would meet if foreign keys stayed on while SQLite drops the old table."""
    path = tmp_path / "full.db"
    shutil.copy(built_world.folder / "made.db", path)
    engine = db.make_engine(f"sqlite:///{path}")
    with engine.connect() as opened, pytest.raises(IntegrityError):
        opened.exec_driver_sql("CREATE TABLE copied AS SELECT * FROM signups")
        opened.exec_driver_sql("DROP TABLE signups")
    engine.dispose()
