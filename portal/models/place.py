"""Places: the gazetteer, by which words such as "Lyon 3e", "01400" or "Bretagne" become a position or an area."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, enum_type

# Keys are compared byte by byte, whatever the language of the server: a prefix is then a range of the index.
KEY = String(120).with_variant(String(120, collation="C"), "postgresql")
WEIGHTY = text("weight >= 5000")


class PlaceKind(StrEnum):
    """What an entry stands for."""

    COMMUNE = "commune"
    ARRONDISSEMENT = "arrondissement"
    DEPARTEMENT = "departement"
    REGION = "region"
    TOWN = "town"  # somewhere else in the world; of France, what has a name and no town hall (an island)


AREAS = (PlaceKind.DEPARTEMENT, PlaceKind.REGION)


class Place(Base):
    """One entry. `code` is official within its country and kind; no position is null, never 0,0."""

    __tablename__ = "places"
    __table_args__ = (
        UniqueConstraint("country", "kind", "code"),
        Index("ix_places_lat_lon", "lat", "lon"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(12))
    kind: Mapped[PlaceKind] = mapped_column(enum_type(PlaceKind))
    name: Mapped[str] = mapped_column(String(120))
    key: Mapped[str] = mapped_column(KEY)  # its own name, as it is looked up
    departement: Mapped[str] = mapped_column(String(3), default="")
    region: Mapped[str] = mapped_column(String(12), default="")
    country: Mapped[str] = mapped_column(String(2), default="FR")
    population: Mapped[int] = mapped_column(default=0)
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    # Guessed from its neighbours: the default circle around it is wider.
    is_estimated: Mapped[bool] = mapped_column(default=False)


class PlaceName(Base):
    """A key that leads to a place: its own name, that name without its article, or another name of the same town.

    `weight` ranks what begins alike. It is the population, kept here too so that the index alone answers a
    completion; areas weigh less than their towns, and arrondissements least, or "par" would bring nothing but Paris.
    """

    __tablename__ = "place_names"
    __table_args__ = (
        Index("ix_place_names_key_weight_place_id", "key", "weight", "place_id"),
        # Five thousand names begin with "saint": what is proposed first is found among the few that weigh enough.
        Index(
            "ix_place_names_weighty",
            "key",
            "weight",
            "place_id",
            sqlite_where=WEIGHTY,
            postgresql_where=WEIGHTY,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(KEY)
    weight: Mapped[int]
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"), index=True)


class PlacePostcode(Base):
    """A postal code of a place. Several communes may share one, and a town may have several."""

    __tablename__ = "place_postcodes"
    __table_args__ = (Index("ix_place_postcodes_postcode_place_id", "postcode", "place_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    postcode: Mapped[str] = mapped_column(KEY)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"), index=True)
