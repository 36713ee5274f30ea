"""What a first view weighs in a real browser: bytes on the wire, requests, paint: `python -m tests.bench.weight`."""

from __future__ import annotations

from playwright.sync_api import Browser, sync_playwright
from rich.console import Console
from rich.table import Table

from tests.bench.running import served_demo
from tests.browsing import launch

VIEWS = (
    ("/", 390, "100 kB, 10 requests"),
    ("/", 1280, ""),
    ("/search?place=Lyon", 390, ""),
    ("/search?place=Lyon", 1280, "180 kB"),
)


def main() -> None:
    """Open each view with an empty cache and print what came over the wire."""
    table = Table(
        "page", "width", "kB", "requests", "LCP ms", "CLS", "bound", title="First view, empty cache"
    )
    with served_demo() as address, sync_playwright() as playwright:
        browser = launch(playwright)
        for path, width, bound in VIEWS:
            kilobytes, requests, paint, shift = first_view(browser, address + path, width)
            table.add_row(
                path,
                str(width),
                f"{kilobytes:.1f}",
                str(requests),
                f"{paint:.0f}",
                f"{shift:.3f}",
                bound,
            )
        browser.close()
    Console().print(table)


def first_view(browser: Browser, address: str, width: int) -> tuple[float, int, float, float]:
    """(kB on the wire with headers, requests, largest contentful paint in ms, layout shift)."""
    context = browser.new_context(viewport={"width": width, "height": 800}, locale="fr-FR")
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    received: list[float] = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    paint, shift = page.evaluate(
        """() => new Promise(done => {
            let paint = 0, shift = 0;
            new PerformanceObserver(list => { for (const e of list.getEntries()) paint = e.startTime; })
                .observe({type: 'largest-contentful-paint', buffered: true});
            new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) shift += e.value; })
                .observe({type: 'layout-shift', buffered: true});
            setTimeout(() => done([paint, shift]), 300);
        })"""
    )
    context.close()
    return sum(received) / 1024, len(received), paint, shift


if __name__ == "__main__":
    main()
