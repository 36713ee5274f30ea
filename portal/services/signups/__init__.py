"""Signing up, and what becomes of a signup.

Every verb takes the shift's lock first, counts, changes, settles the line and leaves its notices in the outbox: the
caller commits once. The line of a full shift is in `waiting`, the lock and the count in `capacity`.
"""

from __future__ import annotations

from portal.services.signups.begin import (
    SignupRequest,
    attempts_of,
    current,
    find,
    find_attempt,
    sign_up,
)
from portal.services.signups.change import (
    bring,
    cancel,
    confirm,
    erase,
    locked,
    mark,
    move,
)
from portal.services.signups.team import (
    cancel_shift,
    change_capacity,
    close_line,
    move_shift,
    on,
    reopen_line,
    tell_gone,
)

__all__ = [
    "SignupRequest",
    "attempts_of",
    "bring",
    "cancel",
    "cancel_shift",
    "change_capacity",
    "close_line",
    "confirm",
    "current",
    "erase",
    "find",
    "find_attempt",
    "locked",
    "mark",
    "move",
    "move_shift",
    "on",
    "reopen_line",
    "sign_up",
    "tell_gone",
]
