"""A demo of its own for a benchmark: made once in a temporary folder, with its pages served in this process or by gunicorn."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from portal import config, create_app, migrate
from portal.cli import demo, places
from portal.cli import index as index_commands
from tests.ports import free_port

ROOT = Path(__file__).parent.parent.parent


def make_demo(folder: Path, offers: int = 600, port: int = 8000) -> Flask:
    """An app with the gazetteer, the demo and its index."""
    wanted: dict[str, object] = {"DATA": folder, "DEMO": True, "QUEUE_URL": "immediate:"}
    wanted |= {"PORT": port, "API_PER_MINUTE": 10**6}  # one client asks more than any may
    app = create_app(config.from_environment({}, wanted))
    with app.app_context():
        migrate.upgrade(app.extensions["database"].engine)
        places.import_shipped()
        demo.load_demo(offers)
        index_commands.rebuild_index()
    return app


@contextmanager
def served_demo(
    offers: int = 600,
    workers: int = 2,
    port: int = 0,
    prepare: Callable[[Flask], object] = lambda app: None,
    **settings: str,
) -> Iterator[str]:
    """The address of a running demo: gunicorn and the worker as `make run` starts them, ended by their process ids.

    Without a `port` any free one. `prepare` adds to the demo before it is served. `settings` are more RELAIS_ settings, without the prefix.
    """
    with tempfile.TemporaryDirectory() as folder:
        port = port or free_port()
        prepare(make_demo(Path(folder), offers, port))
        with served(Path(folder), port, workers, **settings) as servers:
            yield servers.address


@dataclass(frozen=True)
class Servers:
    """A running portal: where it answers, its processes, and the environment of a command beside them."""

    address: str
    web: subprocess.Popen[bytes]
    worker: subprocess.Popen[bytes]
    environment: dict[str, str]


@contextmanager
def served(folder: Path, port: int, workers: int = 2, **settings: str) -> Iterator[Servers]:
    """The web server and the worker on a folder that holds a demo; both are ended by their process ids."""
    wanted = {"DATA": str(folder), "PORT": str(port), "DEMO": "1", **settings}
    heap = {"MALLOC_ARENA_MAX": "1"}  # as the Makefile has it
    environment = {
        **heap,
        **os.environ,
        **{f"RELAIS_{name}": value for name, value in wanted.items()},
    }
    web_server = [
        *("gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{port}"),
        *("--workers", str(workers), "--threads", "4", "--worker-class", "gthread"),
        *("--log-level", "warning", "--no-control-socket"),
    ]
    worker = ["flask", "--app", "wsgi", "worker"]
    with (folder / "servers.log").open("w") as log:
        started = [
            subprocess.Popen(
                [sys.executable, "-m", *command], cwd=ROOT, env=environment, stdout=log, stderr=log
            )
            for command in (web_server, worker)
        ]
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz", started[0])
            yield Servers(f"http://127.0.0.1:{port}", started[0], started[1], environment)
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait(60)


def wait_for(address: str, process: subprocess.Popen[bytes], tries: int = 600) -> None:
    """Until the address answers, or the process is gone."""
    for _ in range(tries):
        if process.poll() is not None:
            raise RuntimeError("the server did not start")
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            process_wait(process, 0.1)
    raise RuntimeError("the server does not answer")


def process_wait(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Wait a moment, or until the process ends."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def machine() -> str:
    """Processor, cores, memory."""
    told = Path("/proc/cpuinfo").read_text().partition("model name")[2].partition("\n")[0]
    model = told.strip(" :\t") or platform.machine()
    total = int(Path("/proc/meminfo").read_text().split()[1]) / 1024**2
    return f"{model}, {os.cpu_count()} cores, {total:.0f} GB, Python {platform.python_version()}"
