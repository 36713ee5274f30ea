"""The last look at a record before it becomes a FeedItem: what every format must have, whatever it was called there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from portal import themes
from portal.formats.item import (
    ID_LENGTH,
    SUMMARY_LENGTH,
    TITLE_LENGTH,
    FeedItem,
    FeedShift,
    RemoteWork,
    normal_id,
)
from portal.formats.problem import Notebook
from portal.formats.settings import ReadSettings
from portal.formats.text import first_words, plain, shortened

# Text, field by field, that is cut at these lengths by the formats (the tables hold no more).
LENGTHS: Mapping[str, int] = {
    "skills": 500,
    "schedule": 300,
    "tag": 60,
    "place": 120,
    "address": 200,
    "person": 120,
    "phone": 32,
}
MOST_TAGS, MOST_LOCATIONS, MOST_SHIFTS = 30, 50, 200
_RULES_FIRST = datetime.min.replace(tzinfo=UTC)


def checked(draft: dict[str, Any], notes: Notebook, settings: ReadSettings) -> FeedItem | None:
    """The item made of a draft, or None when the record must be refused; the notebook says why."""
    draft["external_id"] = normal_id(draft.get("external_id") or "")
    if not draft["external_id"]:
        notes.refused("external_id", "", "id_missing")
    elif len(draft["external_id"]) > ID_LENGTH:
        notes.refused("external_id", draft["external_id"], "id_too_long", limit=ID_LENGTH)
    if not draft.get("title"):
        draft["title"] = first_words(draft.get("description", ""), 80)
        if draft["title"]:
            notes.repaired("title", draft["title"], "title_from_description")
        else:
            notes.refused("title", "", "title_missing")
    if notes.is_refused:
        return None
    if not draft.get("summary"):
        draft["summary"] = shortened(plain(draft.get("description", "")), 200)
    draft["tags"] = tuple(tag for tag in draft.get("tags", ()) if not themes.is_name(tag))
    for name, most in (("tags", MOST_TAGS), ("locations", MOST_LOCATIONS),
                       ("activities", MOST_TAGS), ("audiences", MOST_TAGS)):  # fmt: skip
        draft[name] = tuple(dict.fromkeys(draft.get(name, ())))[:most]
    shifts = tuple(dict.fromkeys(draft.get("shifts", ())))
    draft["shifts"] = _next_of(shifts, notes, settings.since)
    if draft.get("association") is None and not notes.has("association_not_found"):
        notes.repaired("association", "", "association_missing")
    if not draft["locations"] and draft.get("remote", RemoteWork.NO) is RemoteWork.NO:
        notes.repaired("location", "", "location_missing")
    draft["title"] = shortened(draft["title"], TITLE_LENGTH)
    draft["summary"] = shortened(draft["summary"], SUMMARY_LENGTH)
    return FeedItem(record=notes.record, line=notes.line, **draft)


def _next_of(
    shifts: tuple[FeedShift, ...], notes: Notebook, since: datetime | None
) -> tuple[FeedShift, ...]:
    """All shifts of a record, or so many of those that come next; that some which are ahead are left out is told."""
    if len(shifts) <= MOST_SHIFTS:
        return shifts
    ahead = [s for s in shifts if not (since and s.ends_at and s.ends_at < since)] or shifts
    if len(ahead) > MOST_SHIFTS:
        notes.repaired("shifts", len(ahead), "dates_cut", count=len(ahead), kept=MOST_SHIFTS)
    in_order = sorted(ahead, key=lambda s: s.starts_at or _RULES_FIRST)
    return tuple(in_order[:MOST_SHIFTS])
