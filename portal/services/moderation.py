"""Moderation: what waits for somebody's eyes, what was decided, and how a decision is undone. Every decision is kept."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal import clock, db
from portal.errors import Conflict, Invalid
from portal.models import (
    Association,
    AssociationState,
    Decision,
    Feed,
    FeedState,
    Flag,
    FlagState,
    Offer,
    OfferState,
    Person,
    Verdict,
)
from portal.services import notices, offers, outbox, signups

# Why an offer is refused or hidden, as its author is told; the key is kept with the decision.
REASONS = {
    "unclear": "On ne comprend pas ce que les bénévoles feront. Décrivez une situation précise.",
    "not_volunteering": "C’est une offre d’emploi, de stage ou de vente : Relais est réservé au bénévolat.",
    "money": "Il est demandé de l’argent ou des frais aux bénévoles.",
    "contact": "Le texte contient des coordonnées personnelles. Retirez-les : les inscriptions passent par le formulaire.",
    "unsafe": "La sécurité des bénévoles n’est pas assurée telle que l’action est décrite.",
    "discrimination": "Le texte écarte des personnes pour une raison que la loi interdit.",
    "fraud": "L’association n’a pas pu être vérifiée.",
    "duplicate": "Ce besoin est déjà publié.",
    "other": "",
}


@dataclass(frozen=True)
class Queue:
    """What waits: pending offers and open flags, oldest first; new associations; suspect feeds."""

    pending: list[Offer]
    flagged: list[tuple[Offer, list[Flag]]]
    associations: list[Association]
    feeds: list[Feed]

    @property
    def size(self) -> int:
        return len(self.pending) + len(self.flagged) + len(self.associations) + len(self.feeds)


def queue(limit: int = 50) -> Queue:
    """The queue, flagged offers of verified associations first, then the oldest."""
    flags = db.session.scalars(
        select(Flag).where(Flag.state == FlagState.OPEN).order_by(Flag.created_at).limit(500)
    ).all()
    by_offer: dict[int, list[Flag]] = {}
    for flag in flags:
        by_offer.setdefault(flag.offer_id, []).append(flag)
    pending = _offers(
        select(Offer.id)
        # What a run brought is decided as a whole, with its feed: it must not crowd out the others.
        .where(Offer.state == OfferState.PENDING, Offer.is_held.is_(False))
        .order_by(Offer.updated_at)
        .limit(limit)
    )
    flagged = _offers(list(by_offer)[:limit])
    flagged.sort(key=lambda offer: (not offer.association.is_verified, -len(by_offer[offer.id])))
    return Queue(
        pending=sorted(pending, key=lambda offer: offer.updated_at),
        flagged=[(offer, by_offer[offer.id]) for offer in flagged],
        associations=list(
            db.session.scalars(
                select(Association)
                .where(
                    Association.feed_id.is_(None),
                    Association.verified_at.is_(None),
                    Association.state == AssociationState.ACTIVE,
                )
                .order_by(Association.created_at)
                .limit(limit)
            )
        ),
        feeds=list(db.session.scalars(select(Feed).where(Feed.state == FeedState.SUSPECT))),
    )


def _offers(ids: object) -> list[Offer]:
    asked = select(Offer).where(Offer.id.in_(ids))  # type: ignore[arg-type]
    with_parts = asked.options(selectinload(Offer.locations), selectinload(Offer.shifts))
    return list(db.session.scalars(with_parts))


def approve(offer: Offer, moderator: Person) -> Decision:
    """Let a pending offer go live."""
    made = _decide(offer, moderator, Verdict.APPROVE)
    offers.move(offer, OfferState.LIVE)
    offer.reason = ""
    offer.published_at = offer.published_at or clock.now()
    _changed(offer)
    _tell_team(offer, made, "offer_approved")
    return made


def refuse(offer: Offer, moderator: Person, reason: str, text: str = "") -> Decision:
    """Say no to a pending offer, with a reason that its author reads in words."""
    made = _decide(offer, moderator, Verdict.REFUSE, reason, text)
    offers.move(offer, OfferState.REFUSED)
    offer.reason = _in_words(reason, text)
    _changed(offer)
    _tell_team(offer, made, "offer_refused")
    return made


def hide(offer: Offer, moderator: Person | None, reason: str, text: str = "") -> Decision:
    """Take an offer out of the public's sight; its open flags are upheld. Nobody new can sign up."""
    made = _decide(offer, moderator, Verdict.HIDE, reason, text)
    offers.move(offer, OfferState.HIDDEN)
    offer.reason = _in_words(reason, text)
    if moderator is not None:
        _close_flags(offer, FlagState.UPHELD)
    _changed(offer)
    signups.close_line(offer)
    _tell_team(offer, made, "offer_hidden")
    return made


def restore(offer: Offer, moderator: Person) -> Decision:
    """Show a hidden offer again; its flags are dismissed."""
    made = _decide(offer, moderator, Verdict.RESTORE)
    offers.move(offer, OfferState.LIVE)
    offer.reason = ""
    _close_flags(offer, FlagState.DISMISSED)
    _changed(offer)
    signups.reopen_line(offer)
    _tell_team(offer, made, "offer_approved")
    return made


def dismiss(offer: Offer, moderator: Person) -> Decision:
    """The flags were wrong: the offer stays as it is."""
    made = _decide(offer, moderator, Verdict.DISMISS)
    _close_flags(offer, FlagState.DISMISSED)
    db.session.flush()
    return made


def undo(decision: Decision, moderator: Person) -> Decision:
    """Give back the state before a decision, unless somebody changed it since."""
    if decision.undone_at is not None or decision.subject != "offer":
        raise Conflict("Cette décision ne peut pas être annulée.")
    offer = db.session.get_one(Offer, decision.subject_id)
    last = db.session.scalar(
        select(Decision.id)
        .where(Decision.subject == "offer", Decision.subject_id == offer.id)
        .order_by(Decision.id.desc())
        .limit(1)
    )
    if last != decision.id:
        raise Conflict(
            "Une décision plus récente existe pour cette offre : annulez d’abord celle-là."
        )
    made = _decide(offer, moderator, Verdict.UNDO)
    offer.state = OfferState(decision.state_before)
    decision.undone_at = clock.now()
    if offer.state not in (OfferState.HIDDEN, OfferState.REFUSED):
        offer.reason = ""
    _changed(offer)
    if offer.state is OfferState.LIVE:
        signups.reopen_line(offer)
    return made


def verify(association: Association, moderator: Person) -> Decision:
    """The association is who it says: its offers go live at once from now on."""
    made = _about(association, moderator, Verdict.APPROVE)
    association.verified_at = clock.now()
    association.state = AssociationState.ACTIVE
    db.session.flush()
    ids = db.session.scalars(select(Offer.id).where(Offer.association_id == association.id)).all()
    outbox.reindex_all(ids)
    outbox.recluster(ids)
    return made


def suspend(association: Association, moderator: Person, reason: str, text: str = "") -> Decision:
    """Nothing of this association is found any more."""
    made = _about(association, moderator, Verdict.HIDE, _known(reason), text)
    association.state = AssociationState.SUSPENDED
    db.session.flush()
    outbox.reindex_all(
        db.session.scalars(select(Offer.id).where(Offer.association_id == association.id))
    )
    return made


def recent(limit: int = 50) -> list[Decision]:
    """The last decisions, newest first."""
    return list(
        db.session.scalars(
            select(Decision)
            .options(selectinload(Decision.moderator))
            .order_by(Decision.id.desc())
            .limit(limit)
        )
    )


def _about(
    association: Association, moderator: Person, verdict: Verdict, reason: str = "", text: str = ""
) -> Decision:
    made = Decision(
        moderator_id=moderator.id,
        subject="association",
        subject_id=association.id,
        verdict=verdict,
        reason=reason,
        text=text,
        state_before=association.state,
    )
    db.session.add(made)
    return made


def _decide(
    offer: Offer, moderator: Person | None, verdict: Verdict, reason: str = "", text: str = ""
) -> Decision:
    made = Decision(
        moderator_id=moderator.id if moderator else None,
        subject="offer",
        subject_id=offer.id,
        verdict=verdict,
        reason=_known(reason) if reason else "",
        text=text,
        state_before=offer.state,
    )
    db.session.add(made)
    db.session.flush()
    return made


def _known(reason: str) -> str:
    if reason not in REASONS:
        raise unknown_reason()
    return reason


def _in_words(reason: str, text: str) -> str:
    return " ".join(part for part in (REASONS[reason], text) if part)[:500]


def _close_flags(offer: Offer, state: FlagState) -> None:
    open_flags = select(Flag).where(Flag.offer_id == offer.id, Flag.state == FlagState.OPEN)
    for one in db.session.scalars(open_flags):
        one.state = state


def _changed(offer: Offer) -> None:
    offer.version += 1
    offer.updated_at = clock.now()
    db.session.flush()
    outbox.reindex(offer.id)
    outbox.recluster([offer.id])


def _tell_team(offer: Offer, decision: Decision, template: str) -> None:
    for person_id in notices.coordinators(offer.association_id):
        payload = {"template": template, "decided_offer": offer.id, "person": person_id}
        outbox.add("mail", f"decision:{decision.id}:{person_id}", payload)


def unknown_reason() -> Invalid:
    """What is said when a reason is not on the list."""
    return Invalid("Choisissez une raison dans la liste.", field="reason")
