"""The numbers of a segment's offers as flat arrays, in the order in which they are best asked.

Documents are numbered anew: first the clusters of two, side by side, so that counting clusters is
a shift and a count of bits; then the larger ones, each in a row; then all others; within each of
the three by the cell of a 0.1 degree grid that they are in, so that neighbours are neighbours.
"""

from array import array
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.geo import STEPS
from search.positions import cells, on_sphere
from search.whoosh import bits, schema
from search.whoosh.schema import Arrays, Card

NOTHING = -(2**31)
NEVER = 2**62
NO_ID = -(2**62)
DAY = 86_400
THEMES, CAMPAIGNS, DEPARTEMENTS, REGIONS = "themes", "campaigns", "departements", "regions"
PLANES = ("ongoing", "minors", "accessible", "english", "possible", "full", "dated")
_NOWHERE = 2**30
RARE = 64
HEAVY = 256  # a day on which one offer in so many begins has its mask stored

Names = dict[str, list[str]]
Ints = NDArray[np.int64]

_TABLES = (
    "id version cluster association feed published expires remote flags",
    "place_doc place_lat place_lon place_departement place_region",
    "shift_doc shift_start shift_end shift_place",
    "theme_doc theme_code",
    "campaign_doc campaign_code",
)
_CODED = {
    THEMES: "theme_code",
    CAMPAIGNS: "campaign_code",
    DEPARTEMENTS: "place_departement",
    REGIONS: "place_region",
}


def columns_of(rows: "Rows") -> tuple[Arrays, Names, Ints]:
    """The cards of a segment as arrays, the names that codes stand for, and the new numbers.

    What an offer has many of (locations, shifts, campaigns) is one array of values, by document.
    """
    tables, names = rows.tables()
    order = _order(tables)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    arrays: Arrays = {"order": order.astype(np.int32)}
    for name in _TABLES[0].split():
        short = name in ("remote", "flags")
        arrays[name] = tables[name][order].astype(np.uint8 if short else np.int64)
    moved = {kind: _by_doc(tables, kind, rank) for kind in ("place", "shift", "campaign")}
    calls = np.empty(len(moved["place"]) + 1, np.int64)
    calls[moved["place"]] = np.arange(len(moved["place"]))
    calls[-1] = -1
    tables["shift_place"] = calls[tables["shift_place"]]
    for table, kind in zip(_TABLES[1:], ("place", "shift", "theme", "campaign"), strict=True):
        for name in table.split() if kind in moved else ():
            values = tables[name][moved[kind]]
            long = name in ("shift_start", "shift_end")
            arrays[name] = values.astype(np.int64 if long else np.int32)
    arrays["place_doc"] = rank[arrays["place_doc"]].astype(np.int32)
    arrays["shift_doc"] = rank[arrays["shift_doc"]].astype(np.int32)
    arrays["campaign_doc"] = rank[arrays["campaign_doc"]].astype(np.int32)
    arrays |= _clusters(arrays["cluster"]) | _planes(arrays)
    arrays |= _themes(tables, rank, len(names[THEMES]))
    arrays |= _places(arrays) | _moments(arrays)
    for name in ("remote", "expires", "shift_doc"):
        del arrays[name]  # only what was made of them is ever asked
    for name in ("version", "association", "shift_start", "shift_end", "brief_end"):
        arrays[name] = _short(arrays[name])
    return arrays, names, rank


class Rows:
    """The cards of a segment, taken apart as they come: the numbers of each table in one row."""

    def __init__(self) -> None:
        self._tables = [array("q") for _ in _TABLES]
        self._names = _Names()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, card: Card) -> None:
        """The next document's numbers, in the form of schema.entry."""
        *numbers, slugs, tags, points, dates = card
        id_, version, cluster, association, feed, published, expires, remote, flags = numbers
        feed = NO_ID if feed is None else feed
        expires = NEVER if expires is None else expires
        rows, places, shifts, themes, campaigns = self._tables
        doc, code = self._count, self._names.code
        rows.extend((id_, version, cluster, association, feed, published, expires, remote, flags))
        for slug in slugs:
            themes.extend((doc, code(THEMES, slug)))
        for tag in tags:
            campaigns.extend((doc, code(CAMPAIGNS, tag)))
        first = len(places) // len(_TABLES[1].split())
        for lat, lon, departement, region in points:
            where = (NOTHING, 0) if lat is None else (lat, lon)
            places.extend((doc, *where, code(DEPARTEMENTS, departement), code(REGIONS, region)))
        for start, end, at in dates:
            shifts.extend((doc, start, end, -1 if at is None else first + at))
        self._count += 1

    def tables(self) -> tuple[Arrays, Names]:
        """One array a column, in the order of the cards, and the names by their codes: sorted."""
        arrays: Arrays = {}
        for table, row in zip(self._tables, _TABLES, strict=True):
            columns = row.split()
            values = np.array(table, np.int64).reshape(-1, len(columns))
            arrays |= {name: values[:, at] for at, name in enumerate(columns)}
        for kind, column in _CODED.items():
            arrays[column] = self._names.ranks(kind)[arrays[column]]
        return arrays, {kind: sorted(some) for kind, some in self._names.lists.items()}


def _order(tables: Arrays) -> Ints:
    """The documents in their new order."""
    cluster = tables["cluster"]
    _, which, sizes = np.unique(cluster, return_inverse=True, return_counts=True)
    size = sizes[which]
    zone = np.where(size == 2, 0, np.where(size > 2, 1, 2))
    home = np.full(len(cluster), _NOWHERE, np.int64)
    there = np.flatnonzero(tables["place_lat"] != NOTHING)[::-1]
    found = cells(tables["place_lat"][there] / STEPS, tables["place_lon"][there] / STEPS)
    home[tables["place_doc"][there]] = found
    least = np.full(len(sizes), _NOWHERE, np.int64)
    np.minimum.at(least, which, home)
    home = np.where(zone < 2, least[which], home)
    return np.lexsort((np.where(zone < 2, which, 0), home, zone))


def _short(numbers: Ints) -> NDArray[Any]:
    """The same in four bytes each, if they fit: as seconds do until 2106. To be compared, not reckoned with."""
    fits = len(numbers) and numbers.min() >= 0 and numbers.max() < 1 << 32
    return numbers.astype(np.uint32) if fits else numbers


def _by_doc(tables: Arrays, kind: str, rank: Ints) -> Ints:
    """The rows of a table in the documents' new order, each document's as they were."""
    return np.argsort(rank[tables[f"{kind}_doc"]], kind="stable")


def _clusters(cluster: Ints) -> Arrays:
    """Where the clusters of two end, where each larger one begins; and a way to find any."""
    _, first, sizes = np.unique(cluster, return_index=True, return_counts=True)
    starts = np.sort(first[sizes > 2])
    return {
        "pairs": np.array([2 * np.count_nonzero(sizes == 2)], np.int32),
        "crowds": np.append(starts, starts[:1] + sizes[sizes > 2].sum()).astype(np.int32),
        "by_cluster": np.argsort(cluster, kind="stable").astype(np.int32),
    }


def _planes(arrays: Arrays) -> Arrays:
    """The flags and the like, each as a mask."""
    flags, count = arrays["flags"], len(arrays["flags"])
    dated = np.zeros(count, bool)
    dated[arrays["shift_doc"]] = True
    masks = [(flags & schema.ONGOING) > 0, (flags & schema.MINORS) > 0]
    masks += [(flags & schema.ACCESSIBLE) > 0, (flags & schema.ENGLISH) > 0]
    masks += [arrays["remote"] == 1, arrays["remote"] == 2, dated]
    return {"planes": np.concatenate([bits.pack(mask) for mask in masks])}


def _themes(tables: Arrays, rank: Ints, themes: int) -> Arrays:
    docs, codes = rank[tables["theme_doc"]], tables["theme_code"]
    masks = [bits.of(docs[codes == theme], len(rank)) for theme in range(themes)]
    return {"theme_masks": np.concatenate(masks) if masks else np.empty(0, np.uint64)}


def _places(arrays: Arrays) -> Arrays:
    """Where each document's places begin, and all positions by cell, as points of the sphere."""
    lat, lon = arrays["place_lat"], arrays["place_lon"]
    there = np.flatnonzero(lat != NOTHING)
    cell = cells(lat[there] / STEPS, lon[there] / STEPS)
    order = np.argsort(cell, kind="stable")
    there = there[order]
    points = on_sphere(lat[there] / STEPS, lon[there] / STEPS)
    starts = np.searchsorted(arrays["place_doc"], np.arange(len(arrays["id"]) + 1))
    return {
        "place_starts": starts.astype(np.int32),
        "cell": cell[order].astype(np.int32),
        "cell_place": there.astype(np.int32),
        "cell_doc": arrays["place_doc"][there],
        **{f"cell_{axis}": points[at].astype(np.float32) for at, axis in enumerate("xyz")},
    }


def _moments(arrays: Arrays) -> Arrays:
    """What is asked by time: each array sorted by its moment, with the document of each."""
    count = len(arrays["id"])
    docs, start, end = arrays["shift_doc"], arrays["shift_start"], arrays["shift_end"]
    starts = np.searchsorted(docs, np.arange(count + 1))
    has = np.flatnonzero(np.diff(starts))
    last = np.full(count, NEVER, np.int64)
    if len(has):
        last[has] = np.maximum.reduceat(end, starts[has])
    brief = (end > start) & (end - start <= DAY)
    some = np.flatnonzero(brief)[np.argsort(start[brief], kind="stable")]
    over = has[np.argsort(last[has], kind="stable")]
    gone = np.flatnonzero(arrays["expires"] < NEVER)
    gone = gone[np.argsort(arrays["expires"][gone], kind="stable")]
    own = np.unique(docs[arrays["shift_place"] >= 0])
    newest = np.argsort(-arrays["published"], kind="stable")
    return {
        "shift_starts": starts.astype(np.int32),
        "brief_start": start[some],
        "brief_end": end[some],
        "brief_doc": docs[some],
        "long_start": start[~brief],
        "long_end": end[~brief],
        "long_doc": docs[~brief],
        "over_end": last[over],
        "over_doc": over.astype(np.int32),
        "gone_at": arrays["expires"][gone],
        "gone_doc": gone.astype(np.int32),
        "newest_at": -arrays["published"][newest],
        "newest_doc": newest.astype(np.int32),
        "long_docs": np.unique(docs[~brief]),
        "own_docs": own,
        "apart_docs": np.union1d(docs[~brief], own),
        **_days(start[some], docs[some], count),
    }


def _days(start: Ints, docs: NDArray[np.int32], count: int) -> Arrays:
    """The days on which many offers begin, where they stand among the brief shifts, their masks."""
    _, begins, sizes = np.unique(start // DAY, return_index=True, return_counts=True)
    many = (sizes * HEAVY > count) & (sizes > RARE)
    begins, ends = begins[many], (begins + sizes)[many]
    masks = [bits.of(docs[b:e], count) for b, e in zip(begins.tolist(), ends.tolist(), strict=True)]
    return {
        "day_begins": begins,
        "day_ends": ends,
        "day_masks": np.concatenate(masks) if masks else np.empty(0, np.uint64),
    }


class _Names:
    """Numbers for names, in the order they are met."""

    def __init__(self) -> None:
        self.lists: Names = {THEMES: [], CAMPAIGNS: [], DEPARTEMENTS: [], REGIONS: []}
        self._codes: dict[tuple[str, str], int] = {}

    def code(self, kind: str, name: str) -> int:
        if (kind, name) not in self._codes:
            self._codes[kind, name] = len(self.lists[kind])
            self.lists[kind].append(name)
        return self._codes[kind, name]

    def ranks(self, kind: str) -> Ints:
        """The place of each number's name among the names in order."""
        some = self.lists[kind]
        ranks = np.empty(len(some), np.int64)
        ranks[sorted(range(len(some)), key=some.__getitem__)] = np.arange(len(some))
        return ranks
