"""The signup form: a first name and an e-mail. The rest is folded away, or asked only where the offer asks it."""

from __future__ import annotations

from typing import Any, cast

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from portal.forms.fields import (
    Form,
    doubt_about,
    is_email,
    is_one_line,
    is_phone,
    is_text,
    stripped,
)
from portal.models import Offer

PARTY = (1, 2, 3, 4, 5)
ANSWERS = ("answer_1", "answer_2")


class SignupForm(Form):
    """One person and who they bring. Build it with `blank` or `sent`, which know what the offer asks."""

    first_name = StringField(
        _("Prénom"),
        [
            DataRequired(_("Écrivez votre prénom.")),
            Length(max=80, message=_("80 lettres au plus.")),
            is_one_line,
        ],
        filters=[stripped],
    )
    email = StringField(
        _("E-mail"),
        [
            DataRequired(_("Écrivez votre adresse e-mail.")),
            Length(max=254, message=_("Cette adresse est trop longue.")),
            is_email,
        ],
        filters=[stripped],
    )
    is_old_enough = BooleanField(
        "", [InputRequired(_("Cochez cette case pour pouvoir vous inscrire."))]
    )
    answer_1 = StringField(
        "",
        [Optional(), Length(max=300, message=_("300 lettres au plus.")), is_one_line],
        filters=[stripped],
    )
    answer_2 = StringField(
        "",
        [Optional(), Length(max=300, message=_("300 lettres au plus.")), is_one_line],
        filters=[stripped],
    )
    party = SelectField(_("Je viens"), coerce=int, default=1, validate_choice=True)
    phone = StringField(
        _("Téléphone"),
        [
            Optional(),
            Length(max=32, message=_("Ce numéro est trop long.")),
            is_one_line,
            is_phone,
        ],
        filters=[stripped],
    )
    message = TextAreaField(
        _("Un mot à l’association"),
        [
            Optional(),
            Length(max=1000, message=_("1 000 lettres au plus.")),
            is_text,
        ],
        filters=[stripped],
    )

    def answers(self) -> tuple[str, ...]:
        """What was answered to the association's own questions, in their order."""
        return tuple(str(self[name].data or "") for name in ANSWERS if name in self)

    def doubts(self) -> dict[str, str]:
        """What looks mistyped, as a question for each field: never a reason to refuse."""
        meant = doubt_about(str(self.email.data or "")) if "email" in self else ""
        if not meant or self.email.errors:
            return {}
        return {"email": gettext("Vouliez-vous écrire %(email)s ?", email=meant)}


def blank(offer: Offer, *, signed_in: bool = False) -> SignupForm:
    """The form of this offer as it is first shown. Who is signed in is not asked for name and address."""
    return _fitted(SignupForm(), offer, signed_in)


def sent(offer: Offer, data: MultiDict[str, str], *, signed_in: bool = False) -> SignupForm:
    """The form of this offer as somebody sent it; `validate` it."""
    return _fitted(SignupForm(formdata=data), offer, signed_in)


def _fitted(form: SignupForm, offer: Offer, signed_in: bool) -> SignupForm:
    form.party.choices = [(n, _party(n)) for n in PARTY]
    if signed_in:
        del form.first_name, form.email
    if offer.minimum_age:
        form.is_old_enough.label.text = gettext("J’ai %(age)s ans ou plus", age=offer.minimum_age)
    else:
        del form.is_old_enough
    for name, question in zip(ANSWERS, _questions(offer), strict=True):
        if question is None:
            delattr(form, name)
            continue
        form[name].label.text = str(question.get("text", ""))
        form[name].description = str(question.get("why", ""))
    return form


def _questions(offer: Offer) -> list[dict[str, Any] | None]:
    asked = cast("list[dict[str, Any] | None]", [q for q in offer.questions if q.get("text")][:2])
    return asked + [None] * (2 - len(asked))


def _party(people: int) -> str:
    if people == 1:
        return gettext("Sans autre personne")
    return ngettext("Avec %(num)s autre personne", "Avec %(num)s autres personnes", people - 1)
