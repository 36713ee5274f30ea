"""A writer to be killed: `python -m tests.search.writer_process FOLDER VERSION KILL_AT [MANNER]`.

Puts the same twelve offers with a new version in one update (or, if the manner is "rebuild", in a
rebuild, and "shared" with builders; if it is "careless", with a manifest that is written in place), and kills itself
with SIGKILL at its KILL_AT-th function call after it began: no `finally`, no flush, no lock let go by hand.
KILL_AT 0 lets it live; it prints how many calls the update took.
"""

import os
import signal
import sys
from pathlib import Path
from types import FrameType

from search.whoosh import WhooshIndex, building, manifest
from tests.search.asking import offer

OFFERS = 12


def batch(version: int) -> list:
    """Twelve offers that all say their version in their text."""
    return [offer(n, f"Jardin version{version}", version=version) for n in range(1, OFFERS + 1)]


def main(folder: str, version: str, kill_at: str, *manner: str) -> None:
    """Update, and die on the way."""
    if "careless" in manner:
        manifest.publish = careless_publish
    if "shared" in manner:
        building.ALONE, building.SEGMENT, building.TOGETHER = 2, 5, 2
    index = WhooshIndex(Path(folder))
    documents = batch(int(version))
    calls, last = 0, int(kill_at)

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")
        if calls == last:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    if "rebuild" in manner:
        index.rebuild(documents)
    else:
        index.update(documents)
    sys.setprofile(None)
    print(calls)


def careless_publish(folder: Path, new: manifest.Manifest) -> None:
    """The control: the manifest written in place, piece by piece, as one would without thinking."""
    draft = folder / "elsewhere"
    draft.mkdir(exist_ok=True)
    (draft / new.build).mkdir(exist_ok=True)
    careful_publish(draft, new)
    with (folder / "manifest.json").open("wb", buffering=0) as file:
        for byte in (draft / "manifest.json").read_bytes():
            file.write(bytes((byte,)))


careful_publish = manifest.publish

if __name__ == "__main__":
    main(*sys.argv[1:])
