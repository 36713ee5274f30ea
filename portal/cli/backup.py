"""`backup`, `restore`, `verify`: the whole installation in one file, back into an empty folder, and the proof that it is sound.

What is kept is the database (copied by SQLite's own backup, beside a running server) and the installation's key: without it
mailed addresses cannot be read again. The index is not kept: `restore` makes it anew. With PostgreSQL the database is its
server's to keep (pg_dump), and this command says so.
"""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.engine import make_url

from portal import clock, db, migrate
from portal.cli import index
from portal.config import Settings

KEPT = ("relais.db", "secret_key")


def _settings() -> Settings:
    found: Settings = current_app.config["SETTINGS"]
    return found


def _database_file() -> Path:
    url = make_url(_settings().DATABASE_URL)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise click.ClickException(
            "La base est sur PostgreSQL : sauvegardez-la avec pg_dump, et gardez aussi le fichier secret_key."
        )
    return Path(url.database)


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@with_appcontext
def backup(file: Path) -> None:
    """Write the whole installation into FILE (a .tar.gz), beside a running server."""
    if file.exists():
        raise click.ClickException(f"{file} existe déjà : choisissez un autre nom.")
    source = _database_file()
    with tempfile.TemporaryDirectory(dir=file.absolute().parent) as folder:
        copy = Path(folder) / "relais.db"
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(copy)) as target:
            live.backup(target)
        draft = Path(folder) / "draft"
        _write(
            draft, {"relais.db": copy.read_bytes(), "secret_key": _settings().SECRET_KEY.encode()}
        )
        draft.replace(file)  # a backup that was interrupted leaves no file that looks like one
    click.echo(
        f"{file} : {file.stat().st_size // 1024} Kio. Gardez-le à l’abri : il contient la clé."
    )


def _write(path: Path, parts: dict[str, bytes]) -> None:
    sums = {name: hashlib.sha256(body).hexdigest() for name, body in parts.items()}
    about = {"made_at": clock.now().isoformat(), "sha256": sums}
    with tarfile.open(path, "w:gz") as archive:
        for name, body in {"about.json": json.dumps(about).encode(), **parts}.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(body), 0o600
            archive.addfile(entry, io.BytesIO(body))


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def restore(file: Path) -> None:
    """Put FILE back into an empty DATA, migrate it and make its index."""
    target = _database_file()
    if target.exists():
        raise click.ClickException(
            f"{target} existe déjà : restaurez dans un dossier vide (DATA=...), rien n’est jamais écrasé."
        )
    parts = _read(file)
    target.parent.mkdir(parents=True, exist_ok=True)
    key = _settings().DATA / "secret_key"
    key.unlink(missing_ok=True)
    key.touch(mode=0o600)
    key.write_bytes(parts["secret_key"])
    target.write_bytes(parts["relais.db"])
    migrate.upgrade(db.database().engine)
    index.rebuild_index()
    _report(target)


def _read(file: Path) -> dict[str, bytes]:
    """The parts of a backup, each compared with its checksum. Names are looked up, never trusted as paths."""
    try:
        with tarfile.open(file, "r:gz") as archive:
            found = {name: archive.extractfile(name) for name in ("about.json", *KEPT)}
            parts = {name: body.read() for name, body in found.items() if body is not None}
    except (tarfile.TarError, KeyError, EOFError, OSError) as error:
        raise click.ClickException(f"{file} n’est pas une sauvegarde entière de Relais.") from error
    sums = json.loads(parts.pop("about.json"))["sha256"]
    for name, body in parts.items():
        if hashlib.sha256(body).hexdigest() != sums.get(name):
            raise click.ClickException(
                f"{file} est abîmé : {name} ne correspond pas à son empreinte."
            )
    return parts


@click.command("verify")
@with_appcontext
def verify() -> None:
    """Is the database of DATA sound, complete and at the newest schema? Exit 1 when it is not."""
    _report(_database_file())


def _report(path: Path) -> None:
    with closing(sqlite3.connect(path)) as opened:
        sound = opened.execute("PRAGMA integrity_check").fetchone()[0]
        broken = opened.execute("PRAGMA foreign_key_check").fetchall()
        counts = {
            name: opened.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608 (fixed names)
            for name in ("offers", "people", "signups", "associations")
        }
    if sound != "ok" or broken or not migrate.is_current(db.database().engine):
        raise click.ClickException(
            f"La base a un défaut : {sound}, {len(broken)} lien(s) brisé(s), ou un schéma ancien (`db upgrade`)."
        )
    click.echo(
        "La base est saine : " + ", ".join(f"{n} {name}" for name, n in counts.items()) + "."
    )
