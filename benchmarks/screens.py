"""What a person waits for: file → Overview on the screen, and a changed filter → the new picture, page by page.

`python -m benchmarks.screens` takes the file that RETENTION_ONLINE_RETAIL names, else a generated shop of the same size.
Every filter is set for the first time, so nothing comes out of a cache. The server's share is measured without a
browser, the whole with one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.inputs import retail
from benchmarks.one import inputs_folder

ROOT = Path(__file__).parents[1]
PAGES = {
    "Overview": "pages/start/overview.py",
    "Key figures": "pages/measure/kpis.py",
    "Why revenue moved": "pages/measure/bridge.py",
    "Cohorts": "pages/measure/cohorts.py",
}
RUNS = 7
BOUND_MS = 300  # a changed filter, on the server

# The time of the last change to the page after a click; a canvas that is drawn again is a new canvas.
WATCH = """() => {
    const main = document.querySelector('[data-testid=stMain]');
    window.changed = window.clicked = performance.now();
    document.addEventListener('click', () => { window.clicked = performance.now() }, true);
    new MutationObserver(() => { window.changed = performance.now() })
        .observe(main, {childList: true, subtree: true, attributes: true, characterData: true});
}"""
QUIET = "() => performance.now() - Math.max(window.changed, window.clicked) > 1200 && window.changed > window.clicked"


def on_the_server(path: str) -> Iterator[tuple[str, list[float]]]:
    """Milliseconds of a run of the script after a change, without a browser."""
    from streamlit.testing.v1 import AppTest

    import retention as rt
    from retention.show.notebook import Load
    from retention.show.ui import Data

    orders = rt.read_orders(path)
    app = AppTest.from_file(ROOT / "app.py", default_timeout=60)
    app.session_state["data"] = Data(orders, Load(files=(Path(path).name,)))
    app.run()
    day = orders.observed_from
    for title, page in PAGES.items():
        app.switch_page(page).run()
        changed, again = [], []
        for _run in range(RUNS):
            day += timedelta(days=1)
            app.date_input(key="from").set_value(day)
            changed.append(_milliseconds(app.run))
            again.append(_milliseconds(app.run))
            assert not app.exception
        yield f"{title}: a changed filter, server", changed
        yield f"{title}: nothing changed, server", again


def in_the_browser(path: str) -> Iterator[tuple[str, list[float]]]:
    """Milliseconds from the click to the last change of the picture."""
    from playwright.sync_api import expect, sync_playwright

    from tests.e2e.browser import HOW, Server, Visitor, find_browser, launch

    with sync_playwright() as playwright, TemporaryDirectory() as folder:
        found = find_browser(playwright)
        if found is None:
            print(HOW)
            return
        browser = launch(playwright, found)
        server = Server(ROOT, Path(folder) / "log.txt")
        try:
            context = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900})
            context.set_default_timeout(120_000)
            visitor = Visitor(context, server.url).open()
            visitor.go("Data")
            begin = perf_counter()
            place = visitor.page.get_by_test_id("stFileUploader")
            place.locator("input[type=file]").set_input_files(path)
            expect(visitor.headline).to_contain_text(" rows: ", timeout=120_000)
            yield "file → its account on the screen, browser", [1000 * (perf_counter() - begin)]
            visitor.go("Overview").drawn()
            yield "file → overview on the screen, browser", [1000 * (perf_counter() - begin)]
            visitor.page.evaluate(WATCH)
            for title in PAGES:
                visitor.go(title).drawn()
                yield f"{title}: click on a filter → picture, browser", [_click(visitor.page) for _run in range(RUNS)]
        finally:
            server.stop()
            browser.close()


def _click(page: object) -> float:
    """Choose one more country."""
    chooser = page.get_by_test_id("stSidebar").get_by_label("Country")
    chooser.click()
    page.get_by_role("option").nth(1).click()  # the first is "Select all"
    page.wait_for_function(QUIET)
    page.keyboard.press("Escape")
    return page.evaluate("window.changed - window.clicked")


def _milliseconds(run: Callable[[], object]) -> float:
    begin = perf_counter()
    run()
    return 1000 * (perf_counter() - begin)


def main() -> int:
    """Print a row a measurement; 1 when a page needs longer on the server than it may."""
    folder = inputs_folder()
    path = retail(folder)
    if not Path(path).exists():
        subprocess.run([sys.executable, "-m", "benchmarks.inputs", str(folder)], check=True)
    print(f"{os.cpu_count()} cores, {Path(path).name}, medians\n{'median':>10} {'worst':>10}")
    kept = True
    for measure in (on_the_server, in_the_browser):
        for name, times in measure(path):
            bound = BOUND_MS if name.endswith("changed filter, server") else None
            kept &= bound is None or median(times) <= bound
            print(f"{median(times):7.0f} ms {max(times):7.0f} ms  {name}{f' (≤ {bound} ms)' if bound else ''}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
