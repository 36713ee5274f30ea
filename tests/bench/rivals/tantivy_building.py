"""The indexes of tantivy: offers in three fields with fast fields and squares, and the words themselves."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import tantivy as engine

from tests.bench.rivals.cover import squares, write_places
from tests.bench.rivals.material import (
    ACCESSIBLE,
    COLUMNS,
    DAYS_EACH,
    HOLE,
    MINORS,
    ONGOING,
    bits,
    proposed,
    rows,
)

TEXTS = (("title", 2.0), ("names", 1.0), ("description", 1.0))
ALWAYS = 1000
LATE = 2**40


def build(folder: Path) -> None:
    """Index everything with one writer: one segment, as long as the heap holds it, else merged."""
    home = folder / "tantivy"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    index = index_at(home)
    writer = index.writer(1_500_000_000, 1)
    places = []
    for row in rows(folder):
        offer = dict(zip(COLUMNS, row, strict=True))
        places += [(offer["id"], lat, lon) for lat, lon in offer["places"]]
        writer.add_document(engine.Document.from_dict(_fields(offer), index.schema))
    writer.commit()
    writer.wait_merging_threads()
    write_places(folder, places)
    _build_words(folder)


def _fields(offer: dict[str, Any]) -> dict[str, Any]:
    days = [*bits(offer["days"]), *(DAYS_EACH + day for day in bits(offer["later_days"]))]
    ongoing = offer["flags"] & ONGOING
    cells = {cell for lat, lon in offer["places"] for cell in squares(lat, lon)}
    return {
        "id": offer["id"],
        "published": offer["published"],
        "next_at": offer["next_at"] or LATE,
        "until": offer["until"],
        "remote": offer["remote"],
        "minors": int(offer["flags"] & MINORS > 0),
        "accessible": int(offer["flags"] & ACCESSIBLE > 0),
        "themes": list(bits(offer["themes"])),
        "days": [*days, ALWAYS] if ongoing else days,
        "squares": sorted(cells),
        **{name: offer[name] for name, _ in TEXTS},
    }


def index_at(home: Path) -> Any:
    schema = engine.SchemaBuilder()
    for name, _ in TEXTS:
        schema.add_text_field(name, tokenizer_name="tokens", index_option="position")
    for name in ("id", "published", "next_at", "until", "remote", "minors", "accessible"):
        schema.add_unsigned_field(name, indexed=True, fast=True)
    for name in ("themes", "days"):
        schema.add_unsigned_field(name, indexed=True, fast=True)
    schema.add_unsigned_field("squares", indexed=True)
    index = engine.Index(schema.build(), str(home))
    tokens = engine.TextAnalyzerBuilder(engine.Tokenizer.whitespace())
    index.register_tokenizer("tokens", tokens.filter(engine.Filter.custom_stopword([HOLE])).build())
    return index


def words_at(home: Path) -> Any:
    schema = engine.SchemaBuilder()
    schema.add_text_field("word", tokenizer_name="raw", stored=True)
    schema.add_text_field("spelling", tokenizer_name="raw", stored=True)
    schema.add_text_field("begins", tokenizer_name="raw", index_option="basic")
    schema.add_unsigned_field("offers", fast=True)
    return engine.Index(schema.build(), str(home))


def _build_words(folder: Path) -> None:
    """A small index of the words themselves: each under all its beginnings, with its count."""
    home = folder / "tantivy-words"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    index = words_at(home)
    writer = index.writer(500_000_000, 1)
    for word, spelling, count in proposed(folder):
        begins = [word[:end] for end in range(1, len(word) + 1)] if len(word) > 2 else []
        fields = {"word": word, "spelling": spelling, "begins": begins, "offers": count}
        writer.add_document(engine.Document.from_dict(fields, index.schema))
    writer.commit()
    writer.wait_merging_threads()
