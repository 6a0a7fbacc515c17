"""Web pages and XML spreadsheets, as many shops send them under the name of .xls → the longest table in them."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

ROWS, CELLS = ("tr", "row"), ("td", "th", "cell")
WIDEST, MOST_PADDING = 2_000, 2_000_000  # columns of a row; cells of a page that only fill gaps


def longest_table(path: Path) -> list[list[str]]:
    """The rows of the table with the most rows in a page that is clean UTF-8."""
    reader = _Tables()
    with open(path, encoding="utf-8") as page:
        while piece := page.read(1 << 20):
            reader.feed(piece)
    reader.close()
    return max(reader.tables, key=len, default=[])


class _Tables(HTMLParser):
    """Every table of a page; one inside another is a table of its own, with its text in no cell of the outer one."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._open: list[list[list[str]]] = []
        self._in_cell: list[bool] = []
        self._silent = False
        self._padding = MOST_PADDING

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent = tag in ("style", "script")
        if tag == "table":
            self._open.append([])
            self._in_cell.append(False)
            self.tables.append(self._open[-1])
        if not self._open:
            return
        rows, about = self._open[-1], dict(attrs)
        if tag in ROWS:
            rows.append([])
            self._in_cell[-1] = False
        elif tag in CELLS and rows:
            self._pad(_number(about.get("ss:index"), 1) - 1 - len(rows[-1]))
            self._at = len(rows[-1])
            rows[-1].append("")
            self._pad(min(_number(about.get("colspan"), 1), WIDEST - self._at) - 1)
            self._in_cell[-1] = True
        elif tag == "br":
            self.handle_data(" ")

    def _pad(self, cells: int) -> None:
        cells = max(min(cells, self._padding), 0)
        self._padding -= cells
        self._open[-1][-1] += [""] * cells

    def handle_endtag(self, tag: str) -> None:
        self._silent = self._silent and tag not in ("style", "script")
        if tag == "table" and self._open:
            self._open.pop()
            self._in_cell.pop()
            self._in_cell[-1:] = [False] * bool(self._in_cell)
        elif tag in (*ROWS, *CELLS) and self._in_cell:
            self._in_cell[-1] = False

    def handle_data(self, data: str) -> None:
        if self._in_cell and self._in_cell[-1] and not self._silent:
            self._open[-1][-1][self._at] += data


def _number(text: str | None, otherwise: int) -> int:
    return min(int(text), WIDEST) if text and text.isascii() and text.isdigit() and len(text) < 9 else otherwise
