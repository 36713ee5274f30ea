"""The two letters of a language, from how feeds name it. Plain data."""

from __future__ import annotations

_CODES = {
    "french": "fr", "français": "fr", "francais": "fr", "fra": "fr", "fre": "fr", "english": "en", "anglais": "en",
    "eng": "en", "spanish": "es", "espagnol": "es", "español": "es", "german": "de", "allemand": "de", "deutsch": "de",
    "italian": "it", "italien": "it", "portuguese": "pt", "portugais": "pt", "arabic": "ar", "arabe": "ar",
    "dutch": "nl", "néerlandais": "nl", "breton": "br",
}  # fmt: skip


def language_code(text: str) -> str:
    """`fr`, `fr-FR`, `French` or `français` as `fr`; nothing when it is not known."""
    word = text.strip().casefold().replace("_", "-").partition("-")[0]
    if len(word) == 2 and word.isascii() and word.isalpha():
        return word
    return _CODES.get(word, "")
