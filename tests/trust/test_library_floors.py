"""The libraries that are installed are above the floors of the known advisories (each with its reason), and pinned so."""

from __future__ import annotations

import re
import sqlite3
from importlib.metadata import version
from pathlib import Path

import pytest

from portal import db

ROOT = Path(__file__).parent.parent.parent
# Library -> (floor, why).
FLOORS = {
    "authlib": ("1.6.11", "state bound to the browser (GHSA-fg6f-75jq-6523, GHSA-jj8c-mmj3-mmgv), CVE-2026-27962"),
    "flask": ("3.1.3", "Vary: Cookie (CVE-2026-27205), order of fallback keys (CVE-2025-47278)"),
    "werkzeug": ("3.1.3", "multipart bombs (CVE-2023-25577, CVE-2023-46136), nameless cookies"),
    "urllib3": ("2.7.0", "decompression bombs (CVE-2025-66418, -66471), redirects (CVE-2026-21441, -44432)"),
    "lxml": ("6.1.0", "iterparse read local files by default (CVE-2026-41066)"),
}  # fmt: skip


def parts(text: str) -> tuple[int, ...]:
    """1.6.11 -> (1, 6, 11); what follows the numbers is left out."""
    return tuple(int(number) for number in re.findall(r"\d+", text.split("+")[0])[:3])


def pinned(name: str) -> str | None:
    """The version of a library in the lock."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    found = re.search(rf"^{name}==([\w.]+)", lock, re.MULTILINE | re.IGNORECASE)
    return found[1] if found else None


@pytest.mark.parametrize("name", list(FLOORS))
def test_an_installed_library_is_above_its_floor(name: str) -> None:
    floor, why = FLOORS[name]
    assert parts(version(name)) >= parts(floor), f"{name} {version(name)} < {floor}: {why}"


@pytest.mark.parametrize("name", list(FLOORS))
def test_a_pinned_library_is_above_its_floor(name: str) -> None:
    found = pinned(name)
    assert found is not None and parts(found) >= parts(FLOORS[name][0])


def test_every_line_of_the_locks_is_pinned_with_a_hash() -> None:
    for lock in ("requirements.lock", "requirements-test.lock"):
        text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
        lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
        assert [line for line in lines if "==" not in line or "--hash=sha256:" not in line] == []


@pytest.mark.parametrize(("floor", "is_said"), [((99, 0, 0), True), ((3, 0, 0), False)])
def test_an_old_sqlite_is_said_at_start_and_starts(
    floor: tuple[int, ...],
    is_said: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert db.WAL_FIX == (3, 51, 3)
    monkeypatch.setattr(db, "WAL_FIX", floor)
    caplog.set_level("INFO")
    engine = db.make_engine(f"sqlite:///{tmp_path / 'relais.db'}")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT sqlite_version()").scalar() == sqlite3.sqlite_version  # fmt: skip
    engine.dispose()
    assert ("sqlite_library_is_old" in caplog.text) is is_said


def test_control_without_numbers_compared_as_numbers_a_low_version_looks_high() -> None:
    assert parts("1.10.0") > parts("1.6.11")
    assert "1.10.0" < "1.6.11"  # as text: the very mistake
