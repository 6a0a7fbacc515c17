"""The account of every row: what was used, merged or set aside, where it stood in its file, and why."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import duckdb
import pandas as pd

from retention.errors import EmptyError
from retention.ingest import build
from retention.ingest.records import texts
from retention.ingest.typed import Typed
from retention.report import Choice, FileFacts, Report
from retention.schema import FIELDS

SET_ASIDE = {
    "file": "str", "line": "int64", "column": "str", "value": "str", "reason": "str", "amount": "float64", "text": "str"
}  # fmt: skip
LONGEST_TEXT = 10_000


def refuse_empty(connection: duckdb.DuckDBPyConnection, files: list[Typed]) -> None:
    """Say why no row could be used, by the first row that could not."""
    if connection.execute("SELECT count(*) FROM rows WHERE outcome IS NULL").fetchone()[0]:
        return
    names = ", ".join(file.text.name for file in files)
    first = connection.execute(
        "SELECT file, rowid, problem, found FROM rows WHERE problem IS NOT NULL ORDER BY rowid LIMIT 1"
    ).fetchone()
    if first is None:
        raise EmptyError("No row of {file} could be used.", "Choose a longer period in the export.", file=names)
    file = files[first[0]]
    field, _, reason = first[2].partition(": ")
    raise EmptyError(
        "No row of {file} could be used. Line {line}, column {column}: {reason}; found {found!r}, expected {expected}.",
        "Check what this column holds, or pick another one under Columns.",
        file=names,
        line=file.lines_of([first[1]])[0],
        column=file.reading.mapping.get(field, field),
        reason=reason,
        found=first[3] or "",
        expected=FIELDS.get(field, "an order line"),
    )


def write_set_aside(connection: duckdb.DuckDBPyConnection, files: list[Typed], place: Path) -> int:
    """Write every row that was set aside, with its file, line, column, value, reason, amount and text; return how many."""
    frames = [_set_aside(connection, file, number) for number, file in enumerate(files)]
    everything = pd.concat(frames, ignore_index=True).astype(SET_ASIDE)
    everything.to_parquet(place / "set_aside.parquet", index=False)
    return len(everything)


def _set_aside(connection: duckdb.DuckDBPyConnection, file: Typed, number: int) -> pd.DataFrame:
    rows = connection.execute(
        """SELECT rowid, problem, coalesce(found, ''), amount / 100 FROM rows
        WHERE outcome = 'set aside' AND file = ? ORDER BY rowid""",
        [number],
    ).fetchall()
    lines = file.lines_of([row[0] for row in rows])
    entries = [(line, "", "", reason, None) for line, reason in file.broken]
    for line, (_, problem, found, amount) in zip(lines, rows, strict=True):
        field, _, reason = problem.partition(": ")
        column = "" if field == "row" else file.reading.mapping.get(field, field)
        entries.append((line, column, found[:LONGEST_TEXT], reason, amount))
    table = pd.DataFrame(sorted(entries, key=lambda entry: entry[0]), columns=list(SET_ASIDE)[1:-1])
    text = texts(file.dialect, set(table["line"]), one_line_each=file.starts is None)
    table["text"] = [text.get(line, "")[:LONGEST_TEXT] for line in table["line"]]
    table.insert(0, "file", file.text.name)
    return table


def row_account(connection: duckdb.DuckDBPyConnection, files: list[Typed]) -> pd.DataFrame:
    """What became of every record: outcome, reason, rows, amount (currency units; missing where it cannot be read)."""
    rows = build.row_account(connection)
    cut = Counter(reason for file in files for _, reason in file.broken)
    broken = [("set aside", f"row: {reason}", count, float("nan")) for reason, count in sorted(cut.items())]
    return pd.concat([rows, pd.DataFrame(broken, columns=rows.columns)], ignore_index=True) if broken else rows


def facts(connection: duckdb.DuckDBPyConnection, duplicates: int, set_aside: int) -> dict[str, float]:
    """The counts that headlines need."""
    row = connection.execute("""
        SELECT count(*), count(*) FILTER (is_purchase), count(*) FILTER (is_purchase AND customer_ref IS NULL),
            count(DISTINCT customer_ref) FILTER (is_purchase) FROM refs""").fetchone()
    names = ("orders", "purchases", "purchases_by_nobody", "customers")
    return dict(zip(names, row, strict=True)) | {"duplicates": duplicates, "set_aside": set_aside}


def make_report(
    files: list[Typed], rows: pd.DataFrame, orders: pd.DataFrame, choices: list[Choice], facts: dict[str, float]
) -> Report:
    """Everything a reader of the files should know."""
    return Report(
        files=tuple(_file_facts(file) for file in files),
        rows=rows,
        orders=orders,
        choices=tuple(dict.fromkeys(choices)),
        facts=facts,
    )


def _file_facts(file: Typed) -> FileFacts:
    mapping = file.reading.mapping
    return FileFacts(
        name=file.text.name,
        rows=file.rows_in_file,
        layout=file.reading.layout.name,
        encoding=file.text.encoding,
        delimiter=file.dialect.delimiter,
        header_line=file.dialect.skip,
        mapping=mapping,
        unused_columns=tuple(column for column in file.dialect.columns if column not in mapping.values()),
    )
