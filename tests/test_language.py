"""Every sentence of the portal exists in both languages: all are collected, all are translated, none is left over.

French is in the code (the msgid), English in portal/translations. `bash portal/translations/collect.sh` brings a new
sentence into the catalogue, where it is then translated.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup
from flask_babel import force_locale

from portal import formatting, themes
from portal.translations.sentences import unmarked
from tests import addresses
from tests.visitor import BASE
from tests.world import World

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "portal/translations/en/LC_MESSAGES/messages.po"
MAPPING = ROOT / "portal/translations/babel.cfg"
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None}
FRENCH = re.compile(r"[àâçéèêëîïôûùœÀÇÉÈÊÎÔŒ’«»\u00a0]")
MARKED = ("_", "gettext", "ngettext", "lazy_gettext")
# French that is no sentence for a visitor, and why.
NOT_FOR_VISITORS = {
    "portal/cli/": "the command line speaks French to its operator",
    "portal/demo/": "the demo is France all over",
    "portal/formats/": "its sentences about feeds stand in both languages beside each other",
    "portal/themes.py": "names in both languages, and the words of partners",
    "portal/config.py": "settings are told to the operator, at start",
    "portal/services/places/": "names of places and how they are written",
    "portal/translations/": "the catalogue",
    "portal/mail.py": "told to the operator, in the outbox",
    "portal/services/flags.py": "kept with the decision as it was said then",
}
OWN_NAMES = {"Français"}
# The same in both languages: names, figures and words that English took.
SAME = re.compile(r"^[\W\d]*(%\(\w+\)s[\W]*)*$")
SAME_WORDS = {
    "Actions", "Age", "Associations", "Auto", "Contact", "Date", "Dates", "Distance", "Départements", "Menu", "Message",
    "Page", "Page %(n)s", "Places", "absent", "associations", "%(minutes)s min", "Transport", "+ %(num)s dates", "+ 1 date",
    "%(km)s km", "%(num)s place", "%(num)s places",
}  # fmt: skip
Ids = set[str | tuple[str, ...]]


def collected() -> Ids:
    """Everything that the code and the templates say."""
    with MAPPING.open() as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT, methods, options, KEYWORDS)
    return {message for _file, _line, message, _comments, _context in found}


@pytest.fixture(scope="module")
def said() -> Ids:
    return collected()


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def pairs(catalogue: Catalog) -> Iterator[tuple[str, str]]:
    """(French, English) of each form of each message."""
    for message in catalogue:
        if isinstance(message.id, tuple | list):
            yield from zip(message.id, message.string, strict=True)
        elif message.id:
            yield str(message.id), str(message.string)


def gaps(text: str) -> list[str]:
    """What is filled in: `%(name)s`, `{n}`, and a literal percent sign."""
    return sorted(re.findall(r"%\(\w+\)[sd]|\{\w+\}|%%", text))


def test_every_sentence_is_in_the_catalogue_and_nothing_else_is(
    said: Ids, catalogue: Catalog
) -> None:
    known = {tuple(m.id) if isinstance(m.id, list) else m.id for m in catalogue if m.id}
    first = {i[0] if isinstance(i, tuple) else i for i in said}
    kept = {i[0] if isinstance(i, tuple) else i for i in known}
    missing, unused = sorted(map(str, first - kept)), sorted(map(str, kept - first))
    assert {"run collect.sh": missing, "unused": unused} == {"run collect.sh": [], "unused": []}
    assert not catalogue.obsolete


def test_every_sentence_is_translated(catalogue: Catalog) -> None:
    assert [french for french, english in pairs(catalogue) if not english.strip()] == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


def test_a_translation_fills_the_same_gaps(catalogue: Catalog) -> None:
    assert [f for f, e in pairs(catalogue) if gaps(f) != gaps(e)] == []


def test_a_translation_is_english(catalogue: Catalog) -> None:
    french = [
        e
        for _f, e in pairs(catalogue)
        if re.search(r"[«»]|[\u00a0 ][:;!?]|\b(vous|votre|les|une)\b", e)
    ]
    assert french == []
    same = [f for f, e in pairs(catalogue) if f == e and not SAME.match(f) and f not in SAME_WORDS]
    assert same == []


def test_a_translation_begins_and_ends_like_its_sentence(catalogue: Catalog) -> None:
    """A capital letter, a full stop: a label stays a label, a sentence a sentence."""
    found = []
    for french, english in pairs(catalogue):
        ends = french.rstrip()[-1:] in ".?…" and english.rstrip()[-1:] not in ".?…!:"
        ends |= french.rstrip()[-1:] not in ".?…:" and english.rstrip()[-1:] == "."
        if ends:
            found.append(f"{french} -> {english}")
    assert found == []


def test_no_french_is_said_past_the_catalogue(said: Ids) -> None:
    known = OWN_NAMES | {i for one in said for i in (one if isinstance(one, tuple) else (one,))}
    found = []
    for path in sorted((ROOT / "portal").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(tuple(NOT_FOR_VISITORS)):
            found += [
                f"{name}:{line}: {t}" for line, t in strings(path.read_text()) if t not in known
            ]
    assert found == []


def strings(source: str) -> Iterator[tuple[int, str]]:
    """(line, text) of each French string of a file that stands neither in a docstring nor in a mark."""
    tree = ast.parse(source)
    skipped = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in skipped
        ):
            words = re.findall(r"[^\W\d_]{2,}", node.value)
            if FRENCH.search(node.value) and words:
                yield node.lineno, node.value


def test_no_french_stands_unmarked_in_a_template() -> None:
    found = []
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix not in (".html", ".txt"):
            continue
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "x", path.read_text(), flags=re.S)
        words = re.findall(r"[^<>\s\"=]*[àâçéèêëîïôûùœÀÇÉÈ][^<>\s\"=]*", text)
        words += re.findall(r"[ \u00a0\u202f][:;!?](?=\s)", text)  # only French puts a space there
        found += [f"{path.relative_to(ROOT)}: {word}" for word in words]
    assert found == []


def test_every_theme_has_a_name_in_each_language(world: World) -> None:
    with world.app.test_request_context(base_url=BASE):
        for language in ("fr", "en"):
            with force_locale(language):
                names = {formatting.theme_name(slug) for slug in themes.SLUGS}
                assert len(names) == len(themes.SLUGS)
    assert all(theme.fr and theme.en for theme in themes.THEMES)


PEOPLE = ("anonymous", "volunteer", "coordinator", "moderator")


def french_on(page: str, known: set[str]) -> list[str]:
    """The French sentences of the catalogue that a page shows."""
    soup = BeautifulSoup(page, "lxml")
    for tag in soup.find_all(["script", "style"]):
        tag.decompose()
    said = {" ".join(text.split()) for text in soup.stripped_strings}
    for tag in soup.find_all(True):
        for name in ("aria-label", "placeholder", "title", "alt", "content"):
            if tag.get(name):
                said.add(" ".join(str(tag[name]).split()))
    return sorted(said & known)


def test_an_english_reader_meets_no_french_on_any_page(world: World, catalogue: Catalog) -> None:
    known = {" ".join(f.split()) for f, e in pairs(catalogue) if f != e and len(f) > 3}
    english = {" ".join(e.split()) for _f, e in pairs(catalogue)}
    found: dict[str, list[str]] = {}
    for rule, method in addresses.lines(world.app):
        for role in PEOPLE if method == "GET" else ():
            response = world.ask(role, "GET", f"{addresses.address(world, rule)}?lang=en")
            if response.mimetype == "text/html" and response.status_code not in range(300, 400):
                page = response.get_data().decode(errors="replace")
                assert '<html lang="en"' in page, rule.rule
                french = [one for one in french_on(page, known) if one not in english]
                if french:
                    found[f"{rule.rule} as {role}"] = french
    assert found == {}


def test_control_a_new_sentence_is_missed_by_the_catalogue(
    catalogue: Catalog, tmp_path: Path
) -> None:
    (tmp_path / "new.py").write_text(
        'from portal.errors import Invalid\nraise Invalid("Écrivez moins.")\n'
    )
    source = (tmp_path / "new.py").read_text()
    assert [text for _line, text in unmarked(source)] == ["Écrivez moins."]
    assert catalogue.get("Écrivez moins.") is None
    assert list(strings('x = "déjà vu"\n')) == [(1, "déjà vu")]


def test_control_a_french_page_is_full_of_french(world: World, catalogue: Catalog) -> None:
    known = {" ".join(f.split()) for f, e in pairs(catalogue) if f != e}
    page: Any = world.ask("anonymous", "GET", "/about")
    assert len(french_on(page.get_data(as_text=True), known)) > 10
