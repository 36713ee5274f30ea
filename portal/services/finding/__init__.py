"""Finding offers: `read` what is asked, `find` the answer, load its `cards`, or `briefs` for a list. Pages, twins and both APIs walk this road.

    asked = finding.read(params, now=clock.now())
    found = finding.find(asked)
    cards = finding.cards(found.results.hits, asked.query)

Nothing here writes, and no bad value is an error: it becomes a note, with what was done instead.
"""

from __future__ import annotations

from portal.services.finding.answering import Found, complete, find, results, total
from portal.services.finding.asked import Asked, Note, Part, address, put
from portal.services.finding.briefs import Brief, Listed, Moment, briefs, briefs_of
from portal.services.finding.cards import MOST_SHIFTS, Card, cards, of_ids
from portal.services.finding.explaining import explained
from portal.services.finding.one import cancelled, is_over, one, similar
from portal.services.finding.reading import PAGE, read
from portal.services.finding.ways_out import Drop, WaysOut
from portal.services.finding.when import windows
from portal.services.finding.wordings import Wording

__all__ = [
    "MOST_SHIFTS",
    "PAGE",
    "Asked",
    "Brief",
    "Card",
    "Drop",
    "Found",
    "Listed",
    "Moment",
    "Note",
    "Part",
    "WaysOut",
    "Wording",
    "address",
    "briefs",
    "briefs_of",
    "cancelled",
    "cards",
    "complete",
    "explained",
    "find",
    "is_over",
    "of_ids",
    "one",
    "put",
    "read",
    "results",
    "similar",
    "total",
    "windows",
]
