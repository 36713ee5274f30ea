"""What a writer of letters answers with: everything but the words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from portal.mail import Calendar


@dataclass(frozen=True)
class Draft:
    """To whom, in which language, and what the template is told."""

    to: str
    language: str
    context: dict[str, Any] = field(default_factory=dict)
    template: str = ""  # another than the row's, when the writer knows better
    reply_to: str = ""
    calendar: Calendar | None = None
    unsubscribe: str = ""


Payload = dict[str, Any]
Writer = Callable[[Payload], Draft | None]
