"""Durations: ISO 8601 (`PT2H`, `P6M`), hours and minutes as people write them, or a plain number, which means hours."""

from __future__ import annotations

import re
from dataclasses import dataclass

from portal.formats.problem import Notebook

_ISO = re.compile(
    r"^P(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?"
    r"(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})(?:\.\d+)?S)?)?$"
)
_HOURS = re.compile(r"^(\d{1,4})(?:[.,](\d{1,3}))?\s*(?:h|heures?|hours?|hrs?)?$", re.IGNORECASE)
_CLOCK = re.compile(
    r"^(\d{1,4})\s*(?:h|:|heures?(?:\s+et)?|hours?(?:\s+and)?)\s*([0-5]?\d)\s*(?:min(?:ute)?s?|mn)?$"
    r"|^(\d{1,4})\s*(?:min(?:ute)?s?|mn)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Duration:
    """`text` is its ISO 8601 form; `minutes` is its exact length, or None when it counts in months or years."""

    text: str
    minutes: int | None


def duration(
    value: str | None, name: str, notes: Notebook, at: int | None = None
) -> Duration | None:
    """The duration that a text holds, or None."""
    text = (value or "").strip()
    if not text:
        return None
    if match := _HOURS.match(text):
        minutes = round(float(f"{match.group(1)}.{match.group(2) or 0}") * 60)
        notes.repaired(name, value, "duration_hours", at)
        whole, rest = divmod(minutes, 60)
        return Duration(f"PT{whole}H" + (f"{rest}M" if rest else ""), minutes) if minutes else None
    if match := _CLOCK.match(text):
        hours, past, alone = (int(part or 0) for part in match.groups())
        minutes = hours * 60 + past + alone
        return Duration(f"PT{minutes}M", minutes) if minutes else None
    match = _ISO.match(text.upper())
    if match is None or not any(match.groups()) or text.upper().endswith("T"):
        notes.repaired(name, value, "duration", at)
        return None
    years, months, weeks, days, hours_, minutes_, seconds = (
        int(part or 0) for part in match.groups()
    )
    if years or months:
        return Duration(text.upper(), None)
    total = ((weeks * 7 + days) * 24 + hours_) * 60 + minutes_ + seconds // 60
    return Duration(text.upper(), total)
