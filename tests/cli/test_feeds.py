"""The commands of feeds, as an operator types them."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from portal import vault
from portal.cli.feed_life import commands
from portal.db import Database
from portal.services import feeds

TABLE = "identifiant;titre;description;association;a_distance\n1;Trier des livres;On trie.;Lire ensemble;oui\n"


def kept(database: Database) -> str:
    """The credentials of the feed, as the database holds them."""
    with database.reading():
        return feeds.by_name("livres").credentials


def test_a_file_is_imported_whose_format_tells_itself(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "feed.csv"
    file.write_text(TABLE, encoding="utf-8")
    done = app.test_cli_runner().invoke(commands, ["import", str(file), "--name", "livres"])
    assert done.exit_code == 0, done.output
    assert "created 1  updated 0  unchanged 0  withdrawn 0  repaired 0  refused 0" in done.output


def test_a_password_is_asked_for_sealed_and_never_shown(app: Flask, database: Database) -> None:
    runner = app.test_cli_runner()
    given = ["add", "livres", "https://example.org/feed.csv", "--user", "relais", "--every", "60"]
    added = runner.invoke(commands, given, input="un mot secret\nun mot secret\n")
    assert added.exit_code == 0, added.output
    sealed = kept(database)
    assert "secret" not in sealed
    assert vault.opened(sealed)["Authorization"].startswith("Basic ")
    listed = runner.invoke(commands, ["list"])
    assert "***" in listed.output and sealed not in listed.output


def test_a_header_is_read_from_a_file_and_sealed(
    app: Flask, database: Database, tmp_path: Path
) -> None:
    secret = tmp_path / "header"
    secret.write_text("X-Api-Key: une-longue-clef\n", encoding="utf-8")
    given = ["add", "livres", "https://example.org/feed.csv", "--header-file", str(secret)]
    added = app.test_cli_runner().invoke(commands, given)
    assert added.exit_code == 0, added.output
    assert vault.opened(kept(database)) == {"X-Api-Key": "une-longue-clef"}


def test_a_feed_of_another_password_is_given_a_new_one(app: Flask, database: Database) -> None:
    runner = app.test_cli_runner()
    runner.invoke(commands, ["add", "livres", "https://example.org/feed.csv"])
    assert kept(database) == ""
    done = runner.invoke(commands, ["credentials", "livres", "--user", "a"], input="b\nb\n")
    assert done.exit_code == 0, done.output
    assert kept(database)
    assert runner.invoke(commands, ["credentials", "livres"]).exit_code == 0
    assert kept(database) == ""
