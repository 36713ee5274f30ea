"""What a partner gives: a feed to look at, or to add."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice as Choice
from wtforms.validators import Length

from portal.formats import FORMATS
from portal.forms.fields import is_one_line, stripped

# What people call the formats; one that is not here yet goes by its own name.
FORMAT_TITLES: dict[str, Any] = {
    "footprint": "Footprint XML (All for Good)",
    "engagement": _("XML de l’API Engagement"),
    "table": _("Tableur (CSV, TSV)"),
    "syndication": _("RSS ou Atom"),
    "linked_data": _("Données schema.org (JSON-LD)"),
    "calendar": _("Calendrier (iCalendar)"),
    "relais": _("JSON de Relais"),
}


def format_title(name: str) -> Any:
    """The name of a format as people say it."""
    return FORMAT_TITLES.get(name, name)


class FeedForm(Form):
    """Where a feed is and how to read it. The file, when there is one, comes beside the form."""

    url = StringField(_("Adresse du flux"), [Length(max=1000), is_one_line], filters=[stripped])
    format = SelectField(
        _("Format du flux"),
        default="",
        choices=[
            Choice("", _("Le reconnaître")),
            *(Choice(name, format_title(name)) for name in FORMATS),
        ],
    )
    date_order = SelectField(
        _("Dates comme 03/04/2027"),
        default="dmy",
        choices=[Choice("dmy", _("3 avril")), Choice("mdy", _("4 mars"))],
    )
