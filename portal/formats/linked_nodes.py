"""What a JSON-LD document says once and points to elsewhere: {"@id": "#org"} stands for the node of that id.

Only within one document: nothing is fetched. Memory grows with what is pointed to, not with the document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

_NAMES = frozenset({"@id", "id", "@type", "type"})
_TYPE = r'"@?type"\s*:\s*"[^"\\]{0,100}"'
_REFERENCE = re.compile(
    rf'\{{\s*(?:{_TYPE}\s*,\s*)?"@?id"\s*:\s*"([^"\\]{{1,250}})"\s*(?:,\s*{_TYPE}\s*)?\}}'
)
_SCHEMA = re.compile(r"https?://(?:www\.)?schema\.org")
_PREFIX = re.compile(r'"([\w-]{1,20})"\s*:\s*"https?://(?:www\.)?schema\.org[/#]?"')
_LONGEST = 600  # characters of a reference
_MOST = 50_000  # nodes kept of a document
_LEVELS = 12
_VISITS = (
    1_000  # objects put in the place of references, for one record: nodes may point in circles
)


def references(chunks: Iterable[str]) -> set[str]:
    """The ids that a document points to."""
    found: set[str] = set()
    tail = ""
    for chunk in chunks:
        text = tail + chunk
        found.update(_REFERENCE.findall(text))
        tail = text[-_LONGEST:]
    return found


def prefixes(text: str) -> frozenset[str]:
    """What stands before schema.org's names in a document: "schema:" by habit, and what its own context says."""
    return frozenset({"schema", "sdo", *_PREFIX.findall(text)})


def without_prefixes(value: Any, before: frozenset[str]) -> Any:
    """The value with schema.org's names as they are: "schema:title" and "https://schema.org/title" are title. A plain name
    that stands beside counts."""
    if isinstance(value, list):
        return [without_prefixes(one, before) for one in value]
    if not isinstance(value, dict):
        return value
    plain: dict[str, Any] = {}
    for name, part in value.items():
        home, mark, last = name.rpartition("/" if "://" in name else ":")
        is_theirs = bool(mark) and (home in before or _SCHEMA.fullmatch(home) is not None)
        own = last if is_theirs else name
        if not is_theirs or own not in value:
            plain[own] = without_prefixes(part, before)
    return plain


class Nodes:
    """The nodes of a document that it points to elsewhere, but offers: each is read where it stands, once."""

    def __init__(self, wanted: set[str], is_offer: Callable[[dict[str, Any]], bool]) -> None:
        self.wanted, self._is_offer = wanted, is_offer
        self._by_id: dict[str, dict[str, Any]] = {}

    def gather(self, value: dict[str, Any]) -> None:
        """Keep the nodes of a record that are pointed to; where one is told twice, what was told first."""
        for one in _objects(value):
            ident = _ident(one)
            if ident not in self.wanted or is_reference(one) or self._is_offer(one):
                continue
            if len(self._by_id) < _MOST:
                self._by_id.setdefault(ident, one)

    def joined(self, value: dict[str, Any]) -> dict[str, Any]:
        """The record with the nodes in the place of what points to them; what leads nowhere stays as it is."""
        return _Joining(self._by_id).follow(value, _LEVELS) if self._by_id else value


class _Joining:
    """The joining of one record."""

    def __init__(self, nodes: dict[str, dict[str, Any]]) -> None:
        self._nodes, self._visits = nodes, 0

    def follow(self, value: Any, levels: int, *, is_node: bool = False) -> Any:
        if not levels or not isinstance(value, (dict, list)):
            return value
        self._visits += is_node
        if self._visits > _VISITS:
            return value
        if isinstance(value, list):
            return [self.follow(one, levels - 1, is_node=is_node) for one in value]
        if is_reference(value) and _ident(value) in self._nodes:
            value, is_node = self._nodes[_ident(value)], True
        return {
            name: self.follow(part, levels - 1, is_node=is_node) for name, part in value.items()
        }


def _ident(value: dict[str, Any]) -> str:
    found = value.get("@id", value.get("id"))
    return found if isinstance(found, str) else ""


def is_reference(value: dict[str, Any]) -> bool:
    """Whether an object says nothing but which node it means."""
    return _ident(value) != "" and set(value) <= _NAMES


def _objects(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """An object and those inside it."""
    waiting: list[Any] = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
