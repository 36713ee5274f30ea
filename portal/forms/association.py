"""What an association says of itself, and whom it invites onto its team."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice as Choice
from wtforms.validators import InputRequired, Length, Optional

from portal.forms.account import is_email
from portal.forms.fields import Form, is_one_line
from portal.models import TeamRole
from portal.services import registers


def _one_line(value: str | None) -> str | None:
    return " ".join(value.split()) if value else value


def _letters(value: str | None) -> str | None:
    return "".join(value.split()).upper() if value else value


def is_web_address(form: Form, field: StringField) -> None:
    """http or https, with a host; a bare "asso.example.org" is completed by the filter."""
    if not field.data.startswith(("http://", "https://")) or "." not in field.data:
        raise ValidationError(_("Écrivez une adresse comme https://asso.example.org."))


def _with_scheme(value: str | None) -> str | None:
    value = _one_line(value)
    return f"https://{value}" if value and "://" not in value else value


class AssociationForm(Form):
    """An association in one page. Name, what it does, an address: nothing else is required."""

    name = StringField(
        _("Nom de l’association"),
        [InputRequired(_("Écrivez le nom de l’association.")), Length(min=2, max=200), is_one_line],
        filters=[_one_line],
    )
    summary = TextAreaField(
        _("Ce qu’elle fait"),
        [
            InputRequired(_("Dites en une phrase ce que fait l’association.")),
            Length(max=400),
            is_one_line,
        ],
        filters=[_one_line],
    )
    email = StringField(
        _("Votre adresse e-mail"),
        [InputRequired(_("Écrivez une adresse où vous joindre.")), Length(max=254), is_email],
        filters=[_one_line],
    )
    city = StringField(_("Ville"), [Optional(), Length(max=120), is_one_line], filters=[_one_line])
    url = StringField(
        _("Site web"),
        [Optional(), Length(max=500), is_one_line, is_web_address],
        filters=[_with_scheme],
    )
    rna = StringField(_("Numéro RNA"), [Optional(), is_one_line], filters=[_letters])
    siren = StringField(_("SIREN ou SIRET"), [Optional(), is_one_line], filters=[_letters])

    def validate_rna(self, field: StringField) -> None:
        """By its form."""
        if not registers.is_rna(field.data):
            raise ValidationError(
                _("Un numéro RNA s’écrit W suivi de neuf chiffres, par exemple W691234567.")
            )

    def validate_siren(self, field: StringField) -> None:
        """By its form and key."""
        if not registers.is_siren(field.data):
            raise ValidationError(
                _(
                    "Ce numéro n’est pas valable : neuf chiffres (SIREN) ou quatorze (SIRET), sans faute de frappe."
                )
            )


class AssociationSettingsForm(AssociationForm):
    """The same, changed later, and when the team hears of signups."""

    hears_at_once = BooleanField(
        _("Prévenir l’équipe à chaque inscription"),
        description=_("Sinon, un seul message par jour, quand il y a du nouveau."),
    )


class TeamForm(Form):
    """Who is asked onto the team, as what."""

    email = StringField(
        _("Adresse e-mail"),
        [InputRequired(_("Écrivez l’adresse de la personne.")), Length(max=254), is_email],
        filters=[_one_line],
    )
    role = SelectField(
        _("Rôle"),
        choices=[
            Choice(TeamRole.HELPER.value, _("Accueil : voit qui vient et coche les présences")),
            Choice(TeamRole.COORDINATOR.value, _("Coordination : publie, modifie, exporte")),
        ],
    )
