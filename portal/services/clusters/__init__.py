"""Clusters: offers that are one need, found by rules, decided by moderators, remembered."""

from portal.services.clusters.deciding import join, recent, split, undo
from portal.services.clusters.gathering import settle, unlooked
from portal.services.clusters.keys import write_keys
from portal.services.clusters.looking import Findings, load, look
from portal.services.clusters.showing import Case, Other, cases, others

__all__ = [
    "Case",
    "Findings",
    "Other",
    "cases",
    "join",
    "load",
    "look",
    "others",
    "recent",
    "settle",
    "split",
    "undo",
    "unlooked",
    "write_keys",
]
