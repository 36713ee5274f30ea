"""The whole installation goes into one file and comes back, and a damaged file is refused before anything is written."""

from __future__ import annotations

from pathlib import Path

from click.testing import Result
from flask import Flask
from sqlalchemy import select

from portal import config, create_app
from portal.db import Database
from portal.models import Offer
from tests import factories
from tests.conftest import settings_for


def run(app: Flask, *command: str) -> Result:
    """Run a command of this app, whichever app's context is open."""
    with app.app_context():
        return app.test_cli_runner().invoke(args=list(command))


def other_app(folder: Path) -> Flask:
    wanted = {**settings_for(folder), "SECRET_KEY": ""}
    return create_app(config.from_environment({}, wanted))


def test_a_backup_comes_back_with_its_data_and_its_key(
    app: Flask, database: Database, tmp_path: Path
) -> None:
    with database.writing() as session:
        session.add(factories.offer(title="Tailler les pommiers"))
        session.commit()
    file = tmp_path / "kept.tar.gz"
    assert run(app, "backup", str(file)).exit_code == 0
    restored = other_app(tmp_path / "elsewhere")
    done = run(restored, "restore", str(file))
    assert done.exit_code == 0, done.output
    with restored.extensions["database"].reading() as session:
        assert session.scalars(select(Offer.title)).all() == ["Tailler les pommiers"]
    assert (tmp_path / "elsewhere" / "secret_key").read_text() == app.config["SECRET_KEY"]
    assert run(restored, "verify").exit_code == 0
    restored.extensions["database"].engine.dispose()


def test_nothing_is_ever_overwritten(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "kept.tar.gz"
    assert run(app, "backup", str(file)).exit_code == 0
    assert run(app, "backup", str(file)).exit_code == 1
    assert "existe déjà" in run(app, "restore", str(file)).output


def test_a_damaged_backup_is_refused_and_nothing_is_written(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "kept.tar.gz"
    run(app, "backup", str(file))
    body = bytearray(file.read_bytes())
    body[len(body) // 2] ^= 0xFF
    file.write_bytes(bytes(body))
    restored = other_app(tmp_path / "elsewhere")
    assert run(restored, "restore", str(file)).exit_code == 1
    assert not (tmp_path / "elsewhere" / "relais.db").exists()
    restored.extensions["database"].engine.dispose()
