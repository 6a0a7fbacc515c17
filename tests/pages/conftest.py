"""A visitor of the app without a browser: opens pages, presses, reads, takes files away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import nbclient
import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbformat.v4 import new_code_cell
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.testing.v1 import AppTest, app_test

import retention as rt
from retention.show.notebook import Load
from retention.show.ui import Data

# A sample is read once a kernel.
ONCE = """import os
from functools import lru_cache
import retention as rt
if not hasattr(rt.load_sample, "cache_info"):
    rt.load_sample = lru_cache(rt.load_sample)
"""


LATE = ("segment", "experiment", "act")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Two workers share the pages: what a page has counted is counted once there, and one kernel runs all notebooks."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            section = item.path.relative_to(here).parts[0]
            item.add_marker(pytest.mark.xdist_group("late pages" if section in LATE else "pages"))


class Kept(MediaFileManager):
    """The files of a run, with where they lie."""

    def __init__(self, storage: MemoryMediaFileStorage) -> None:
        super().__init__(storage)
        self.storage = storage


class Visitor:
    """One session of the app. Everything is addressed by what is written on it."""

    pages: ClassVar[dict] = {}  # what the app registers, known once somebody has opened it
    components: ClassVar[object] = None  # what looking through all installed packages gave; a fifth of a second

    def __init__(self, app: Path, kept: list[Kept], data: Data | None = None) -> None:
        self._test = AppTest.from_file(app, default_timeout=60)
        self._test._bidi_component_manager = Visitor.components
        self._kept, self._has_come = kept, False
        if data is not None:
            self._test.session_state["data"] = data

    @property
    def test(self) -> AppTest:
        """What Streamlit shows; who has not opened a page yet comes in by the first one."""
        return self._test if self._has_come else self._settle()._test

    def open(self, page: str) -> Visitor:
        if not self.pages:
            self._settle()
        self._test._registered_pages = self.pages
        self._test.switch_page(page)
        return self._settle()

    def press(self, label: str) -> Visitor:
        """Press the button on the page that carries this label; one in the sidebar only if the page has none."""
        found = [button for button in (*self.test.main.button, *self.test.sidebar.button) if button.label == label]
        assert found, f"no button {label!r}; there are {[button.label for button in self.test.button]}"
        found[0].click()
        return self._settle()

    def choose(self, key: str, value: object) -> Visitor:
        """Set the control with this key."""
        self.test.get_by_key(key).set_value(value)
        return self._settle()

    def select(self, label: str, value: str) -> Visitor:
        """Choose in the select box on the page whose label says this, marks and confidence apart."""
        found = [box for box in self.test.main.selectbox if _unmarked(box.label).split("**")[-2:][0] == label]
        assert found, f"no select {label!r}; there are {[box.label for box in self.test.main.selectbox]}"
        found[0].set_value(value)
        return self._settle()

    def take_for(self, column: str, field: str) -> Visitor:
        """Say what a column of a dropped file holds; "" for nothing."""
        return self.select(column, field)

    def drop(self, *files: Path | tuple[str, bytes], place: int = 0) -> Visitor:
        """Drop files on the Data page."""
        named = [(file.name, file.read_bytes()) if isinstance(file, Path) else file for file in files]
        self.test.file_uploader[place].set_value([(name, content, "text/csv") for name, content in named])
        return self._settle()

    def add(self, *files: Path | tuple[str, bytes]) -> Visitor:
        """Drop files where they are added to the orders that are loaded."""
        return self.drop(*files, place=1)

    @property
    def title(self) -> str:
        return self.test.title[0].value

    @property
    def headline(self) -> str:
        """The answer in words."""
        return _unmarked(self.test.main.header[0].value)

    @property
    def texts(self) -> list[str]:
        """Every sentence on the page below its headings, without marks."""
        found = [_unmarked(text.value) for text in (*self.test.main.markdown, *self.test.main.caption)]
        return [text.removeprefix("- ") for text in found]

    @property
    def errors(self) -> list[str]:
        return [_unmarked(error.value) for error in self.test.error]

    @property
    def cards(self) -> dict[str, tuple[str, str]]:
        """Label → value and change."""
        return {re.sub(r":small\[(.*)\]", r"\1", card.label): (card.value, card.delta) for card in self.test.metric}

    @property
    def charts(self) -> list:
        return [chart.proto for chart in self.test.get("vega_lite_chart")]

    @property
    def downloads(self) -> dict[str, bytes]:
        """File name → content of everything that can be taken away."""
        (manager,) = self._kept
        buttons = [button.proto for button in self.test.get("download_button")]
        urls = [button.url or manager.execute_deferred(button.deferred_file_id) for button in buttons]
        files = [manager.storage.get_file(url.rpartition("/")[2]) for url in urls]
        return {file.filename: file.content for file in files}

    @property
    def notebook(self) -> nbformat.NotebookNode:
        (content,) = [content for name, content in self.downloads.items() if name.endswith(".ipynb")]
        return nbformat.reads(content.decode(), as_version=4)

    def _settle(self) -> Visitor:
        self._has_come = True
        self._test.run()
        assert not self._test.exception, self._test.exception[0].stack_trace or self._test.exception[0].message
        Visitor.pages, Visitor.components = self._test._registered_pages, self._test._bidi_component_manager
        return self


def _unmarked(text: str) -> str:
    return re.sub(r"\\([\\`*_{}\[\]<>#$~|])", r"\1", text)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[Kept]:
    """What AppTest keeps for download, which it offers no way to read: the manager of the latest run."""
    latest: list[Kept] = []

    def keep(storage: MemoryMediaFileStorage) -> Kept:
        latest[:] = [Kept(storage)]
        return latest[0]

    monkeypatch.setattr(app_test, "MediaFileManager", keep)
    return latest


@pytest.fixture
def visitor(
    root: Path,
    kept: list[Kept],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> Visitor:
    """Somebody who has opened the app on a machine that remembers nothing, and brought nothing."""
    monkeypatch.setenv("RETENTION_HOME", str(tmp_path_factory.mktemp("home")))
    return Visitor(root / "app.py", kept)


@pytest.fixture
def at_sample(
    root: Path, kept: list[Kept], shop: rt.Orders, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Visitor:
    """Somebody who has opened the sample shop, which `test_without_data_the_page_offers_a_sample_shop` does by hand."""
    monkeypatch.setenv("RETENTION_HOME", str(tmp_path / "home"))
    return Visitor(root / "app.py", kept, Data(shop, Load(sample="shop")))


@pytest.fixture(scope="session")
def kernel() -> Iterator[KernelManager]:
    """One Jupyter kernel for all notebooks of the pages."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    yield manager
    manager.shutdown_kernel(now=True)


@pytest.fixture
def execute(kernel: KernelManager, tmp_path: Path):
    """Run a notebook in an empty folder, with nothing defined; code to run after it prints what is returned."""

    def run(book: nbformat.NotebookNode, after: str = "") -> str:
        book.cells.insert(0, new_code_cell(f"%reset -f\n{ONCE}os.chdir({str(tmp_path)!r})\ndel os, rt, lru_cache"))
        book.cells.append(new_code_cell(after))
        client = nbclient.NotebookClient(book, km=kernel, timeout=120)
        client.execute()
        client.kc.stop_channels()
        return "".join(output.get("text", "") for output in book.cells[-1].outputs)

    return run
