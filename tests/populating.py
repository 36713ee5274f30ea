"""What is in the world of tests/world.py: one of everything, named, with canaries where something must stay private."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session as Unit

from portal import clock, tokens
from portal.models import (
    Association,
    AssociationState,
    Claim,
    ClaimState,
    Decision,
    Feed,
    FeedRun,
    FeedState,
    Flag,
    FlagReason,
    Identity,
    Invitation,
    KeyScope,
    Like,
    LinkPurpose,
    Offer,
    OfferState,
    Person,
    PersonState,
    RunOutcome,
    Session,
    ShareLink,
    Shift,
    SignInLink,
    Signup,
    SignupAttempt,
    SignupState,
    TeamInvitation,
    TeamRole,
    Verdict,
)
from portal.models.place import PlaceKind
from portal.services import api_keys, clusters, indexing, liked_news, places
from portal.services.places import PlaceRow
from tests import factories
from tests.people import Cast
from tests.populating_feeds import of_partners

Things = dict[str, Any]
# Each belongs to the people named: nobody else may ever read it.
CANARIES = {
    "ann.canari@example.org": ("volunteer", "helper", "coordinator"),
    "06 11 22 33 44": ("volunteer", "helper", "coordinator"),
    "+33611223344": ("volunteer", "helper", "coordinator"),
    "motcanari": ("volunteer", "helper", "coordinator"),
    "amie.canari@example.org": ("volunteer",),
    "appareilcanari": ("volunteer",),
    "jardins.canari@example.org": ("coordinator", "moderator"),
    "06 55 66 77 88": ("coordinator", "moderator"),
    "contact.canari@example.org": ("coordinator", "moderator"),
    "06 99 88 77 66": ("coordinator", "moderator"),
    "venue.canari@example.org": ("helper", "coordinator"),
    "valeurcanari": ("helper", "coordinator", "moderator"),
}


def populate(unit: Unit) -> Things:
    """Fill an empty database; the ids, tokens and slugs of what is in it."""
    cast = Cast.arrive(unit)
    made: Things = {name: getattr(cast, name).id for name in ("alice", "bob", "charlie", "dora")}
    made["mona"] = cast.mona.id
    ann = factories.person("ann", email="ann.canari@example.org")
    frank, gus = factories.person("frank"), factories.person("gus", state=PersonState.DISABLED)
    camille = factories.person("camille")  # of the demo's cast
    unit.add_all([ann, frank, gus, camille])
    unit.flush()
    made |= {"ann": ann.id, "frank": frank.id, "gus": gus.id}
    jardins = cast.jardins
    jardins.email, jardins.phone = "jardins.canari@example.org", "06 55 66 77 88"
    made["association"], made["slug"] = jardins.id, jardins.slug
    made["foreign_slug"] = cast.panier.slug
    made["membership"] = next(m.id for m in jardins.memberships if m.person_id == cast.bob.id)
    made["own_membership"] = next(m.id for m in jardins.memberships if m.person_id == cast.alice.id)
    _place()
    _offers(unit, made, jardins, cast.panier)
    _signups(unit, made, ann)
    _ways_in(unit, made, ann)
    _social(unit, made, ann)
    _team(unit, made, jardins, ann)
    _moderation(unit, made, cast)
    _feed(unit, made, cast)
    return made


def index() -> None:
    """Index what is there."""
    from portal import db

    with db.database().reading():
        indexing.rebuild()


def _place() -> None:
    lyon = PlaceRow("69123", PlaceKind.COMMUNE, "Lyon", "69", "84", "FR", 520_000, 45.76, 4.84)
    places.load([lyon])


def _offers(unit: Unit, made: Things, jardins: Association, panier: Association) -> None:
    private = {
        "contact_name": "Nom du contact",
        "contact_email": "contact.canari@example.org",
        "contact_phone": "06 99 88 77 66",
    }
    states = {
        "offer": OfferState.LIVE,
        **{f"{s.value}_offer": s for s in OfferState if s is not OfferState.LIVE},
    }
    for name, state in states.items():
        title = f"Besoin {name.removesuffix('_offer')}"
        offer = factories.offer(jardins, state=state, title=title, **private)
        if name == "offer":
            offer.shifts = [factories.shift(7), factories.shift(14)]
        unit.add(offer)
        unit.flush()
        made[name], made[f"{name}_slug"] = offer.id, offer.slug
        made[f"{name}_shift"] = offer.shifts[0].id
    made["second_shift"] = unit.get_one(Offer, made["offer"]).shifts[1].id
    under_way = factories.shift(-1 / 24, hours=4)
    elsewhere = factories.offer(
        jardins, detail_url="https://example.org/ailleurs", title="Ailleurs"
    )
    now = factories.offer(jardins, shifts=[under_way], title="En ce moment")
    foreign = factories.offer(panier, title="Chez les autres")
    unit.add_all([elsewhere, now, foreign])
    unit.flush()
    made |= {"elsewhere": elsewhere.id, "under_way": under_way.id, "foreign_offer": foreign.id}
    made["foreign_shift"] = foreign.shifts[0].id


def _signups(unit: Unit, made: Things, ann: Person) -> None:
    ahead, now = unit.get_one(Shift, made["offer_shift"]), unit.get_one(Shift, made["under_way"])
    words = {"email": ann.email, "phone": "06 11 22 33 44", "message": "motcanari"}
    own = factories.signup(ahead, "Ann", person_id=ann.id, device_hash="", **words)
    held = factories.signup(
        ahead,
        "Hélène",
        state=SignupState.HELD,
        verified_at=None,
        held_until=clock.now() + timedelta(hours=20),
    )
    came = factories.signup(now, "Vera", email="venue.canari@example.org")
    unit.add_all([own, held, came])
    unit.flush()
    attempt = SignupAttempt(
        key="attempt of ann",
        fingerprint="0",
        shift_id=ahead.id,
        signup_id=own.id,
        nonce=tokens.nonce(),
        first_name="Ann",
        email="ann.canari@example.org",
    )
    unit.add(attempt)
    unit.flush()
    made |= {"signup": own.id, "came": came.id}
    made["signup_token"] = tokens.sign("signup", own.id, own.nonce)
    made["held_token"] = tokens.sign("signup", held.id, held.nonce)
    made["attempt_token"] = tokens.sign("attempt", attempt.id, attempt.nonce)


def _ways_in(unit: Unit, made: Things, ann: Person) -> None:
    device = Session(person_id=ann.id, token_hash=tokens.digest("other"), device="appareilcanari")
    identity = Identity(
        person_id=ann.id,
        provider="google",
        issuer="https://issuer.example",
        subject="ann",
        email=ann.email,
    )
    link = SignInLink(
        nonce=tokens.nonce(),
        purpose=LinkPurpose.SIGN_IN,
        email="ann.canari@example.org",
        expires_at=clock.now() + timedelta(hours=5),
    )
    unit.add_all([device, identity, link])
    unit.flush()
    made |= {"device": device.id, "identity": identity.id}
    made["link_token"] = tokens.sign("sign_in", link.id, link.nonce)
    made["news_token"] = liked_news.stop_token(ann)


def _social(unit: Unit, made: Things, ann: Person) -> None:
    offer = unit.get_one(Offer, made["offer"])
    like = Like(person_id=ann.id, cluster_id=offer.cluster_id, offer_id=offer.id)
    share = ShareLink(code=tokens.short_code(), person_id=ann.id, offer_id=offer.id)
    email = "amie.canari@example.org"
    invitation = Invitation(
        person_id=ann.id,
        offer_id=offer.id,
        email=email,
        email_hash=tokens.email_hash(email),
        nonce=tokens.nonce(),
    )
    alert = factories.alert(str(ann.email), person_id=ann.id, verified_at=clock.now())
    asked = factories.alert(str(ann.email), "q=verger")
    unit.add_all([like, share, invitation, alert, asked])
    unit.flush()
    made |= {"code": share.code, "invitation": invitation.id, "alert": alert.id}
    made["invitation_token"] = tokens.sign("invitation", invitation.id, invitation.nonce)
    made["alert_token"] = tokens.sign("alert", alert.id, alert.nonce)
    made["waiting_alert_token"] = tokens.sign("alert", asked.id, asked.nonce)


def _team(unit: Unit, made: Things, jardins: Association, ann: Person) -> None:
    asked = TeamInvitation(
        association_id=jardins.id,
        inviter_id=made["alice"],
        email=str(ann.email),
        role=TeamRole.HELPER,
        nonce=tokens.nonce(),
        expires_at=clock.now() + timedelta(days=5),
    )
    unit.add(asked)
    unit.flush()
    made["team_invitation"] = asked.id
    made["team_token"] = tokens.sign("team", asked.id, asked.nonce)


def _moderation(unit: Unit, made: Things, cast: Cast) -> None:
    waiting = factories.association(
        "Attente", state=AssociationState.PENDING, verified_at=None, email="attente@example.org"
    )
    flag = Flag(
        offer_id=made["offer"], person_id=made["ann"], reporter="1" * 64, reason=FlagReason.OTHER
    )
    decision = Decision(
        moderator_id=cast.mona.id,
        subject="offer",
        subject_id=made["refused_offer"],
        verdict=Verdict.REFUSE,
        reason="other",
        state_before="pending",
    )
    unit.add_all([waiting, flag, decision])
    unit.flush()
    _twins(unit, made, cast)
    made |= {"pending_association": waiting.id, "decision": decision.id}


def _twins(unit: Unit, made: Things, cast: Cast) -> None:
    """Two offers that a moderator joined."""
    one, twin = (factories.offer(cast.panier, title=f"Le même besoin {n}") for n in (1, 2))
    unit.add_all([one, twin])
    unit.flush()
    made["twin_offer"] = twin.id
    made["cluster_decision"] = clusters.join(one, twin, cast.mona).id


def _feed(unit: Unit, made: Things, cast: Cast) -> None:
    feed = Feed(name="partenaire", title="Partenaire", url="https://example.org/feed.xml")
    feed.state = FeedState.SUSPECT
    feed.owner_id = cast.dora.id
    unit.add(feed)
    unit.flush()
    run = FeedRun(feed_id=feed.id, outcome=RunOutcome.SUSPECT)
    unit.add(run)
    unit.flush()
    key, secret = api_keys.make("Programme", [KeyScope.READ, KeyScope.UPLOAD], cast.mona, feed=feed)
    made |= {"api_key": key.id, "api_secret": secret}
    made |= of_partners(unit, cast)
    made |= {"feed": feed.id, "feed_name": feed.name, "run": run.id}
    named = [
        Association(name=name, slug=name.lower(), feed_id=feed.id, external_id=name)
        for name in ("Libre", "Demande", "Reprise")
    ]
    unit.add_all(named)
    unit.flush()
    free, asked, taken = named
    taken.claimed_by_id = cast.jardins.id
    waits = Claim(association_id=cast.jardins.id, claimed_id=asked.id, person_id=cast.alice.id)
    done = Claim(association_id=cast.jardins.id, claimed_id=taken.id, person_id=cast.alice.id)
    done.state, done.decided_at = ClaimState.ACCEPTED, clock.now()
    unit.add_all([waits, done])
    unit.flush()
    made |= {"claimed": free.id, "waiting_claim": waits.id, "claim": done.id}


def signup_of(unit: Unit, made: Things) -> Signup:
    """Ann's signup."""
    return unit.get_one(Signup, made["signup"])
