"""One text file → one table of typed rows, each with the first thing that is wrong with it."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from retention.errors import FileError, QuestionError
from retention.ingest import records
from retention.ingest.decide import NUMBERS, Reading, column_sql, csv_sql
from retention.ingest.dialect import Dialect
from retention.ingest.source import Text
from retention.ingest.values import cents_sql, number_sql, timestamp_sql
from retention.report import Choice
from retention.schema import PRICES

Decide = Callable[[Dialect], tuple[Reading, list[Choice]]]
CUT_REASONS = {
    "MISSING COLUMNS": records.TOO_FEW,
    "TOO MANY COLUMNS": records.TOO_MANY,
    "LINE SIZE OVER MAXIMUM": records.TOO_LONG,
}
MOST_HUNDREDTHS = 10**13  # a line of an order beyond 100,000 million is a slip
TEXTS = (
    "status", "cancelled_at", "customer_id", "email", "phone", "country", "city", "consent", "is_guest", "channel",
    "currency", "product_id", "product", "category", "discount_code",
)  # fmt: skip


@dataclass(frozen=True)
class Typed:
    """A file whose rows stand in the table `rows`: the first at rowid `first`, `count` of them.

    `broken` are the records that could not be cut into cells, as (line, reason); `starts` are the lines of the others
    where they do not follow one another line by line.
    """

    text: Text
    dialect: Dialect
    reading: Reading
    first: int
    count: int
    broken: tuple[tuple[int, str], ...]
    starts: array | None = None

    @property
    def rows_in_file(self) -> int:
        """Every record below the header."""
        return self.count + len(self.broken)

    def lines_of(self, rowids: list[int]) -> list[int]:
        """The line on which each row begins in its file."""
        if self.starts is not None:
            return [self.starts[row - self.first] for row in rowids]
        # With k broken lines before it, a row stands k lines further down.
        shifts = [line - number for number, (line, _) in enumerate(self.broken)]
        plain = [self.dialect.skip + 1 + row - self.first for row in rowids]
        return [line + bisect_right(shifts, line) for line in plain]


def type_file(
    connection: duckdb.DuckDBPyConnection, text: Text, dialect: Dialect, decide: Decide, number: int, place: Path
) -> tuple[Typed, list[Choice]]:
    """Decide how file `number` is written and add its rows to the table `rows`.

    `outcome` is missing while a row is in use; `rowid` keeps the order of the files and of the rows in them. The engine
    reads the file as it is; only where it stumbles over quotation marks is the file first rewritten record by record.
    """
    first = 0 if number == 0 else connection.execute("SELECT count(*) FROM rows").fetchone()[0]
    try:
        reading, choices = decide(dialect)
    except (duckdb.Error, QuestionError) as error:
        if isinstance(error, QuestionError) and not text.quotes:
            raise
    else:
        connection.execute("BEGIN")
        typed = _type_as_it_is(connection, text, reading, number, first)
        connection.execute("COMMIT" if typed else "ROLLBACK")
        if typed:
            return typed, choices
    flat = records.flatten(dialect, place / f"text_{number}_flat.csv")
    try:
        reading, choices = decide(flat.dialect)
        count, rejects = _insert(connection, reading, number, f"rejects_{number}_flat")
    except duckdb.Error as error:
        raise FileError(
            "{file} cannot be cut into columns: {detail}.",
            "Open it in a spreadsheet program and save it as CSV (UTF-8).",
            file=text.name,
            detail=str(error).splitlines()[0][:200],
        ) from None
    late = [(flat.starts[line - 1], reason) for line, reason in rejects.items()]
    starts = array("q", (line for at, line in enumerate(flat.starts, start=1) if at not in rejects))
    return Typed(text, dialect, reading, first, count, tuple(sorted([*flat.broken, *late])), starts), choices


def _type_as_it_is(
    connection: duckdb.DuckDBPyConnection, text: Text, reading: Reading, number: int, first: int
) -> Typed | None:
    """Type the rows straight from the file; nothing where its quotation marks leave the count in doubt."""
    try:
        count, rejects = _insert(connection, reading, number, f"rejects_{number}")
    except duckdb.Error:
        return None
    if not set(rejects.values()) <= {records.TOO_FEW, records.TOO_MANY, records.TOO_LONG}:
        return None
    dialect, broken = reading.dialect, tuple(sorted(rejects.items()))
    if text.lines - dialect.skip == count + len(broken):
        return Typed(text, dialect, reading, first, count, broken)
    starts, also_broken = records.start_lines(dialect)
    agree = len(starts) == count and also_broken == [line for line, _ in broken]
    return Typed(text, dialect, reading, first, count, broken, starts) if agree else None


def _insert(
    connection: duckdb.DuckDBPyConnection, reading: Reading, number: int, rejects: str
) -> tuple[int, dict[int, str]]:
    """Type the rows; return how many there are, and line → reason of those that could not be cut."""
    has = reading.mapping
    price = next(name for name in PRICES if name in has)
    names = ["order_id", "ordered_at", "name", *TEXTS, *(name for name in NUMBERS if name != "quantity"), "quantity"]
    columns = [_typed_column(reading, name, price) for name in names]
    kept = [name for name in names if name not in ("unit_price", "line_total")]
    problem, found = _problem(reading, price)
    value = (
        "CAST(unit_price AS DECIMAL(28, 4)) * quantity"
        if price == "unit_price"
        else f"CASE WHEN quantity < 0 THEN -abs({price}) ELSE {price} END"
    )
    if price == "order_subtotal":
        value = f"({value}) / 100"
    each = "unit_price" if price == "unit_price" else f"CASE WHEN quantity <> 0 THEN ({value}) / quantity END"
    connection.execute(f"""
        {"CREATE TABLE rows AS" if number == 0 else "INSERT INTO rows"}
        SELECT {number} AS file, {", ".join(kept)}, amount, unit_price, problem,
            CASE WHEN problem IS NOT NULL THEN 'set aside' END AS outcome, CASE WHEN problem IS NOT NULL THEN {found} END AS found
        FROM (SELECT * EXCLUDE (unit_price), CAST({each} AS DOUBLE) AS unit_price, {problem} AS problem
            FROM (SELECT *, TRY_CAST(({value}) * 100 AS BIGINT) AS amount
                FROM (SELECT {", ".join(columns)} FROM {csv_sql(reading.dialect, rejects)})))""")
    count = connection.execute("SELECT count(*) FROM rows WHERE file = ?", [number]).fetchone()[0]
    cut = f"SELECT line, min(error_type::VARCHAR) FROM {rejects} GROUP BY line"
    return count, {line: CUT_REASONS.get(kind, kind.lower()) for line, kind in connection.execute(cut).fetchall()}


def _typed_column(reading: Reading, name: str, price: str) -> str:
    dialect, mapping = reading.dialect, reading.mapping
    if name == "ordered_at":
        raw = column_sql(dialect, mapping["ordered_at"])
        if "time" in mapping:
            raw = f"concat_ws(' ', {raw}, {column_sql(dialect, mapping['time'])})"
        return f"{timestamp_sql(_trimmed(raw), reading.dates, reading.timezone)} AS ordered_at, {raw} AS raw_date"
    if name == "name" and "name" not in mapping and {"first_name", "last_name"} & set(mapping):
        parts = ", ".join(column_sql(dialect, mapping[part]) for part in ("first_name", "last_name") if part in mapping)
        return f"nullif(trim(concat_ws(' ', {parts})), '') AS name"
    if name == "quantity" and name not in mapping:
        pieces = "1" if price == "unit_price" else f"CASE WHEN {price} < 0 THEN -1 ELSE 1 END"
        return f"CAST({pieces} AS DECIMAL(17, 4)) AS quantity"
    if name not in mapping:
        kind = {"unit_price": "DECIMAL(17, 4)", "line_total": "DECIMAL(17, 4)"}.get(
            name, "BIGINT" if name in NUMBERS else "VARCHAR"
        )
        return f"CAST(NULL AS {kind}) AS {name}"
    raw = column_sql(dialect, mapping[name])
    if name in NUMBERS:
        decimals = name in ("quantity", "unit_price", "line_total")
        value = number_sql(raw, reading.marks[name]) if decimals else cents_sql(raw, reading.marks[name])
        return f"{value} AS {name}, {raw} AS raw_{name}"
    if name in ("order_id", "customer_id"):
        whole = rf"regexp_replace({_trimmed(raw)}, '^(\d+)\.0+$', '\1')"
        return f"CASE WHEN contains({raw}, '.') THEN {whole} ELSE {_trimmed(raw)} END AS {name}"
    return f"{_trimmed(raw)} AS {name}"


def _trimmed(raw: str) -> str:
    """A cell without the blanks around it; `trim` is slow, so only for cells that have some."""
    return f"CASE WHEN prefix({raw}, ' ') OR suffix({raw}, ' ') THEN nullif(trim({raw}), '') ELSE {raw} END"


def _problem(reading: Reading, price: str) -> tuple[str, str]:
    """Two CASE expressions: what is wrong with a row, as `field: reason`, and the value found there."""
    mapping = reading.mapping
    blank = " AND ".join(
        f"{name} IS NULL" for name in ("order_id" if "order_id" in mapping else "", "raw_date", f"raw_{price}") if name
    )
    tests = [(blank, "row: number, date and price are empty", "''")]
    if "order_id" in mapping:
        tests.append(("order_id IS NULL", "order_id: no order number", "''"))
        mangled = r"contains(order_id, '+') AND regexp_matches(order_id, '^\d([.,]\d+)?[eE]\+\d+$')"
        tests.append((mangled, "order_id: a spreadsheet shortened this number and it cannot be recovered", "order_id"))
    tests.append(("ordered_at IS NULL", "ordered_at: not a date", "raw_date"))
    tests.append(("NOT year(ordered_at) BETWEEN 1970 AND 2100", "ordered_at: not a plausible date", "raw_date"))
    for name in NUMBERS:
        if name not in mapping:
            continue
        needed = name in ("quantity", price)
        filled = "" if needed else f" AND trim(raw_{name}) <> ''"
        tests.append((f"{name} IS NULL{filled}", f"{name}: not a number", f"raw_{name}"))
    tests.append(
        (f"amount IS NULL OR abs(amount) > {MOST_HUNDREDTHS}", f"{price}: not a plausible amount", f"raw_{price}")
    )
    sign = f"{price} < 0 AND quantity >= 0" if price == "line_total" else f"{price} < 0"
    if price != "order_subtotal":
        tests.append((sign, f"{price}: a negative price is an adjustment, not a sale", f"raw_{price}"))
    when = [f"WHEN {test} THEN '{reason}'" for test, reason, _ in tests]
    show = [f"WHEN {test} THEN {value}" for test, _, value in tests]
    return f"CASE {' '.join(when)} END", f"CASE {' '.join(show)} END"
