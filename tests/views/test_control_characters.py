"""A control character that no keyboard types is answered by a sentence, in whatever form it comes; PostgreSQL keeps no NUL."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form, StringField

from portal.forms.account import ProfileForm
from portal.forms.association import AssociationForm
from portal.forms.moderation import FlagForm, ReasonForm
from portal.forms.offer import OfferForm

FORMS = (ProfileForm, AssociationForm, OfferForm, FlagForm, ReasonForm)
TYPED = [
    (form, name)
    for form in FORMS
    for name, field in form()._fields.items()
    if isinstance(field, StringField)
]


@pytest.mark.parametrize(
    ("form", "name"), TYPED, ids=[f"{form.__name__} {name}" for form, name in TYPED]
)
@pytest.mark.parametrize("odd", ["\x00", "\x1b", "\ud800"])
def test_no_text_field_takes_a_control_character(form: type[Form], name: str, odd: str) -> None:
    sent = form(MultiDict({name: f"deux mots{odd}ensemble"}))
    assert not sent[name].validate(sent)


@pytest.mark.parametrize(
    ("form", "name", "text"),
    [
        (ProfileForm, "first_name", "Zoé-Ève"),
        (AssociationForm, "summary", "On lit\naux petits."),
        (OfferForm, "description", "On plante.\r\n\r\n\tLes outils sont là."),
        (FlagForm, "text", "C’est fini\ndepuis juin."),
    ],
)
def test_accents_and_the_breaks_that_a_keyboard_types_are_fine(
    form: type[Form], name: str, text: str
) -> None:
    sent = form(MultiDict({name: text}))
    assert sent[name].validate(sent), sent[name].errors
