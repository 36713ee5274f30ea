"""The addresses of a few friends."""

from __future__ import annotations

import re

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from portal.forms.fields import Form


class InvitationForm(Form):
    """One to five addresses, one per line (or with commas between them)."""

    emails = TextAreaField(
        _("Adresses de vos amis"),
        [InputRequired(_("Écrivez au moins une adresse.")), Length(max=1500)],
    )

    def validate_emails(self, field: TextAreaField) -> None:
        """Each of them must be possible; the one that is not is named."""
        given = self.addresses()
        if not 1 <= len(given) <= 5:
            raise ValidationError(gettext("Écrivez de une à cinq adresses."))
        for one in given:
            try:
                validate_email(one, check_deliverability=False)
            except EmailNotValidError as error:
                sentence = gettext("« %(one)s » n’est pas une adresse e-mail.", one=one[:80])
                raise ValidationError(sentence) from error

    def addresses(self) -> list[str]:
        """The addresses as a list."""
        return [part for part in re.split(r"[\s,;]+", self.emails.data or "") if part]
