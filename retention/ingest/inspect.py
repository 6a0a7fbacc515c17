"""`inspect_orders`: what a file was recognised as, before it is read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from retention.engine import workshop
from retention.ingest.dialect import HEAD_ROWS, find_dialect
from retention.ingest.mapping import by_layout, fingerprint, recognise
from retention.ingest.reshape import reshape
from retention.ingest.source import Source, to_text


@dataclass(frozen=True)
class Inspection:
    """What a file looks like.

    layout, encoding, delimiter, header_line, columns; mapping field → column, with `because` (layout, name, part of the name,
    values) and `confidence` (0 to 1) of each; header: what its columns are remembered by; preview: the first rows as text.
    """

    name: str
    layout: str
    encoding: str
    delimiter: str
    header_line: int
    columns: tuple[str, ...]
    mapping: dict[str, str]
    because: dict[str, str]
    confidence: dict[str, float]
    header: str
    lacks: str
    preview: pd.DataFrame


def inspect_orders(
    source: Source, *, encoding: str | None = None, delimiter: str | None = None, name: str = ""
) -> Inspection:
    """Recognise a file without reading all of it.

    Returns the layout's name, the mapping field → column with the reason and the confidence of each, and the first 20
    rows as text. Where a layout holds several items in a cell, columns and preview are those of the items. Raises FileError
    when the file is no table.

    When not to trust it: it looks at the first 300 rows; a column that changes its habits further down is met when the
    file is read.

    >>> found = inspect_orders(b"Order;Date;E-mail;Qty;Price\\n1;2025-01-31;a@example.com;1;9,90\\n")
    >>> found.mapping["email"], found.delimiter, found.confidence["email"]
    ('E-mail', ';', 1.0)
    """
    with TemporaryDirectory(prefix="retention-") as folder:
        text = to_text(source, Path(folder), 0, encoding, name)
        dialect = find_dialect(text, delimiter)
        columns, rows = dialect.columns, dialect.rows
        match = recognise(columns, rows)
        if match.layout.items:
            with workshop(Path(folder)) as connection:
                shaped = reshape(connection, text, dialect, match.layout, [], 0, Path(folder)).dialect
            columns, rows = shaped.columns, shaped.rows[:HEAD_ROWS]
            match = by_layout(match.layout, columns, rows)
        return Inspection(
            name=text.name,
            layout=match.layout.name,
            encoding=text.encoding,
            delimiter=dialect.delimiter,
            header_line=dialect.skip,
            columns=columns,
            mapping=match.mapping,
            because=match.because,
            confidence=match.confidence,
            header=fingerprint(dialect.columns),
            lacks=match.layout.lacks,
            preview=pd.DataFrame(rows[:20], columns=list(columns)),
        )
