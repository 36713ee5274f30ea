"""What one feed may cost this portal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Limits:
    """Bytes after decompression, seconds of the download, records; and whether private networks may be asked."""

    max_bytes: int
    max_seconds: float
    max_records: int
    allow_private: bool = False
    own_url: str = ""  # of this portal: what comes from here is not taken back

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Limits:
        """Those of an installation."""
        return cls(
            settings["FEEDS_MAX_BYTES"],
            settings["FEEDS_MAX_SECONDS"],
            settings["FEEDS_MAX_RECORDS"],
            settings["FEEDS_ALLOW_PRIVATE"],
            settings["BASE_URL"],
        )
