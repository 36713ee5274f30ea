"""Why two offers are one need, in a sentence for people: "même association, même texte, à 200 m"."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

Reason = dict[str, Any]


def in_words(reasons: Iterable[Reason]) -> str:
    """The reasons of a pair; "" when a moderator alone joined it."""
    return ", ".join(part for part in map(_one, reasons) if part)


def _one(reason: Reason) -> str:
    code = reason.get("code", "")
    if code == "distance":
        return _distance(int(reason.get("metres", 0)))
    if code == "text":
        return _("texte commun à %(share)s %%", share=round(float(reason.get("share", 0)) * 100))
    words = {
        "association_rna": _("même association (RNA)"),
        "association_siren": _("même association (SIREN)"),
        "association_site": _("même association (site web)"),
        "association_name": _("même association (nom)"),
        "same_feed": _("même association et même flux"),
        "same_text": _("même texte"),
        "same_town": _("même ville"),
        "remote": _("à distance tous les deux"),
        "same_dates": _("mêmes dates"),
        "dates": _("dates qui se recoupent"),
        "ongoing": _("dates compatibles"),
    }
    return str(words.get(code, ""))


def _distance(metres: int) -> str:
    if metres < 10:
        return _("au même endroit")
    if metres < 1000:
        return _("à %(metres)s m", metres=round(metres, -1))
    return _("à %(km)s km", km=f"{metres / 1000:.1f}".replace(".", ","))
