"""What a feed may say about itself before it is read: frozen, made by the service from the feed's row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from portal.formats.item import FeedAssociation

DateOrder = Literal["dmy", "mdy", "ymd"]


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """How to understand a feed, and how much of it to take.

    `country` (two letters) and `zone` (Olson name) are what the feed means when it says nothing; left empty, each
    format falls back on its own standard (United States and Pacific time for Footprint, France for the others).
    `country_of` tells which country a postal code and a town written without one are of ("" when they do not tell).
    `association` is the feed's own: it answers for offers that name none. `columns` maps a table's headers to our
    field names. `since` is the moment from which dates are worth listing one by one, left out when there is none. The limits are in records and in characters of one record.
    """

    date_order: DateOrder = "dmy"
    country: str = ""
    zone: str = ""
    country_of: Callable[[str, str], str] = lambda postal_code, city: ""
    association: FeedAssociation | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    since: datetime | None = None
    max_records: int = 1_000_000
    max_record_chars: int = 1_000_000
    max_depth: int = 60
