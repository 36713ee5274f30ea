"""Texts as people will read them: one clean line, or clean HTML; with the usual accidents repaired and told.

Nothing here decides what a text means. Numbers, postal codes and identifiers stay text, as they were written.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import partial

import nh3

from portal.formats.problem import Notebook

# No images: a picture inside a description would send each reader's address to whoever hosts it.
_TAGS = {"p", "br", "ul", "ol", "li", "strong", "em", "b", "i", "a", "h3", "h4", "blockquote"}
_DROPPED_WITH_CONTENT = {
    "script",
    "style",
    "iframe",
    "object",
    "template",
    "noscript",
    "title",
    "svg",
    "math",
}
_keeping_structure = partial(
    nh3.Cleaner,
    tags=_TAGS,
    clean_content_tags=_DROPPED_WITH_CONTENT,
    attributes={"a": {"href"}},
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer nofollow ugc",
)
_KEEPS_STRUCTURE = _keeping_structure()
_WHOLE_LINK = re.compile(r"\s*(?:https?://[^\s/\\]|mailto:)", re.IGNORECASE)
_BARE = nh3.Cleaner(tags=set(), clean_content_tags=_DROPPED_WITH_CONTENT)
# What parts text on the page that it was written for: without its tags, words of two blocks would run together.
_BLOCK = re.compile(
    r"<(/?)(?:div|section|article|header|footer|main|table|tr|dl|dt|dd|figure|figcaption|address|center|pre)\b[^<>]*>",
    re.IGNORECASE,
)
_HEADING = re.compile(r"<(/?)h(?:([12])|[56])\b[^<>]*>", re.IGNORECASE)
_CELL = re.compile(r"</t[dh]\s*>", re.IGNORECASE)
_EMPTY = re.compile(r"<(p|h3|h4)>\s*</\1>")
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]{0,15}(?:\s[^<>]*)?/?>")
_ESCAPED_TAG = re.compile(r"&lt;/?[a-zA-Z][a-zA-Z0-9]{0,15}(?:\s|/?&gt;)")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_ESCAPED_ENTITY = re.compile(
    r"&amp;(?=(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});)"
)
# A backslash and an n are a line break, except in a path such as C:\new.
_LITERAL_NEWLINE = re.compile(r"((?<![A-Za-z])[A-Z]:\\\S*)|(?:\\r)?\\n|\\r(?![a-z])")
_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
# One no-break space is typography (« 5 € »); several, or one beside another space, are layout.
_SPACES = re.compile(r"\s{2,}|[^\S\u00a0\u202f]")
_NEXT_LINE = re.compile("[\x0b\x0c\x85\u2028\u2029]")
_ODD = re.compile(r"[\\&<>\x00-\x08\x0b\x0c\x0e-\x1f]")


def line(value: str | None, name: str, notes: Notebook, limit: int, at: int | None = None) -> str:
    """One line of plain text: a title, a name, a town. Too long is cut at a word, and told."""
    if not value:
        return ""
    text = _repaired(value, name, notes, at)
    if "&" in text and _ENTITY.search(text):
        notes.repaired(name, value, "escaped_twice", at)
        text = html.unescape(html.unescape(text))
    if "<" in text and _TAG.search(text):
        notes.repaired(name, value, "markup_in_text", at)
        text = html.unescape(_BARE.clean(text))
    text = _SPACES.sub(" ", _CONTROLS.sub("", text)).strip()
    return cut(text, name, notes, limit, at)


def cut(text: str, name: str, notes: Notebook, limit: int, at: int | None = None) -> str:
    """The text within its limit, cut at a word."""
    if len(text) <= limit:
        return text
    notes.repaired(name, text, "too_long", at, limit=limit)
    return shortened(text, limit)


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters of a text, ending in an ellipsis after a whole word."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    words, _, _ = head.rpartition(" ")
    return (words if len(words) > limit // 2 else head).rstrip(" ,;:.-") + "…"


def clean_html(
    value: str | None, name: str, notes: Notebook, limit: int, at: int | None = None
) -> str:
    """A description as clean HTML. Plain text gets paragraphs; HTML loses what is not text, and its pictures."""
    if not value or not value.strip():
        return ""
    text = _repaired(value, name, notes, at)
    if not _TAG.search(text) and _ESCAPED_TAG.search(text):
        notes.repaired(name, value, "escaped_twice", at)
        text = html.unescape(text)
    elif "&amp;" in text and _ESCAPED_ENTITY.search(text):
        notes.repaired(name, value, "escaped_twice", at)
        text = _ESCAPED_ENTITY.sub("&", text)
    if len(text) > limit:
        text = cut(plain(text) if _TAG.search(text) else text, name, notes, limit, at)
    if not _TAG.search(text):
        text = _paragraphs(html.escape(html.unescape(text), quote=False))
    cleaned = _clean(_in_blocks(text), name, notes, at).replace("&nbsp;", "\u00a0")
    return _EMPTY.sub("", cleaned).strip()


def plain(markup: str) -> str:
    """The words of a piece of HTML, on one line."""
    spaced = re.sub(r"<(?:br|/p|/li|/h\d|/div)\b[^<>]*>", " ", markup)
    text = html.unescape(_BARE.clean(spaced))
    return " ".join(_CONTROLS.sub("", text).split())


def first_words(markup: str, limit: int) -> str:
    """A title out of a description: its first sentence when that is short, else its first words."""
    text = plain(markup)
    sentence = re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0].rstrip(".")
    return sentence if 3 < len(sentence) <= limit else shortened(text, limit)


def _repaired(value: str, name: str, notes: Notebook, at: int | None) -> str:
    """What plain text and HTML need alike: NFC, no control characters, real line breaks."""
    text = value if value.isascii() else unicodedata.normalize("NFC", value)
    if text.isascii() and not _ODD.search(text):
        return text
    text = _NEXT_LINE.sub("\n", text)
    if _CONTROLS.search(text):
        if re.search("[\x00-\x08\x0e-\x1f]", text):
            notes.repaired(name, value, "control_characters", at)
        text = _CONTROLS.sub("", text)
    if "\\" in text and _LITERAL_NEWLINE.search(text):
        broken = _LITERAL_NEWLINE.sub(lambda match: match.group(1) or "\n", text)
        if broken != text:
            notes.repaired(name, value, "literal_newline", at)
        text = broken
    return text


def _paragraphs(text: str) -> str:
    """Blank lines part paragraphs, single ones break lines."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n").strip())
    return "".join(f"<p>{'<br>'.join(b.strip().splitlines())}</p>" for b in blocks if b.strip())


def _in_blocks(markup: str) -> str:
    """The same in paragraphs and headings that we keep."""
    text = _CELL.sub(" ", _BLOCK.sub(r"<\1p>", markup))
    return _HEADING.sub(lambda match: f"<{match[1]}h{3 if match[2] else 4}>", text)


def _clean(markup: str, name: str, notes: Notebook, at: int | None) -> str:
    """What is allowed of it. A link that is not whole would lead to a page of ours: its words alone stay, and it is told."""
    if "href" not in markup.lower():
        return _KEEPS_STRUCTURE.clean(markup)
    lost: list[str] = []

    def whole(_tag: str, attribute: str, value: str) -> str | None:
        if attribute != "href" or _WHOLE_LINK.match(value):
            return value
        lost.append(value)
        return None

    cleaned = _keeping_structure(attribute_filter=whole).clean(markup)
    if any(lost):
        notes.repaired(name, next(filter(None, lost)), "url", at)
    return cleaned
