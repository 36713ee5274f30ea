"""The Val Doré's file: a spreadsheet saved by somebody's office program, semicolons, BOM and all.

What a small federation really sends: French headers, dd/mm/yyyy, ids that begin with zeros, `oui` and `non`, a cell
with a line break in it. No web address: people sign up on the portal.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from html import unescape

from portal import themes
from portal.demo.feeds.partners import Partner
from portal.demo.feeds.rolling import RollingOffer

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_HEADER = (
    "identifiant",
    "titre",
    "description",
    "association",
    "adresse",
    "code postal",
    "ville",
    "pays",
    "thème",
    "mots-clés",
    "date de début",
    "date de fin",
    "heure de début",
    "heure de fin",
    "répétition",
    "toute l'année",
    "places",
    "âge minimum",
    "accessible",
    "à distance",
    "date de publication",
)


def write(partner: Partner, offers: list[RollingOffer], today: date) -> bytes:
    """The whole file."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, delimiter=";", lineterminator="\r\n")
    rows.writerow(_HEADER)
    for offer in offers:
        rows.writerow(_row(offer))
    return text.getvalue().encode("utf-8-sig")


def _row(offer: RollingOffer) -> list[str]:
    place, activity = offer.location, offer.activity
    is_dated = offer.pattern != "ongoing"
    rule = f"FREQ=WEEKLY;BYDAY={_DAYS[offer.weekday]}" if offer.pattern == "weekly" else ""
    return [
        f"{offer.number:03d}",
        offer.text.title,
        _plain(offer.text.description_html),
        offer.association.name,
        place.street if place else "",
        place.postal_code if place else "",
        place.town if place else "",
        "France",
        themes.BY_SLUG[activity.theme].fr.lower(),
        ", ".join(activity.tags),
        offer.first_on.strftime("%d/%m/%Y") if is_dated else "",
        offer.last_on.strftime("%d/%m/%Y") if is_dated else "",
        _hour(offer.start) if is_dated else "",
        _hour(offer.start + offer.minutes) if is_dated else "",
        rule,
        "non" if is_dated else "oui",
        "" if offer.capacity is None else str(offer.capacity),
        str(activity.minimum_age or ""),
        "oui" if activity.is_accessible else "non",
        {"full": "oui", "possible": "possible"}.get(activity.remote, "non"),
        offer.posted_on.strftime("%d/%m/%Y"),
    ]


def _plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html.replace("</p><p>", "\n")))


def _hour(minutes: int) -> str:
    return f"{minutes // 60}h{minutes % 60:02d}"
