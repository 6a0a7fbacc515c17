"""`read_orders`: files → Orders; `inspect_orders`: what a file was recognised as, before it is read."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from zoneinfo import available_timezones

import duckdb
import pandas as pd

from retention.engine import Dataset, workshop
from retention.errors import EmptyError, OptionError, QuestionError, check_option
from retention.ingest import build, typed
from retention.ingest.dialect import find_dialect
from retention.ingest.mapping import check_mapping, recognise
from retention.ingest.source import Source, Text, to_text
from retention.orders import Orders
from retention.report import Choice, FileFacts, Report
from retention.schema import FIELDS, IDENTITY

VERSION = "1"
SET_ASIDE = ("file", "line", "column", "value", "reason", "amount", "text")
CUT_REASONS = {
    "MISSING COLUMNS": "fewer cells than the header",
    "TOO MANY COLUMNS": "more cells than the header",
    "UNQUOTED VALUE": "a quotation mark is not closed",
    "INVALID ENCODING": "letters that are not text",
    "LINE SIZE OVER MAXIMUM": "a line longer than any order line",
}


@dataclass(frozen=True)
class Inspection:
    """What a file looks like: layout, encoding, delimiter, header line, columns, mapping and why, first rows."""

    name: str
    layout: str
    encoding: str
    delimiter: str
    header_line: int
    columns: tuple[str, ...]
    mapping: dict[str, str]
    because: dict[str, str]
    preview: pd.DataFrame


def inspect_orders(
    source: Source, *, encoding: str | None = None, delimiter: str | None = None, name: str = ""
) -> Inspection:
    """Recognise a file without reading all of it.

    Returns the layout's name, the mapping field → column with the reason for each ("layout", "name", "values"), and
    the first 20 rows as text. Raises FileError when the file is no table.

    >>> found = inspect_orders(b"Order;Date;E-mail;Qty;Price\\n1;2025-01-31;a@example.com;1;9,90\\n")
    >>> found.mapping["email"], found.delimiter
    ('E-mail', ';')
    """
    with TemporaryDirectory(prefix="retention-") as folder:
        text = to_text(source, Path(folder), 0, encoding, name)
        dialect = find_dialect(text, delimiter)
        match = recognise(dialect.columns, dialect.rows)
        return Inspection(
            name=text.name,
            layout=match.layout.name,
            encoding=text.encoding,
            delimiter=dialect.delimiter,
            header_line=dialect.skip,
            columns=dialect.columns,
            mapping=match.mapping,
            because=match.because,
            preview=pd.DataFrame(dialect.rows[:20], columns=list(dialect.columns)),
        )


def read_orders(
    source: Source | list[Source],
    *,
    mapping: dict[str, str] | None = None,
    date_order: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    currency: str | None = None,
    timezone: str | None = None,
    statuses: dict[str, str] | None = None,
    drop_duplicates: bool = False,
    folder: str | Path | None = None,
    name: str = "",
    progress: Callable[[float, str], None] = lambda share, step: None,
) -> Orders:
    """Read the order export of a shop: one file, several, bytes, or a frame; CSV, TSV, gzip or XLSX.

    Encoding, delimiter, header row, decimal mark and date order are found in the file; every option overrides what
    would be found. mapping: field → column, on top of what is recognised (fields: `retention.schema.FIELDS`); a field
    mapped to "" is ignored. date_order: "ymd", "dmy" or "mdy". decimal: "." or ",". currency: the one to keep, or the
    file's where it names none. timezone: moments with an offset are moved there. statuses: the shop's own words for a
    state → paid, pending, cancelled, failed, test or returned. folder: where the Parquet files are kept; without it they go
    with the last use of the result.

    An order is a purchase when it was paid, was not cancelled and has a product with a positive quantity and price. A
    customer is an e-mail address, else a phone number, else the shop's customer number. A cumulative refund is set against
    the products of its order, never beyond them. Rows that cannot be used are set aside with line, column, value and reason:
    `orders.report` accounts for every row, `orders.set_aside()` lists them.

    Raises FileError (no table), ColumnError (a column is missing or unusable), QuestionError (two readings are possible,
    two currencies) and EmptyError (no row could be used).

    When not to trust it: a file that was opened and saved in a spreadsheet may have lost digits of long order numbers
    and turned some dates around. What shows is refused; what does not show cannot be known.

    >>> orders = read_orders(b"order,date,email,quantity,price\\n7,2025-01-31,a@example.com,2,9.90\\n")
    >>> orders.report.count("used"), orders.currency
    (1, '')
    """
    check_option("date_order", date_order or "ymd", ("ymd", "dmy", "mdy"))
    check_option("decimal", decimal or ".", (".", ","))
    if timezone is not None and timezone not in available_timezones():
        raise OptionError("timezone={value!r} is not known.", "Write it as 'Europe/Warsaw'.", value=timezone)
    for meaning in (statuses or {}).values():
        check_option("statuses", meaning, tuple(build.REASONS))
    sources = source if isinstance(source, list) else [source]
    if not sources:
        raise EmptyError("No file was given.", "Name at least one.")
    place = _place(folder)
    options = {
        "mapping": mapping,
        "date_order": date_order,
        "decimal": decimal,
        "encoding": encoding,
        "delimiter": delimiter,
        "currency": currency,
        "timezone": timezone,
        "statuses": statuses,
        "drop_duplicates": drop_duplicates,
    }
    with workshop(place) as connection:
        progress(0.02, "reading")
        readings, choices = [], []
        for number, one in enumerate(sources):
            text = to_text(one, place, number, encoding, name if len(sources) == 1 else "")
            reading, decided = _decide(connection, text, mapping, delimiter, date_order, decimal, timezone)
            typed.type_rows(connection, reading, number)
            readings.append(reading)
            choices += decided
            progress(0.02 + 0.5 * (number + 1) / len(sources), "reading")
        rejects = pd.concat([_rejects(connection, reading, number) for number, reading in enumerate(readings)])
        _order_ids(connection, readings, choices)
        build.merge(connection, drop_duplicates)
        money = _choose_currency(connection, readings, currency, choices)
        _refuse_empty(connection, readings, rejects)
        progress(0.6, "orders")
        after_refund = any(reading.layout.quantity_after_refund for reading in readings)
        phones = {pair: _e164(*pair) for pair in build.national_phones(connection)}
        for state in build.unknown_states(connection):
            if plain_state(state, statuses):
                continue
            choices.append(Choice(f"State “{state}”", "paid", "not a known word", "statuses"))
        build.build_orders(connection, statuses or {}, after_refund, phones)
        progress(0.75, "writing")
        build.write(connection, place)
        duplicates = build.count_duplicates(connection)
        if duplicates:
            choices.append(Choice("Identical rows", f"kept {duplicates:,}", "they can be genuine", "drop_duplicates"))
        row_account = build.row_account(connection)
        set_aside = _write_set_aside(connection, readings, rejects, place)
        first, last = connection.execute("SELECT min(ordered_at), max(ordered_at) FROM refs").fetchone()
        facts = _facts(connection, duplicates, set_aside)
        report = _report(connection, readings, choices, row_account, rejects, facts)
    for leftover in place.glob("text_*"):
        leftover.unlink()
    shutil.rmtree(place / "spill", ignore_errors=True)
    digest = [reading.text.sha256 for reading in readings]
    orders = Orders(
        dataset=Dataset(place, temporary=folder is None),
        observed_from=first.date(),
        as_of=last.date() + timedelta(days=1),
        currency=money,
        timezone=timezone or "",
        fingerprint=hashlib.sha256(json.dumps([VERSION, digest, options], sort_keys=True).encode()).hexdigest(),
        report=report,
    )
    progress(1.0, "done")
    return orders


def plain_state(state: str, statuses: dict[str, str] | None) -> bool:
    """Whether the caller named this state."""
    return build.plain(state) in {build.plain(word) for word in statuses or {}}


def _place(folder: str | Path | None) -> Path:
    """The folder of the dataset; a temporary one carries the process id, so that leftovers of a crash can be told."""
    if folder is None:
        return Path(mkdtemp(prefix=f"retention-{os.getpid()}-")).resolve()
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder).resolve()


def _decide(
    connection: duckdb.DuckDBPyConnection,
    text: Text,
    mapping: dict[str, str] | None,
    delimiter: str | None,
    date_order: str | None,
    decimal: str | None,
    timezone: str | None,
) -> tuple[typed.Reading, list[Choice]]:
    dialect = find_dialect(text, delimiter)
    match = recognise(dialect.columns, dialect.rows)
    chosen = match.mapping | (mapping or {})
    taken = set((mapping or {}).values())
    chosen = {
        name: column
        for name, column in chosen.items()
        if column and (name in (mapping or {}) or column not in taken or match.mapping.get(name) != column)
    }
    check_mapping(chosen, dialect.columns, match.layout, text.name)
    return typed.decide(connection, text, dialect, match.layout, chosen, date_order, decimal, timezone)


def _order_ids(connection: duckdb.DuckDBPyConnection, readings: list[typed.Reading], choices: list[Choice]) -> None:
    """Give the rows of a file without order numbers one: every row, or a customer's purchases at one moment."""
    for number, reading in enumerate(readings):
        if "order_id" in reading.mapping:
            continue
        if reading.layout.row_is_order:
            key = f"'{number}-' || lpad(CAST(rowid AS VARCHAR), 9, '0')"
        else:
            who = "coalesce(" + ", ".join(f"lower({name})" for name in IDENTITY) + ", CAST(rowid AS VARCHAR))"
            key = f"{who} || ' ' || strftime(ordered_at, '%Y-%m-%d %H:%M:%S')"
            choices.append(Choice("Order number", "customer and moment", "the file has no order number", "mapping"))
        connection.execute(f"UPDATE rows SET order_id = {key} WHERE file = {number} AND problem IS NULL")


def _choose_currency(
    connection: duckdb.DuckDBPyConnection, readings: list[typed.Reading], currency: str | None, choices: list[Choice]
) -> str:
    found = build.currencies(connection)
    wanted = currency.upper() if currency else ""
    if found and wanted and wanted not in found:
        raise OptionError(
            "currency={value!r} is not in the file.", "Found: {found}.", value=currency, found=", ".join(found)
        )
    if len(found) > 1 and not wanted:
        raise QuestionError(
            "The orders are in {count} currencies: {found}. Money in different currencies is never added.",
            "Pick one under Currency, or pass currency='{first}'; the other orders are set aside.",
            option="currency",
            choices=tuple(found),
            count=len(found),
            found=", ".join(f"{name} ({rows:,} rows)" for name, rows in found.items()),
            first=next(iter(found)),
        )
    if len(found) > 1:
        build.keep_currency(connection, wanted)
    if found:
        return wanted or next(iter(found))
    habit = next((reading.layout.currency for reading in readings if reading.layout.currency), "")
    if not wanted:
        why = "the habit of this file" if habit else "the file names none"
        choices.append(Choice("Currency", habit or "not known", why, "currency"))
    return wanted or habit


def _e164(phone: str, country: str | None) -> str | None:
    import phonenumbers

    try:
        number = phonenumbers.parse(phone, country.upper() if country and len(country) == 2 else None)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _refuse_empty(connection: duckdb.DuckDBPyConnection, readings: list[typed.Reading], rejects: pd.DataFrame) -> None:
    if connection.execute("SELECT count(*) FROM rows WHERE outcome IS NULL").fetchone()[0]:
        return
    names = ", ".join(reading.text.name for reading in readings)
    first = connection.execute("SELECT file, rowid, problem, found FROM rows ORDER BY rowid LIMIT 1").fetchone()
    if first is None and rejects.empty:
        raise EmptyError("{file} has a header and no orders.", "Choose a longer period in the export.", file=names)
    if first is None:
        raise EmptyError(
            "No row of {file} could be used. Line {line}: {reason}.",
            "Save the file again as CSV (UTF-8) straight from the shop system.",
            file=names,
            line=rejects["line"].iloc[0],
            reason=rejects["reason"].iloc[0],
        )
    reading = readings[first[0]]
    field, _, reason = first[2].partition(": ")
    raise EmptyError(
        "No row of {file} could be used. Line {line}, column {column}: {reason}; found {found!r}, expected {expected}.",
        "Check what this column holds, or pick another one under Columns.",
        file=names,
        line=_line_numbers(reading, [first[1]], rejects, -1)[0],
        column=reading.mapping.get(field, field),
        reason=reason,
        found=first[3] or "",
        expected=FIELDS.get(field, field),
    )


def _rejects(connection: duckdb.DuckDBPyConnection, reading: typed.Reading, number: int) -> pd.DataFrame:
    """Rows that could not be cut into as many cells as the header has."""
    found = connection.execute(f"""
        SELECT line, min(column_name) AS cell, any_value(error_type)::VARCHAR AS error, any_value(csv_line) AS text
        FROM rejects_{number} GROUP BY line ORDER BY line""").df()
    return pd.DataFrame(
        {
            "file": reading.text.name,
            "line": found["line"],
            "column": "",
            "value": "",
            "reason": found["error"].map(CUT_REASONS).fillna(found["error"]),
            "amount": pd.Series(index=found.index, dtype=float),
            "text": found["text"],
        },
        columns=SET_ASIDE,
    )


def _after_rejects(line: int, bad: list[int]) -> int:
    for reject in bad:
        line += reject <= line
    return line


def _line_numbers(reading: typed.Reading, rows: list[int], rejects: pd.DataFrame, counted: int) -> list[int]:
    """The physical line of data rows counted from 0; a pass over the file where line breaks stand inside cells."""
    bad = sorted(rejects.loc[rejects["file"] == reading.text.name, "line"])
    wanted, lines = set(rows), {}
    width = len(reading.dialect.columns)
    if not wanted:
        return []
    if reading.text.newlines - reading.dialect.skip - len(bad) - counted in (0, -1):
        return [_after_rejects(reading.dialect.skip + 1 + row, bad) for row in rows]
    with open(reading.text.path, encoding="utf-8", newline="") as stream:
        for _ in range(reading.dialect.skip):
            stream.readline()
        records = csv.reader(stream, delimiter=reading.dialect.delimiter)
        row, start = 0, reading.dialect.skip + 1
        try:
            for cells in records:
                if len(cells) == width and start not in bad:
                    if row in wanted:
                        lines[row] = start
                        if len(lines) == len(wanted):
                            break
                    row += 1
                start = reading.dialect.skip + records.line_num + 1
        except csv.Error:
            pass
    return [lines.get(row, reading.dialect.skip + 1 + row) for row in rows]


def _write_set_aside(
    connection: duckdb.DuckDBPyConnection, readings: list[typed.Reading], rejects: pd.DataFrame, place: Path
) -> int:
    found = connection.execute("""
        SELECT file, rowid AS row, problem, found AS value, amount / 100 AS amount, text FROM rows
        WHERE outcome = 'set aside' ORDER BY rowid""").df()
    lines: dict[tuple[int, int], int] = {}
    counted, before = _rows_by_file(connection), 0
    for number, reading in enumerate(readings):
        rows = found.loc[found["file"] == number, "row"].tolist()
        physical = _line_numbers(reading, [row - before for row in rows], rejects, counted.get(number, 0))
        lines |= {(number, row): line for row, line in zip(rows, physical, strict=True)}
        before += counted.get(number, 0)
    fields = [problem.partition(": ") for problem in found["problem"]]
    table = pd.DataFrame(
        {
            "file": [readings[number].text.name for number in found["file"]],
            "line": [lines[key] for key in zip(found["file"], found["row"], strict=True)],
            "column": [readings[n].mapping.get(f[0], f[0]) for n, f in zip(found["file"], fields, strict=True)],
            "value": found["value"],
            "reason": [field[2] for field in fields],
            "amount": found["amount"],
            "text": found["text"],
        },
        columns=SET_ASIDE,
    )
    everything = pd.concat([frame for frame in (table, rejects) if len(frame)] or [table])
    everything = everything.astype(
        {"file": "str", "line": "int64", "column": "str", "value": "str", "reason": "str", "text": "str"}
    )
    everything.to_parquet(place / "set_aside.parquet", index=False)
    return len(everything)


def _rows_by_file(connection: duckdb.DuckDBPyConnection) -> dict[int, int]:
    return dict(connection.execute("SELECT file, count(*) FROM rows GROUP BY file").fetchall())


def _facts(connection: duckdb.DuckDBPyConnection, duplicates: int, set_aside: int) -> dict[str, float]:
    row = connection.execute("""
        SELECT count(*), count(*) FILTER (is_purchase), count(*) FILTER (is_purchase AND customer_ref IS NULL),
            count(DISTINCT customer_ref) FILTER (is_purchase) FROM refs""").fetchone()
    names = ("orders", "purchases", "purchases_by_nobody", "customers")
    return dict(zip(names, row, strict=True)) | {"duplicates": duplicates, "set_aside": set_aside}


def _report(
    connection: duckdb.DuckDBPyConnection,
    readings: list[typed.Reading],
    choices: list[Choice],
    rows: pd.DataFrame,
    rejects: pd.DataFrame,
    facts: dict[str, float],
) -> Report:
    counted = _rows_by_file(connection)
    cut = rejects.groupby("reason").size()
    broken = pd.DataFrame(
        {
            "outcome": "set aside",
            "reason": [f"row: {reason}" for reason in cut.index],
            "rows": cut.to_numpy(),
            "amount": float("nan"),
        }
    )
    return Report(
        files=tuple(
            FileFacts(
                name=reading.text.name,
                rows=counted.get(number, 0) + int((rejects["file"] == reading.text.name).sum()),
                layout=reading.layout.name,
                encoding=reading.text.encoding,
                delimiter=reading.dialect.delimiter,
                header_line=reading.dialect.skip,
                mapping=reading.mapping,
                unused_columns=tuple(
                    column for column in reading.dialect.columns if column not in reading.mapping.values()
                ),
            )
            for number, reading in enumerate(readings)
        ),
        rows=pd.concat([rows, broken], ignore_index=True) if len(broken) else rows,
        orders=build.order_account(connection),
        choices=tuple(dict.fromkeys(choices)),
        facts=facts,
    )
