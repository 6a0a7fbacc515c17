"""Which character separates the cells, and on which line the header stands."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from retention.errors import FileError
from retention.ingest.source import Text

DELIMITERS = ",;\t|"
HEAD_CHARACTERS = 1 << 18
HEAD_ROWS = 300
LOOKS_LIKE_DATA = re.compile(r"^\W*[\d.,\s€$£₺₽%:/-]*\d[\d.,\s€$£₺₽%:/-]*$|@")


@dataclass(frozen=True)
class Dialect:
    """How to cut a text into cells: `skip` lines stand before the first data row."""

    path: Path
    delimiter: str
    skip: int
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def find_dialect(text: Text, delimiter: str | None = None) -> Dialect:
    """Look at the beginning of a text."""
    with open(text.path, encoding="utf-8", newline="") as stream:
        head = stream.read(HEAD_CHARACTERS)
        if stream.read(1):
            head = head[: head.rfind("\n") + 1] or head
    lines = head.splitlines(keepends=True)
    if not any(line.strip() for line in lines):
        raise FileError("{file} holds no text.", "Export the orders again and drop the new file.", file=text.name)
    skip = 0
    if declared := re.match(r"^\"?sep=(.)\"?\s*$", lines[0], re.IGNORECASE):
        delimiter, skip = declared[1], 1
    if text.columns:
        return Dialect(
            text.path, ",", 0, text.columns, tuple(tuple(line.strip().split(",")) for line in lines[:HEAD_ROWS])
        )
    tables = {mark: _cut(lines[skip:], mark) for mark in ([delimiter] if delimiter else DELIMITERS)}
    delimiter = max(tables, key=lambda mark: _evenness([cells for _, cells in tables[mark]]))
    rows = tables[delimiter]
    width = _usual_width([cells for _, cells in rows])
    header = _header_row(rows, width)
    if width < 2 or header is None:
        raise FileError(
            "{file} has no header row with at least two columns; its first line is: {line}",
            "The first line has to name the columns, as in order_id,ordered_at,email,product,quantity,unit_price.",
            file=text.name,
            line=repr(lines[0].strip()[:80]),
        )
    end = rows[header][0]
    return Dialect(
        path=text.path,
        delimiter=delimiter,
        skip=skip + end,
        columns=_distinct(rows[header][1]),
        rows=tuple(tuple(cells) for _, cells in rows[header + 1 : header + 1 + HEAD_ROWS] if len(cells) == width),
    )


def _cut(lines: list[str], delimiter: str) -> list[tuple[int, list[str]]]:
    """Rows with the physical line on which each ends."""
    reader = csv.reader(lines, delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if cells:
                rows.append((reader.line_num, cells))
            if len(rows) > HEAD_ROWS:
                break
    except csv.Error:
        pass
    return rows


def _usual_width(rows: list[list[str]]) -> int:
    widths = Counter(len(cells) for cells in rows)
    return max(widths, key=lambda width: (widths[width] * (width > 1), width), default=0)


def _evenness(rows: list[list[str]]) -> float:
    width = _usual_width(rows)
    return 0 if width < 2 else width * sum(len(cells) == width for cells in rows) / len(rows)


def _header_row(rows: list[tuple[int, list[str]]], width: int) -> int | None:
    for number, (_, cells) in enumerate(rows):
        if len(cells) == width and sum(bool(cell.strip()) for cell in cells) >= max(2, width // 2):
            return None if sum(bool(LOOKS_LIKE_DATA.search(cell)) for cell in cells) > width / 2 else number
    return None


def _distinct(cells: list[str]) -> tuple[str, ...]:
    """Header names made different: a second `Total` becomes `Total (2)`, an empty one `column 7`."""
    seen: Counter[str] = Counter()
    names = []
    for number, cell in enumerate(cells, start=1):
        name = " ".join(cell.split()) or f"column {number}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)
