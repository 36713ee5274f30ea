"""The one shape of what comes in: every format yields FeedItems, and the services know no other.

Frozen and checked: `checked()` is how a format makes one. It notes what was missing in the notebook and answers None
when the record cannot be used; a FeedItem that exists is clean.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum

ID_LENGTH = 250
TITLE_LENGTH = 200
SUMMARY_LENGTH = 400
DESCRIPTION_LENGTH = 30_000
# What changes at each delivery, or with the record's place in the file, without the offer changing.
_VOLATILE = ("updated_at", "record", "line")


def normal_id(written: str) -> str:
    """An id as it is compared and kept: in NFC, without the spaces around it. Case, zeros and dashes are its own."""
    return " ".join(unicodedata.normalize("NFC", written).split())


class RemoteWork(StrEnum):
    """Whether the offer can be done from afar."""

    NO = "no"
    POSSIBLE = "possible"
    FULL = "full"


class Coverage(StrEnum):
    """What a location stands for: a spot or a town, or a whole region or country when nothing finer is said."""

    PLACE = "place"
    REGION = "region"
    COUNTRY = "country"


@dataclass(frozen=True, slots=True)
class FeedAssociation:
    """Who posts the offer. Ids and registration numbers are text: a SIREN may begin with a zero."""

    name: str
    external_id: str = ""
    rna: str = ""
    siren: str = ""
    siret: str = ""
    url: str = ""
    logo_url: str = ""
    description: str = ""  # clean HTML
    email: str = ""
    phone: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class FeedLocation:
    """Where it happens, as the feed says it. Degrees in WGS 84; no position is None, never 0,0."""

    name: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    department: str = ""
    region: str = ""
    country: str = ""  # two letters
    lat: float | None = None
    lon: float | None = None
    directions: str = ""

    @property
    def covers(self) -> Coverage:
        """A lone region is the whole region, a lone country the whole country."""
        if self.street or self.postal_code or self.city or self.name or self.lat is not None:
            return Coverage.PLACE
        return Coverage.REGION if self.region or self.department else Coverage.COUNTRY


@dataclass(frozen=True, slots=True)
class FeedRecurrence:
    """A rule in the words of RFC 5545, without `RRULE:`; its end is inside, as UNTIL (UTC) or COUNT.

    `starts_at` is aware, in UTC; hours are kept by the wall clock of `zone`. `minutes` is how long each one lasts.
    """

    rrule: str
    starts_at: datetime
    minutes: int
    zone: str


@dataclass(frozen=True, slots=True)
class FeedShift:
    """A dated part of the offer, in UTC, or its rule (then both dates are None). No capacity is no limit; 0 is full.

    `is_all_day` says that the feed gave dates without hours: from midnight to 23:59 in `zone`. `is_flexible` says that
    one may come and go within these hours.
    """

    starts_at: datetime | None
    ends_at: datetime | None
    zone: str
    capacity: int | None = None
    is_all_day: bool = False
    recurrence: FeedRecurrence | None = None
    is_flexible: bool = False

    def __post_init__(self) -> None:
        for moment in (self.starts_at, self.ends_at):
            if moment is not None and moment.tzinfo is not UTC:
                raise ValueError("the dates of a shift are in UTC")
        if self.starts_at and self.ends_at and self.ends_at < self.starts_at:
            raise ValueError("a shift ends after it starts")
        if self.capacity is not None and self.capacity < 0:
            raise ValueError("a capacity is never negative")
        if self.starts_at is None and self.recurrence is None:
            raise ValueError("a shift has a date or a rule; without both the offer is ongoing")


@dataclass(frozen=True, slots=True)
class FeedContact:
    """Whom a question is relayed to. Private: never in a public answer."""

    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One offer of a feed. Dates are aware, in UTC; `description` is clean HTML, every other text is plain.

    `association` is None when neither the record nor the feed names one (reported). `commitment` is an ISO 8601
    duration such as P6M: how long one is asked to stay.
    """

    external_id: str
    title: str
    description: str = ""
    summary: str = ""
    association: FeedAssociation | None = None
    locations: tuple[FeedLocation, ...] = ()
    remote: RemoteWork = RemoteWork.NO
    themes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    skills: str = ""
    shifts: tuple[FeedShift, ...] = ()
    is_ongoing: bool = False
    schedule: str = ""
    commitment: str = ""
    hours_per_week: float | None = None
    places_wanted: int | None = None  # None: unknown, or no limit; 0: full
    minimum_age: int | None = None
    is_open_to_minors: bool | None = None
    is_accessible: bool | None = None
    near_transport: bool | None = None
    contact: FeedContact = FeedContact()
    detail_url: str = ""
    image_url: str = ""
    language: str = ""  # two letters
    posted_at: datetime | None = None
    updated_at: datetime | None = None
    expires_at: datetime | None = None
    record: int = 0  # where it stood in the file: for messages, not part of the offer
    line: int | None = None

    def __post_init__(self) -> None:
        if not self.external_id or len(self.external_id) > ID_LENGTH:
            raise ValueError("an external id has 1 to 250 characters")
        if not self.title or len(self.title) > TITLE_LENGTH:
            raise ValueError("a title has 1 to 200 characters")
        for moment in (self.posted_at, self.updated_at, self.expires_at):
            if moment is not None and moment.tzinfo is not UTC:
                raise ValueError("the dates of an item are in UTC")

    def fingerprint(self) -> str:
        """The content hash (hex, 64 characters): equal for two deliveries that say the same."""
        content = repr([getattr(self, name) for name in _LASTING])
        return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


_LASTING = tuple(f.name for f in fields(FeedItem) if f.name not in _VOLATILE)
