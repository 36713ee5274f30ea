"""What the bench prints, and docs/search-bench.md, which keeps the newest table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.bench import updating
from tests.bench.rivals import building, figures, picture
from tests.bench.rivals.figures import ABSOLUTE, BAR, KINDS, NAMES, PASSES, WORKED
from tests.bench.search import CLASSES

PAGE = building.ROOT / "docs" / "search-bench.md"
PICTURE = building.ROOT / "docs" / "pictures" / "search-growth.svg"


def write(found: dict[str, Any]) -> None:
    """The page and its picture, from all that was ever measured here."""
    sizes = sorted((size for size in found if size.isdigit()), key=int)
    parts = [_HEAD, *(table(int(size), found[size]) for size in sizes)]
    parts += [_growth(found, sizes), *_pages(found)]
    parts += [_verdict(size, found[size]) for size in sizes if size in ABSOLUTE]
    parts += _page_verdict(found)
    parts.append(_FOOT)
    missing = [] if "1000000" in found else ["1,000,000 offers"]
    missing += [] if "pages" in found else ["the whole page under wrk"]
    if missing:
        parts.append(f"Not measured in the newest run: {', '.join(missing)}.\n")
    PAGE.write_text("\n".join(parts))
    if sizes:
        PICTURE.write_text(picture.drawn(found, sizes))


def table(count: int, one: dict[str, Any]) -> str:
    """Everything of one size."""
    runs, rivals = one["runs"], [name for name in one["runs"] if name != "ours"]
    seeds, load = len(runs["ours"]), " ".join(f"{value:.1f}" for value in one["load"])
    checked = "; ".join(
        f"{NAMES[name]}: {differ or 'none'} of {one['queries']}"
        for name, differ in one["differ"].items()
    )
    lines = [
        f"\n## {count:,} offers\n",
        f"{one['at']}, {one['machine']}, load {load}; {one['words']:,} words; {seeds} seed{'s'[: seeds > 1]} of"
        f" {one['queries']} questions, pooled. Questions whose totals or facets differ from ours: {checked}.\n",
        "Milliseconds on the wall, p50 / p95 of the first pass and of the second:\n",
        *_rows(["class", *(f"{NAMES[name]} {n}" for name in runs for n in PASSES)], _times(runs)),
        "\nThe same by the processor, p50 / p95 of both passes, the server's included:\n",
        *_rows(["class", *(NAMES[name] for name in runs)], _worked(runs)),
        "\nOurs over the rival's p95, first / second pass (below 1: ours is faster); on a busy machine the"
        " processor's say more than the wall's:\n",
        *_rows(
            [
                "class",
                *(NAMES[name] for name in rivals),
                *(f"{NAMES[name]}, processor" for name in rivals),
                "to reach",
            ],
            _ratios(runs, rivals),
        ),
        "\nMemory of a process beyond Python's, files cold, and the build:\n",
        *_rows(
            ["", "private MB", "shared MB", "opened ms", "cold p50 / p95 ms", "built s", "disk MB"],
            _weights(one),
        ),
        *_update(one),
    ]
    return "\n".join(lines)


def _times(runs: dict[str, Any]) -> Iterable[list[str]]:
    for kind, name in CLASSES:
        cells = [
            f"{figures.middle(run, kind, which):.2f} / {figures.high(run, kind, which):.2f}"
            for run in runs.values()
            for which in (0, 1)
        ]
        yield [f"({kind}) {name}", *cells]
    yield [
        "all, p95",
        *(f"{figures.all_high(run, which):.2f}" for run in runs.values() for which in (0, 1)),
    ]


def _worked(runs: dict[str, Any]) -> Iterable[list[str]]:
    for kind, name in CLASSES:
        pooled = [
            sorted(ms for which in (0, 1) for ms in figures.times(run, kind, which, WORKED))
            for run in runs.values()
        ]
        cells = [f"{ms[len(ms) // 2]:.2f} / {figures.percentile(ms, 0.95):.2f}" for ms in pooled]
        yield [f"({kind}) {name}", *cells]


def _ratios(runs: dict[str, Any], rivals: list[str]) -> Iterable[list[str]]:
    for kind, name in CLASSES:
        cells = [_both(runs, rival, kind) for rival in rivals]
        cells += [_both(runs, rival, kind, WORKED) for rival in rivals]
        yield [f"({kind}) {name}", *cells, f"{BAR[kind]} of tantivy, ahead of the others"]


def _both(runs: dict[str, Any], rival: str, kind: str, clock: int = 0) -> str:
    return " / ".join(f"{figures.ratio(runs, rival, kind, which, clock):.2f}" for which in (0, 1))


def _weights(one: dict[str, Any]) -> Iterable[list[str]]:
    for name, runs in one["runs"].items():
        private, shared = figures.memory(runs)
        built, cold = one["builds"][name], [one["cold"][name]]
        times = sorted(ms for ms, _ in cold[0]["passes"][0])
        yield [
            NAMES[name],
            f"{private:.0f}",
            f"{shared:.0f}",
            f"{figures.statistics.median(run['opened'] for run in runs):.1f}",
            f"{times[len(times) // 2]:.1f} / {times[len(times) * 95 // 100]:.1f}",
            f"{built['seconds']:.0f} ({built['worked']:.0f} of processor)",
            f"{built['megabytes']:.0f}",
        ]


def _update(one: dict[str, Any]) -> Iterable[str]:
    """How soon ours finds what changed, and how long a question waits meanwhile."""
    if one.get("update"):
        yield f"\nOne changed offer of ours, {updating.CHANGES} times, median and most in ms:\n"
        yield from (f"- {line}" for line in updating.told(one["update"]))


def _verdict(size: str, one: dict[str, Any]) -> str:
    """Which lines of the bar are not reached, on both passes, by the processor's time."""
    lines, runs = [], one["runs"]
    for kind, name in CLASSES:
        for rival in (one for one in runs if one != "ours"):
            worst = max(figures.ratio(runs, rival, kind, which, WORKED) for which in (0, 1))
            wanted = BAR[kind] if rival == "tantivy" else 1.0
            if worst > wanted:
                lines.append(f"- ({kind}) {name}: {worst:.2f} of {NAMES[rival]}, to reach {wanted}")
        slowest = max(figures.high(runs["ours"], kind, which, WORKED) for which in (0, 1))
        if slowest > ABSOLUTE[size]:
            lines.append(f"- ({kind}) {name}: {slowest:.2f} ms, to reach {ABSOLUTE[size]:g}")
    private, shared = figures.memory(runs["ours"])
    seconds, (most, own) = one["builds"]["ours"]["seconds"], figures.MEGABYTES[size]
    if private + shared > most or private > own:
        lines.append(
            f"- memory: {private + shared:.0f} MB, {private:.0f} private; to reach {most:.0f}, {own:.0f}"
        )
    if seconds > figures.BUILT[size]:
        lines.append(f"- build: {seconds:.0f} s, to reach {figures.BUILT[size]:.0f}")
    head = f"\n## What is not reached at {int(size):,}\n\n"
    head += "The 95th percentile by the processor's time, the worse of the two passes:\n\n"
    return head + ("\n".join(lines) or "Nothing: every line is reached.")


def _page_verdict(found: dict[str, Any]) -> list[str]:
    """Which lines of the bar the whole page does not reach."""
    if "pages" not in found:
        return []
    usual = [row for row in found["pages"]["rows"] if not row.get("is_nasty")]
    nasty = [row for row in found["pages"]["rows"] if row.get("is_nasty")]
    most, alone = max(row["rate"] for row in usual), usual[0]["p95"]
    lines = (
        [f"- one client: p95 {alone:.1f} ms, to reach {figures.PAGE_MS:.0f}"]
        if alone > figures.PAGE_MS
        else []
    )
    if most < figures.PAGE_RATE:
        lines.append(f"- {most:.0f} pages a second, to reach {figures.PAGE_RATE:.0f}")
    for row in nasty:
        if row["p99"] > figures.NASTY_MS or row["broken"]:
            lines.append(
                f"- nasty questions: p99 {row['p99']:.0f} ms, {row['broken']:.0f} answers of 5xx; to reach {figures.NASTY_MS:.0f}, 0"
            )
    said = "\n".join(lines) or "Nothing: every line is reached."
    return [f"\n## What the whole page does not reach\n\n{said}"]


def _growth(found: dict[str, Any], sizes: list[str]) -> str:
    """Medians of the second pass, each size over the one before."""
    steps = list(zip(sizes, sizes[1:], strict=False))
    heads = ["class", *(f"{NAMES[name]}, {int(b):,}" for a, b in steps for name in NAMES)]
    rows = []
    for kind in KINDS:
        grown = [figures.growth(found, name, kind, a, b) for a, b in steps for name in NAMES]
        rows.append([f"({kind})", *("" if one is None else f"x{one:.1f}" for one in grown)])
    return "\n".join(
        [
            "\n## Growth\n",
            "How much more processor time the median question takes when there are ten times as many offers (second"
            " pass; to reach: at most x12 from 100,000 to 1,000,000):\n",
            *_rows(heads, rows),
            "\n![Time against data, both axes logarithmic](pictures/search-growth.svg)",
        ]
    )


def _pages(found: dict[str, Any]) -> Iterable[str]:
    if "pages" not in found:
        return
    one = found["pages"]
    yield f"\n## The whole page `/search`, {one['offers']:,} offers\n"
    yield (
        f"{one['at']}, gunicorn with 2 workers, wrk on the same machine for {one['seconds']} s each,"
        f" load {one['load']:.1f} before. To reach: p95 30 ms with one client, 120 pages a"
        f" second; with nasty questions p99 300 ms, none answered by a 5xx.\n"
    )
    rows = [
        [
            f"{r['clients']}{', nasty questions' if r.get('is_nasty') else ''}",
            *(f"{r[k]:.1f}" for k in ("rate", "p50", "p95", "p99")),
            f"{r['refused']:.0f}",
            f"{r.get('broken', 0):.0f}",
            f"{r['late']:.0f}",
        ]
        for r in one["rows"]
    ]
    yield "\n".join(
        _rows(
            ["clients", "pages/s", "p50 ms", "p95 ms", "p99 ms", "not 200", "5xx", "over 2 s"], rows
        )
    )
    if "rebuilt" in one:
        yield f"\n`flask index rebuild` of these offers, from the database: {one['rebuilt']:.0f} s."


def _rows(head: list[str], rows: Iterable[list[str]]) -> list[str]:
    return [f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows)]


_HEAD = """# The search engine beside others

`make bench-search` measures this again, all of it; `python -m tests.bench.rivals --sizes 10000 --seeds 2` a small part.
The offers, the word list, tantivy and every index are kept in the folder `BENCH` (default: `bench` among the temporary files).

**Offers.** Seeded. Three words in ten are of the field, the others have the shares that they have in French at
large (the list of wordfreq), so nearly half of a text is stop words. Positions by population, 12 themes, shifts, 20 % remote.

**Questions.** Nine classes in turn; each asks 20 hits in exact order, the exact total and all facets (12 themes, three ways
of remote, four windows of dates, accessible, minors), each counted without its own filter. (f) asks the 8 words of a
beginning that most offers have; (g) finds the word that was meant, then its offers.

**The same work.** The rivals get the questions analysed, outside of the time that is taken, and one token for each word; ours
analyses within it. The rivals answer offers; ours cards (one per cluster, three of an association among the
first 20). The rivals rank by their own text score alone, or by date of publication where no word is asked; ours by all of
its factors. So what differs is in the rivals' favour. For the check of totals ours is asked for offers as well.

**Set up as an expert would.** tantivy: three fields, one writer, fast fields, aggregations, a quad tree of squares for the circle whose
edge is measured exactly, rings that grow for the nearest, a small index of words for completion and slips (kept fresh by nobody
here). SQLite: FTS5 over external content, R*Tree with auxiliary columns, dates and themes as bits, covering indexes, ANALYZE,
mmap, one statement a question. PostgreSQL: GIN over weighted tsvectors, GiST over geography, covering indexes, VACUUM ANALYZE,
2 GB of buffers, 128 MB work_mem, no JIT, prepared statements.

**How.** Each engine in fresh processes that take turns with the others', two passes each, files in the page cache; the cold
start beside them, with the files put out of it. The machine is shared: ratios of one run say something, single milliseconds little.
PostgreSQL's processor time is that of its backend and of the asking process, without parallel workers. All questions of a run ask
about one moment, as all of a minute do in the portal: what ours works out once for a moment, the first of them pays for. The
rivals' next dates were worked out for that moment before anything was asked. The time of a build includes making or reading the
offers. From 100,000 offers on SQLite and PostgreSQL take a tenth of a second a question and more, so they are asked those of one
seed, and so is the check of totals.
"""

_FOOT = (
    "\n\n[ADR 11](adr/0011-numpy-over-whoosh.md) says how the engine works, and what was tried.\n"
)
