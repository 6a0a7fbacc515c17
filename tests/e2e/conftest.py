"""One server and one browser for all journeys; a visitor has a session and a browser profile of their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.e2e.browser import HOW, Server, Visitor, find_browser, launch

USUAL = {"locale": "en-US", "viewport": {"width": 1280, "height": 900}}


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All journeys share one server and one browser, so they run on one worker."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chrome or Chromium of this machine, or the one of Playwright."""
    with sync_playwright() as playwright:
        found = find_browser(playwright)
        if found is None:
            if os.environ.get("CI"):
                pytest.fail(HOW)
            pytest.skip(HOW)
        browser = launch(playwright, found)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(root: Path, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The running app on a machine that remembers nothing; at the end its log has to be free of errors."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RETENTION_HOME", str(tmp_path_factory.mktemp("home")))
        server = Server(root, tmp_path_factory.mktemp("server") / "log.txt")
    try:
        # Streamlit takes pages/ for pages of its own until app.py has run once, and until then calls an address such as
        # /data not found, over the page it shows. So the first visitor of a process comes in by the front door.
        context = browser.new_context()
        Visitor(context, server.url).open()
        context.close()
        yield server
    finally:
        server.stop()
    assert "Traceback" not in server.log.read_text(), server.log.read_text()


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Callable[..., Visitor]]:
    """A new visitor; options are those of a browser context (viewport, color_scheme, locale). None may ask another host."""
    visitors: list[Visitor] = []

    def arrive(**options: object) -> Visitor:
        context = browser.new_context(**USUAL | options)
        context.set_default_timeout(20_000)
        visitors.append(Visitor(context, server.url))
        return visitors[-1]

    yield arrive
    for visitor in visitors:
        visitor.context.close()
    assert {host for visitor in visitors for host in visitor.hosts} <= {server.url.removeprefix("http://")}


@pytest.fixture(scope="session")
def desk(browser: Browser) -> Iterator[BrowserContext]:
    """The browser profile of those who come one after the other: what it has loaded of Streamlit need not be loaded again."""
    context = browser.new_context(**USUAL)
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def visitor(desk: BrowserContext, server: Server) -> Iterator[Visitor]:
    """One person at a desk where nothing is left of the one before."""
    visitor = Visitor(desk, server.url)
    yield visitor
    visitor.page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
    visitor.leave()
    desk.clear_cookies()
    assert visitor.hosts <= {server.url.removeprefix("http://")}
