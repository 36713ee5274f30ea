"""How much memory this process has needed at most."""

from __future__ import annotations

from pathlib import Path


def peak_kib() -> int:
    """The high-water mark of this program's own pages, in KiB.

    Not `ru_maxrss`: a child inherits its parent's mark through fork and exec, so that a small program started by a large
    test run looks large, and its growth looks like nothing.
    """
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise RuntimeError("this system does not tell the peak of a process")
