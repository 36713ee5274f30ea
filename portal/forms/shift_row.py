"""One date of the offer form, and how an existing shift is shown in it.

The row carries the id of its shift in a hidden field: a row that lost it would be a new date, and the shift behind it would
be cancelled for everybody who is on it.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _
from wtforms import DateField, HiddenField, IntegerField, TimeField, ValidationError
from wtforms.validators import NumberRange, Optional

from portal import clock
from portal.forms.fields import Form
from portal.models import Shift
from portal.services.offer_shifts import ShiftWish

ZONE = ZoneInfo("Europe/Paris")
RULE = "rule"  # in place of an id: the row is the first date of the rule
OLDEST, NEWEST = date(2000, 1, 1), date(2100, 1, 1)  # of what is there already


class ShiftRow(Form):
    """One date: a day, from when to when, for how many."""

    id = HiddenField()
    on = DateField(_("Jour"), [Optional()])
    starts = TimeField(_("De"), [Optional()])
    ends = TimeField(_("À"), [Optional()])
    capacity = IntegerField(
        _("Places"), [Optional(), NumberRange(0, 10_000, _("Un nombre de 0 à 10 000."))]
    )

    @property
    def is_blank(self) -> bool:
        return not (self.on.raw_data and self.on.raw_data[0])

    @property
    def ident(self) -> int | None:
        """The id of the shift that this row changes; None for a new date."""
        typed = self.id.data or ""
        return int(typed) if re.fullmatch(r"[0-9]{1,9}", typed) else None

    def validate_on(self, field: DateField) -> None:
        """A given day needs both hours; a new one lies ahead, within two years."""
        if field.data is None:
            return
        if self.starts.data is None or self.ends.data is None:
            raise ValidationError(_("Donnez l’heure de début et de fin de ce jour."))
        first, last = clock.today(), clock.today() + timedelta(731)
        if self.id.data:
            first, last = OLDEST, NEWEST
        if not first <= field.data <= last:
            raise ValidationError(_("Choisissez un jour à venir, dans les deux ans."))

    def wish(self, shift: Shift | None = None) -> ShiftWish:
        """In UTC; an end before the start is the next morning.

        When the day and hours of an existing shift were not touched they stay exactly as they are: of one that lasts for
        days, or has no end, the row shows only a part.
        """
        if shift is not None and shift.starts_at is not None:
            old = shown("", shift.starts_at, shift.ends_at, None)
            if all(old[name] == self[name].data for name in ("on", "starts", "ends")):
                return ShiftWish(shift.starts_at, shift.ends_at, self.capacity.data, shift.id)
        starts_at = datetime.combine(self.on.data, self.starts.data, ZONE)
        ends_at = datetime.combine(self.on.data, self.ends.data, ZONE)
        if ends_at <= starts_at:
            ends_at = datetime.combine(self.on.data + timedelta(1), self.ends.data, ZONE)
        return ShiftWish(starts_at, ends_at, self.capacity.data, self.ident)


def shown(
    ident: str, starts_at: datetime, ends_at: datetime | None, capacity: int | None
) -> dict[str, Any]:
    """The values of a row, on the wall, to the minute as the inputs keep them."""
    start, end = starts_at.astimezone(ZONE), (ends_at or starts_at).astimezone(ZONE)
    on, starts, ends = start.date(), start.time(), end.time()
    hours = {"starts": starts.replace(second=0, microsecond=0)}
    hours["ends"] = ends.replace(second=0, microsecond=0)
    return {"id": ident, "on": on, **hours, "capacity": capacity}
