"""The whole page /search under wrk: gunicorn with 2 workers, a demo of many offers, 1, 4 and 16 clients; then 16 with nasty questions."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.bench.lexicon import CACHE
from tests.bench.running import ROOT, make_demo, served
from tests.nasty import queries
from tests.ports import free_port

CLIENTS = (1, 4, 16)
SECONDS = 15
WORDS = ("jardin", "lecture", "collecte", "enfants", "maraude", "sport", "aide", "repas")
TOWNS = ("Lyon", "Paris", "Lille", "Nantes", "Toulouse", "Marseille", "Rennes", "Grenoble")
USUAL = [f"/search?q={quote(w)}&place={quote(t)}&radius=25" for w in WORDS for t in TOWNS]
_SCRIPT = """
local paths, at, only = {%s}, 0, nil
broken = 0
setup = function(thread) only = thread end
request = function() at = at %% #paths + 1; return wrk.format("GET", paths[at]) end
response = function(status) if status >= 500 then broken = broken + 1 end end
done = function(summary, latency)
  io.write(string.format("found %%d %%d %%d %%d %%.3f %%.3f %%.3f\\n", summary.requests,
    summary.errors.status, only:get("broken"),
    summary.errors.connect + summary.errors.read + summary.errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000))
end
"""


def measured(offers: int) -> dict[str, Any]:
    """Pages a second, and how long they took, with more and more clients; the demo is made once."""
    folder, port = CACHE / f"demo-{offers}", free_port()
    if not (folder / "made").exists():
        shutil.rmtree(folder, ignore_errors=True)
        make_demo(folder, offers, port)
        (folder / "made").touch()
    load = os.getloadavg()[0]
    rebuilt = rebuild(folder)
    with served(folder, port) as servers:
        under(servers.address, CLIENTS[0], 5, USUAL)
        rows = [under(servers.address, clients, SECONDS, USUAL) for clients in CLIENTS]
        nasty = [f"/search?{query}" for query in queries()]
        rows.append(under(servers.address, CLIENTS[-1], SECONDS, nasty) | {"is_nasty": 1.0})
    at = datetime.now(UTC).isoformat(timespec="minutes")
    found = {"offers": offers, "seconds": SECONDS, "rows": rows, "at": at, "load": load}
    return found | {"rebuilt": rebuilt}


def rebuild(folder: Path) -> float:
    """Seconds that an operator's `index rebuild` takes."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "index", "rebuild"]
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "RELAIS_DATA": str(folder)})
    return time.perf_counter() - began


def under(address: str, clients: int, seconds: int, paths: list[str]) -> dict[str, float]:
    """Some clients for some seconds, each asking one page after the other."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_SCRIPT % ", ".join(map(json.dumps, paths)))
        script.flush()
        command = ["wrk", f"-c{clients}", "-t1", f"-d{seconds}s", "-s", script.name, address]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"found (\d+) (\d+) (\d+) (\d+) (\S+) (\S+) (\S+)", said)
    assert found, said
    requests, refused, broken, late, *latency = (float(part) for part in found.groups())
    row = {"clients": clients, "rate": requests / seconds, "late": late}
    row |= {"refused": refused, "broken": broken}
    return row | dict(zip(("p50", "p95", "p99"), latency, strict=True))
