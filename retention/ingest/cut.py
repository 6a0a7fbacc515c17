"""Lines → records and cells, forgiving: a quotation mark that is not closed costs its own line, not the rest of the file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

LONGEST_CELL_LINES = 500
LONGEST_CELL = 2 << 20  # characters over which a quotation mark is looked for that closes a cell
NOT_CLOSED, MISPLACED = 0, -1
csv.field_size_limit(1 << 30)  # a long cell is for the reader's own limits to judge


def cells_of(text: str, delimiter: str) -> list[str]:
    """The cells of one record."""
    return next(csv.reader([text], delimiter=delimiter, skipinitialspace=True))


def count_cells(text: str, delimiter: str) -> int:
    """How many cells a record has; NOT_CLOSED or MISPLACED where its quotation marks are broken.

    >>> count_cells('1,"a, b",2', ","), count_cells('1,"a, b', ","), count_cells('1,"a" b,2', ",")
    (3, 0, -1)
    """
    if '"' not in text:
        return text.count(delimiter) + 1
    try:
        return len(next(csv.reader([text], delimiter=delimiter, strict=True, skipinitialspace=True)))
    except csv.Error as error:
        return NOT_CLOSED if "end of data" in str(error) else MISPLACED


def cut(lines: Iterable[str], delimiter: str, width: int) -> Iterator[tuple[int, int, str, int]]:
    """Records as (first line, last line, text, cells), lines counted from 1; blank lines are no records.

    A cell may hold line breaks. Where an open quotation mark runs into a line that is a whole record of `width` cells by
    itself, or never closes, it is broken: its line is one record with no cells, and reading goes on behind it.
    """
    source, number, waiting = iter(lines), 0, []
    while line := waiting.pop() if waiting else next(source, ""):
        number += 1
        text = line.rstrip("\r\n")
        if not text:
            continue
        found = count_cells(text, delimiter)
        more: list[str] = []
        length = len(text)
        while found == NOT_CLOSED and len(more) < LONGEST_CELL_LINES and length < LONGEST_CELL:
            if not (line := waiting.pop() if waiting else next(source, "")):
                break
            more.append(line)
            length += len(line)
            if width > 3 and count_cells(line.rstrip("\r\n"), delimiter) == width:
                break
            if '"' in line:
                found = count_cells((text + "\n" + "".join(more)).rstrip("\r\n"), delimiter)
        if found > 0:
            yield number, number + len(more), "\n".join([text, *(line.rstrip("\r\n") for line in more)]), found
            number += len(more)
        else:
            waiting += reversed(more)
            yield number, number, text, NOT_CLOSED if more or found == NOT_CLOSED else MISPLACED
