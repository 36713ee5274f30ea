"""A gazetteer of a handful of places, for pages and searches that name one."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.models.place import PlaceKind
from portal.services import places
from portal.services.places import PlaceRow

ROWS = (
    PlaceRow(
        "69123", PlaceKind.COMMUNE, "Lyon", "69", "84", "FR", 522_250, 45.7578, 4.8320, False,
        ("69001", "69007"),
    ),
    PlaceRow(
        "59350", PlaceKind.COMMUNE, "Lille", "59", "32", "FR", 236_234, 50.6366, 3.0635, False,
        ("59000",),
    ),
    PlaceRow(
        "93066", PlaceKind.COMMUNE, "Saint-Denis", "93", "11", "FR", 113_116, 48.9362, 2.3574,
        False, ("93200",),
    ),
    PlaceRow(
        "97411", PlaceKind.COMMUNE, "Saint-Denis", "974", "04", "FR", 153_810, -20.8789, 55.4481,
        False, ("97400",),
    ),
    PlaceRow("69", PlaceKind.DEPARTEMENT, "Rhône", "69", "84", "FR", 1_900_000, 45.75, 4.83),
    PlaceRow("84", PlaceKind.REGION, "Auvergne-Rhône-Alpes", "", "84", "FR", 8_000_000, 45.75, 4.83),
)  # fmt: skip


def load(session: Session) -> None:
    """Load it and commit."""
    places.load(ROWS)
    session.commit()
