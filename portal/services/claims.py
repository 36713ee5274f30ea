"""Claims: an association takes over what feeds bring in its name, and edits it by hand.

A claim gives its team the people who signed up on those offers, so it wants a proof: an address that the coordinator proved
to be theirs, at a domain that stands for this association alone; or a moderator's word. The feed goes on bringing what was
not edited by hand, field by field.
"""

from __future__ import annotations

from dataclasses import dataclass

from slugify import slugify
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import joinedload

from portal import clock, db
from portal.errors import Conflict, NotFound, TooMany
from portal.models import Association, Claim, ClaimState, Offer, OfferState, Person
from portal.services import associations, claim_proofs, outbox

CANDIDATES = 30
MOST_WAITING = 20  # of one association
MODERATOR = "moderator"  # a proof that is no domain


@dataclass(frozen=True)
class Candidate:
    """What a feed brought that may be this association's: how many live offers, and what would prove it ("" nothing yet)."""

    claimed: Association
    offers: int
    proof: str
    claim: Claim | None


def candidates(association: Association, person: Person) -> list[Candidate]:
    """Associations of feeds that have this one's name, RNA or SIREN, or the person's own domain, and are nobody's yet."""
    likely = [Association.slug == slugify(association.name)[:100]]
    likely.append(Association.slug.like(f"{slugify(association.name)[:100]}-%"))
    likely += [Association.rna == association.rna] if association.rna else []
    likely += [Association.siren.startswith(association.siren[:9])] if association.siren else []
    domain = claim_proofs.domain_of(person)
    if domain:
        likely += [Association.url.contains(domain), Association.email.endswith(f"@{domain}")]
    found = db.session.scalars(
        select(Association)
        .where(Association.feed_id.is_not(None), Association.claimed_by_id.is_(None), or_(*likely))
        .order_by(Association.id)
        .limit(CANDIDATES)
    ).all()
    ids = [one.id for one in found]
    waiting = {claim.claimed_id: claim for claim in _waiting(association)}
    asked = select(Offer.association_id, func.count()).where(
        Offer.association_id.in_(ids), Offer.state == OfferState.LIVE
    )
    live: dict[int, int] = {}
    for ident, count in db.session.execute(asked.group_by(Offer.association_id)):
        live[ident] = count
    return [
        Candidate(one, live.get(one.id, 0), claim_proofs.of(one, person), waiting.get(one.id))
        for one in found
    ]


def made(association: Association) -> list[Claim]:
    """The accepted claims of an association, newest first."""
    return list(
        db.session.scalars(
            select(Claim)
            .where(Claim.association_id == association.id, Claim.state == ClaimState.ACCEPTED)
            .order_by(Claim.id.desc())
            .options(joinedload(Claim.claimed))
        )
    )


def waiting() -> list[Claim]:
    """What wants a moderator's word, oldest first."""
    return list(
        db.session.scalars(
            select(Claim)
            .where(Claim.state == ClaimState.WAITING)
            .order_by(Claim.id)
            .options(joinedload(Claim.claimed), joinedload(Claim.association))
        )
    )


def claim(association: Association, claimed_id: int, person: Person) -> Claim:
    """Take over what the feed brought in the name of `claimed`: at once with a proof, else when a moderator says so."""
    claimed = db.session.get(Association, claimed_id)
    if claimed is None or claimed.feed_id is None:
        raise NotFound
    if claimed.claimed_by_id is not None:
        raise Conflict(
            "Ces besoins ont déjà été repris par une association. Écrivez-nous si c’est une erreur."
        )
    open_ones = {one.claimed_id: one for one in _waiting(association)}
    found = open_ones.get(claimed.id)
    if found is None:
        if len(open_ones) >= MOST_WAITING:
            raise TooMany
        found = Claim(association=association, claimed=claimed, person_id=person.id)
        db.session.add(found)
    proof = claim_proofs.of(claimed, person)
    if proof:
        _accept(found, proof, person)
    else:
        db.session.flush()
        associations.record(association, person, "claim_asked", "claim", found.id, of=claimed.name)
    return found


def accept(found: Claim, moderator: Person) -> None:
    """A moderator's word."""
    _require_waiting(found)
    if found.claimed.claimed_by_id is not None:
        raise Conflict(
            "Ces besoins ont déjà été repris par une association. Écrivez-nous si c’est une erreur."
        )
    _accept(found, MODERATOR, moderator)


def refuse(found: Claim, moderator: Person) -> None:
    """A moderator does not believe it."""
    _require_waiting(found)
    _decide(found, ClaimState.REFUSED, moderator)
    _record(found, moderator, "claim_refused")


def release(association: Association, claim_id: int, person: Person) -> None:
    """Give the offers back to the name that the feed gives; what was edited by hand stays until the feed's next change."""
    found = db.session.get(Claim, claim_id)
    if found is None or found.association_id != association.id:
        raise NotFound
    if found.state is not ClaimState.ACCEPTED:
        raise Conflict("Cette reprise a déjà été défaite. Rechargez la page.")
    found.claimed.claimed_by_id = None
    theirs = (Offer.association_id == association.id, Offer.feed_id == found.claimed.feed_id)
    count = _move(theirs, found.claimed, content_hash="")  # the next run says again whose each is
    _decide(found, ClaimState.RELEASED, person)
    _record(found, person, "claim_released", offers=count)


def _accept(found: Claim, proof: str, by: Person) -> None:
    found.claimed.claimed_by_id = found.association_id or found.association.id
    found.proof = proof
    count = _move((Offer.association_id == found.claimed.id,), found.association)
    _decide(found, ClaimState.ACCEPTED, by)
    for other in db.session.scalars(
        select(Claim).where(Claim.claimed_id == found.claimed.id, Claim.state == ClaimState.WAITING)
    ):
        _decide(other, ClaimState.REFUSED, by)
    _record(found, by, "offers_claimed", offers=count, proof=proof)


def _move(which: tuple[object, ...], to: Association, **more: object) -> int:
    """Give these offers to another association, in the index too; how many there were."""
    ids = list(db.session.scalars(select(Offer.id).where(*which)))  # type: ignore[arg-type]
    for start in range(0, len(ids), 500):
        db.session.execute(
            update(Offer)
            .where(Offer.id.in_(ids[start : start + 500]))
            .values(association_id=to.id, version=Offer.version + 1, updated_at=clock.now(), **more)
            .execution_options(synchronize_session=False)
        )
    outbox.reindex_all(ids)
    db.session.expire_all()
    return len(ids)


def _decide(found: Claim, state: ClaimState, by: Person) -> None:
    found.state, found.decided_at, found.decided_by_id = state, clock.now(), by.id
    db.session.flush()


def _record(found: Claim, by: Person, verb: str, **details: object) -> None:
    associations.record(
        found.association, by, verb, "claim", found.id, of=found.claimed.name, **details
    )


def _require_waiting(found: Claim) -> None:
    if found.state is not ClaimState.WAITING:
        raise Conflict("Cette demande a déjà reçu une réponse. Rechargez la page.")


def _waiting(association: Association) -> list[Claim]:
    return list(
        db.session.scalars(
            select(Claim).where(
                Claim.association_id == association.id, Claim.state == ClaimState.WAITING
            )
        )
    )
