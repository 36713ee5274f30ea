"""What a moderator answers, and what a visitor reports."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import Form, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice as Choice
from wtforms.validators import InputRequired, Length

from portal.forms.fields import is_text
from portal.models import FlagReason
from portal.services import moderation


class ReasonForm(Form):
    """Why something is refused or hidden, in a reason from the list and a word more."""

    reason = SelectField(_("Raison"), choices=[Choice(key, key) for key in moderation.REASONS])
    text = TextAreaField(_("Un mot de plus"), [Length(max=400), is_text])


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
