"""Time against data, both axes logarithmic, as an SVG that reads on light and on dark."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from tests.bench.rivals import figures
from tests.bench.rivals.figures import NAMES
from tests.bench.search import CLASSES

COLOURS = {"ours": "#d9480f", "tantivy": "#1c7ed6", "sqlite": "#2b8a3e", "postgis": "#9c36b5"}
WIDTH, HEIGHT, LEFT, TOP = 200, 150, 44, 30
ACROSS = 3
_STYLE = (
    "<style>:root{color-scheme:light dark}text{font:11px system-ui,sans-serif;fill:#343a40}"
    ".grid{stroke:#868e96;stroke-opacity:.35}.line{fill:none;stroke-width:2}"
    "@media(prefers-color-scheme:dark){text{fill:#dee2e6}}</style>"
)


def drawn(found: dict[str, Any], sizes: list[str]) -> str:
    """One small panel a class: the median of the second pass, by the processor, of every engine at every size."""
    down = math.ceil(len(CLASSES) / ACROSS)
    width, height = ACROSS * (WIDTH + LEFT) + 20, down * (HEIGHT + TOP + 20) + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        "<title>Median milliseconds of the processor for a question against the number of offers</title>",
        _STYLE,
        *_legend(),
    ]
    values = [ms for kind, _ in CLASSES for ms in _points(found, sizes, kind)]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    for at, (kind, name) in enumerate(CLASSES):
        x, y = LEFT + at % ACROSS * (WIDTH + LEFT), 40 + TOP + at // ACROSS * (HEIGHT + TOP + 20)
        parts += [f'<g transform="translate({x} {y})">', f'<text y="-8">{name}, ms</text>']
        parts += [*_grid(sizes, low, high), *_lines(found, sizes, kind, low, high), "</g>"]
    return "\n".join([*parts, "</svg>\n"])


def _points(found: dict[str, Any], sizes: list[str], kind: str) -> Iterator[float]:
    for size in sizes:
        for runs in found[size]["runs"].values():
            yield figures.middle(runs, kind, 1, figures.WORKED)


def _legend() -> Iterator[str]:
    for at, (engine, name) in enumerate(NAMES.items()):
        x = LEFT + at * 165
        yield f'<path d="M{x} 16h20" class="line" stroke="{COLOURS[engine]}"/>'
        yield f'<text x="{x + 26}" y="20">{name}</text>'


def _across(size: str, sizes: list[str]) -> float:
    first, last = math.log10(int(sizes[0])), math.log10(int(sizes[-1]))
    return WIDTH * (math.log10(int(size)) - first) / (last - first or 1)


def _up(ms: float, low: int, high: int) -> float:
    return HEIGHT * (1 - (math.log10(ms) - low) / (high - low))


def _grid(sizes: list[str], low: int, high: int) -> Iterator[str]:
    for power in range(low, high + 1):
        y = _up(10**power, low, high)
        yield f'<path d="M0 {y:.1f}h{WIDTH}" class="grid"/>'
        yield f'<text x="-6" y="{y + 4:.1f}" text-anchor="end">{10**power:g}</text>'
    for size in sizes:
        x = _across(size, sizes)
        yield f'<path d="M{x:.1f} 0v{HEIGHT}" class="grid"/>'
        short = f"{int(size) // 1000:,}k"
        yield f'<text x="{x:.1f}" y="{HEIGHT + 14}" text-anchor="middle">{short}</text>'


def _lines(
    found: dict[str, Any], sizes: list[str], kind: str, low: int, high: int
) -> Iterator[str]:
    for engine, colour in COLOURS.items():
        points = [
            (
                _across(size, sizes),
                _up(
                    figures.middle(found[size]["runs"][engine], kind, 1, figures.WORKED), low, high
                ),
            )
            for size in sizes
            if engine in found[size]["runs"]
        ]
        if not points:
            continue
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        yield f'<polyline points="{path}" class="line" stroke="{colour}"/>'
        yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points)
