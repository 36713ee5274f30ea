"""SQLite as an expert sets it up: FTS5 over external content, R*Tree, covering indexes, ANALYZE, one statement a question."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

from search.geo import EARTH_KM, box_around
from search.query import Circle
from tests.bench.offers import NOW
from tests.bench.rivals import sql
from tests.bench.rivals.asked import Answer, Asked, Needs
from tests.bench.rivals.material import HOLE, proposed, rows

_MADE = """
CREATE TABLE offers (id INTEGER PRIMARY KEY, published INT, next_at INT, until INT, remote INT, flags INT,
    themes INT, days INT, later_days INT);
CREATE TABLE texts (id INTEGER PRIMARY KEY, title TEXT, names TEXT, description TEXT);
CREATE TABLE places (id INTEGER PRIMARY KEY, offer INT, lat REAL, lon REAL);
CREATE VIRTUAL TABLE boxes USING rtree (id, south, north, west, east, +offer INT, +lat REAL, +lon REAL);
CREATE VIRTUAL TABLE fts USING fts5 (title, names, description,
    content='texts', content_rowid='id', tokenize='ascii');
CREATE TABLE words (word TEXT PRIMARY KEY, spelling TEXT, offers INT) WITHOUT ROWID;
"""
_INDEXED = """
INSERT INTO boxes SELECT id, lat, lat, lon, lon, offer, lat, lon FROM places;
INSERT INTO fts (fts) VALUES ('rebuild');
INSERT INTO fts (fts) VALUES ('optimize');
CREATE INDEX places_offer ON places (offer, lat, lon);
CREATE INDEX offers_remote ON offers (remote, until, flags, themes, days, later_days, published, next_at)
    WHERE remote > 0;
CREATE INDEX offers_published ON offers (published DESC, id);
CREATE INDEX offers_next ON offers (coalesce(next_at, 4611686018427387904), id);
ANALYZE;
"""
_TUNED = """
PRAGMA query_only = 1; PRAGMA mmap_size = 8589934592; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;
"""


def build(folder: Path) -> None:
    """Fill and index the file."""
    path = folder / "sqlite.db"
    path.unlink(missing_ok=True)
    base = sqlite3.connect(path)
    base.executescript(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 4096;"
    )
    base.executescript(_MADE)
    for chunk in _chunks(folder):
        base.executemany(
            "INSERT INTO offers VALUES (?,?,?,?,?,?,?,?,?)", [row[:9] for row in chunk]
        )
        base.executemany(
            "INSERT INTO texts VALUES (?,?,?,?)", [[row[0], *row[10:]] for row in chunk]
        )
        places = [(row[0], lat, lon) for row in chunk for lat, lon in row[9]]
        base.executemany("INSERT INTO places (offer, lat, lon) VALUES (?,?,?)", places)
    base.executemany("INSERT INTO words VALUES (?,?,?)", proposed(folder))
    base.executescript(_INDEXED)
    base.commit()
    base.close()


def _chunks(folder: Path) -> Iterator[list[list[object]]]:
    chunk = []
    for row in rows(folder):
        chunk.append(row)
        if len(chunk) == 5000:
            yield chunk
            chunk = []
    yield chunk


class Sqlite:
    """See asked.Rival; its own dialect of sql.py too."""

    array = "json_group_array"

    def __init__(self, folder: Path) -> None:
        self._path = folder / "sqlite.db"

    def open(self) -> None:
        self._base = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, cached_statements=512)
        self._base.executescript(_TUNED)

    def answer(self, asked: Asked) -> Answer:
        found = self._answer(asked)
        if found.total == 0 and asked.slips:
            for words in asked.slips:
                self._most_frequent(words)
            found = self._answer(replace(asked, needs=asked.repaired))
        return found

    def _answer(self, asked: Asked) -> Answer:
        given: dict[str, object] = {"now": NOW}
        if asked.needs:
            given["match"] = _match(asked.needs)
        if asked.circle:
            given |= _circle(asked.circle)
        *counts, ids, keys = self._base.execute(sql.statement(asked, self), given).fetchone()
        return sql.answer(counts, json.loads(ids), json.loads(keys))

    def words(self, asked: Asked) -> tuple[str, str, str]:
        tables = "fts CROSS JOIN offers o ON o.id = fts.rowid"
        return tables, "fts MATCH :match", "-bm25(fts, 2.0, 1.0, 1.0)"

    def near(self, asked: Asked) -> tuple[str, str, str]:
        """With words each offer's own places are measured; without, those that the tree finds."""
        km = (
            f"{2 * EARTH_KM} * asin(min(1.0, sqrt(pow(sin((radians(lat) - :lat) / 2), 2)"
            " + :cos_lat * cos(radians(lat)) * pow(sin((radians(lon) - :lon) / 2), 2))))"
        )
        if asked.needs:
            own = f"SELECT {km} AS km FROM places WHERE offer = o.id"
            return "", "", f"(SELECT min(km) FROM ({own}) WHERE km <= :radius)"
        box = "north >= :south AND south <= :north AND east >= :west AND west <= :east"
        near = (
            f"near AS MATERIALIZED (SELECT offer, min(km) AS km FROM (SELECT offer, {km} AS km"
            f" FROM boxes WHERE {box}) WHERE km <= :radius GROUP BY offer), "
        )
        return near, "", "near.km"

    def _most_frequent(self, words: tuple[str, ...]) -> str | None:
        marks = ",".join("?" * len(words))
        asked = f"SELECT word FROM words WHERE word IN ({marks}) ORDER BY offers DESC, word LIMIT 1"
        found = self._base.execute(asked, words).fetchone()
        return found[0] if found else None

    def complete(self, prefix: str) -> tuple[str, ...]:
        asked = (
            "SELECT spelling FROM words WHERE word >= ? AND word < ? AND length(word) >= 3"
            " ORDER BY offers DESC, word LIMIT 8"
        )
        return tuple(r[0] for r in self._base.execute(asked, (prefix, prefix + "\U0010ffff")))

    def processes(self) -> list[int]:
        return []

    def close(self) -> None:
        self._base.close()


def _circle(circle: Circle) -> dict[str, object]:
    """The circle in radians, and the box around it, a little larger: the tree keeps float32."""
    box, lat = box_around(circle), math.radians(circle.lat)
    return {
        "lat": lat,
        "lon": math.radians(circle.lon),
        "cos_lat": math.cos(lat),
        "radius": circle.radius_km,
        "south": box.south - 1e-4,
        "north": box.north + 1e-4,
        "west": box.west - 1e-4,
        "east": box.east + 1e-4,
    }


def _match(needs: Needs) -> str:
    """All needs, each any of its alternatives: words, or rows of words without what lies between."""
    return " AND ".join(
        "(" + " OR ".join(phrase for slots in need for phrase in _phrases(slots)) + ")"
        for need in needs
    )


def _phrases(slots: tuple[tuple[int, tuple[str, ...]], ...]) -> Iterator[str]:
    places = [offset for offset, _ in slots]
    for row in product(*(tokens for _, tokens in slots)):
        held = dict(zip(places, row, strict=True))
        yield '"' + " ".join(held.get(at, HOLE) for at in range(places[-1] + 1)) + '"'
