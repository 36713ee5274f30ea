"""What an association says of itself, changed by its coordinators."""

from __future__ import annotations

from sqlalchemy import select, update

from portal import db
from portal.models import Association, Offer, Person
from portal.services import associations, outbox


def edit(association: Association, by: Person, **fields: object) -> None:
    """Change what the association says of itself, and when its team hears of signups.

    Who was verified was so under a name and numbers: another name or number waits for a moderator's look again. The name
    stands in every offer of the index.
    """
    changed = [name for name, value in fields.items() if getattr(association, name) != value]
    for name in changed:
        setattr(association, name, fields[name])
    if {"name", "rna", "siren"} & set(changed):
        association.verified_at = None
    if "name" in changed:
        _reindex(association)
    if changed:
        associations.record(
            association,
            by,
            "association_edited",
            "association",
            association.id,
            fields=", ".join(changed),
        )


def _reindex(association: Association) -> None:
    own = Offer.association_id == association.id
    db.session.execute(
        update(Offer)
        .where(own)
        .values(version=Offer.version + 1)
        .execution_options(synchronize_session=False)
    )
    outbox.reindex_all(db.session.scalars(select(Offer.id).where(own)))
