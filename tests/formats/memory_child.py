"""Run as a process of its own by test_memory: read a file, and print how much memory that took beyond the start.

`portal` is our reader; `whole` is one that holds the file first, for the control.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import BinaryIO

from portal import formats
from portal.formats import FeedItem
from tests.memory import peak_kib


def main() -> None:
    """Read the small file first, so that what every reading needs once (libraries, tables) is there at the start."""
    small, large, which = sys.argv[1:]
    used(Path(small), which)
    started = peak_kib()
    offers = used(Path(large), which)
    print(json.dumps({"offers": offers, "mib": (peak_kib() - started) / 1024}))


def used(path: Path, which: str) -> int:
    """How many offers there are in a file."""
    with path.open("rb") as file:
        stream: BinaryIO = io.BytesIO(file.read()) if which == "whole" else file
        found = formats.read(stream)
        return sum(isinstance(one, FeedItem) for one in found)


if __name__ == "__main__":
    main()
