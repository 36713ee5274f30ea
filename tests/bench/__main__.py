"""`make bench`: the figures that the product is held to, from one run, each beside its bound.

Timings depend on the machine; the bounds are those of the issue, printed beside them and never asserted.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

PARTS = {
    "places": ("tests.bench.places",),
    "pages": ("tests.bench.pages",),
    "weight": ("tests.bench.weight",),
    "imports": ("tests.bench.imports",),
    "search": ("tests.bench.search", "--n", "10000"),
}


def main() -> None:
    """Run the parts one after the other, each in a process of its own."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="by default all of them")
    wanted = parser.parse_args().parts or list(PARTS)
    failed = [name for name in wanted if subprocess.call([sys.executable, "-m", *PARTS[name]])]
    if failed:
        raise SystemExit(f"did not finish: {', '.join(failed)}")


if __name__ == "__main__":
    main()
