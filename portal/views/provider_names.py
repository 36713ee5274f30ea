"""Which providers there are, for the pages that offer them. How one signs in with them is in `providers`."""

from __future__ import annotations

from flask import current_app

from portal.config import LoginProvider
from portal.errors import NotFound

LABELS = {"google": "Google", "facebook": "Facebook", "franceconnect": "FranceConnect"}


def offered() -> list[tuple[str, str]]:
    """(name, label) of every provider there is."""
    return [(one.name, label(one.name)) for one in current_app.config["LOGINS"]]


def label(name: str) -> str:
    """The name that people know it by."""
    return LABELS.get(name, name.capitalize())


def setting(name: str) -> LoginProvider:
    """The settings of a provider, or 404: it exists only when it is configured."""
    found = next((one for one in current_app.config["LOGINS"] if one.name == name), None)
    if found is None:
        raise NotFound
    return found  # type: ignore[no-any-return]
