"""What is found: one `Document` per offer, ready to be indexed and frozen.

It carries everything an engine may be asked about and nothing that is only shown: what a page
prints is read from the database by id, so an index never has to be right about a title's picture.
"""

from dataclasses import dataclass
from typing import Literal

Language = Literal["fr", "en"]
RemoteKind = Literal["no", "possible", "full"]

MOST_THEMES = 32


@dataclass(frozen=True, slots=True)
class Point:
    """One location of an offer: a position in degrees, area codes, or both.

    `lat` and `lon` are None together when only the area is known (never 0, 0). An area code that
    is unknown or foreign is "". Positions are kept to 1e-7 degree, about a centimetre.
    """

    lat: float | None = None
    lon: float | None = None
    departement: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One offer as the index sees it.

    All texts are plain text, never HTML. All moments are seconds since the epoch, UTC. `shifts`
    are (start, end) pairs; an offer that is not ongoing and has no shift left is never found.
    `shift_locations` says, shift by shift, which of `locations` a shift has as its own (None: any
    of them); left empty, no shift has one. `themes` are slugs: at most 32 distinct ones live in an
    index. `has_places` is False when only the waiting list is left. `version` is whatever number
    the owner of the truth bumps with every change: `Index.versions` gives it back.
    """

    id: int
    cluster: int
    association_id: int
    title: str
    association: str
    description: str
    published_at: int
    feed_id: int | None = None
    tags: tuple[str, ...] = ()
    language: Language = "fr"
    themes: tuple[str, ...] = ()
    locations: tuple[Point, ...] = ()
    shifts: tuple[tuple[int, int], ...] = ()
    shift_locations: tuple[int | None, ...] = ()
    is_ongoing: bool = False
    remote: RemoteKind = "no"
    open_to_minors: bool = False
    is_accessible: bool = False
    has_places: bool = True
    expires_at: int | None = None
    campaigns: tuple[str, ...] = ()
    version: int = 0

    def __post_init__(self) -> None:
        """Refuse what no engine could answer about."""
        if self.shift_locations and len(self.shift_locations) != len(self.shifts):
            raise ValueError(f"Document {self.id}: one shift location per shift, or none at all.")
        if any(at is not None and not 0 <= at < len(self.locations) for at in self.shift_locations):
            raise ValueError(f"Document {self.id}: a shift names a location it does not have.")
        for point in self.locations:
            if (point.lat is None) != (point.lon is None):
                raise ValueError(f"Document {self.id}: a position needs both lat and lon.")
            if point.lat is not None and not -90 <= point.lat <= 90:
                raise ValueError(f"Document {self.id}: latitude {point.lat} is off the globe.")
            if point.lon is not None and not -180 <= point.lon <= 180:
                raise ValueError(f"Document {self.id}: longitude {point.lon} is off the globe.")
