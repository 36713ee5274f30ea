"""The only place where the time comes from; tests move it with time-machine."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def now() -> datetime:
    """The instant, aware, in UTC."""
    return datetime.now(UTC)


def today(zone: ZoneInfo = PARIS) -> date:
    """The day it is for the people of `zone`: at 23:30 UTC in summer Paris is already in tomorrow."""
    return now().astimezone(zone).date()


def epoch() -> int:
    """The instant as whole seconds since 1970, for the search index and signed tokens."""
    return int(now().timestamp())
