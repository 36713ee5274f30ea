"""Who may do what: pure predicates over models, asked once, by the door, as it loads the object."""

from __future__ import annotations

from portal.models.association import Association, AssociationState
from portal.models.feed import Feed
from portal.models.membership import Membership, TeamRole
from portal.models.offer import Offer, OfferState
from portal.models.person import Person, PersonState

# What a stranger may look at; `live` but over is answered 410 by the page itself.
PUBLIC_STATES = (OfferState.LIVE, OfferState.PAUSED, OfferState.WITHDRAWN, OfferState.CLOSED)


def role_in(person: Person | None, association: Association) -> TeamRole | None:
    """The person's role on the association's team, or None."""
    if person is None or person.state is not PersonState.ACTIVE:
        return None
    found: Membership | None = next(
        (m for m in association.memberships if m.person_id == person.id), None
    )
    return found.role if found else None


def may_help(person: Person | None, association: Association) -> bool:
    """See who comes and tick attendance."""
    return role_in(person, association) is not None


def may_edit(person: Person | None, association: Association) -> bool:
    """Post, edit, pause and close offers, export people, change the team."""
    return role_in(person, association) is TeamRole.COORDINATOR


def may_moderate(person: Person | None) -> bool:
    """Watch the portal."""
    return person is not None and person.is_moderator


def is_partner(person: Person | None, feed: Feed) -> bool:
    """Owns the feed, or is on the team of the association that it belongs to."""
    if person is None or person.state is not PersonState.ACTIVE:
        return False
    return feed.owner_id == person.id or (
        feed.association is not None and may_help(person, feed.association)
    )


def may_watch(person: Person | None, feed: Feed) -> bool:
    """See the feed's runs, problems and figures."""
    return is_partner(person, feed) or may_moderate(person)


def may_run(person: Person | None, feed: Feed) -> bool:
    """Run, pause and resume the feed, and answer for a suspect run: helpers look on."""
    if person is None or not may_watch(person, feed):
        return False
    is_owner = feed.owner_id == person.id
    coordinates = feed.association is not None and may_edit(person, feed.association)
    return is_owner or coordinates or may_moderate(person)


def is_public(offer: Offer) -> bool:
    """May a stranger look at its page? Nothing of a suspended association, or of one that waits, is shown."""
    return offer.state in PUBLIC_STATES and offer.association.state is AssociationState.ACTIVE


def may_see(person: Person | None, offer: Offer) -> bool:
    """Look at the offer's page: everyone when it is public, else its team and, once it was sent in, moderators."""
    if is_public(offer) or may_help(person, offer.association):
        return True
    return offer.state is not OfferState.DRAFT and may_moderate(person)
