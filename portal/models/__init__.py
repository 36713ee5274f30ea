"""The nouns: tables, invariants, states. Importing this package declares every table (migrations compare against it)."""

from __future__ import annotations

from portal.models.alert import Alert, AlertOffer
from portal.models.api_key import ApiKey, ApiKeyDay, KeyScope
from portal.models.association import Association, AssociationState
from portal.models.claim import Claim, ClaimState
from portal.models.cluster import Cluster, ClusterDecision, ClusterKey, ClusterPair, PairState
from portal.models.decision import Decision, Verdict
from portal.models.feed import (
    Feed,
    FeedProblem,
    FeedRun,
    FeedState,
    ProblemSeverity,
    RunOutcome,
)
from portal.models.flag import Flag, FlagReason, FlagState
from portal.models.history import History
from portal.models.identity import Identity
from portal.models.invitation import Invitation, InvitationState, MailRefusal
from portal.models.like import Like
from portal.models.link import Link, LinkState
from portal.models.membership import Membership, TeamInvitation, TeamRole
from portal.models.offer import Location, Offer, OfferDay, OfferState, Precision, Remote
from portal.models.outbox import JobLease, Outbox
from portal.models.person import Person, PersonRole, PersonState
from portal.models.place import Place, PlacePostcode
from portal.models.session import LinkPurpose, Session, SignInLink
from portal.models.share import ShareLink, ShareVisit
from portal.models.shift import RecurrenceRule, Shift, ShiftState
from portal.models.signup import Signup, SignupAttempt, SignupState

__all__ = [
    "Alert",
    "AlertOffer",
    "ApiKey",
    "ApiKeyDay",
    "Association",
    "AssociationState",
    "Claim",
    "ClaimState",
    "Cluster",
    "ClusterDecision",
    "ClusterKey",
    "ClusterPair",
    "Decision",
    "Feed",
    "FeedProblem",
    "FeedRun",
    "FeedState",
    "Flag",
    "FlagReason",
    "FlagState",
    "History",
    "Identity",
    "Invitation",
    "InvitationState",
    "JobLease",
    "KeyScope",
    "Like",
    "Link",
    "LinkPurpose",
    "LinkState",
    "Location",
    "MailRefusal",
    "Membership",
    "Offer",
    "OfferDay",
    "OfferState",
    "Outbox",
    "PairState",
    "Person",
    "PersonRole",
    "PersonState",
    "Place",
    "PlacePostcode",
    "Precision",
    "ProblemSeverity",
    "RecurrenceRule",
    "Remote",
    "RunOutcome",
    "Session",
    "ShareLink",
    "ShareVisit",
    "Shift",
    "ShiftState",
    "SignInLink",
    "Signup",
    "SignupAttempt",
    "SignupState",
    "TeamInvitation",
    "TeamRole",
    "Verdict",
]
