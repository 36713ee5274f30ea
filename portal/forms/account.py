"""What people type about themselves: an address to sign in with, a profile. Each form lists its fields and nothing else."""

from __future__ import annotations

from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, RadioField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice as Choice
from wtforms.validators import InputRequired, Length

from portal.forms.fields import Form, is_one_line

EMAIL_LIKE_THIS = _("Écrivez une adresse comme camille@exemple.fr.")


def _strip(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


def is_email(form: Form, field: StringField) -> None:
    """A possible address. Whether it exists is found out by writing to it, never by asking its server."""
    try:
        validate_email(field.data or "", check_deliverability=False)
    except EmailNotValidError as error:
        raise ValidationError(EMAIL_LIKE_THIS) from error


class EmailForm(Form):
    """One address: to sign in, to change to, to prove."""

    email = StringField(
        _("Adresse e-mail"),
        [InputRequired(_("Écrivez votre adresse e-mail.")), Length(max=254), is_email],
        filters=[_strip],
    )


class ProfileForm(Form):
    """What a person says of themself, and what they want to hear."""

    first_name = StringField(
        _("Prénom"),
        [Length(max=80, message=_("80 lettres au plus.")), is_one_line],
        filters=[_strip],
    )
    language = RadioField(
        _("Langue des pages et des e-mails"),
        choices=[Choice("fr", "Français"), Choice("en", "English")],
    )
    is_seen = BooleanField(_("Montrer mon prénom à côté des besoins que j’aime"))
    wants_news = BooleanField(
        _(
            "M’écrire quand un besoin que j’aime se remplit ou se termine (une fois par semaine au plus)"
        )
    )
