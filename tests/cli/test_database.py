"""`db upgrade`, and what other commands say of a database that is older than the code."""

from __future__ import annotations

import pytest
from flask import Flask

from portal import migrate
from portal.db import Database


@pytest.mark.parametrize(
    "command",
    [["index", "check"], ["feeds", "list"], ["places", "resolve", "Lyon"], ["demo", "load"]]
    + [["feeds", "run", "--due"], ["people", "promote", "a@example.org", "--role", "moderator"]],
)  # fmt: skip
def test_an_older_database_is_told_in_a_sentence_and_an_upgrade_mends_it(
    app: Flask, database: Database, command: list[str]
) -> None:
    migrate.downgrade(database.engine, "0005")
    runner = app.test_cli_runner()
    told = runner.invoke(args=command)
    assert told.exit_code == 1 and "db upgrade" in told.output
    assert runner.invoke(args=["db", "upgrade"]).exit_code == 0
    assert "db upgrade" not in runner.invoke(args=command).output
