"""The index of each engine, built once and kept beside the offers; how long it took is kept with it."""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from search.whoosh import WhooshIndex
from tests.bench.offers import offers
from tests.bench.rivals.installing import TANTIVY_HOME

ROOT = Path(__file__).parents[3]
MODULES = {"tantivy": "tantivy_building", "sqlite": "sqlite", "postgis": "postgis"}
FILES = {
    "tantivy": ("tantivy", "tantivy-words", "tantivy-places.npy"),
    "sqlite": ("sqlite.db",),
    "postgis": ("postgresql/data",),
}


def place(engine: str, folder: Path) -> Path:
    """What an asking process is told to open."""
    return folder / f"ours-{_version()}" if engine == "ours" else folder


def files(engine: str, folder: Path) -> Iterator[Path]:
    """All files of an engine's index."""
    for root in FILES.get(engine, (place("ours", folder).name,)):
        path = folder / root
        yield from (p for p in ([path] if path.is_file() else path.rglob("*")) if p.is_file())


def built(engine: str, folder: Path, count: int, seed: int) -> dict[str, float]:
    """{seconds, worked, megabytes}: of the build, made in a process of its own when there is none yet."""
    kept = folder / f"built-{place(engine, folder).name if engine == 'ours' else engine}.json"
    if not kept.exists():
        command = [sys.executable, "-m", __name__, engine, str(folder), str(count), str(seed)]
        began, worked = time.perf_counter(), os.times()
        subprocess.run(command, check=True, cwd=ROOT, env=environment())
        used = os.times()
        size = sum(path.stat().st_size for path in files(engine, folder))
        found = {
            "seconds": time.perf_counter() - began,
            "worked": used[2] + used[3] - worked[2] - worked[3],
            "megabytes": size / 1e6,
        }
        kept.write_text(json.dumps(found))
    known: dict[str, float] = json.loads(kept.read_text())
    return known


def environment() -> dict[str, str]:
    """With tantivy where only the bench looks."""
    known = os.environ.get("PYTHONPATH", "")
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(TANTIVY_HOME), known)))}


@contextmanager
def served(engine: str, folder: Path) -> Iterator[None]:
    """Whatever must run beside the asking process."""
    if engine != "postgis":
        yield
        return
    from tests.bench.rivals.postgis import Server

    server = Server(folder)
    server.start()
    (folder / "postgresql" / "port").write_text(str(server.port))
    try:
        yield
    finally:
        server.stop()


def forget(engine: str, folder: Path) -> None:
    """Take an index out of the page cache, as after a start of the machine."""
    os.sync()
    for path in files(engine, folder):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _version() -> str:
    """A change of the engine's code is another index."""
    code = b"".join(path.read_bytes() for path in sorted((ROOT / "search").rglob("*.py")))
    return hashlib.sha256(code).hexdigest()[:10]


def main() -> None:
    """Build one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("engine", choices=["ours", *MODULES])
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("seed", type=int)
    options = parser.parse_args()
    if options.engine == "ours":
        home = place("ours", options.folder)
        WhooshIndex(home).rebuild(offers(options.count, options.seed))
        return
    importlib.import_module(f"tests.bench.rivals.{MODULES[options.engine]}").build(options.folder)


if __name__ == "__main__":
    main()
