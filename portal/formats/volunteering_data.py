"""The UK Volunteering Data Standard: organisations, their activities, the roles and sessions of each.

An activity is an offer; its roles say what is asked, its sessions where and roughly when. Causes, skills and times are
addresses of terms (`https://ns.volunteeringdata.io/MondayAfternoon`): their last words are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from portal.formats.item import FeedLocation
from portal.formats.json_feed import listed, objects, said_of, text_of
from portal.formats.linked_offers import image_of, place_cells
from portal.formats.problem import Notebook
from portal.formats.settings import ReadSettings
from portal.formats.table_offers import TableRow
from portal.formats.text import line

_COUNTRY = "GB"


def activities(
    organisation: dict[str, Any], notes: Notebook, settings: ReadSettings
) -> Iterator[tuple[dict[str, Any], Notebook]]:
    """Each activity as the draft of an item, with a notebook of its own."""
    for activity in objects(organisation.get("activity")):
        own = Notebook(notes.record, notes.line)
        own.problems.extend(notes.problems)
        cells = _cells(organisation, activity, own)
        row = TableRow(cells, own, settings)
        own.external_id = row.ident()
        draft = row.draft()
        places = _locations(activity, own, settings)
        draft["locations"] = () if cells.get("remote") == "full" else places
        yield draft, own


def _cells(
    organisation: dict[str, Any], activity: dict[str, Any], notes: Notebook
) -> dict[str, str]:
    roles = objects(activity.get("role"))
    first = roles[0] if roles else {}
    about = [said_of(activity, "description")]
    for role in roles:
        about.append(
            ": ".join(filter(None, (said_of(role, "title"), said_of(role, "description"))))
        )
    times = [_term(t) for s in objects(activity.get("session")) for t in listed(s.get("time"))]
    remote = {said_of(role, "allowsRemoteParticipation") for role in roles}
    sessions = objects(activity.get("session"))
    cells = {
        "external_id": line(said_of(activity, "id", "@id") or said_of(first, "id", "@id"), "id", notes, 1_000),
        "title": said_of(activity, "title", "name") or said_of(first, "title"),
        "description": "\n\n".join(filter(None, about)),
        "association": said_of(organisation, "name"),
        "association_id": said_of(organisation, "id", "@id"),
        "association_url": said_of(organisation, "website"),
        "association_description": said_of(organisation, "description"),
        "tags": ",".join(_term(cause) for o in (organisation, activity) for cause in listed(o.get("cause"))),
        "skills": ", ".join(_term(s) for r in roles for n in ("skill", "requirement") for s in listed(r.get(n))),
        "schedule": "; ".join(filter(None, (said_of(first, "commitment"), ", ".join(dict.fromkeys(filter(None, times)))))),
        "remote": ("possible" if sessions else "full") if "true" in remote else "",
        "minimum_age": said_of(first, "minimumAge"),
        "detail_url": said_of(first, "applyLink") or said_of(activity, "url", "website"),
        "image_url": image_of(activity) or image_of(organisation),
        "language": "en",
    }  # fmt: skip
    return {name: text.strip() for name, text in cells.items() if text.strip()}


def _locations(
    activity: dict[str, Any], notes: Notebook, settings: ReadSettings
) -> tuple[FeedLocation, ...]:
    found: list[FeedLocation] = []
    for session in objects(activity.get("session")):
        for place in objects(session.get("location")):
            cells = place_cells(place)
            if not settings.country:
                cells.setdefault("country", _COUNTRY)
            location = TableRow(cells, notes, settings).location()
            if location is not None:
                found.append(location)
    return tuple(found)


def _term(value: Any) -> str:
    """The words of a term's address: `.../MondayAfternoon` is Monday Afternoon."""
    name = text_of(value).rstrip("/").rpartition("/")[2].rpartition("#")[2]
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
