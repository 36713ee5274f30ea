"""A new API key: whose program, what it may do, until when."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, Field, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from portal import clock
from portal.forms.fields import Form, is_one_line, stripped


class ApiKeyForm(Form):
    """`feeds` are the names that a key may be bound to."""

    name = StringField(
        _("À qui est-elle ?"),
        [InputRequired(_("Dites à quel programme elle sert.")), Length(max=120), is_one_line],
        filters=[stripped],
        description=_("Le nom du site ou du programme qui s’en servira."),
    )
    reads = BooleanField(_("Lire les offres"), default=True)
    uploads = BooleanField(_("Envoyer les offres d’un flux"))
    feed = SelectField(_("Flux où elle envoie"), validate_choice=False)
    expires_on = DateField(
        _("Valable jusqu’au"),
        [Optional()],
        description=_("Sans date, elle ouvre jusqu’à ce que vous la retiriez."),
    )
    per_minute = IntegerField(
        _("Demandes par minute"),
        [
            InputRequired(_("Écrivez un nombre de 1 à 6 000.")),
            NumberRange(1, 6000, _("Écrivez un nombre de 1 à 6 000.")),
        ],
        default=600,
    )

    def __init__(self, feeds: list[str], *given: Any, **values: Any) -> None:
        super().__init__(*given, **values)
        self.feed.choices = [("", _("aucun")), *((name, name) for name in feeds)]

    def validate_uploads(self, field: Field) -> None:
        """It permits something, and what it sends goes somewhere."""
        if not field.data and not self.reads.data:
            raise ValidationError(_("Choisissez ce que la clé permet : lire, ou envoyer."))

    def validate_feed(self, field: Field) -> None:
        """A key that sends is bound to one feed."""
        known = {str(value) for value, _text in field.choices}
        if (field.data or "") not in known or (self.uploads.data and not field.data):
            raise ValidationError(_("Une clé qui envoie est liée à un flux : choisissez-le."))

    def validate_expires_on(self, field: Field) -> None:
        """A day to come."""
        if field.data and field.data <= clock.today():
            raise ValidationError(_("Choisissez un jour à venir."))
