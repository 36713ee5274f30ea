"""Finds the French sentences of Python files for the catalogue; used by collect.sh and the tests, never by the portal.

Most of them are marked where they stand, by `_()` and its family. The floors below the doors know no Flask and so no
`_()`: there a sentence is a plain string in one of four shapes, which this file knows:

- the `sentence` of a class (an error, see portal/errors.py);
- the first argument of such an error (also by the name of a constant of the same file);
- the sentence handed to `note`, `part`, `flag` or `Note` (what a search says of itself);
- the values of a constant named SENTENCES or REASONS (or ending so).

A French string of any other shape is found by tests/test_language.py, which fails and names it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import IO, Any

from babel.messages.extract import extract_python

Found = tuple[int, str | None, Any, list[str]]
ERROR_ROOMS = ("portal.errors", "portal.fetch", "portal.fetch.errors")
# Which argument of these calls is a sentence.
SAYING = {"note": 0, "Note": 0, "part": 2, "flag": 1}
TABLES = re.compile(r"(^|_)(SENTENCES|REASONS)$")


def extract(fileobj: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Iterator[Found]:
    """The method that babel.cfg names: what Babel itself finds, then the sentences of the four shapes."""
    yield from extract_python(fileobj, keywords, comment_tags, options)
    fileobj.seek(0)
    for line, sentence in unmarked(fileobj.read().decode("utf-8")):
        yield line, None, sentence, []


def unmarked(source: str) -> Iterator[tuple[int, str]]:
    """(line, sentence) of every sentence of the four shapes."""
    tree = ast.parse(source)
    errors, constants = _errors(tree), _constants(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from _of_class(node)
        elif isinstance(node, ast.Call):
            yield from _of_call(node, errors, constants)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            yield from _of_table(node)


def _errors(tree: ast.Module) -> set[str]:
    """The names of errors in a file: imported from their rooms, or declared here with a sentence."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in ERROR_ROOMS:
            names |= {alias.asname or alias.name for alias in node.names}
        if isinstance(node, ast.ClassDef) and (list(_of_class(node)) or _has_base(node, names)):
            names.add(node.name)
    return names


def _has_base(node: ast.ClassDef, names: set[str]) -> bool:
    return any(isinstance(base, ast.Name) and base.id in names for base in node.bases)


def _of_class(node: ast.ClassDef) -> Iterator[tuple[int, str]]:
    for line in node.body:
        if isinstance(line, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "sentence" for target in line.targets
        ):
            yield from _strings(line.value)


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """The constants of a file, by their names."""
    return {
        target.id: line.value
        for line in tree.body
        if isinstance(line, ast.Assign)
        for target in line.targets
        if isinstance(target, ast.Name)
    }


def _of_call(
    node: ast.Call, errors: set[str], constants: dict[str, ast.expr]
) -> Iterator[tuple[int, str]]:
    called = node.func
    name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
    place = 0 if isinstance(called, ast.Name) and name in errors else SAYING.get(name)
    if place is not None and len(node.args) > place:
        said = node.args[place]
        yield from _strings(constants.get(said.id, said) if isinstance(said, ast.Name) else said)


def _of_table(node: ast.Assign | ast.AnnAssign) -> Iterator[tuple[int, str]]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    named = [t.id for t in targets if isinstance(t, ast.Name) and TABLES.search(t.id)]
    if named and isinstance(node.value, ast.Dict):
        for value in node.value.values:
            yield from _strings(value)


def _strings(node: ast.expr) -> Iterator[tuple[int, str]]:
    """The strings an expression can be: itself, or either branch of a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.lineno, node.value
    elif isinstance(node, ast.IfExp):
        yield from _strings(node.body)
        yield from _strings(node.orelse)
