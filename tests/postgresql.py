"""A PostgreSQL cluster of the tests' own: made in a temporary folder, on a free port, stopped at the end.

Its server refuses to run as root, so that root hands it to the user `postgres`. One template database is migrated once;
each test gets a copy of it. Where PostgreSQL is missing these tests are skipped with a sentence, and fail with CI=true.
"""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from portal import db, migrate

BINARIES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
# A power cut loses nothing that a test needs: no fsync makes each copy of a database three times faster.
RULES = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",
    "max_connections=120",
    "shared_buffers=32MB",
)
_numbers = count(1)


@dataclass(frozen=True)
class Cluster:
    """A running server; `copy()` is a fresh database at the newest schema."""

    port: int

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://relais@127.0.0.1:{self.port}/{name}"

    def run(self, statement: str) -> None:
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def copy(self) -> str:
        name = f"test_{next(_numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE relais_template")
        return self.url(name)

    def drop(self, url: str) -> None:
        self.run(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The cluster of this run, started when the first test asks for it."""
    binaries = _binaries()
    if binaries is None:
        sentence = "PostgreSQL is not installed (on Debian and Ubuntu: apt install postgresql)"
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    folder = Path(tempfile.mkdtemp(prefix="relais-postgresql-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    port = free_port()
    data = str(folder / "data")
    _as_postgres(
        str(binaries / "initdb"), "-D", data, "-U", "relais", "-A", "trust", "-E", "UTF8", "-N",
        "--locale=C",
    )  # fmt: skip
    options = " ".join(f"-c {rule}" for rule in RULES)
    control = [str(binaries / "pg_ctl"), "-D", data, "-w"]
    _as_postgres(*control, "-l", str(folder / "log"), "-o", f"-p {port} {options}", "start")
    guard = _stop_it_if_we_die(control, folder)
    try:
        made = Cluster(port)
        made.run("CREATE DATABASE relais_template")
        engine = db.make_engine(made.url("relais_template"))
        migrate.upgrade(engine)
        engine.dispose()
        yield made
    finally:
        guard.kill()
        guard.wait()
        # pg_ctl signals the process that this folder's postmaster.pid names, and no other.
        _as_postgres(*control, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql_url(cluster: Cluster) -> Iterator[str]:
    """A database of its own on PostgreSQL, at the newest schema."""
    url = cluster.copy()
    yield url
    cluster.drop(url)


def _binaries() -> Path | None:
    found = sorted(
        path
        for pattern in BINARIES
        for path in Path("/").glob(pattern.lstrip("/"))
        if (path / "initdb").exists()
    )
    if found:
        return found[-1]
    known = shutil.which("initdb")
    return Path(known).parent if known else None


def _stop_it_if_we_die(control: list[str], folder: Path) -> subprocess.Popen[bytes]:
    """A run that is killed stops nothing itself: this small shell looks after its server once it is gone."""
    prefix = "runuser -u postgres -- " if os.geteuid() == 0 else ""
    stop = f"{prefix}{shlex.join(control)} -m immediate stop; rm -rf {shlex.quote(str(folder))}"
    watch = f"while kill -0 {os.getpid()} 2>/dev/null; do sleep 1; done; cd /; {stop}"
    quiet = subprocess.DEVNULL
    return subprocess.Popen(
        ["sh", "-c", watch], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
    )


def _as_postgres(*command: str) -> None:
    prefix = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
    done = subprocess.run(
        [*prefix, *command], cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) if "start" not in command else _started(prefix, command)  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stdout}")


def _started(prefix: tuple[str, ...], command: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    # The server inherits our pipes and keeps them open: waiting for their end would wait for ever.
    return subprocess.run(
        [*prefix, *command], cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
    )  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
