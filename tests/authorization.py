"""Reads tests/authorization.yml: who may enter what."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

from tests.world import ROLES

TABLE = Path(__file__).with_suffix(".yml")
WRITERS = ("volunteer", "coordinator", "moderator", "anonymous")


@lru_cache
def table(part: str = "lines") -> dict[str, list[str]]:
    """{line: [cell for each role]}."""
    loaded = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    assert loaded["roles"].split() == list(ROLES)
    return {line: cells.split() for line, cells in loaded[part].items()}


def writer(line: str) -> str | None:
    """Somebody whom the table lets in there, signed in when that is possible: they have more to lose."""
    cells = dict(zip(ROLES, table()[line], strict=True))
    return next((role for role in WRITERS if cells[role] == "in"), None)
