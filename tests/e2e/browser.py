"""A real server, and people in front of it with real browsers."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Download, Locator, Page, Playwright, Request, expect

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
HOW = "No browser. Get one: sudo apt install chromium, or: .venv/bin/playwright install chromium"
STILL = """async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    for (const movement of document.getAnimations())
        if (movement.effect.getComputedTiming().endTime < Infinity) movement.finish();
    await new Promise(requestAnimationFrame);
}"""
SETTLED = "[data-testid=stApp][data-test-script-state=notRunning][data-test-connection-state=CONNECTED]"


class Server:
    """The app as `make run` starts it, on a free port of this machine."""

    def __init__(self, root: Path, log: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = log
        options = {"headless": "true", "address": "127.0.0.1", "port": self.port, "fileWatcherType": "none"}
        command = [sys.executable, "-m", "streamlit", "run", "app.py"]
        command += [part for name, value in options.items() for part in (f"--server.{name}", str(value))]
        with log.open("w") as output:
            self.process = subprocess.Popen(command, cwd=root, stdout=output, stderr=subprocess.STDOUT)
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"The app did not start:\n{log.read_text()}")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Visitor:
    """One person at one browser; nothing is shared with another visitor but the server."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context = context
        self.url = url
        self.hosts: set[str] = set()
        context.on("request", self._note)
        self.page: Page = context.new_page()

    def leave(self) -> None:
        """Close the page; the profile stays for the next."""
        self.page.close()
        self.context.remove_listener("request", self._note)

    def open(self, path: str = "") -> Visitor:
        """Type an address: a new session, as after a reload."""
        self.page.goto(f"{self.url}/{path}")
        return self.settled()

    def go(self, title: str) -> Visitor:
        """Follow the navigation."""
        return self.follow(title).arrived(title)

    def follow(self, title: str) -> Visitor:
        """Press on a page in the navigation."""
        opener = self.page.get_by_test_id("stExpandSidebarButton")
        if opener.is_visible():
            opener.click()
        self.page.get_by_test_id("stSidebarNavLink").filter(has_text=re.compile(f"{title}$")).click()
        return self

    def arrived(self, title: str) -> Visitor:
        """Wait until the page stands there."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(title)
        return self.settled()

    def press(self, label: str) -> Visitor:
        self.page.get_by_test_id("stMain").get_by_role("button", name=label, exact=True).click()
        return self.settled()

    def sample(self) -> Visitor:
        """Open the app and the sample shop."""
        self.open().press("Open the sample shop")
        expect(self.headline).to_contain_text("customers brought")
        return self

    def drop(self, *files: Path | tuple[str, bytes], place: int = 0) -> Visitor:
        """Drop files on the Data page; place 1 adds them to the orders that are loaded."""
        payload = [
            {"name": file.name, "mimeType": "text/csv", "buffer": file.read_bytes()}
            if isinstance(file, Path)
            else {"name": file[0], "mimeType": "text/csv", "buffer": file[1]}
            for file in files
        ]
        if place:  # the place to add appears once the orders are there, and the page is drawn once more for it
            self.page.get_by_test_id("stFileUploader").nth(place).wait_for()
            self.page.wait_for_timeout(500)
            self.settled()
        box = self.page.get_by_test_id("stFileUploader").nth(place).element_handle()
        box.query_selector("input[type=file]").set_input_files(payload)
        box.wait_for_element_state("hidden", timeout=30_000)  # when the app has taken them, an empty place is drawn
        return self.settled()

    def tick(self, label: str, value: str) -> Visitor:
        """Choose one more value of a filter in the sidebar."""
        chooser = self.page.get_by_test_id("stSidebar").get_by_role("combobox", name=re.compile(rf"{label}$"))
        chooser.scroll_into_view_if_needed()
        chooser.click()
        self.page.get_by_role("option", name=value, exact=True).click()
        self.page.keyboard.press("Escape")
        return self.settled()

    def unfold(self) -> Visitor:
        """Open everything that is folded."""
        folded = self.page.get_by_test_id("stExpander").locator("details:not([open]) > summary")
        folded.evaluate_all("parts => parts.forEach(part => part.click())")
        expect(folded).to_have_count(0)
        return self.still().settled()

    def still(self) -> Visitor:
        """Bring to their ends the movements and fadings that have begun."""
        self.page.evaluate(STILL)
        return self

    def take(self, label: str) -> Download:
        """Press a download and wait for the file."""
        with self.page.expect_download() as waiting:
            self.page.get_by_role("button", name=label).click()
        return waiting.value

    def settled(self) -> Visitor:
        """Wait until the script has run and everything is drawn."""
        self.page.wait_for_timeout(60)  # a click needs a moment to reach the script
        self.page.locator(SETTLED).wait_for(timeout=30_000)
        expect(self.page.get_by_test_id("stSkeleton")).to_have_count(0)
        return self

    def drawn(self) -> Visitor:
        """Wait until every chart is a picture."""
        charts = self.page.get_by_test_id("stVegaLiteChart")
        expect(charts.filter(has_not=self.page.locator("canvas, svg.marks"))).to_have_count(0)
        return self

    @property
    def headline(self) -> Locator:
        """The answer in words: the first heading below the title."""
        return self.page.get_by_test_id("stMain").locator("h2").first

    @property
    def text(self) -> str:
        return self.page.locator("body").inner_text()

    def _note(self, request: Request) -> None:
        place = urlsplit(request.url)
        if place.scheme not in ("data", "blob"):
            self.hosts.add(place.netloc)


def find_browser(playwright: Playwright) -> str | None:
    """The Chrome or Chromium of this machine, or the one of Playwright."""
    found = next(filter(None, map(shutil.which, NAMES)), None) or playwright.chromium.executable_path
    return found if Path(found).exists() else None


def launch(playwright: Playwright, executable: str) -> Browser:
    return playwright.chromium.launch(executable_path=executable, args=FLAGS)
