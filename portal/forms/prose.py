"""Plain text as people type it, and the small HTML that is kept of it: there and back."""

from __future__ import annotations

import html
import re

import nh3
from markupsafe import escape

from portal import themes

ALLOWED = {"p", "br", "ul", "ol", "li", "strong", "em"}


def to_html(text: str) -> str:
    """Paragraphs at blank lines, breaks at line ends; nothing typed is ever markup."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    made = "".join(
        f"<p>{escape(block.strip())}</p>".replace("\n", "<br>") for block in blocks if block.strip()
    )
    return nh3.clean(made, tags=ALLOWED, attributes={}).replace("&nbsp;", "\u00a0")


def to_text(markup: str) -> str:
    """What to show in a text box for it."""
    text = re.sub(r"<li[^>]*>", "- ", markup)
    text = re.sub(r"</(p|ul|ol)>", "\n\n", re.sub(r"<br\s*/?>|</li>", "\n", text))
    return html.unescape(nh3.clean(text, tags=set())).strip()


def suggested_theme(text: str) -> tuple[str, ...]:
    """The theme that most of the words point to, or none."""
    votes = [slug for word in themes.words_of(text) for slug in themes.of_tag(word)]
    return (max(votes, key=votes.count),) if votes else ()
