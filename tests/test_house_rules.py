"""The rules of the house that no linter knows. A rule that must bend gets a line in an exception list, with its reason."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

ROOT = Path(__file__).parent.parent
OVER_300_LINES: dict[str, str] = {}  # file -> why; empty at the start, and better so
NAMES_THAT_SAY_NOTHING = re.compile(r"(^|/)(utils?|helpers?|common|misc|managers?)(\.py|/)")
FORBIDDEN_WORDS = re.compile(
    r"\b(class|def) \w*(mission|opportunity|organi[sz]ation|registration)\w*", re.IGNORECASE
)
BORDER = ("portal/formats/", "portal/api/")
DOORS = ("portal/views/", "portal/api/", "portal/jobs/", "portal/cli/")
OUTSIDE = {"requests", "urllib3", "smtplib", "socket", "http"}
NETWORK_ROOMS = (
    "portal/fetch",
    "portal/mail.py",
    "portal/views/providers.py",
    "portal/cli/serve.py",
)


def python_files(*folders: str) -> Iterator[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in sorted(set(listed.stdout.split())):
        if (not folders or name.startswith(folders)) and (ROOT / name).exists():
            yield ROOT / name


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_no_file_is_over_300_lines() -> None:
    long = {
        name_of(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in python_files()
        if not name_of(path).startswith("migrations/versions/")
    }
    assert {n: k for n, k in long.items() if k > 300 and n not in OVER_300_LINES} == {}


def test_no_name_says_nothing() -> None:
    assert [name_of(p) for p in python_files() if NAMES_THAT_SAY_NOTHING.search(name_of(p))] == []


def test_foreign_words_stay_at_the_border() -> None:
    found = [
        f"{name_of(path)}: {match[0]}"
        for path in python_files("portal/", "search/")
        if not name_of(path).startswith(BORDER)
        for match in FORBIDDEN_WORDS.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_only_doors_commit() -> None:
    found = [
        name_of(path)
        for path in python_files("portal/")
        if not name_of(path).startswith((*DOORS, "portal/migrate.py"))
        and re.search(r"\.commit\(", path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_services_and_models_know_no_flask() -> None:
    found = {
        name_of(path): sorted(
            name for name in imports_of(path) if name.split(".")[0].startswith(("flask", "wtforms"))
        )
        for path in python_files("portal/services/", "portal/models/", "portal/formats/", "search/")
    }
    assert {k: v for k, v in found.items() if v} == {}


def test_doors_never_import_each_other() -> None:
    found = []
    for path in python_files(*DOORS):
        own = name_of(path).split("/")[1]
        for imported in imports_of(path):
            parts = imported.split(".")
            if (
                parts[0] == "portal"
                and len(parts) > 1
                and parts[1] in ("views", "api", "jobs", "cli")
            ):
                allowed = own == parts[1] or name_of(path) == "portal/cli/worker.py"
                if not allowed:
                    found.append(f"{name_of(path)} imports {imported}")
    assert found == []


def test_the_network_is_reached_from_few_rooms() -> None:
    found = [
        f"{name_of(path)} imports {imported}"
        for path in python_files("portal/", "search/")
        if not name_of(path).startswith(NETWORK_ROOMS)
        for imported in imports_of(path)
        if imported.split(".")[0] in OUTSIDE or imported == "urllib.request"
    ]
    assert found == []


def test_time_comes_from_the_clock() -> None:
    calls = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|\btime\.time\(")
    found = [
        name_of(path)
        for path in python_files("portal/")
        if name_of(path) != "portal/clock.py" and calls.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_randomness_comes_from_tokens() -> None:
    found = [
        name_of(path)
        for path in python_files("portal/")
        if not name_of(path).startswith(
            ("portal/tokens.py", "portal/demo/", "portal/config.py", "portal/cli/demo")
        )
        and {"random", "secrets"} & imports_of(path)
    ]
    assert found == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name_of(path)
        for path in python_files("portal/", "search/", "tests/")
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_nothing_is_left_for_later() -> None:
    words = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX|Not" + r"Implemented)\b")
    found = [
        name_of(path)
        for path in python_files("portal/", "search/", "tests/")
        if words.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_every_route_names_who_may_enter(app: Flask) -> None:
    unmarked = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not hasattr(app.view_functions[rule.endpoint], "access")
    ]
    assert unmarked == []


@pytest.mark.parametrize("folder", ["services", "models"])
def test_every_room_has_a_floor_docstring(folder: str) -> None:
    assert ast.get_docstring(ast.parse((ROOT / "portal" / folder / "__init__.py").read_text()))
