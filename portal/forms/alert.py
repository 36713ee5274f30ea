"""What is asked for an alert: an address, how often it may write, and the search that it keeps."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice as Choice
from wtforms.validators import DataRequired, Length

from portal.forms.fields import Form, is_email, stripped
from portal.services import alerts

DAILY, WEEKLY = alerts.PACES


class PaceForm(Form):
    """How often an alert may write."""

    every_days = SelectField(
        _("À quel rythme ?"),
        coerce=int,
        default=WEEKLY,
        choices=[
            Choice(WEEKLY, _("Une fois par semaine au plus")),
            Choice(DAILY, _("Une fois par jour au plus")),
        ],
    )


class AlertForm(PaceForm):
    """A search and an address; `search` is the query string of the page that it stands on."""

    search = HiddenField(filters=[stripped])
    email = StringField(
        _("Votre adresse e-mail"),
        [
            DataRequired(_("Écrivez votre adresse e-mail.")),
            Length(max=254, message=_("Cette adresse est trop longue.")),
            is_email,
        ],
        filters=[stripped],
    )
