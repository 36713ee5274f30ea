"""What the rivals need, brought by the bench itself: tantivy by its hash into a folder of its own, PostGIS and wrk through apt."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.bench.lexicon import CACHE, fetch

TANTIVY = (
    "tantivy==0.27.0 --hash=sha256:2d5d5ac2f16038b7ea4cfc10839d20dbec87b5a96076b0984b493e410c1a8415"
)
TANTIVY_HOME = CACHE / "tantivy-0.27.0"
_EXTENSION = "postgresql/*/extension/postgis.control"


def tantivy() -> bool:
    """Whether tantivy is there, fetched when it was not."""
    if not (TANTIVY_HOME / "tantivy").exists():
        try:
            fetch(TANTIVY, "install", "--target", str(TANTIVY_HOME))
        except subprocess.CalledProcessError:
            print("tantivy cannot be fetched here: it is left out.", flush=True)
            return False
    return True


def postgis() -> bool:
    """Whether PostGIS is there, installed when apt may."""
    if not has_postgis():
        _apt("postgresql-15", "postgresql-15-postgis-3")
    if not has_postgis():
        print("PostGIS cannot be installed here: it is left out.", flush=True)
    return has_postgis()


def wrk() -> bool:
    """Whether wrk is there, installed when apt may."""
    if not shutil.which("wrk"):
        _apt("wrk")
    if not shutil.which("wrk"):
        print("wrk cannot be installed here: the pages are not put under load.", flush=True)
    return bool(shutil.which("wrk"))


def has_postgis() -> bool:
    return any(Path("/usr/share").glob(_EXTENSION))


def _apt(*packages: str) -> None:
    """Install, or leave it; a server that a package would start is not wanted and not started."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    subprocess.run(install, env=environment, check=False, stdout=subprocess.DEVNULL)
