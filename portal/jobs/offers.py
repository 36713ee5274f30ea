"""What pages did with offers and could not write down, because a GET never writes; counted here by day, not by visitor."""

from __future__ import annotations

from portal import db
from portal.services import figures


def seen(offer_id: int) -> None:
    """Somebody looked at an offer's page."""
    _count(offer_id, "view")


def left_for(offer_id: int) -> None:
    """Somebody went on to the partner's own page."""
    _count(offer_id, "click_out")


def _count(offer_id: int, verb: str) -> None:
    with db.database().writing() as session:
        figures.count(offer_id, verb)
        session.commit()
