"""A place written on one line, as agendas and blogs do: `12 rue des Lilas, 69007 Lyon`, `Lyon`, `Salle Pleyel, Paris`."""

from __future__ import annotations

import re

_WITH_CODE = re.compile(
    r"^(?:(?P<before>.+?)[,\s]\s*)?(?P<code>(?:F-)?\d{5})\s+(?P<city>[^\d,;]{2,80})(?:[,;]\s*(?P<country>[^\d,;]{2,40}))?$"
)
_STREET = re.compile(r"^\d{1,4}\s?(?:bis|ter|quater)?[,\s]", re.IGNORECASE)


def written_place(text: str) -> dict[str, str]:
    """The fields of a location that a line holds; what cannot be parted is the name of a place."""
    words = " ".join(text.split())
    found = _WITH_CODE.match(words) if len(words) < 400 else None
    if found is None:
        return {"place_name": words}
    before = (found["before"] or "").rstrip(" ,")
    name, _, street = before.rpartition(", ") if not _STREET.match(before) else ("", "", before)
    if not _STREET.match(street):
        name, street = before, ""
    parts = {
        "place_name": name,
        "street": street,
        "postal_code": found["code"].removeprefix("F-"),
        "city": found["city"].strip(),
        "country": (found["country"] or "").strip(),
    }
    return {field: part for field, part in parts.items() if part}
