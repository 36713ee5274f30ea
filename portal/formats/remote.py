"""Whether an offer can be done from afar, in the words that partners use."""

from __future__ import annotations

from portal.formats.item import RemoteWork
from portal.formats.problem import Notebook
from portal.themes import words_of

_WORDS = {
    RemoteWork.NO: "no|non|false|0|local|sur place|on site|onsite|presentiel|en presentiel|none|aucun|jamais",
    RemoteWork.POSSIBLE: "possible|partial|partiel|hybrid|hybride|mixte|parfois|both|les deux|en partie|partiellement",
    RemoteWork.FULL: "full|yes|oui|true|1|remote|a distance|distance|distanciel|virtual|teletravail|online|en ligne|total|totalement|depuis chez soi|anywhere",
}
_BY_WORD = {
    tuple(words.split()): kind for kind, all_ in _WORDS.items() for words in all_.split("|")
}


def remote_work(value: str | None, name: str, notes: Notebook, at: int | None = None) -> RemoteWork:
    """What the word means; nothing means on site, and so does a word that is not known, which is told."""
    words = words_of(value or "")
    if not words:
        return RemoteWork.NO
    found = _BY_WORD.get(words)
    if found is None:
        notes.repaired(name, value, "remote_unknown", at)
    return found or RemoteWork.NO
