"""The shapes of the demo: frozen values that say what the loader writes, in the words of the house."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """An invented person. `role` is volunteer, coordinator, helper or moderator for the demo's cast, else empty."""

    number: int
    first_name: str
    email: str
    role: str = ""
    is_seen: bool = False
    language: str = "fr"


@dataclass(frozen=True, slots=True)
class DemoMember:
    """Who is on an association's team, by the number of the person; `role` is coordinator or helper."""

    person: int
    role: str


@dataclass(frozen=True, slots=True)
class DemoAssociation:
    """An invented association."""

    number: int
    name: str
    slug: str
    town: str
    town_code: str
    themes: tuple[str, ...]
    summary: str
    description_html: str
    email: str
    is_verified: bool = True
    is_pending: bool = False
    members: tuple[DemoMember, ...] = ()
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DemoLocation:
    """Where an offer happens. Degrees in WGS 84; `region` is the official code."""

    street: str
    postal_code: str
    town: str
    town_code: str
    departement: str
    region: str
    lat: float
    lon: float
    country: str = "FR"


@dataclass(frozen=True, slots=True)
class DemoShift:
    """A dated part of an offer, in UTC; both dates are None for the one shift of an ongoing offer."""

    starts_at: datetime | None
    ends_at: datetime | None
    capacity: int | None
    is_from_rule: bool = False


@dataclass(frozen=True, slots=True)
class DemoRule:
    """A recurrence in the words of RFC 5545; its shifts are already rolled out in the offer."""

    rrule: str
    starts_at: datetime
    minutes: int


@dataclass(frozen=True, slots=True)
class DemoLike:
    """A person likes the offer that holds it."""

    person: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class DemoSignup:
    """A person's party on the shift number `shift` of the offer that holds it; `state` is one of the signup's states."""

    person: int
    shift: int
    party: int
    state: str
    made_at: datetime
    message: str = ""


@dataclass(frozen=True, slots=True)
class DemoFlag:
    """A person's report about the offer that holds it."""

    person: int
    reason: str
    text: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class DemoDay:
    """What happened to the offer on a day, counted: `verb` is view or share:<channel>."""

    on: date
    verb: str
    count: int


@dataclass(frozen=True, slots=True)
class DemoShare:
    """A person's own link to the offer, and how many people came by it on which day."""

    person: int
    visits: tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True)
class DemoOffer:
    """One invented offer with everything that hangs on it, so that a loader can write it and forget it."""

    number: int
    association: int
    activity: str
    title: str
    summary: str
    description_html: str
    bring: str
    welcome: str
    schedule: str
    language: str
    themes: tuple[str, ...]
    tags: tuple[str, ...]
    audiences: tuple[str, ...]
    skills: str
    scene: str
    remote: str
    locations: tuple[DemoLocation, ...]
    zone: str
    is_ongoing: bool
    rule: DemoRule | None
    shifts: tuple[DemoShift, ...]
    capacity: int | None
    hours_per_week: float | None
    minimum_age: int | None
    is_accessible: bool
    near_transport: bool
    state: str
    posted_at: datetime
    likes: tuple[DemoLike, ...] = ()
    signups: tuple[DemoSignup, ...] = ()
    flags: tuple[DemoFlag, ...] = ()
    days: tuple[DemoDay, ...] = ()
    shares: tuple[DemoShare, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoWorld:
    """A whole demo. Offers are made one by one as they are read, so that 100,000 of them fit in any memory."""

    today: date
    seed: int
    size: int
    people: tuple[DemoPerson, ...]
    associations: tuple[DemoAssociation, ...]
    make_offers: Callable[[], Iterator[DemoOffer]]

    def offers(self) -> Iterator[DemoOffer]:
        """The offers, from the first each time it is asked; always the same."""
        return self.make_offers()

    def who(self, role: str) -> DemoPerson:
        """The demo's volunteer, coordinator, helper or moderator."""
        return next(person for person in self.people if person.role == role)
