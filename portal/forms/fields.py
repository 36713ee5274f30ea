"""Parts that several forms share: what a line of text may hold, a telephone number, an address that looks mistyped."""

from __future__ import annotations

import unicodedata
from difflib import get_close_matches
from typing import Any

import wtforms
from email_validator import EmailNotValidError, validate_email
from flask_babel import get_locale
from flask_babel import lazy_gettext as _
from wtforms import Field, ValidationError

EMAIL_LIKE_THIS = _("Écrivez une adresse comme camille@exemple.fr.")
# Where most people of this country have their mail. An address close to one of these, and not one, is questioned.
COMMON_HOSTS = [
    "gmail.com",
    "hotmail.com",
    "hotmail.fr",
    "outlook.com",
    "outlook.fr",
    "live.fr",
    "live.com",
    "msn.com",
    "yahoo.com",
    "yahoo.fr",
    "icloud.com",
    "orange.fr",
    "wanadoo.fr",
    "free.fr",
    "sfr.fr",
    "laposte.net",
    "bbox.fr",
    "neuf.fr",
    "numericable.fr",
    "protonmail.com",
    "proton.me",
    "gmx.fr",
]
NOT_QUESTIONED = {"mail.com", "email.com", "me.com", "mac.com", "gmx.com", "gmx.net", "ymail.com"}


class Form(wtforms.Form):
    """What every form of the portal is. The library's own sentences (too long, not a number, not a choice) come in the
    reader's language too: left alone, they come in English.
    """

    class Meta:
        """One of it is made with each form, so it hears the language of the request."""

        @property
        def locales(self) -> list[str]:
            """The language of the page; French where there is none, as in a command."""
            return [str(get_locale() or "fr")]


def stripped(value: Any) -> Any:
    """Without the spaces around it. A line break inside is not repaired: it is refused, by `is_one_line`."""
    return value.strip(" \t\u00a0") if isinstance(value, str) else value


def is_one_line(form: Form, field: Field) -> None:
    """No line break and nothing invisible: what a line says is put into the headers of mails."""
    if any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in field.data or ""):
        raise ValidationError(_("Écrivez sur une seule ligne, sans caractère spécial."))


def is_text(form: Form, field: Field) -> None:
    """Several lines are fine; control characters, which no keyboard types, are not."""
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\r\n\t" for c in field.data or ""):
        raise ValidationError(_("Ce texte contient un caractère illisible : effacez-le."))


def is_email(form: Form, field: Field) -> None:
    """A possible address, kept in its usual form. Whether it exists is found out by writing to it, never by asking its server."""
    try:
        found = validate_email(field.data or "", check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise ValidationError(EMAIL_LIKE_THIS) from error
    field.data = found.ascii_email or found.normalized


def is_phone(form: Form, field: Field) -> None:
    """A French number, or one that begins with + and its country; kept as +33612345678."""
    if not field.data:
        return
    import phonenumbers  # 58 modules, for whoever gives a number

    try:
        number = phonenumbers.parse(field.data, "FR")
    except phonenumbers.NumberParseException as error:
        raise ValidationError(_("Écrivez un numéro comme 06 12 34 56 78.")) from error
    if not phonenumbers.is_possible_number(number):
        raise ValidationError(_("Écrivez un numéro comme 06 12 34 56 78."))
    field.data = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def doubt_about(email: str) -> str:
    """The address that was probably meant ("camille@gmail.com" for gmial.com), or "". A question, never a refusal."""
    name, at, host = email.strip().lower().rpartition("@")
    if not at or not name or host in COMMON_HOSTS or host in NOT_QUESTIONED:
        return ""
    close = get_close_matches(host, COMMON_HOSTS, n=1, cutoff=0.83)
    return f"{name}@{close[0]}" if close else ""
