"""What a partner gives: a feed to look at, or to add."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import Field, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice as Choice
from wtforms.validators import InputRequired, Length

from portal.errors import Invalid
from portal.fetch import FetchError
from portal.fetch.connection import read_target
from portal.formats import FORMATS
from portal.formats.zones import HOMES, clocks_of
from portal.formatting import country_name, zone_name
from portal.forms.fields import Form, is_one_line, is_text, stripped
from portal.services import feed_countries

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


def is_web_address(form: Form, field: Field) -> None:
    """An address that a download could begin with: http or https, a host, no name or password in it."""
    try:
        read_target(field.data or "")
    except FetchError as error:
        raise ValidationError(
            _("Écrivez l’adresse entière, en https://, sans nom d’utilisateur ni mot de passe.")
        ) from error


class HomeForm(Form):
    """The country and the clock of records that name none."""

    country = SelectField(_("Pays, où une annonce n’en dit pas"), default=feed_countries.COUNTRY)
    zone = SelectField(_("Heure, où rien ne la dit"), default="")

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.country.choices = [(code, country_name(code)) for code in HOMES]
        clocks = {code: clocks_of(code) for code in HOMES}
        self.zone.choices = {
            "": [("", gettext("Celle du pays"))],
            **{
                country_name(code): [(zone, zone_name(zone)) for zone in zones]
                for code, zones in clocks.items()
            },
        }

    def validate_zone(self, field: Field) -> None:
        """One of the country's; one must be said where a country has several and none goes first."""
        try:
            feed_countries.home(self.country.data or "", field.data or "")
        except Invalid as error:
            if error.field == "zone":
                named = ", ".join(map(zone_name, clocks_of(self.country.data or "")))
                raise ValidationError(gettext(error.sentence) % {"zones": named}) from error


class FeedForm(HomeForm):
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


class ProposalForm(FeedForm):
    """A feed that somebody wants to see taken in. The view fills in the associations that they coordinate."""

    url = StringField(
        _("Adresse du flux"),
        [
            InputRequired(_("Collez l’adresse du flux.")),
            Length(max=1000),
            is_one_line,
            is_web_address,
        ],
        filters=[stripped],
    )
    title = StringField(
        _("Nom du flux"),
        [InputRequired(_("Donnez un nom à ce flux.")), Length(max=120), is_one_line],
        filters=[stripped],
    )
    association = SelectField(_("De quelle association"), default="", choices=[])


class RefusalForm(Form):
    """Why a proposed feed is not taken."""

    text = TextAreaField(
        _("Pourquoi, dit au partenaire"),
        [InputRequired(_("Dites pourquoi.")), Length(max=400), is_text],
    )


MOST_TABLE = 400_000  # characters of a table of ids: some ten thousand lines


class RenumberingForm(Form):
    """A table of old and new ids, pasted; or what a file held, shown again before it is done."""

    table = TextAreaField(
        _("La table des identifiants"),
        [Length(max=MOST_TABLE), is_text],
        default="",
    )
