"""The factors behind the order of a page, read from the offers as they would be indexed now."""

from __future__ import annotations

from portal import clock
from portal.models import Offer
from portal.services import indexing
from portal.services.finding.answering import Found
from search.explaining import Factor, explain


def explained(found: Found) -> dict[int, tuple[Factor, ...]]:
    """By offer, what its score is the product of. Three statements."""
    shown = indexing.findable(clock.now()).where(Offer.id.in_(found.ids)).order_by(Offer.id)
    documents = {document.id: document for document in indexing.documents(shown)}
    return {
        hit.id: explain(found.asked.query, documents[hit.id], hit)
        for hit in found.results.hits
        if hit.id in documents
    }
