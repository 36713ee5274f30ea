"""Files to copy: an example of each format, and the spreadsheet to fill in. Their dates are always ahead."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path
from string import Template

from flask_babel import gettext as _

from portal import clock
from portal.formats.columns import TEMPLATE, template_header

FOLDER = Path(__file__).parent.parent / "data" / "examples"
AHEAD = timedelta(days=30)
TYPES = {
    ".xml": "application/xml",
    ".csv": "text/csv",
    ".ics": "text/calendar",
    ".json": "application/json",
    ".html": "text/html",
}


def example(name: str, language: str) -> tuple[str, str] | None:
    """(file name, text) of the example of a format; None while it has none."""
    if name == "table":
        return f"relais-{'modele' if language == 'fr' else 'template'}.csv", table(language)
    path = next(iter(sorted(FOLDER.glob(f"{name}.*"))), None)
    if path is None:
        return None
    today, day = clock.today(), clock.today() + AHEAD
    dates = {
        "today": f"{today:%Y-%m-%d}",
        "day": f"{day:%Y-%m-%d}",
        "compact": f"{today:%Y%m%d}",
        "compact_day": f"{day:%Y%m%d}",
    }
    return path.name, Template(path.read_text(encoding="utf-8")).substitute(dates)


def table(language: str) -> str:
    """The spreadsheet: three lines of help, the header, two rows to write over. Semicolons are what French ones expect."""
    text = io.StringIO()
    rows = csv.writer(text, delimiter=";" if language == "fr" else ",", lineterminator="\r\n")
    for line in _help():
        rows.writerow([line])
    rows.writerow(template_header(language))
    for row in _rows(language):
        rows.writerow([row.get(field, "") for field in TEMPLATE])
    return text.getvalue()


def _help() -> list[str]:
    return [
        _("Une ligne par besoin, sous les titres des colonnes. Effacez les deux exemples."),
        _("L’identifiant ne change jamais : c’est lui qui garde les inscriptions et les « J’aime »."),
        _("Sans date de début, le besoin vaut toute l’année. Sans nombre de places, il est sans limite."),
    ]  # fmt: skip


def _rows(language: str) -> list[dict[str, str]]:
    day = clock.today() + AHEAD
    written = f"{day:%d/%m/%Y}" if language == "fr" else f"{day:%Y-%m-%d}"
    common = {"association": "Potagers solidaires", "postal_code": "69007", "city": "Lyon"}
    return [
        {
            **common,
            "external_id": _("exemple-1"),
            "title": _("Récolter les légumes du samedi"),
            "description": _(
                "On cueille, on lave et on met en paniers. Bottes et gants sont prêtés."
            ),
            "street": "12 rue des Lilas",
            "theme": _("environnement"),
            "start_date": written,
            "start_time": "09:00",
            "end_date": written,
            "end_time": "12:00",
            "places": "8",
            "minimum_age": "16",
            "contact_email": "bonjour@potagers.example.org",
        },
        {
            **common,
            "external_id": _("exemple-2"),
            "title": _("Tenir la buvette des portes ouvertes"),
            "description": _("Servir, sourire, ranger. On vous montre tout sur place."),
            "theme": _("solidarité"),
            "contact_email": "bonjour@potagers.example.org",
        },
    ]
