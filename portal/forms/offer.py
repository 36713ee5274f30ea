"""The offer form: what, where, when, how many, in one page. Hands on a clean, frozen OfferWish.

The text is written plain, with blank lines between paragraphs, and becomes HTML here, cleaned like a feed's.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice as Choice
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from portal import clock, themes
from portal.formats.text import plain
from portal.forms.fields import Form, is_one_line, is_text
from portal.forms.prose import suggested_theme, to_html, to_text
from portal.forms.shift_row import RULE, ZONE, ShiftRow, shown
from portal.models import Offer, Precision, Remote, Shift
from portal.services import places
from portal.services.offer_shifts import RuleWish, ShiftWish
from portal.services.offers import LocationWish, OfferWish

EMPTY_ROWS = 2  # how many blank dates a new page offers; saving a draft gives two more
MOST_ROWS = 60
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def _one_line(value: str | None) -> str | None:
    return " ".join(value.split()) if value else value


class _Ticks(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class OfferForm(Form):
    """A need of an association."""

    title = StringField(
        _("Titre"),
        [
            InputRequired(_("Donnez un titre : ce que les bénévoles feront.")),
            Length(min=5, max=120),
            is_one_line,
        ],
        filters=[_one_line],
    )
    description = TextAreaField(
        _("Ce que feront les bénévoles"),
        [InputRequired(_("Décrivez ce que les bénévoles feront.")), Length(max=8000), is_text],
    )
    themes = _Ticks(
        _("Thème"), choices=[Choice(theme.slug, _(theme.fr)) for theme in themes.THEMES]
    )
    remote = RadioField(
        _("Sur place ou à distance"),
        choices=[
            Choice(Remote.NO.value, _("Sur place")),
            Choice(Remote.POSSIBLE.value, _("Sur place, ou à distance")),
            Choice(Remote.FULL.value, _("À distance seulement")),
        ],
        default=Remote.NO.value,
    )
    place = StringField(
        _("Ville ou code postal"), [Length(max=120), is_one_line], filters=[_one_line]
    )
    street = StringField(_("Adresse précise"), [Length(max=200), is_one_line], filters=[_one_line])
    kind = RadioField(
        _("Rythme"),
        choices=[
            Choice("dated", _("À des dates précises")),
            Choice("weekly", _("Chaque semaine, le même jour (celui de la première date)")),
            Choice("ongoing", _("Toute l’année, à convenir")),
        ],
        default="dated",
    )
    shifts = FieldList(FormField(ShiftRow), _("Dates"), max_entries=MOST_ROWS)
    schedule = StringField(
        _("Le rythme, en mots"), [Length(max=300), is_one_line], filters=[_one_line],
        description=_("Par exemple : le mardi de 18 h à 20 h, pendant l’année scolaire."),
    )  # fmt: skip
    capacity = IntegerField(
        _("Nombre de personnes (si c’est toute l’année)"),
        [Optional(), NumberRange(0, 10_000, _("Un nombre de 0 à 10 000."))],
    )
    welcome = StringField(_("Qui accueille ?"), [Length(max=300), is_one_line], filters=[_one_line])
    bring = StringField(
        _("Que faut-il apporter ?"), [Length(max=500), is_one_line], filters=[_one_line]
    )
    minimum_age = IntegerField(
        _("Âge minimum"), [Optional(), NumberRange(1, 99, _("Un âge de 1 à 99 ans."))]
    )
    is_accessible = BooleanField(_("Accessible en fauteuil roulant"))
    near_transport = BooleanField(_("À moins de dix minutes à pied d’un arrêt"))

    def __init__(self, *args: Any, offer: Offer | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer = offer
        self._found: LocationWish | None = None
        blank = sum(1 for row in self.shifts if row.form.is_blank and row.form.on.data is None)
        for _n in range(max(0, min(EMPTY_ROWS - blank, MOST_ROWS - len(self.shifts)))):
            self.shifts.append_entry()

    def validate_place(self, field: StringField) -> None:
        """A place of the gazetteer, unless everything happens from afar."""
        if self.remote.data == Remote.FULL.value and not field.data:
            return
        if not field.data:
            raise ValidationError(_("Dites où cela se passe : une ville ou un code postal."))
        found = places.resolve(field.data)
        if found.best is None:
            raise ValidationError(_("Ce lieu n’a pas été trouvé. Essayez avec le code postal."))
        if found.is_ambiguous:
            names = ", ".join(match.label for match in (found.best, *found.rivals[:3]))
            raise ValidationError(
                _(
                    "Plusieurs lieux portent ce nom : %(names)s. Écrivez celui qui convient.",
                    names=names,
                )
            )
        self._found = LocationWish(
            street=self.street.data or "",
            postal_code=field.data
            if field.data.isdigit()
            else self._kept_postcode(found.best.name),
            city="" if found.best.area else found.best.name,
            departement=found.best.departement,
            region=found.best.region,
            country=found.best.country,
            lat=None if found.best.area else found.best.lat,
            lon=None if found.best.area else found.best.lon,
            precision=Precision.AREA if found.best.area else Precision.TOWN,
        )

    def validate_shifts(self, field: FieldList) -> None:
        """Dates where dates are asked for."""
        if self.kind.data != "ongoing" and not any(row.form.on.data for row in field):
            raise ValidationError(_("Donnez au moins une date."))
        known = {shift.id for shift in self.offer.shifts} if self.offer else set()
        days = [row.form.on.data for row in field if row.form.ident not in known]
        if self.kind.data == "dated" and any(day and day < clock.today() for day in days):
            raise ValidationError(_("Choisissez un jour à venir, dans les deux ans."))

    def validate_themes(self, field: SelectMultipleField) -> None:
        """One or two say more than five."""
        if len(field.data or []) > 3:
            raise ValidationError(_("Gardez trois thèmes au plus."))

    def wish(self) -> OfferWish:
        """The checked form as the service takes it."""
        dates = self._dates()
        rows = [row.form.wish(dates.get(row.form.ident)) for row in self.shifts if row.form.on.data]
        posted = {row.form.ident for row in self.shifts}
        # A date that the page did not show was not left out: it stays as it is.
        rows += [_as_it_is(shift) for ident, shift in dates.items() if ident not in posted]
        weekly = self.kind.data == "weekly" and rows
        text = (self.title.data or "") + " " + (self.description.data or "")
        return OfferWish(
            title=self.title.data or "",
            description=to_html(self.description.data or ""),
            themes=tuple(self.themes.data or suggested_theme(text)),
            location=self._found,
            remote=Remote(self.remote.data),
            is_ongoing=self.kind.data == "ongoing",
            capacity=self.capacity.data,
            shifts=() if weekly or self.kind.data == "ongoing" else tuple(rows),
            rule=self._weekly(rows[0]) if weekly else None,
            schedule=self.schedule.data or "",
            bring=self.bring.data or "",
            welcome=self.welcome.data or "",
            minimum_age=self.minimum_age.data,
            is_accessible=self.is_accessible.data,
            near_transport=self.near_transport.data,
        )

    def _dates(self) -> dict[int | None, Shift]:
        """The dates to come that the page can change, by their ids."""
        ahead = self.offer.shifts_ahead(clock.now()) if self.offer else []
        return {s.id: s for s in ahead if s.starts_at is not None and s.rule_id is None}

    def _weekly(self, first: ShiftWish) -> RuleWish:
        """The rule of the first row; the one there is, whatever its words, when day and hours are still its own."""
        minutes = int(((first.ends_at or first.starts_at) - first.starts_at).total_seconds() // 60)
        for rule in self.offer.rules if self.offer else []:
            if (rule.starts_at, rule.minutes) == (first.starts_at, minutes):
                return RuleWish(rule.rrule, rule.starts_at, rule.minutes, first.capacity)
        day = DAYS[first.starts_at.astimezone(ZONE).weekday()]
        return RuleWish(f"FREQ=WEEKLY;BYDAY={day}", first.starts_at, minutes, first.capacity)

    def _kept_postcode(self, city: str) -> str:
        known = self.offer.locations[0] if self.offer and self.offer.locations else None
        return known.postal_code if known and known.city == city else ""


def _as_it_is(shift: Shift) -> ShiftWish:
    assert shift.starts_at is not None, "only dated ones are rows"  # noqa: S101
    return ShiftWish(shift.starts_at, shift.ends_at, shift.capacity, shift.id)


def filled(offer: Offer) -> dict[str, Any]:
    """What the form shows when an existing offer is edited."""
    kind = "ongoing" if offer.is_ongoing else ("weekly" if offer.rules else "dated")
    location = offer.locations[0] if offer.locations else None
    values: dict[str, Any] = {
        name: getattr(offer, name)
        for name in (
            *("title", "themes", "schedule", "welcome", "bring", "minimum_age"),
            *("is_accessible", "near_transport"),
        )
    }
    undated = next((shift for shift in offer.shifts if shift.starts_at is None), None)
    return values | {
        "description": to_text(offer.description),
        "remote": offer.remote.value,
        "place": _written(location.city, location.departement) if location else "",
        "street": location.street if location else "",
        "kind": kind,
        "capacity": undated.capacity if undated else None,
        "shifts": _rows(offer, kind),
    }


def _written(city: str, departement: str) -> str:
    return f"{city} ({departement})" if departement else city


def _rows(offer: Offer, kind: str) -> list[dict[str, Any]]:
    if kind == "weekly":
        rule = offer.rules[0]
        ends_at = rule.starts_at + timedelta(minutes=rule.minutes)
        return [shown(RULE, rule.starts_at, ends_at, rule.capacity)]
    ahead = [s for s in offer.shifts_ahead(clock.now()) if s.starts_at is not None]
    rows = [shown(str(s.id), s.starts_at, s.ends_at, s.capacity) for s in ahead if s.starts_at]
    return rows[: MOST_ROWS - EMPTY_ROWS]


def advice(wish: OfferWish) -> list[str]:
    """What would bring more people, in plain words; never in the way."""
    found = []
    if len(wish.title.split()) < 3:
        found.append(_("Le titre est court : dites ce que l’on fera, avec un verbe."))
    if len(plain(wish.description)) < 120:
        found.append(_("Ajoutez deux phrases : comment se passe une séance, avec qui ?"))
    if not wish.welcome:
        found.append(_("Dites qui accueillera les bénévoles : un prénom rassure."))
    return found
