"""Places: from words to a position and back, offline. Everything else imports this package and reads `places.resolve`.

`resolve` reads what a visitor typed, `complete` proposes while she types, `near` names a position, `locate` judges the
address and coordinates of a feed, `load` fills the gazetteer. Nothing here goes to the network, and nothing commits.
"""

from __future__ import annotations

from portal.services.places.areas import Area, by_code, country
from portal.services.places.completing import complete
from portal.services.places.ending import at_the_end
from portal.services.places.loading import Loaded, PlaceRow, load
from portal.services.places.locating import Located, Repair, locate
from portal.services.places.matching import LAND, PlaceMatch, Resolution
from portal.services.places.meaning import resolve
from portal.services.places.named import Named
from portal.services.places.nearest import near
from portal.services.places.reading import from_file, shipped
from portal.services.places.resolving import country_of

area = by_code

__all__ = [
    "LAND",
    "Area",
    "Loaded",
    "Located",
    "Named",
    "PlaceMatch",
    "PlaceRow",
    "Repair",
    "Resolution",
    "area",
    "at_the_end",
    "complete",
    "country",
    "country_of",
    "from_file",
    "load",
    "locate",
    "near",
    "resolve",
    "shipped",
]
