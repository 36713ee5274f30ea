"""The numbers under which an association is registered, checked by their form and key."""

from __future__ import annotations

import re

RNA = re.compile(r"W\d{9}", re.ASCII)  # a digit of another script is none here
SIREN = re.compile(r"\d{9}(\d{5})?", re.ASCII)


def is_rna(text: str) -> bool:
    """W and nine digits, as the Journal officiel writes it."""
    return RNA.fullmatch(text) is not None


def is_siren(text: str) -> bool:
    """A SIREN (9 digits) or SIRET (14), by its Luhn key; La Poste's own SIRETs follow a rule of their own (sum of digits)."""
    if not SIREN.fullmatch(text):
        return False
    if text.startswith("356000000") and len(text) == 14:
        return sum(map(int, text)) % 5 == 0
    doubled = (int(d) * (1 + i % 2) for i, d in enumerate(reversed(text)))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0
