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
    """What a stretch of dates admits: documents, from afar and at the place asked.

    `shifts`, `shifts_there` and `places` are the numbers of what they are admitted by.
    """

    far: Mask
    there: Mask
    shifts: Ints
    shifts_there: Ints
    places: Ints


class Filters:
    """The filters of one query over one snapshot, for the documents that the words left."""

    def __init__(self, snapshot: Snapshot, query: Query, words: Mask) -> None:
        self._snapshot = snapshot
        self._query = query
        self._columns = snapshot.columns
        self.base = words & self._always()
        self._ongoing = self.base & self.flag(schema.ONGOING)
        to_come = self._columns["shift_end"] > query.now
        self._shifts = np.flatnonzero(to_come & self.base[self._columns["shift_doc"]])

    def _always(self) -> Mask:
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

    @cached_property
    def places(self) -> Ints:
        """The numbers of the places that lie where the query asks."""
        query, columns = self._query, self._columns
        there = self.base[columns["place_doc"]]
        if query.area is not None:
            key, kind = f"place_{query.area.kind}", f"{query.area.kind}s"
            there &= columns[key] == self._snapshot.names[kind].get(query.area.code, -1)
        found = np.flatnonzero(there)
        for box in (query.box, box_around(query.circle) if query.circle else None):
            if box is not None:
                lats, lons = columns["place_lat"][found], columns["place_lon"][found]
                found = found[_in_box(box, lats, lons)]
        if query.circle is not None:
            found = found[self.distances(found) <= query.circle.radius_km]
        return found

    def distances(self, places: Ints) -> Floats:
        """Kilometres from the centre of the circle to some places."""
        circle = self._query.circle
        if circle is None:
            return np.zeros(len(places))
        lats = self._columns["place_lat"][places] / STEPS
        lons = self._columns["place_lon"][places] / STEPS
        found = distances_km(circle.lat, circle.lon, lats, lons)
        for at in np.flatnonzero(np.abs(found - circle.radius_km) < _EDGE_KM):
            found[at] = distance_km(circle.lat, circle.lon, float(lats[at]), float(lons[at]))
        return found

    def when(self, start: int | None, end: int | None) -> When:
        """What overlaps [start, end) and is not over."""
        columns, shifts = self._columns, self._shifts
        if start is not None:
            shifts = shifts[columns["shift_end"][shifts] > start]
        if end is not None:
            shifts = shifts[columns["shift_start"][shifts] < end]
        far = self._ongoing.copy()
        far[columns["shift_doc"][shifts]] = True
        if not self._query.has_place:
            return When(far, far, shifts, shifts, np.empty(0, np.int64))
        shifts_there, places = shifts, self.places
        if self._snapshot.has_own_places:
            shifts_there, places = self._with_own_places(shifts)
        else:
            places = places[far[columns["place_doc"][places]]]
        there = np.zeros(self._snapshot.count, bool)
        there[columns["place_doc"][places]] = True
        return When(far, there, shifts, shifts_there, places)

    def _with_own_places(self, shifts: Ints) -> tuple[Ints, Ints]:
        """The shifts that are not elsewhere, and the places that they and ongoing offers admit."""
        columns = self._columns
        asked = np.zeros(len(columns["place_doc"]) + 1, bool)
        asked[self.places] = True
        own = columns["shift_place"][shifts]
        there = shifts[(own < 0) | asked[own]]
        own = columns["shift_place"][there]
        anywhere = self._ongoing.copy()
        anywhere[columns["shift_doc"][there[own < 0]]] = True
        chosen = np.zeros(len(asked), bool)
        chosen[own[own >= 0]] = True
        admitted = anywhere[columns["place_doc"][self.places]] | chosen[self.places]
        return there, self.places[admitted]

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
