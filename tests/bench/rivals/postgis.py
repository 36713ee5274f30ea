"""PostgreSQL with PostGIS as an expert sets it up: GIN over weighted tsvectors, GiST over geography, covering indexes, prepared statements."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import psycopg

from tests.bench.offers import NOW
from tests.bench.rivals import sql
from tests.bench.rivals.asked import Answer, Asked, Needs
from tests.bench.rivals.material import HOLE, proposed, rows
from tests.ports import free_port

RULES = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "2GB",
    "effective_cache_size": "6GB",
    "work_mem": "128MB",
    "maintenance_work_mem": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "fsync": "off",
    "synchronous_commit": "off",
    "max_wal_size": "8GB",
    "autovacuum": "off",
}
_MADE = """
CREATE EXTENSION postgis;
CREATE TABLE offers (id int PRIMARY KEY, published int, next_at bigint, until bigint, remote smallint, flags int,
    themes int, days bigint, later_days bigint, tokens tsvector);
CREATE TABLE places (offer int, at geography(Point, 4326));
CREATE TABLE words (word text COLLATE "C" PRIMARY KEY, spelling text, offers int);
"""
_INDEXED = (
    "CREATE INDEX ON offers USING gin (tokens) WITH (fastupdate = off)",
    "CREATE INDEX ON places USING gist (at)",
    "CREATE INDEX ON places (offer) INCLUDE (at)",
    "CREATE INDEX ON offers (id) INCLUDE (published, next_at, until, remote, flags, themes, days, later_days)",
    "CREATE INDEX ON offers (remote) INCLUDE (id, published, next_at, until, flags, themes, days, later_days)"
    " WHERE remote > 0",
    "CREATE INDEX ON offers (published DESC, id)",
    "CREATE INDEX ON offers (coalesce(next_at, 4611686018427387904), id)",
    'CREATE INDEX ON words (word COLLATE "C") INCLUDE (spelling, offers) WHERE length(word) >= 3',
    "VACUUM (ANALYZE) offers",
    "VACUUM (ANALYZE) places",
    "VACUUM (ANALYZE) words",
)
_WEIGHTS = ("A", "B", "D")
_GAP = 200


class Server:
    """A cluster of its own in a folder, ended by the process id that the folder names."""

    def __init__(self, folder: Path) -> None:
        self._home = folder / "postgresql"
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        if not found or not list(Path("/usr/share/postgresql").glob("*/extension/postgis.control")):
            raise FileNotFoundError("PostGIS is not installed")
        self._binaries = found[-1]
        self.port = free_port()

    def make(self) -> None:
        shutil.rmtree(self._home, ignore_errors=True)
        self._home.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self._home, "postgres", "postgres")
        self._run("initdb", "-U", "relais", "-A", "trust", "-E", "UTF8", "-N", "--locale=C")

    def start(self) -> None:
        rules = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in RULES.items())
        self._run(
            "pg_ctl", "-w", "-l", str(self._home / "log"), "-o", f"-p {self.port} {rules}", "start"
        )

    def stop(self) -> None:
        self._run("pg_ctl", "-m", "fast", "-w", "stop")

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(
            f"host=127.0.0.1 port={self.port} user=relais dbname=postgres", autocommit=True
        )

    def _run(self, program: str, *more: str) -> None:
        prefix = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
        command = [*prefix, str(self._binaries / program), "-D", str(self._home / "data"), *more]
        # A server keeps the pipes that it inherits: it is given none.
        subprocess.run(
            command, cwd="/", check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )


def build(folder: Path) -> None:
    """Fill, index and stop."""
    server = Server(folder)
    server.make()
    server.start()
    try:
        with server.connect() as base:
            base.execute(_MADE)
            _copy(base, folder)
            for statement in _INDEXED:
                base.execute(statement)
    finally:
        server.stop()


def _copy(base: psycopg.Connection, folder: Path) -> None:
    with base.cursor() as cursor:
        with cursor.copy("COPY offers FROM STDIN") as copy:
            for row in rows(folder):
                copy.write_row([*row[:9], _tsvector(row[10:])])
        with cursor.copy("COPY places FROM STDIN") as copy:
            for row in rows(folder):
                for lat, lon in row[9]:
                    copy.write_row([row[0], f"SRID=4326;POINT({lon!r} {lat!r})"])
        with cursor.copy("COPY words FROM STDIN") as copy:
            for word in proposed(folder):
                copy.write_row(word)


def _tsvector(texts: list[str]) -> str:
    """Tokens with positions and weights; no phrase reaches from one text into the next."""
    placed: dict[str, list[str]] = defaultdict(list)
    base = 1
    for weight, text in zip(_WEIGHTS, texts, strict=True):
        tokens = text.split()
        for at, token in enumerate(tokens, base):
            if token != HOLE:
                placed[token].append(f"{at}{weight}")
        base += len(tokens) + _GAP
    return " ".join(f"{token}:{','.join(places)}" for token, places in placed.items())


class Postgis:
    """See asked.Rival; its own dialect of sql.py too."""

    array = "array_agg"

    def __init__(self, folder: Path) -> None:
        self._port = int((folder / "postgresql" / "port").read_text())

    def open(self) -> None:
        where = f"host=127.0.0.1 port={self._port} user=relais dbname=postgres"
        self._base = psycopg.connect(where, autocommit=True, prepare_threshold=0)

    def answer(self, asked: Asked) -> Answer:
        found = self._answer(asked)
        if found.total == 0 and asked.slips:
            for some in asked.slips:
                self._most_frequent(some)
            found = self._answer(replace(asked, needs=asked.repaired))
        return found

    def _answer(self, asked: Asked) -> Answer:
        given: dict[str, object] = {"now": NOW}
        if asked.needs:
            given["match"] = _match(asked.needs)
        if asked.circle:
            circle = asked.circle
            given |= {"at": f"SRID=4326;POINT({circle.lon!r} {circle.lat!r})"}
            given["metres"] = circle.radius_km * 1000
        wanted = sql.statement(asked, self)
        for name in given:
            wanted = wanted.replace(f":{name}", f"%({name})s")
        row = self._base.execute(wanted, given).fetchone()
        assert row
        *counts, ids, keys = row
        return sql.answer(counts, ids or [], keys or [])

    def words(self, asked: Asked) -> tuple[str, str, str]:
        rank = "ts_rank('{0.5, 0.5, 0.5, 1}', o.tokens, CAST(:match AS tsquery))"
        return "offers o", "o.tokens @@ CAST(:match AS tsquery)", rank

    def near(self, asked: Asked) -> tuple[str, str, str]:
        """On the sphere, as everyone else."""
        at = "CAST(:at AS geography)"
        near = (
            f"near AS MATERIALIZED (SELECT offer, min(ST_Distance(at, {at}, false)) / 1000 AS km"
            f" FROM places WHERE ST_DWithin(at, {at}, CAST(:metres AS float8), false) GROUP BY offer), "
        )
        return near, "LEFT JOIN near ON near.offer = o.id", "near.km"

    def _most_frequent(self, some: tuple[str, ...]) -> str | None:
        asked = "SELECT word FROM words WHERE word = ANY(%s) ORDER BY offers DESC, word LIMIT 1"
        found = self._base.execute(asked, [list(some)]).fetchone()
        return str(found[0]) if found else None

    def complete(self, prefix: str) -> tuple[str, ...]:
        asked = (
            "SELECT spelling FROM words WHERE word >= %s AND word < %s AND length(word) >= 3"
            " ORDER BY offers DESC, word LIMIT 8"
        )
        found = self._base.execute(asked, [prefix, prefix + "\U0010ffff"])
        return tuple(str(row[0]) for row in found)

    def processes(self) -> list[int]:
        return [self._base.info.backend_pid]

    def close(self) -> None:
        self._base.close()


def _match(needs: Needs) -> str:
    return " & ".join(f"({' | '.join(_phrase(slots) for slots in need)})" for need in needs)


def _phrase(slots: tuple[tuple[int, tuple[str, ...]], ...]) -> str:
    """Slots one after the other, each any of its tokens."""
    found = ""
    for (at, tokens), before in zip(slots, [None, *(at for at, _ in slots)], strict=False):
        found += "" if before is None else f" <{at - before}> "
        found += f"({' | '.join(tokens)})"
    return f"({found})"
