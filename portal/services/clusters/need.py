"""A need as it is compared: what an offer says, taken apart once. Pure; made from the database by `looking`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from portal.models import Precision
from portal.services.clusters import words
from portal.services.clusters.wording import Wording
from portal.services.places import names
from search.document import Language

Span = tuple[int, int | None]
REMOTE = "remote"
NOWHERE = "?"  # neither a town nor a position: no need is found to be the same by it
# Sites where many associations have a page: there the page's own path is the key, and a bare host says nothing.
SHARED_SITES = (
    *("facebook.com", "instagram.com", "helloasso.com", "linktr.ee", "linkedin.com", "x.com"),
    *("twitter.com", "youtube.com", "sites.google.com", "blogspot.com", "wordpress.com"),
    *("jeveuxaider.gouv.fr", "assoconnect.com", "net1901.org", "gouv.fr", "free.fr", "orange.fr"),
    *("wixsite.com", "webnode.fr", "jimdofree.com", "e-monsite.com", "canalblog.com"),
)
# What a register adds to a name and people leave out.
_LEGAL = frozenset(
    ["association", "asso", "assoc", "loi", "1901", "de", "du", "des", "d", "la", "le", "les", "l", "et", "a", "au", "aux", "en"]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spot:
    """A location: degrees or None, its town as a key without arrondissement, what is known of its precision."""

    lat: float | None
    lon: float | None
    town: str
    postal_code: str
    departement: str
    is_exact: bool


@dataclass(frozen=True)
class Need:
    """One offer, as plain text and plain facts. `spans` are its shifts in seconds since 1970, the end None when unknown."""

    id: int
    feed_id: int | None
    association_id: int
    keys: frozenset[str]  # of the association
    title: str
    text: str
    language: Language
    remote: str
    is_ongoing: bool
    spots: tuple[Spot, ...]
    spans: tuple[Span, ...]

    @cached_property
    def wording(self) -> Wording:
        """Its title and text, taken apart."""
        return Wording(self.title, self.text, self.language)

    @property
    def towns(self) -> frozenset[str]:
        """Under which places it is looked up."""
        if self.remote == "full":
            return frozenset((REMOTE,))
        return frozenset(spot.town or _cell(spot) for spot in self.spots) or frozenset((NOWHERE,))

    @cached_property
    def lookup(self) -> tuple[str, ...]:
        """The keys under which its likely twins are: same association and town; in one feed, the very same words."""
        far = (f"{key}@{town}"[:160] for key in self.keys for town in self.towns)
        own = f"={self.feed_id or 0}:{self.association_id}:{self.wording.digest}"
        return (*(key for key in far if not key.endswith(f"@{NOWHERE}")), own)


def association_keys(name: str, rna: str = "", siren: str = "", url: str = "") -> frozenset[str]:
    """Under which names an association is known everywhere: RNA, SIREN, site, and its name without legal words."""
    siren = siren.replace(" ", "")[:9]
    bare = " ".join(w for w in words.normalised(name).split() if w not in _LEGAL)
    found = {
        f"rna:{rna.strip().upper()}" if rna.strip() else "",
        f"siren:{siren}" if len(siren) == 9 else "",
        _site(url),
        f"name:{bare[:100]}" if len(bare) >= 3 else "",
    }
    return frozenset(found - {""})


def spot(location: Any) -> Spot:
    """A location (its row, or the model) as it is compared."""
    town = names.without_article(names.without_cedex(names.key(location.city)))
    if names.arrondissement(town):
        town = next(city for city in ("paris", "lyon", "marseille") if city in town)
    return Spot(
        lat=location.lat,
        lon=location.lon,
        town=town,
        postal_code=location.postal_code,
        departement=location.departement,
        is_exact=location.precision is Precision.EXACT,
    )


def span(starts_at: datetime, ends_at: datetime | None) -> Span:
    """A dated shift, in seconds since 1970."""
    return int(starts_at.timestamp()), int(ends_at.timestamp()) if ends_at else None


def _site(url: str) -> str:
    parts = urlsplit(url if "//" in url else f"//{url}")
    host = (parts.hostname or "").removeprefix("www.")
    if "." not in host:
        return ""
    if any(host == shared or host.endswith(f".{shared}") for shared in SHARED_SITES):
        path = parts.path.strip("/").lower()
        return f"site:{host}/{path}"[:100] if path or host.count(".") > 1 else ""
    return f"site:{host}"[:100]


def _cell(spot: Spot) -> str:
    if spot.lat is None or spot.lon is None:
        return NOWHERE
    return f"{spot.lat:.1f},{spot.lon:.1f}"
