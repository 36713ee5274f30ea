"""Texts, numbers, addresses and positions: what is repaired, what is refused, and what stays as it was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import themes
from portal.formats.coordinates import position, position_pair
from portal.formats.departments import department_of
from portal.formats.problem import Notebook, shorten
from portal.formats.text import clean_html, first_words, line, plain
from portal.formats.values import email, places, registration, web_address, whole, yes_no


def codes(notes: Notebook) -> list[str]:
    return [p.code for p in notes.problems]


@pytest.mark.parametrize(
    ("written", "read", "told"),
    [
        ("Lire  à\nvoix haute", "Lire à voix haute", []),
        ("\u00a0Une pièce\u202f: 5\u00a0€\u00a0", "Une pièce\u202f: 5\u00a0€", []),
        ("Deux \u00a0colonnes\u00a0\u00a0vides", "Deux colonnes vides", []),
        ("Cafe\u0301", "Café", []),
        ("Caf&amp;eacute; &amp; th&eacute;", "Café & thé", ["escaped_twice"]),
        ("<b>Fort</b> & clair", "Fort & clair", ["markup_in_text"]),
        ("5 < 6 et 7 > 3", "5 < 6 et 7 > 3", []),
        ("Zéro\u200b\x00 largeur", "Zéro largeur", ["control_characters"]),
        ("Début\\nFin", "Début Fin", ["literal_newline"]),
        ("C:\\nouveau\\n", "C:\\nouveau\\n", []),
        ("007", "007", []),
        ("", "", []),
    ],
)
def test_a_line_is_one_clean_line(written: str, read: str, told: list[str]) -> None:
    notes = Notebook(1, 1)
    assert line(written, "title", notes, 200) == read
    assert codes(notes) == told


def test_a_line_that_is_too_long_is_cut_at_a_word_and_told() -> None:
    notes = Notebook(1, 1)
    cut = line("mot " * 100, "title", notes, 50)
    assert len(cut) <= 50 and cut.endswith("mot…")
    assert codes(notes) == ["too_long"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<p>5\u00a0€ et&nbsp;plus</p>", "<p>5\u00a0€ et\u00a0plus</p>"),
        ("Un\nDeux\n\nTrois", "<p>Un<br>Deux</p><p>Trois</p>"),
        ("5 < 6 & plus", "<p>5 &lt; 6 &amp; plus</p>"),
        ("<p>Un<img src=x onerror=alert(1)></p>", "<p>Un</p>"),
        ("<script>alert(1)</script><em>Un</em>", "<em>Un</em>"),
        ("&lt;p&gt;Un&lt;/p&gt;", "<p>Un</p>"),
        (
            "<a href='javascript:x' onclick='y'>Un</a>",
            '<a rel="noopener noreferrer nofollow ugc">Un</a>',
        ),
        ("<p style='color:red' class=x>Un</p><iframe src=x>d</iframe>", "<p>Un</p>"),
        ("<h1>Un</h1><div>deux</div><div><p>trois</p></div>", "<h3>Un</h3><p>deux</p><p>trois</p>"),
        (
            "<table><tr><td>9 h</td><td>Dole</td></tr><tr><td>10 h</td></tr></table>",
            "<p>9 h Dole </p><p>10 h </p>",
        ),
        ("<h6>Un</h6><dl><dt>Quand</dt><dd>Lundi</dd></dl>", "<h4>Un</h4><p>Quand</p><p>Lundi</p>"),
        ("<svg><script>x</script></svg><math><mi>y</mi></math>", ""),
        ("   ", ""),
    ],
)
def test_a_description_is_clean_html(written: str, read: str) -> None:
    assert clean_html(written, "description", Notebook(1, 1), 1_000) == read


@pytest.mark.parametrize(
    "link", ["/x", "x.html", "#x", "?x=1", "//asso.example/x", "https:/x", r"https:\\x"]
)
def test_a_link_that_is_not_whole_loses_its_address_and_keeps_its_words(link: str) -> None:
    notes = Notebook(1, 1)
    cleaned = clean_html(f'<p>Voir <a href="{link}">ici</a></p>', "description", notes, 1_000)
    assert plain(cleaned) == "Voir ici" and "href" not in cleaned
    assert [(p.code, p.value) for p in notes.problems] == [("url", link)]


@pytest.mark.parametrize(
    "link", ["https://asso.example/x", "HTTP://asso.example", "mailto:a@asso.example"]
)
def test_a_whole_link_of_a_description_stays(link: str) -> None:
    notes = Notebook(1, 1)
    assert f'href="{link}"' in clean_html(f"<a href='{link}'>ici</a>", "description", notes, 1_000)
    assert codes(notes) == []


@given(st.text(alphabet="<>&;/=\"' abimgscriptonerrhfjv:\\n\x00é\ud800", max_size=120))
def test_no_text_leaves_a_script_a_picture_or_a_handler(written: str) -> None:
    cleaned = clean_html(written, "description", Notebook(1, 1), 1_000).lower()
    for tag in ("<script", "<img", "<svg", "<iframe", "<style"):
        assert tag not in cleaned
    assert "javascript:" not in cleaned or "href" not in cleaned
    line(written, "title", Notebook(1, 1), 80).encode()


def test_first_words_are_a_short_first_sentence() -> None:
    assert first_words("<p>Servir un repas. Puis ranger.</p>", 80) == "Servir un repas"
    assert len(first_words("<p>" + "mot " * 100 + "</p>", 80)) <= 80
    assert plain("<p>Un</p><p>Deux</p>") == "Un Deux"


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("oui", True),
        ("Yes", True),
        ("TRUE", True),
        ("1", True),
        ("non", False),
        ("0", False),
        ("", None),
    ],
)
def test_yes_and_no_are_understood_in_both_languages(word: str, meaning: bool | None) -> None:
    notes = Notebook(1, 1)
    assert yes_no(word, "open", notes) is meaning
    assert codes(notes) == []


def test_what_is_neither_yes_nor_no_is_told() -> None:
    notes = Notebook(1, 1)
    assert yes_no("peut-être", "open", notes) is None
    assert codes(notes) == ["yes_no"]


@pytest.mark.parametrize("text", ["-1", "1e9", "NaN", "9" * 5_000, "½", "1.5"])
def test_what_is_no_whole_number_is_told_and_never_crashes(text: str) -> None:
    notes = Notebook(1, 1)
    assert whole(text, "age", notes) is None
    assert places(text, "places", notes) is None
    assert codes(notes)


@pytest.mark.parametrize(
    ("written", "read", "told"),
    [
        ("https://asso.example/a?b=c", "https://asso.example/a?b=c", []),
        ("asso.example/a", "https://asso.example/a", ["url_scheme_added"]),
        ("javascript:alert(1)", "", ["url"]),
        ("data:text/html,x", "", ["url"]),
        ("https://user:pass@asso.example", "", ["url"]),
        ('https://asso.example/"><script>', "", ["url"]),
        ("https://", "", ["url"]),
        ("//asso.example", "", ["url"]),
        ("/annonces/7", "", ["url"]),
        ("offre.php?id=7", "", ["url"]),
        ("photo.JPG", "", ["url"]),
        ("phpasso.example", "https://phpasso.example", ["url_scheme_added"]),
        ("http://[::1", "", ["url"]),
    ],
)
def test_a_web_address_is_http_and_whole(written: str, read: str, told: list[str]) -> None:
    notes = Notebook(1, 1)
    assert web_address(written, "url", notes) == read
    assert codes(notes) == told


def test_mail_addresses_and_registrations_are_checked_for_their_shape() -> None:
    notes = Notebook(1, 1)
    assert email("mailto:a@b.example", "email", notes) == "a@b.example"
    assert registration("012 345 678", "siren", notes) == "012345678"
    assert codes(notes) == []
    assert email("a@b", "email", notes) == registration("12", "siren", notes) == ""
    assert codes(notes) == ["email", "registration"]


@pytest.mark.parametrize(
    ("lat", "lon", "postal_code", "read", "told"),
    [
        ("48.85", "2.35", "75011", (48.85, 2.35), []),
        ("2.35", "48.85", "75011", (48.85, 2.35), ["latitude_longitude_swapped"]),
        ("-1,55", "47,21", "44000", (47.21, -1.55), ["latitude_longitude_swapped"]),
        ("49.3", "0", "", (49.3, 0.0), []),
        ("0", "0", "", None, ["position_zero"]),
        ("48.85", "2.35", "13001", None, ["position_elsewhere"]),
        ("95", "200", "", None, ["position"]),
        ("nord", "2.35", "", None, ["position"]),
        ("48.85", "", "", None, ["position"]),
        ("-20.9", "55.5", "97400", (-20.9, 55.5), []),
        ("", "", "", None, []),
    ],
)
def test_positions_are_checked_against_the_address(
    lat: str, lon: str, postal_code: str, read: tuple[float, float] | None, told: list[str]
) -> None:
    notes = Notebook(1, 1)
    assert position(lat, lon, "FR", postal_code, notes) == read
    assert codes(notes) == told


def test_a_pair_in_one_text_is_read_in_the_order_of_its_format() -> None:
    notes = Notebook(1, 1)
    assert position_pair("[2.35, 48.85]", "FR", "", notes, longitude_first=True) == (48.85, 2.35)
    assert position_pair("48.85 2.35", "FR", "", notes, longitude_first=False) == (48.85, 2.35)
    assert codes(notes) == []


def test_the_departement_of_a_postal_code() -> None:
    found = [
        department_of(code) for code in ("01000", "20000", "20200", "97400", "75011", "1000", "")
    ]
    assert found == ["01", "2A", "2B", "974", "75", "", ""]


@pytest.mark.parametrize(
    ("tag", "slugs"),
    [
        ("Hunger", ("solidarity",)),
        ("Seniors", ("solidarity",)),
        ("Computers & Technology", ("digital",)),
        ("cat", ("animals",)),
        ("category", ()),
        ("Homeless & Hungry", ("solidarity",)),
        ("Sport et santé", ("sport", "health")),
        ("ENVIRONNEMENT", ("environment",)),
        ("art contemporain", ("culture",)),
        ("cartographie", ()),
    ],
)
def test_free_tags_map_by_whole_words_only(tag: str, slugs: tuple[str, ...]) -> None:
    assert themes.of_tag(tag) == slugs


def test_there_are_twelve_themes_and_every_synonym_leads_to_one() -> None:
    assert len(themes.THEMES) == len(set(themes.SLUGS)) == 12
    assert all(themes.of_tag(theme.fr) and themes.of_tag(theme.en) for theme in themes.THEMES)


def test_a_shown_value_is_one_printable_line_of_eighty_characters() -> None:
    assert shorten("a\x00\n" + "b" * 200) == "a " + "b" * 77 + "…"
