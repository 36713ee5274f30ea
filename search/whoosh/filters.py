"""Everything but words: place, date, flags, remote, as masks over all documents of a snapshot.

A pass is worked out once for each dimension that a facet counts (theme, place with remote, date,
accessible, minors); the answer is where all hold, a facet where all but its own do.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from search.geo import STEPS, box_around, distance_km, distances_km
from search.query import Box, Query
from search.whoosh import schema
from search.whoosh.snapshot import Snapshot

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Nearer than this to the edge of a circle, the distance is taken again as the reference takes it.
_EDGE_KM = 0.002
_NO, _POSSIBLE, _FULL = 0, 1, 2


@dataclass(frozen=True, slots=True)
class When:
    """What a stretch of dates admits: shifts, and documents, from afar and at the place asked."""

    shifts: Mask
    shifts_there: Mask
    far: Mask
    there: Mask
    places: Mask


class Filters:
    """The filters of one query over one snapshot."""

    def __init__(self, snapshot: Snapshot, query: Query) -> None:
        self._snapshot = snapshot
        self._query = query
        self._columns = snapshot.columns

    @cached_property
    def distances(self) -> Floats:
        """Kilometres from the centre to each place inside the circle's box; infinite elsewhere."""
        lats, lons = self._columns["place_lat"], self._columns["place_lon"]
        far = np.full(len(lats), np.inf)
        circle = self._query.circle
        if circle is None:
            return far
        near = np.flatnonzero(_in_box(box_around(circle), lats, lons))
        found = distances_km(circle.lat, circle.lon, lats[near] / STEPS, lons[near] / STEPS)
        for at in np.flatnonzero(np.abs(found - circle.radius_km) < _EDGE_KM):
            place = near[at]
            lat, lon = float(lats[place]) / STEPS, float(lons[place]) / STEPS
            found[at] = distance_km(circle.lat, circle.lon, lat, lon)
        far[near] = found
        return far

    @cached_property
    def places(self) -> Mask:
        """The places that lie where the query asks."""
        query, columns = self._query, self._columns
        there = np.ones(len(columns["place_doc"]), bool)
        if query.area is not None:
            key, kind = f"place_{query.area.kind}", f"{query.area.kind}s"
            there &= columns[key] == self._snapshot.names[kind].get(query.area.code, -1)
        if query.box is not None:
            there &= _in_box(query.box, columns["place_lat"], columns["place_lon"])
        if query.circle is not None:
            there &= self.distances <= query.circle.radius_km
            there &= columns["place_lat"] != schema.NOTHING
        return there

    def when(self, start: int | None, end: int | None) -> When:
        """What overlaps [start, end) and is not over."""
        columns, count = self._columns, self._snapshot.count
        ends, docs, own = columns["shift_end"], columns["shift_doc"], columns["shift_place"]
        shifts = ends > self._query.now
        if start is not None:
            shifts &= ends > start
        if end is not None:
            shifts &= columns["shift_start"] < end
        ongoing = (columns["flags"] & schema.ONGOING) > 0
        far = ongoing.copy()
        far[docs[shifts]] = True
        if not self._query.has_place:
            return When(shifts, shifts, far, far, np.zeros(len(columns["place_doc"]), bool))
        shifts_there, anywhere, places = shifts, far, self.places
        if self._snapshot.has_own_places:
            has_own = own >= 0
            shifts_there = shifts & (~has_own | places[own] if len(places) else ~has_own)
            anywhere = ongoing.copy()
            anywhere[docs[shifts_there & ~has_own]] = True
            chosen = np.zeros(len(places), bool)
            chosen[own[shifts_there & has_own]] = True
            places = places & (anywhere[columns["place_doc"]] | chosen)
        else:
            places = places & anywhere[columns["place_doc"]]
        there = np.zeros(count, bool)
        there[columns["place_doc"][places]] = True
        return When(shifts, shifts_there, far, there, places)

    @cached_property
    def asked(self) -> When:
        """What the query's own dates admit."""
        return self.when(self._query.start, self._query.end)

    def passes(self, remote: str | None, when: When) -> tuple[Mask, Mask]:
        """Which documents a way of asking about remote admits: in the head, and in the tail."""
        kinds = self._columns["remote"]
        if remote == "only":
            return when.far & (kinds >= _POSSIBLE), np.zeros(len(kinds), bool)
        if remote == "no":
            return when.there & (kinds != _FULL), np.zeros(len(kinds), bool)
        if self._query.has_place:
            return when.there & (kinds != _FULL), when.far & (kinds == _FULL)
        return when.far, np.zeros(len(kinds), bool)

    @cached_property
    def themes(self) -> Mask:
        """The documents of one of the themes asked."""
        if not self._query.themes:
            return np.ones(self._snapshot.count, bool)
        known = self._snapshot.names[schema.THEMES]
        codes = [known[theme] for theme in set(self._query.themes) if theme in known]
        mask = np.zeros(self._snapshot.count, bool)
        mask[self._columns["theme_doc"][np.isin(self._columns["theme_code"], codes)]] = True
        return mask

    def flag(self, bit: int) -> Mask:
        """The documents that have a flag."""
        return np.asarray((self._columns["flags"] & bit) > 0)

    def base(self) -> Mask:
        """What no facet counts without: not expired, association, feed, campaign."""
        query, columns = self._query, self._columns
        mask: Mask = columns["expires"] > query.now
        if query.association_id is not None:
            mask &= columns["association"] == query.association_id
        if query.feed_id is not None:
            mask &= columns["feed"] == query.feed_id
        if query.campaign is not None:
            code = self._snapshot.names[schema.CAMPAIGNS].get(query.campaign, -1)
            there = np.zeros(self._snapshot.count, bool)
            there[columns["campaign_doc"][columns["campaign_code"] == code]] = True
            mask &= there
        return mask


def _in_box(box: Box, lats: NDArray[np.int32], lons: NDArray[np.int32]) -> Mask:
    """Places in a box, edges included; the same as geo.box_holds."""
    degrees = lons / STEPS
    lat = lats / STEPS
    inside: Mask = _between(box, degrees) | ((np.abs(degrees) == 180) & _between(box, -degrees))
    inside &= (lat >= box.south) & (lat <= box.north)
    return inside


def _between(box: Box, lons: Floats) -> Mask:
    if box.west <= box.east:
        return (lons >= box.west) & (lons <= box.east)
    return (lons >= box.west) | (lons <= box.east)
