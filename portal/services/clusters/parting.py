"""Which offers are one cluster, given their pairs. Pure: the same pairs give the same clusters, in whatever order they came.

Two steps. What a moderator joined, and the ids of one feed with the same words, are units. Then found pairs join units,
the surest first, unless that would bring together two offers that something tells apart: a chain of small likenesses
never leads from one town to another. What a moderator split is never brought together by any chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from portal.models import PairState
from portal.services.clusters.likeness import is_told_apart, is_twin
from portal.services.clusters.need import Need

MOST_MEMBERS = 400


@dataclass(frozen=True, slots=True)
class Link:
    """A pair as far as parting is concerned."""

    one: int
    other: int
    state: PairState
    likeness: float = 1.0


def part(needs: Mapping[int, Need], links: Iterable[Link]) -> list[frozenset[int]]:
    """The clusters of these needs, by their smallest number. Each need is in exactly one."""
    links = sorted(links, key=lambda link: (-link.likeness, link.one, link.other))
    parts = _Parts(needs, {(x.one, x.other) for x in links if x.state is PairState.SPLIT})
    for link in links:
        if link.state is PairState.JOINED:
            parts.unite(link, is_unit=True)
    for link in links:
        if link.state is PairState.FOUND and is_twin(needs[link.one], needs[link.other]):
            parts.unite(link, is_unit=True)
    for link in links:
        if link.state is PairState.FOUND:
            parts.unite(link, is_unit=False)
    return sorted(map(frozenset, parts.groups()), key=min)


class _Parts:
    """Groups of units, each unit a set of numbers."""

    def __init__(self, needs: Mapping[int, Need], split: set[tuple[int, int]]) -> None:
        self._needs, self._split = needs, split
        self._home = {ident: [{ident}] for ident in needs}

    def groups(self) -> Iterable[set[int]]:
        seen = {id(units): units for units in self._home.values()}
        return (set().union(*units) for units in seen.values())

    def unite(self, link: Link, *, is_unit: bool) -> None:
        ours, theirs = self._home[link.one], self._home[link.other]
        if ours is theirs or not self._may(ours, theirs, is_unit=is_unit):
            return
        units = [set().union(*ours, *theirs)] if is_unit else [*ours, *theirs]
        for unit in units:
            for ident in unit:
                self._home[ident] = units

    def _may(self, ours: list[set[int]], theirs: list[set[int]], *, is_unit: bool) -> bool:
        if sum(map(len, (*ours, *theirs))) > MOST_MEMBERS:
            return False
        homes = ({id(self._home[one]), id(self._home[other])} for one, other in self._split)
        if {id(ours), id(theirs)} in homes:
            return False
        return is_unit or all(self._agree(x, y) for x in ours for y in theirs)

    def _agree(self, one: set[int], other: set[int]) -> bool:
        """Is some offer of the one unit not told apart from some offer of the other?"""
        return any(self._fit(a, b) for a in self._faces(one) for b in self._faces(other))

    def _faces(self, unit: set[int]) -> Iterable[Need]:
        """One offer of each kind: a hundred dates of the same words in one place are compared once."""
        needs = (self._needs[ident] for ident in sorted(unit))
        return {
            (n.feed_id, n.association_id, n.wording, n.remote, n.spots): n for n in needs
        }.values()

    def _fit(self, one: Need, other: Need) -> bool:
        if one.feed_id == other.feed_id:
            return is_twin(one, other)
        return not is_told_apart(one, other)
