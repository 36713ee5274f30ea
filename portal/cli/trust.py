"""`trust`: run the trust rows at full size (the same as `make trust`), where the tests are installed."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import click

ROOT = Path(__file__).parent.parent.parent


@click.command("trust")
@click.option("--fast", is_flag=True, help="at small n, as `make test` does")
def commands(fast: bool) -> None:
    """Try every row of the trust table, each with its negative control."""
    if importlib.util.find_spec("pytest") is None or not (ROOT / "tests" / "trust").is_dir():
        raise click.ClickException(
            "The tests are not installed here: run `make trust` in a checkout."
        )
    environment = {**os.environ, "TRUST_N": "small" if fast else "full"}
    command = [sys.executable, "-m", "pytest", "tests/trust"]
    raise SystemExit(subprocess.call(command, cwd=ROOT, env=environment))  # noqa: S603 (our own words)
