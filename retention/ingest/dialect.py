"""Which character separates the cells, and on which line the header stands."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from retention.errors import FileError, OptionError
from retention.ingest.cut import cells_of, count_cells, cut
from retention.ingest.mapping import aliases, plain
from retention.ingest.source import Text

DELIMITERS = ",;\t|"
HEAD_CHARACTERS = 1 << 18
HEAD_ROWS = 300
MOST_COLUMNS = 2_000
LOOKS_LIKE_DATA = re.compile(r"^\W*[\d.,\s€$£₺₽%:/-]*\d[\d.,\s€$£₺₽%:/-]*$|@")


@dataclass(frozen=True)
class Dialect:
    """How to cut a text into cells: `skip` lines stand before the first data row.

    `relation` names a table of the engine that holds the cells instead, where a layout had to be taken apart first.
    """

    path: Path
    delimiter: str
    skip: int
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    relation: str = ""


def find_dialect(text: Text, delimiter: str | None = None) -> Dialect:
    """Look at the beginning of a text."""
    if delimiter is not None and (len(delimiter) != 1 or delimiter in "\"'\r\n"):
        raise OptionError("delimiter={value!r} is not possible.", "Use one character, such as ';'.", value=delimiter)
    lines = _head_lines(text)
    skip = 0
    if declared := re.match(r"^\"?sep=([^\"'\w])\"?\s*$", lines[0], re.IGNORECASE):
        delimiter, skip = delimiter or declared[1], 1
    if text.columns:
        return Dialect(
            text.path, ",", 0, text.columns, tuple(tuple(line.strip().split(",")) for line in lines[:HEAD_ROWS])
        )
    tables = {mark: _table(lines[skip:], mark) for mark in ([delimiter] if delimiter else DELIMITERS)}
    delimiter = max(tables, key=lambda mark: _evenness([cells for _, cells in tables[mark]]))
    rows = tables[delimiter]
    width = _usual_width([cells for _, cells in rows])
    header = _header_row(rows, width)
    if header is None:
        raise FileError(
            "{file} has no header row with at least two columns; its first line is: {line}.",
            "The first line has to name the columns, as in order_id,ordered_at,email,product,quantity,unit_price.",
            file=text.name,
            line=repr(lines[0].strip()[:80]),
        )
    end, names = rows[header]
    later = [cells for _, cells in rows[header + 1 :] if len(cells) == len(names) + 1]
    ends_in_delimiter = width == len(names) + 1 and not any(cells[-1] for cells in later)
    width = len(names) + ends_in_delimiter
    return Dialect(
        path=text.path,
        delimiter=delimiter,
        skip=skip + end,
        columns=_distinct(names + [""] * (width - len(names))),
        rows=tuple(tuple(cells) for _, cells in rows[header + 1 : header + 1 + HEAD_ROWS] if len(cells) == width),
    )


def _head_lines(text: Text) -> list[str]:
    """The first lines of a text, cut at line feeds only: other marks that Python calls line ends stand inside cells."""
    with open(text.path, encoding="utf-8", newline="\n") as stream:
        head = stream.read(HEAD_CHARACTERS)
        is_all = not stream.read(1)
    if not head.strip():
        raise FileError("{file} holds no text.", "Export the orders again and drop the new file.", file=text.name)
    columns = max(head.partition("\n")[0].count(mark) for mark in DELIMITERS) + 1
    if columns > MOST_COLUMNS or ("\n" not in head and not is_all):
        raise FileError(
            "The first line of {file} is {length} characters long with {columns} columns; at most {most} can be read.",
            "Export fewer columns, or check that this is a file of orders.",
            file=text.name,
            length=f"{len(head.partition(chr(10))[0]):,}" + ("" if "\n" in head or is_all else " or more"),
            columns=f"{columns:,}",
            most=f"{MOST_COLUMNS:,}",
        )
    lines = [line + "\n" for line in head.split("\n")]
    return lines if is_all else lines[:-1]


def _table(lines: list[str], delimiter: str) -> list[tuple[int, list[str]]]:
    """The rows that can be cut, with the line on which each ends."""
    counts = Counter(count_cells(line.rstrip("\r\n"), delimiter) for line in lines[:HEAD_ROWS])
    usual = max((width for width in counts if width > 1), key=lambda width: (counts[width], width), default=0)
    rows = []
    for _, last, text, found in cut(lines, delimiter, usual):
        if found > 0:
            rows.append((last, cells_of(text, delimiter)))
        if len(rows) > HEAD_ROWS:
            break
    return rows


def _usual_width(rows: list[list[str]]) -> int:
    widths = Counter(len(cells) for cells in rows)
    return max(widths, key=lambda width: (widths[width] * (width > 1), width), default=0)


def _evenness(rows: list[list[str]]) -> float:
    width = _usual_width(rows)
    return 0 if width < 2 else width * (sum(len(cells) == width for cells in rows) / len(rows)) ** 2


def _header_row(rows: list[tuple[int, list[str]]], width: int) -> int | None:
    """The first row with three names we know; else the first of the usual width, if it names columns.

    It may lack the last name where every row ends in a delimiter.
    """
    for number, (_, cells) in enumerate(rows):
        if sum(plain(cell) in aliases() for cell in cells) >= 3 and _names_columns(cells):
            return number
    for number, (_, cells) in enumerate(rows):
        if len(cells) == width and sum(bool(cell.strip()) for cell in cells) >= max(2, width // 2):
            return number if _names_columns(cells) else None
    return 0 if rows and _names_columns(rows[0][1]) else None


def _names_columns(cells: list[str]) -> bool:
    return len(cells) > 1 and sum(bool(LOOKS_LIKE_DATA.search(cell)) for cell in cells) <= len(cells) / 2


def _distinct(cells: list[str]) -> tuple[str, ...]:
    """Header names made different: a second `Total` becomes `Total (2)`, an empty one `column 7`."""
    seen: set[str] = set()
    names = []
    for number, cell in enumerate(cells, start=1):
        name = plain = " ".join(cell.split()) or f"column {number}"
        copy = 1
        while name in seen:
            copy += 1
            name = f"{plain} ({copy})"
        seen.add(name)
        names.append(name)
    return tuple(names)
