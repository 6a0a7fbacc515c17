"""The account of every row: what was used, merged or set aside, where it stood in its file, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd

from retention.errors import EmptyError
from retention.ingest import build
from retention.ingest.records import texts
from retention.ingest.reshape import Companion
from retention.ingest.tables import SideFile
from retention.ingest.typed import Typed
from retention.report import Choice, FileFacts, Report
from retention.schema import FIELDS

SET_ASIDE = {
    "file": "str", "line": "int64", "column": "str", "value": "str", "reason": "str", "amount": "float64", "text": "str"
}  # fmt: skip
LONGEST_TEXT = 10_000


def companions_once(files: list[Typed]) -> list[Typed]:
    """A file that belongs to several others is accounted for once, and a row of it is alone only if no other knows it."""
    alone: dict[str, set] = {}
    for other in (other for file in files for other in file.companions):
        alone[other.text.name] = alone.get(other.text.name, set(other.broken)) & set(other.broken)
    seen: set[str] = set()
    once = []
    for file in files:
        kept = []
        for other in file.companions:
            if other.text.name not in seen:
                seen.add(other.text.name)
                broken = tuple(sorted(alone[other.text.name]))
                kept.append(replace(other, count=other.count + len(other.broken) - len(broken), broken=broken))
        once.append(replace(file, companions=tuple(kept)))
    return once


def refuse_empty(connection: duckdb.DuckDBPyConnection, files: list[Typed]) -> None:
    """Say why no row could be used, by the first row that could not."""
    if connection.execute("SELECT count(*) FROM rows WHERE outcome IS NULL").fetchone()[0]:
        return
    names = ", ".join(file.text.name for file in files)
    first = connection.execute(
        """SELECT file, rowid, problem, found, record FROM rows WHERE problem IS NOT NULL ORDER BY rowid LIMIT 1"""
    ).fetchone()
    if first is None:
        raise EmptyError("No row of {file} could be used.", "Choose a longer period in the export.", file=names)
    file = files[first[0]]
    field, _, reason = first[2].partition(": ")
    raise EmptyError(
        "No row of {file} could be used. Line {line}, column {column}: {reason}; found {found!r}, expected {expected}.",
        "Check what this column holds, or pick another one under Columns.",
        file=names,
        line=file.lines_of([first[1] - file.first if first[4] is None else first[4] - 1])[0],
        column=file.reading.mapping.get(field, field),
        reason=reason,
        found=first[3] or "",
        expected=FIELDS.get(field, "an order line"),
    )


def write_set_aside(
    connection: duckdb.DuckDBPyConnection, files: list[Typed], sides: list[SideFile], place: Path
) -> int:
    """Write every row that was set aside, with its file, line, column, value, reason, amount and text; return how many."""
    frames = [_set_aside(connection, file, number) for number, file in enumerate(files)]
    frames += [_listed(other, _cut(other.broken)) for file in files for other in file.companions]
    frames += [_listed(side, _cut(side.broken)) for side in sides]
    everything = pd.concat(frames, ignore_index=True).astype(SET_ASIDE)
    everything.to_parquet(place / "set_aside.parquet", index=False)
    return len(everything)


def _set_aside(connection: duckdb.DuckDBPyConnection, file: Typed, number: int) -> pd.DataFrame:
    rows = connection.execute(
        """SELECT any_value(coalesce(record - 1, rowid - $2)) AS record, first(problem ORDER BY item), first(coalesce(found, '') ORDER BY item),
            sum(amount) / 100 FROM rows
        WHERE outcome = 'set aside' AND file = $1 GROUP BY coalesce(record - 1, rowid - $2) ORDER BY 1""",
        [number, file.first],
    ).fetchall()
    lines = file.lines_of([row[0] for row in rows])
    entries = _cut(file.broken)
    for line, (_, problem, found, amount) in zip(lines, rows, strict=True):
        field, _, reason = problem.partition(": ")
        column = "" if field == "row" else file.reading.mapping.get(field, field)
        entries.append((line, column, found[:LONGEST_TEXT], reason, amount))
    return _listed(file, entries, one_line_each=file.starts is None)


def _cut(broken: tuple[tuple[int, str], ...]) -> list[tuple]:
    """What is known of records that never became rows: `field: reason` where a column is to blame."""
    return [(line, *_blamed(reason), None) for line, reason in broken]


def _blamed(reason: str) -> tuple[str, str, str]:
    field, mark, words = reason.partition(": ")
    return ("" if field == "row" else field, "", words) if mark else ("", "", reason)


def _listed(file: Typed | Companion | SideFile, entries: list[tuple], one_line_each: bool = False) -> pd.DataFrame:
    table = pd.DataFrame(sorted(entries, key=lambda entry: entry[0]), columns=list(SET_ASIDE)[1:-1])
    text = texts(file.dialect, set(table["line"]), one_line_each=one_line_each)
    table["text"] = [text.get(line, "")[:LONGEST_TEXT] for line in table["line"]]
    table.insert(0, "file", file.text.name)
    return table


def row_account(connection: duckdb.DuckDBPyConnection, files: list[Typed], sides: list[SideFile]) -> pd.DataFrame:
    """What became of every record: outcome, reason, rows, amount (currency units; missing where it cannot be read)."""
    rows = build.row_account(connection)
    companions = [other for file in files for other in file.companions]
    elsewhere = Counter({"rows that are no order lines": sum(file.events for file in files)})
    elsewhere["details of orders"] = sum(other.count for other in companions)
    for side in sides:
        elsewhere[side.kind] += side.rows
    cut = Counter(reason for file in (*files, *companions, *sides) for _, reason in file.broken)
    more = [("used", reason, count, float("nan")) for reason, count in sorted(elsewhere.items()) if count]
    more += [
        ("set aside", reason if ": " in reason else f"row: {reason}", count, float("nan"))
        for reason, count in sorted(cut.items())
    ]
    return pd.concat([rows, pd.DataFrame(more, columns=rows.columns)], ignore_index=True) if more else rows


def facts(connection: duckdb.DuckDBPyConnection, duplicates: int, set_aside: int, renewed: int) -> dict[str, float]:
    """The counts that headlines need."""
    row = connection.execute("""
        SELECT count(*), count(*) FILTER (is_purchase), count(*) FILTER (is_purchase AND customer_ref IS NULL),
            count(DISTINCT customer_ref) FILTER (is_purchase) FROM judged""").fetchone()
    names = ("orders", "purchases", "purchases_by_nobody", "customers")
    checked, differ = build.totals(connection)
    more = {"duplicates": duplicates, "set_aside": set_aside, "renewed": renewed}
    return dict(zip(names, row, strict=True)) | more | {"totals_checked": checked, "totals_differ": differ}


def make_report(
    files: list[Typed],
    sides: list[SideFile],
    rows: pd.DataFrame,
    orders: pd.DataFrame,
    choices: list[Choice],
    facts: dict[str, float],
    tables: pd.DataFrame,
) -> Report:
    """Everything a reader of the files should know."""
    return Report(
        files=tuple(fact for file in files for fact in _file_facts(file)) + tuple(_side_facts(side) for side in sides),
        rows=rows,
        orders=orders,
        choices=tuple(dict.fromkeys(choices)),
        facts=facts,
        tables=tables,
    )


def _file_facts(file: Typed) -> list[FileFacts]:
    mapping = file.reading.mapping
    own = _facts(file, file.rows_in_file, file.reading.layout.name, mapping, tuple(mapping.values()))
    others = []
    for other in file.companions:
        used = [column.partition(".")[2] for column in mapping.values() if column.startswith(f"{other.name}.")]
        rows = other.count + len(other.broken)
        others.append(_facts(other, rows, file.reading.layout.name, {}, tuple(used)))
    return [own, *others]


def _side_facts(side: SideFile) -> FileFacts:
    return _facts(side, side.rows + len(side.broken), side.kind, side.mapping, tuple(side.mapping.values()))


def _facts(
    file: Typed | Companion | SideFile, rows: int, layout: str, mapping: dict[str, str], used: tuple[str, ...]
) -> FileFacts:
    return FileFacts(
        name=file.text.name,
        rows=rows,
        layout=layout,
        encoding=file.text.encoding,
        delimiter=file.dialect.delimiter,
        header_line=file.dialect.skip,
        mapping=mapping,
        unused_columns=tuple(column for column in file.dialect.columns if column not in used),
        columns=file.dialect.columns,
    )
