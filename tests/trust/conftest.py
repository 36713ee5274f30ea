"""The trust table: a line for each row, with what was run and whether its control shows the danger.

A row is a file `test_rNN_<what>.py`. A test whose name holds `without` or `control` is a negative control: the same attack
with the defence taken away, which must succeed. A row without one counts as not built.
"""

from __future__ import annotations

import os
import re
import resource
from collections import defaultdict
from dataclasses import dataclass, field

import pytest

ROW = re.compile(r"test_(r\d\d)_")
CONTROL = re.compile(r"without|control")


@dataclass
class Row:
    """What the tests of one row did."""

    n: int = 0
    failures: int = 0
    seconds: float = 0.0
    controls: list[bool] = field(default_factory=list)

    @property
    def control(self) -> str:
        if not self.controls:
            return "MISSING"
        return "shown" if all(self.controls) else "FAILED"


_rows: dict[str, Row] = defaultdict(Row)


@pytest.fixture(scope="session")
def full() -> bool:
    """At full n (`make trust`), or small (`make trust-fast`, part of `make test`)?"""
    return os.environ.get("TRUST_N") == "full"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if ROW.search(item.nodeid):
            item.add_marker("trust")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    found = ROW.search(report.nodeid)
    if not found:
        return
    row = _rows[found[1].upper()]
    row.seconds += report.duration
    failed = report.failed
    if report.when == "call":
        row.n += int(dict(report.user_properties).get("n", 1))
        if CONTROL.search(report.nodeid.split("::")[-1]):
            row.controls.append(report.passed)
    if failed:
        row.failures += 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _rows:
        return
    peak = max(
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,
    )
    terminalreporter.section("trust")
    terminalreporter.write_line("row        n  failures  seconds  control")
    for name, row in sorted(_rows.items()):
        terminalreporter.write_line(
            f"{name:5} {row.n:7} {row.failures:9} {row.seconds:8.1f}  {row.control}"
        )
    terminalreporter.write_line(f"peak memory of one process: {peak // 1024} MiB")
