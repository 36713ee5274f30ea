"""R44: whatever stands in an address or a form reaches the database as a value, never as a part of a statement."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from portal import db
from portal.models import Feed, Offer
from portal.services import indexing
from tests import factories, gazetteer
from tests.statements import counted
from tests.visitor import BASE, Visitor

ROOT = Path(__file__).parents[2]
MARK = "zq9x"  # stands in every payload, and must stand in no statement
PAYLOADS = (
    "'",
    '"',
    "`",
    "\\",
    "')",
    "'))",
    "%27",
    "';",
    "' OR '1'='1",
    "' OR 1=1 -- ",
    "') OR ('1'='1",
    '" OR ""="',
    "1 OR 1=1",
    "1) OR (1=1",
    "1; DROP TABLE offers; --",
    "'; DELETE FROM offers; --",
    "'; UPDATE offers SET state='hidden'; --",
    "' UNION SELECT NULL,NULL,NULL -- ",
    "' UNION ALL SELECT email FROM people -- ",
    "1 UNION SELECT sqlite_version()",
    "' AND 1=(SELECT COUNT(*) FROM people) -- ",
    "' AND (SELECT SUBSTR(email,1,1) FROM people LIMIT 1)='a",
    "1 AND RANDOMBLOB(500000000)",
    "' AND LIKE('ABCDEFG',UPPER(HEX(RANDOMBLOB(200000000)))) -- ",
    "'; SELECT pg_sleep(5); --",
    "' || pg_sleep(5) || '",
    "1 AND SLEEP(5)",
    "' WAITFOR DELAY '0:0:5' --",
    "'/**/OR/**/1=1/**/--",
    "'%20OR%201=1",
    "ORDER BY 1000",
    "title) DESC; --",
    "id ASC, (SELECT CASE WHEN 1=1 THEN 1 ELSE 1/0 END)",
    "CAST(1 AS INT)",
    "${jndi:ldap://x}",
    "{{7*7}}",
    "%(name)s",
    "%s",
    ":param",
    "?",
    "\x00",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
)
SEARCH = (
    *("q", "place", "lat", "lon", "radius", "box", "area", "theme", "when", "from", "to", "remote"),
    *("minors", "accessible", "association", "feed", "campaign", "sort", "page", "exact", "lang"),
)
FOOTPRINT = (
    *("q", "num", "start", "vol_loc", "vol_dist", "vol_startdate", "vol_enddate", "timeperiod"),
    *("vol_provider", "source", "sort", "type", "virtual", "fulldesc", "output", "key"),
    *("vol_startdayofweek", "campaign_id", "merge", "cache"),
)


@pytest.fixture
def offer(app: Flask, session: Session) -> Offer:
    app.config["DEMO"] = True
    made = factories.offer()
    session.add_all([made, Feed(name="partner")])
    gazetteer.load(session)
    indexing.rebuild()
    session.commit()
    return made


def targets(offer: Offer) -> list[tuple[str, str, dict[str, str]]]:
    """(path, parameter, what stands beside it) of everything that reads an address."""
    found = [("/search", name, {}) for name in SEARCH]
    found += [("/search", "radius", {"place": "Lyon"}), ("/search", "sort", {"q": "haie"})]
    found += [
        (f"/search.{twin}", "q", {}) for twin in ("json", "rss", "atom", "ics", "geojson", "csv")
    ]
    found += [("/api/v1/offers", name, {}) for name in ("association", "feed", "sort", "page")]
    found += [("/api/volopps", name, {"key": "testkey", "q": "haie"}) for name in FOOTPRINT]
    found += [("/words", "q", {}), ("/places", "q", {})]
    found += [(f"/offers/{offer.id}-{offer.slug}", "shift", {})]
    return found


def paths() -> list[str]:
    """Addresses with a name in them."""
    return ["/towns/{}", "/themes/{}", "/associations/{}", "/offers/1-{}", "/s/{}"]


def test_r44_no_parameter_becomes_a_part_of_a_statement(
    app: Flask, offer: Offer, full: bool, record_property: Callable[[str, object], None]
) -> None:
    payloads = PAYLOADS if full else PAYLOADS[::6]
    client = Visitor(app, checks=False).client
    asked, odd = 0, []
    with counted(db.database().engine) as statements:
        for path, name, beside in targets(offer):
            for payload in payloads:
                given = {**beside, name: f"{payload}{MARK}"}
                response = client.get(path, query_string=given, base_url=BASE)
                asked += 1
                if response.status_code >= 500 or b"OperationalError" in response.get_data():
                    odd.append((path, name, payload, response.status_code))
        for path in paths():
            for payload in payloads:
                response = client.get(
                    path.format(f"{payload}{MARK}".replace("/", "")), base_url=BASE
                )
                asked += 1
                if response.status_code >= 500:
                    odd.append((path, "", payload, response.status_code))
    record_property("n", asked)
    assert odd == []
    assert statements and [s for s in statements if MARK in s] == []
    with app.extensions["database"].reading() as session:
        assert session.query(Offer).count() == 1


def test_r44_no_order_is_taken_from_an_address(app: Flask, offer: Offer) -> None:
    client = Visitor(app, checks=False).client
    with counted(db.database().engine) as statements:
        client.get("/search?sort=zq9x DESC", base_url=BASE)
        client.get("/api/volopps?key=testkey&q=haie&sort=zq9x", base_url=BASE)
    assert not any(MARK in statement for statement in statements)


def test_r44_control_a_statement_glued_from_text_shows_the_mark_and_breaks(
    app: Flask, offer: Offer
) -> None:
    with app.extensions["database"].reading() as session, counted(session) as statements:
        typed = f"' OR 1=1 {MARK}"
        with pytest.raises(DatabaseError):
            session.execute(text(f"SELECT id FROM offers WHERE title = '{typed}"))
    assert any(MARK in statement for statement in statements)


# What takes a statement: functions of SQLAlchemy by their name, methods of sessions, connections and cursors.
FUNCTIONS, METHODS = {"text", "literal_column"}, {"execute", "exec_driver_sql", "scalar", "scalars"}
# Names that are written out in the code beside the statement, and cannot be bound: PRAGMAs, tables of a copy.
ALLOWED = {"portal/db.py", "portal/cli/backup.py"}


def glued(source: str) -> Iterator[int]:
    """The lines where something put together from pieces is given to the database."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        of = node.func
        takes = (isinstance(of, ast.Name) and of.id in FUNCTIONS) or (
            isinstance(of, ast.Attribute) and of.attr in METHODS
        )
        if takes and _is_made_of_pieces(node.args[0]):
            yield node.lineno


def _is_made_of_pieces(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr):
        return True
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return any(
            isinstance(side, ast.Constant | ast.JoinedStr) for side in (node.left, node.right)
        )
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "format"
    )


def test_r44_no_statement_is_glued_together_in_the_code() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in (ROOT / "portal").rglob("*.py")}
    found = {
        path.relative_to(ROOT).as_posix(): list(glued(source))
        for path, source in sources.items()
        if "sqlalchemy" in source or "sqlite3" in source
    }
    assert {name: lines for name, lines in found.items() if lines and name not in ALLOWED} == {}


def test_r44_control_the_reader_sees_a_glued_statement() -> None:
    assert list(glued('session.execute(text(f"SELECT {x}"))')) == [1]
    assert list(glued('session.execute("SELECT " + x)')) == [1]
