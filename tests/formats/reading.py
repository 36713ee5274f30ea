"""Read a sample, or bytes made for one test, and part what came out into items and problems."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal import formats
from portal.formats import FeedItem, FeedProblem, ReadSettings, Severity

SAMPLES = Path(__file__).parent / "samples"


@dataclass
class Reading:
    """What a format made of a file."""

    items: list[FeedItem]
    problems: list[FeedProblem]

    @property
    def ids(self) -> list[str]:
        return [item.external_id for item in self.items]

    @property
    def one(self) -> FeedItem:
        assert len(self.items) == 1, (self.ids, self.codes())
        return self.items[0]

    def item(self, external_id: str) -> FeedItem:
        return next(item for item in self.items if item.external_id == external_id)

    def codes(self, external_id: str | None = None, severity: Severity | None = None) -> list[str]:
        return [
            p.code
            for p in self.problems
            if (external_id is None or p.external_id == external_id)
            and (severity is None or p.severity is severity)
        ]

    def problem(self, code: str) -> FeedProblem:
        return next(p for p in self.problems if p.code == code)


def read(content: bytes | str, name: str = "", **settings: Any) -> Reading:
    """What is in these bytes; `settings` are those of ReadSettings."""
    data = content.encode() if isinstance(content, str) else content
    found = list(formats.read(io.BytesIO(data), ReadSettings(**settings), name))
    return Reading(
        [one for one in found if isinstance(one, FeedItem)],
        [one for one in found if isinstance(one, FeedProblem)],
    )


def read_sample(name: str, **settings: Any) -> Reading:
    return read((SAMPLES / name).read_bytes(), **settings)
