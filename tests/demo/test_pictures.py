"""The drawings: light, whole, and with nothing in them that a content security policy would stop."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree

from portal.demo.activities import all_activities
from portal.themes import SLUGS

IMG = Path(__file__).parents[2] / "static" / "img"
SCENES = sorted((IMG / "scenes").glob("*.svg"))
SVG = "{http://www.w3.org/2000/svg}"
ICONS = (
    "heart heart-filled share pin calendar clock people search close check arrow remote accessible moon sun menu "
    "mail flag link download plus edit pause"
)


def test_every_activity_has_its_scene_and_every_theme_two() -> None:
    drawn = {path.stem for path in SCENES}
    assert {activity.scene for activity in all_activities()} <= drawn
    assert drawn == {f"{slug}-{number}" for slug in SLUGS for number in (1, 2)}


@pytest.mark.parametrize("path", SCENES, ids=lambda path: path.stem)
def test_a_scene_is_light_and_320_by_180(path: Path) -> None:
    assert path.stat().st_size < 4_000
    root = etree.parse(path).getroot()
    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox") == "0 0 320 180"


@pytest.mark.parametrize("path", [*SCENES, *IMG.glob("*.svg")], ids=lambda path: path.stem)
def test_a_drawing_holds_no_style_no_script_and_no_address(path: Path) -> None:
    allowed = {"svg", "g", "path", "circle", "ellipse", "rect", "symbol"}
    for element in etree.parse(path).iter(etree.Element):
        assert str(element.tag).removeprefix(SVG) in allowed
        for name, value in element.attrib.items():
            assert str(name) != "style"
            assert not re.match(r"on|.*href", str(name))
            assert "url(" not in str(value)


@pytest.mark.parametrize(
    ("sprite", "names"),
    [
        ("themes.svg", [f"theme-{slug}" for slug in SLUGS]),
        ("icons.svg", [f"icon-{name}" for name in ICONS.split()]),
    ],
)
def test_a_sprite_has_each_pictogram_once_on_the_same_grid(sprite: str, names: list[str]) -> None:
    symbols = etree.parse(IMG / sprite).findall(f"{SVG}symbol")
    ids = [symbol.get("id") for symbol in symbols]
    assert set(names) <= set(ids)
    assert len(ids) == len(set(ids))
    assert {symbol.get("viewBox") for symbol in symbols} == {"0 0 24 24"}
