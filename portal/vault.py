"""Secrets of others that we must be able to read again (a feed's credentials), sealed with the installation's key.

Few feeds have any, and what seals them weighs 8 MiB: it is loaded for those.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from portal import tokens
from portal.errors import SettingsError

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class SealedElsewhere(SettingsError):
    """SECRET_KEY is not the one that sealed them."""

    code = "sealed_elsewhere"
    sentence = "Les identifiants de ce flux ont été scellés avec une autre SECRET_KEY : donnez-les à nouveau."


def sealed(headers: dict[str, str]) -> str:
    """The headers as the database keeps them; "" for none."""
    return _box().encrypt(json.dumps(headers).encode()).decode() if headers else ""


def opened(text: str) -> dict[str, str]:
    """The headers again. Raises SealedElsewhere."""
    if not text:
        return {}
    from cryptography.fernet import InvalidToken

    try:
        found: dict[str, str] = json.loads(_box().decrypt(text.encode()))
    except InvalidToken as error:
        raise SealedElsewhere from error
    return found


def _box() -> Fernet:
    from cryptography.fernet import Fernet

    return Fernet(base64.urlsafe_b64encode(bytes.fromhex(tokens.keyed_hash("vault", "feeds"))))
