"""What a moderator answers, and what a visitor reports."""

from __future__ import annotations

import re

from flask_babel import lazy_gettext as _
from wtforms import (
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice as Choice
from wtforms.validators import InputRequired, Length

from portal.forms.fields import Form, is_text, stripped
from portal.models import FlagReason
from portal.services import moderation

OFFER_NUMBER = re.compile(r"(?:^|/offers/)(\d{1,9})(?=$|[-?#/.])", re.ASCII)
SMALL_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


class ReasonForm(Form):
    """Why something is refused or hidden, in a reason from the list and a word more."""

    reason = SelectField(_("Raison"), choices=[Choice(key, key) for key in moderation.REASONS])
    text = TextAreaField(_("Un mot de plus"), [Length(max=400), is_text])


class JoinForm(Form):
    """Two offers that are one need, each by its number or the address of its page."""

    one = StringField(
        _("Premier besoin : son numéro ou son adresse"), [InputRequired()], filters=[stripped]
    )
    other = StringField(
        _("Second besoin : son numéro ou son adresse"), [InputRequired()], filters=[stripped]
    )

    def validate_one(self, field: StringField) -> None:
        self._number(field)

    def validate_other(self, field: StringField) -> None:
        self._number(field)

    def numbers(self) -> tuple[int, int]:
        """The two numbers, of a form that is valid."""
        return self._number(self.one), self._number(self.other)

    def _number(self, field: StringField) -> int:
        found = OFFER_NUMBER.search(field.data or "")
        if found is None:
            raise ValidationError(_("Écrivez un numéro, comme 42, ou l’adresse d’une page."))
        return int(found[1])


class SplitForm(Form):
    """Which offers leave a cluster."""

    leaving = SelectMultipleField(choices=[], validate_choice=False)

    def numbers(self) -> list[int]:
        """Their numbers; what is none is left out."""
        return [int(one) for one in self.leaving.data or [] if SMALL_NUMBER.fullmatch(one)]


class FlagForm(Form):
    """What is wrong with an offer."""

    reason = SelectField(
        _("Qu’est-ce qui ne va pas ?"),
        [InputRequired(_("Choisissez ce qui ne va pas."))],
        choices=[
            Choice(FlagReason.OVER.value, _("C’est passé, ou ce n’est plus d’actualité")),
            Choice(FlagReason.WRONG.value, _("Une information est fausse")),
            Choice(FlagReason.UNSAFE.value, _("C’est dangereux ou déplacé")),
            Choice(FlagReason.FRAUD.value, _("Cela ressemble à une arnaque")),
            Choice(FlagReason.OTHER.value, _("Autre chose")),
        ],
    )
    text = TextAreaField(_("Précisez, si vous voulez"), [Length(max=1000), is_text])
