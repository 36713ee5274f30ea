"""A wrong setting stops the command line by its sentence, never by a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("command", [("config", "check"), ("index", "check")])
def test_a_wrong_setting_is_said_in_a_sentence(command: tuple[str, ...], tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *command],
        cwd=ROOT,
        env=os.environ | {"DATA": str(tmp_path), "RELAIS_PROXY_HOPS": "abc"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "PROXY_HOPS vaut « abc »" in run.stderr
    assert "Traceback" not in run.stderr
