"""Which writer makes which partner's file."""

from __future__ import annotations

from datetime import date

from portal.demo.feeds import engagement, footprint, table
from portal.demo.feeds.partners import partner
from portal.demo.feeds.rolling import rolling_offers

_WRITERS = {
    "footprint": footprint.write,
    "table": table.write,
    "engagement": engagement.write,
}


def render(name: str, today: date) -> bytes:
    """The feed of the partner called `name`, as it is served `today`. Raises KeyError when there is no such partner."""
    owner = partner(name)
    if owner is None:
        raise KeyError(name)
    return _WRITERS[owner.format](owner, rolling_offers(owner, today), today)
