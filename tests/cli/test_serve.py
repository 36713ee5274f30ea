"""`serve`, the command behind `make run`: everything starts from one process, and ends with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.bench.running import ROOT, make_demo, wait_for
from tests.ports import free_port


def children_of(process: subprocess.Popen[bytes]) -> list[int]:
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not listed.exists():
        pytest.skip("Only Linux lists the children of a process in a file.")
    return [int(number) for number in listed.read_text().split()]


def test_the_web_server_and_the_worker_start_together_and_end_together(tmp_path: Path) -> None:
    port = free_port()
    make_demo(tmp_path, offers=10, port=port)
    settings = {"RELAIS_DATA": str(tmp_path), "RELAIS_PORT": str(port), "RELAIS_DEMO": "1"}
    with (tmp_path / "serve.log").open("w") as said:
        started = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "serve"],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdout=said,
            stderr=said,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/readyz", started)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as home:
                assert "<h1" in home.read().decode()
            children = children_of(started)
            assert len(children) == 2
        finally:
            started.send_signal(signal.SIGTERM)
        assert started.wait(60) == 0
    assert not any(Path(f"/proc/{child}").exists() for child in children)
    assert "Traceback" not in (tmp_path / "serve.log").read_text()
