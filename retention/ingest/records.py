"""On which line every record of a text stands, also where quotation marks are broken or cells hold line breaks.

The engine cuts a text into cells much faster, but a quotation mark that is not closed swallows the rest of its file, and the
engine does not say on which line a row stood. This slower reader settles both, for the texts that need it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from retention.ingest.cut import MISPLACED, cut
from retention.ingest.dialect import Dialect

MAX_LINE = 2 << 20  # bytes; the engine is told the same
TOO_FEW = "fewer cells than the header"
TOO_MANY = "more cells than the header"
NOT_CLOSED = "a quotation mark is not closed"
INSIDE = "a quotation mark stands inside a cell"
TOO_LONG = "a line longer than any order line"


@dataclass(frozen=True)
class Record:
    """One row as it stands in the file; `reason` says why it cannot be cut into cells, if it cannot."""

    line: int
    text: str
    reason: str = ""


@dataclass(frozen=True)
class Flat:
    """A text rewritten so that every record is one line, the line each came from, and the records left out."""

    dialect: Dialect
    starts: array
    broken: tuple[tuple[int, str], ...]


def records(dialect: Dialect) -> Iterator[Record]:
    """Every record below the header; blank lines are none."""
    width = len(dialect.columns)
    with open(dialect.path, encoding="utf-8", newline="\n") as stream:
        for first, _, text, found in cut(islice(stream, dialect.skip, None), dialect.delimiter, width):
            yield Record(dialect.skip + first, text, _problem(text, found, width))


def _problem(text: str, found: int, width: int) -> str:
    if len(text) * 4 > MAX_LINE and len(text.encode()) >= MAX_LINE:
        return TOO_LONG
    if found == width:
        return ""
    if found > 0:
        return TOO_FEW if found < width else TOO_MANY
    return INSIDE if found == MISPLACED else NOT_CLOSED


def start_lines(dialect: Dialect) -> tuple[array, list[int]]:
    """The line on which each record begins that can be cut, and of each that cannot."""
    starts, broken = array("q"), []
    for record in records(dialect):
        (broken if record.reason else starts).append(record.line)
    return starts, broken


def flatten(dialect: Dialect, target: Path) -> Flat:
    """Rewrite the records that can be cut, one a line; a line break inside a cell becomes a space."""
    starts, broken = array("q"), []
    with open(target, "w", encoding="utf-8", newline="\n") as out:
        for record in records(dialect):
            if record.reason:
                broken.append((record.line, record.reason))
            else:
                starts.append(record.line)
                out.write(record.text.replace("\n", " ") + "\n")
    return Flat(replace(dialect, path=target, skip=0), starts, tuple(broken))


def texts(dialect: Dialect, wanted: set[int], one_line_each: bool) -> dict[int, str]:
    """The text of the records that begin on these lines."""
    if not wanted:
        return {}
    if not one_line_each:
        return {record.line: record.text for record in records(dialect) if record.line in wanted}
    with open(dialect.path, encoding="utf-8", newline="\n") as stream:
        return {number: line.rstrip("\r\n") for number, line in enumerate(stream, start=1) if number in wanted}
