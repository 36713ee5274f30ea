"""What was wrong with one record, and the notebook in which a format writes it down while it reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from portal.formats.sentences import sentences

VALUE_LENGTH = 80
# Codes that mean "there was more in this file than we could see": such a run withdraws nothing.
INCOMPLETE_CODES = frozenset({"truncated", "too_many_records"})
# Codes of what is read, understood and no offer: not published, nothing to correct, and no reason to keep an earlier one.
LEFT_OUT_CODES = frozenset({"cancelled", "not_volunteer", "private_event"})


class Severity(StrEnum):
    """A refused record is not used; a repaired one is used, with what was changed (but see LEFT_OUT_CODES)."""

    REFUSED = "refused"
    REPAIRED = "repaired"


@dataclass(frozen=True, slots=True)
class FeedProblem:
    """One thing that is wrong. `record` counts from 1 (0 is the feed itself); `line` is in the file, from 1."""

    record: int
    line: int | None
    external_id: str | None
    field: str
    value: str
    severity: Severity
    code: str
    sentence_fr: str
    sentence_en: str

    @property
    def is_left_out(self) -> bool:
        """Is the record no offer at all?"""
        return self.code in LEFT_OUT_CODES

    @property
    def hides_offers(self) -> bool:
        """Some offer of the feed may be behind this problem without a name: a run with such a one withdraws nothing.

        A refused record whose id is known hides nothing: its offer counts as seen.
        """
        if self.code in INCOMPLETE_CODES:
            return True
        return self.severity is Severity.REFUSED and self.external_id is None


def shorten(value: object) -> str:
    """The value as it is shown to the partner: one line, printable, 80 characters at most."""
    text = "".join(c if c.isprintable() else " " for c in str(value)[: VALUE_LENGTH * 4])
    text = " ".join(text.split())
    return text if len(text) <= VALUE_LENGTH else text[: VALUE_LENGTH - 1] + "…"


@dataclass(slots=True)
class Notebook:
    """The problems of one record, in the order they were met. `external_id` is filled in as soon as it is known."""

    record: int
    line: int | None
    external_id: str | None = None
    problems: list[FeedProblem] = field(default_factory=list)

    def repaired(
        self, field_name: str, value: object, code: str, line: int | None = None, **values: object
    ) -> None:
        """Note that a value was changed, and the record is used."""
        self._note(Severity.REPAIRED, field_name, value, code, line, values)

    def refused(
        self, field_name: str, value: object, code: str, line: int | None = None, **values: object
    ) -> None:
        """Note why the record is not used."""
        self._note(Severity.REFUSED, field_name, value, code, line, values)

    @property
    def is_refused(self) -> bool:
        return any(problem.severity is Severity.REFUSED for problem in self.problems)

    def has(self, code: str) -> bool:
        """Whether that was noted already."""
        return any(problem.code == code for problem in self.problems)

    def _note(
        self,
        severity: Severity,
        field_name: str,
        value: object,
        code: str,
        line: int | None,
        values: dict[str, object],
    ) -> None:
        shown = shorten(value)
        french, english = sentences(code, values)
        problem = FeedProblem(
            self.record,
            line if line is not None else self.line,
            self.external_id,
            field_name,
            shown,
            severity,
            code,
            french,
            english,
        )
        # The same repair of the same field (a Windows byte in each of ten lines) is told once a record.
        told = (code, field_name, severity)
        if not any((p.code, p.field, p.severity) == told for p in self.problems):
            self.problems.append(problem)
