"""The demo's word lists (texts/words.toml): first names, streets, quarters, endings of names."""

from __future__ import annotations

import tomllib
from pathlib import Path

TEXTS = Path(__file__).with_name("texts")
_LISTS: dict[str, list[str]] = tomllib.loads((TEXTS / "words.toml").read_text(encoding="utf-8"))

WOMEN = tuple(_LISTS["women"])
MEN = tuple(_LISTS["men"])
STREETS = tuple(_LISTS["streets"])
QUARTERS = tuple(_LISTS["quarters"])
ENDINGS = tuple(_LISTS["tails"])
