"""Small values as feeds write them: yes and no, whole and decimal numbers, web and e-mail addresses, registrations.

Each reader takes what was written and the notebook; what cannot be understood is told and left out, never guessed.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from portal.formats.problem import Notebook

_YES = frozenset(["yes", "y", "true", "t", "1", "oui", "o", "vrai", "x", "on"])
_NO = frozenset(["no", "n", "false", "f", "0", "non", "faux", "off"])
_WHOLE = re.compile(r"^[+-]?\d{1,9}(?:[.,]0+)?$")
_DECIMAL = re.compile(r"^[+-]?\d{1,9}(?:[.,]\d{1,12})?$")
_EMAIL = re.compile(
    r"^[^\s@<>\"(),:;\[\]\\]{1,64}@[^\s@<>\"(),:;\[\]\\]{1,190}\.[^\s@<>\"(),:;\[\]\\.]{2,63}$"
)
# A page or a picture beside the file, such as `offre.php`, is no host that lost its https://.
_HOST = re.compile(
    r"^[^\s/]+\.(?!(?:x?html?|php\d?|aspx?|jsp|cgi|pdf|jpe?g|png|gif|webp|svg)(?:[/?#:]|$))[^\s/.]{2,}(?:[/?#:]|$)",
    re.IGNORECASE,
)
_URL_LENGTH = 1_000
UNKNOWN_PLACES = -8888
UNLIMITED_PLACES = -999


def yes_no(value: str | None, name: str, notes: Notebook, at: int | None = None) -> bool | None:
    """True, False, or None when nothing (understandable) is said."""
    word = (value or "").strip().casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    if word:
        notes.repaired(name, value, "yes_no", at)
    return None


def whole(
    value: str | None, name: str, notes: Notebook, at: int | None = None, most: int = 1_000_000
) -> int | None:
    """A whole number from 0 to `most`, or None."""
    text = (value or "").strip().replace("\u00a0", "").replace("\u202f", "").replace(" ", "")
    if not text:
        return None
    number = int(float(text.replace(",", "."))) if _WHOLE.match(text) else -1
    if 0 <= number <= most:
        return number
    notes.repaired(name, value, "number", at)
    return None


def decimal(
    value: str | None, name: str, notes: Notebook, at: int | None = None, most: float = 1_000_000
) -> float | None:
    """A number from 0 to `most`, with a point or a comma, or None."""
    text = (value or "").strip()
    if not text:
        return None
    number = float(text.replace(",", ".")) if _DECIMAL.match(text) else -1.0
    if 0 <= number <= most:
        return number
    notes.repaired(name, value, "number", at)
    return None


def places(value: str | None, name: str, notes: Notebook, at: int | None = None) -> int | None:
    """How many people are wanted: None is unknown (-8888) or without limit (-999), 0 is full."""
    text = (value or "").strip()
    if re.match(r"^-\d{1,9}$", text):
        if int(text) not in (UNKNOWN_PLACES, UNLIMITED_PLACES):
            notes.repaired(name, value, "places_negative", at)
        return None
    return whole(value, name, notes, at)


def web_address(value: str | None, name: str, notes: Notebook, at: int | None = None) -> str:
    """An absolute http(s) address, or nothing. `javascript:` and its like never pass."""
    text = (value or "").strip()
    if not text:
        return ""
    if "://" not in text and ":" not in text.split("/")[0] and _HOST.match(text):
        text = "https://" + text
        notes.repaired(name, value, "url_scheme_added", at)
    try:
        parts = urlsplit(text)
        usable = (
            parts.scheme.lower() in {"http", "https"}
            and bool(parts.hostname)
            and "@" not in parts.netloc
        )
    except ValueError:
        usable = False
    if (
        usable
        and len(text) <= _URL_LENGTH
        and not re.search(r"[\s<>\"\\\x00-\x1f\x7f\ud800-\udfff]", text)
    ):
        return text
    notes.repaired(name, value, "url", at)
    return ""


def email(value: str | None, name: str, notes: Notebook, at: int | None = None) -> str:
    """An e-mail address, or nothing."""
    text = (value or "").strip().removeprefix("mailto:")
    if not text or (len(text) <= 254 and _EMAIL.match(text)):
        return text
    notes.repaired(name, value, "email", at)
    return ""


def registration(value: str | None, kind: str, notes: Notebook, at: int | None = None) -> str:
    """An RNA (W and 9 digits), SIREN (9 digits) or SIRET (14), as text: leading zeros stay."""
    text = re.sub(r"[\s.\u00a0-]", "", value or "").upper()
    shape = {"rna": r"W\d[A-Z0-9]{8}", "siren": r"\d{9}", "siret": r"\d{14}"}[kind]
    if not text or re.fullmatch(shape, text, re.ASCII):
        return text
    notes.repaired(kind, value, "registration", at)
    return ""
