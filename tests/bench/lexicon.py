"""French words as people write them, with how often: the word list of wordfreq, fetched once and pinned by hash."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from functools import cache
from pathlib import Path

from pip._vendor import msgpack

CACHE = Path(os.environ.get("BENCH", Path(tempfile.gettempdir()) / "bench"))
PINNED = (
    "wordfreq==3.1.1 --hash=sha256:4b1c6ecffc6198be3396d5cf871c4423ca71c907c231348d352dd54d62b97473"
)
MOST = 200_000
_LIST = "wordfreq/data/large_fr.msgpack.gz"
# Not what is left of "l'eau" or "qu'il" once it is cut.
_WORD = re.compile(r"(?!(qu|jusqu|lorsqu|puisqu)$)([aày]|[a-zàâäçéèêëîïôöùûüÿœæ]{2,24})")


@cache
def frequent_words() -> tuple[tuple[str, float], ...]:
    """The 200,000 most frequent French words, most frequent first, and the share of each in all text.

    Without a way to the package index, none: the seeded offers then have a small lexicon, and say so.
    """
    kept = CACHE / "words.txt"
    if not kept.exists():
        try:
            words = _read(_wheel())
        except subprocess.CalledProcessError:
            print("The list of French words cannot be fetched: a small lexicon it is.", flush=True)
            return ()
        part = kept.with_suffix(f".{os.getpid()}")
        part.write_text("".join(f"{word} {share:.3e}\n" for word, share in words))
        part.replace(kept)
    lines = (line.split() for line in kept.read_text().splitlines())
    return tuple((word, float(share)) for word, share in lines)


def _wheel() -> Path:
    """The package itself, of which only the list is read; nothing of it is run."""
    CACHE.mkdir(parents=True, exist_ok=True)
    fetch(PINNED, "download", "--dest", str(CACHE))
    return next(CACHE.glob("wordfreq-*.whl"))


def fetch(requirement: str, verb: str, *more: str) -> None:
    """Have pip fetch one package by its hash, and nothing that it depends on."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as pinned:
        pinned.write(requirement)
        pinned.flush()
        command = [sys.executable, "-m", "pip", verb, "--quiet", "--disable-pip-version-check"]
        command += ["--no-deps", "--only-binary", ":all:", "--require-hashes"]
        subprocess.run([*command, *more, "-r", pinned.name], check=True)


def _read(wheel: Path) -> list[tuple[str, float]]:
    """The list is a header and one row of words for each hundredth of a power of ten."""
    with zipfile.ZipFile(wheel) as files:
        _, *rows = msgpack.unpackb(gzip.decompress(files.read(_LIST)), raw=False)
    words = [(word, 10 ** (-at / 100)) for at, row in enumerate(rows) for word in row]
    return [pair for pair in words if _WORD.fullmatch(pair[0])][:MOST]
