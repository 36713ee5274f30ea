"""What every program of the portal carries: a library that one page or one format needs is loaded with it, not at the start.

Two web processes, a worker and a command run on one small machine, and each would pay for it.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Library -> who loads it. Together they are 55 of the 145 MiB that a program weighed before.
LATE = {
    "alembic": "migrations",
    "authlib": "signing in through a provider",
    "requests": "the same",
    "PIL": "the picture of a shared offer",
    "cryptography": "feeds with credentials",
    "feedparser": "RSS and Atom",
    "icalendar": "calendars, in and out",
    "numpy": "the index, when it is first asked or written",
    "phonenumbers": "forms with a phone number",
    "psycopg": "a portal on PostgreSQL",
    "pygments": "nobody",
    "whoosh": "the index",
}


def test_a_program_starts_without_what_few_need(tmp_path: Path) -> None:
    asked = f"import sys, wsgi; print(*sorted({set(LATE)} & set(sys.modules)))"
    settings = {"RELAIS_DATA": str(tmp_path), "RELAIS_DATABASE_URL": f"sqlite:///{tmp_path}/a.db"}
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == []


def test_control_all_of_it_is_installed() -> None:
    assert [name for name in LATE if importlib.util.find_spec(name) is None] == []
