"""Rules of templates: they compile, macros are used, nothing is inline, nothing is trusted without a reason."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from flask import Flask

ROOT = Path(__file__).parent.parent / "templates"
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=\"|hx-on|javascript:", re.IGNORECASE)
# The only values that are printed as HTML: what nh3 cleaned when it came in.
CLEANED = {"offer.description", "association.description"}


def templates() -> list[Path]:
    return sorted(p for p in ROOT.rglob("*") if p.suffix in (".html", ".txt"))


def test_every_template_compiles(app: Flask) -> None:
    for path in templates():
        app.jinja_env.get_template(path.relative_to(ROOT).as_posix())


def test_components_hold_macros_only() -> None:
    for path in (ROOT / "components").glob("*.html"):
        text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.S)
        outside = re.sub(r"\{%-?\s*macro.*?endmacro\s*-?%\}", "", text, flags=re.S)
        outside = re.sub(r"\{%.*?%\}", "", outside, flags=re.S)
        assert not outside.strip(), f"{path.name}: {outside.strip()[:80]}"


def test_every_macro_is_used() -> None:
    everything = "\n".join(p.read_text(encoding="utf-8") for p in templates())
    names = re.findall(r"macro\s+(\w+)\s*\(", everything)
    calls = Counter(re.findall(r"\b(\w+)\s*\(", everything))
    assert [name for name in names if calls[name] < 2] == []


def test_nothing_is_inline() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in templates()
        if path.suffix == ".html" and "emails" not in path.parts
        for match in INLINE.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_only_cleaned_text_is_printed_as_html() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {match[1]}"
        for path in templates()
        for match in re.finditer(r"([\w.]+)\s*\|\s*safe", path.read_text(encoding="utf-8"))
        if match[1] not in CLEANED
    }
    assert found == set()
