"""One text file → one table of typed rows, each with the first thing that is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from retention.errors import FileError, QuestionError
from retention.ingest.dialect import Dialect
from retention.ingest.mapping import Layout
from retention.ingest.source import Text
from retention.ingest.values import (
    DAY_AND_MONTH,
    OFFSET,
    DateReading,
    cents_sql,
    decimal_mark,
    frequent_first,
    number_sql,
    read_dates,
    timestamp_sql,
)
from retention.report import Choice
from retention.schema import ORDER_MONEY, PRICES

NUMBERS = ("quantity", "unit_price", "line_total", "discount", *ORDER_MONEY)
TEXTS = (
    "status", "cancelled_at", "customer_id", "email", "phone", "country", "city", "consent", "is_guest", "channel",
    "currency", "product_id", "product", "category", "discount_code",
)  # fmt: skip
MAX_LINE = 32 << 20
QUOTE = "'"


@dataclass(frozen=True)
class Reading:
    """Everything that was decided about one file before its rows are typed."""

    text: Text
    dialect: Dialect
    layout: Layout
    mapping: dict[str, str]
    marks: dict[str, str]
    dates: DateReading
    timezone: str | None


def decide(
    connection: duckdb.DuckDBPyConnection,
    text: Text,
    dialect: Dialect,
    layout: Layout,
    mapping: dict[str, str],
    date_order: str | None,
    decimal: str | None,
    timezone: str | None,
) -> tuple[Reading, list[Choice]]:
    """Find the decimal mark of every number and the order of the dates; ask only what the file cannot answer."""
    choices = []
    marks = _marks(connection, dialect, mapping, decimal, choices)
    column = mapping["ordered_at"]
    cells = _cells(dialect, column)
    bounds, sorted_as = None, ""
    if looks := next(filter(None, map(DAY_AND_MONTH.match, cells)), None):
        bounds, sorted_as = _day_month_evidence(connection, dialect, column, looks[2])
    habit = f"asked {date_order}" if date_order in ("dmy", "mdy") else layout.date_order
    dates = read_dates(cells, bounds, habit, sorted_as, column, text.name)
    dates = frequent_first(dates, _matched(connection, cells, dates))
    if dates.order in ("dmy", "mdy"):
        words = {"dmy": "day before month", "mdy": "month before day"}
        choices.append(Choice("Dates", words[dates.order], dates.why, "date_order"))
    if dates.has_offset and timezone is None:
        choices.append(
            Choice("Time zone", "the clock in the file", "its offset is taken as the shop's own", "timezone")
        )
    return Reading(text, dialect, layout, mapping, marks, dates, timezone), choices


def type_rows(connection: duckdb.DuckDBPyConnection, reading: Reading, number: int) -> None:
    """Add the file's rows to the table `rows`, or to rejects_<number> where they cannot be cut into cells.

    `outcome` is missing while a row is in use; `rowid` keeps the order of the files and of the rows in them.
    """
    has = reading.mapping
    columns = [_typed_column(reading, name) for name in ("order_id", "ordered_at", "name", *TEXTS, *NUMBERS)]
    raws = [f"c{i}" for i in range(len(reading.dialect.columns))]
    price = next(name for name in PRICES if name in has)
    value = "unit_price * quantity" if price == "unit_price" else price
    problem, found = _problem(reading, price)
    query = f"""
        {"CREATE TABLE rows AS" if number == 0 else "INSERT INTO rows"}
        SELECT {number} AS file, {", ".join(name for name in ("order_id", "ordered_at", "name", *TEXTS, *NUMBERS) if name not in PRICES)}, order_subtotal,
            CAST(({value}) * 100 AS BIGINT) AS amount,
            {"unit_price" if price == "unit_price" else f"CASE WHEN quantity <> 0 THEN ({value}) / quantity END"} AS unit_price,
            problem, CASE WHEN problem IS NOT NULL THEN 'set aside' END AS outcome,
            CASE WHEN problem IS NOT NULL THEN {found} END AS found,
            CASE WHEN problem IS NOT NULL THEN concat_ws('{reading.dialect.delimiter}', {", ".join(f"coalesce({raw}, '')" for raw in raws)}) END AS text
        FROM (SELECT *, {problem} AS problem
              FROM (SELECT {", ".join(columns)}, {", ".join(raws)} FROM {csv_sql(reading.dialect, rejects=f"rejects_{number}")}))
    """
    try:
        connection.execute(query)
    except duckdb.Error as error:
        raise FileError(
            "{file} cannot be cut into columns: {detail}.",
            "Open it in a spreadsheet program and save it as CSV (UTF-8).",
            file=reading.text.name,
            detail=str(error).splitlines()[0][:200],
        ) from None


def csv_sql(dialect: Dialect, rejects: str = "") -> str:
    """The table function that reads the data rows of a text as strings c0, c1, …"""
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(dialect.columns)))
    path = str(dialect.path).replace("'", "''")
    store = (
        f", store_rejects = true, rejects_table = '{rejects}', rejects_scan = '{rejects}_scan'"
        if rejects
        else ", ignore_errors = true"
    )
    return (
        f"read_csv('{path}', auto_detect = false, header = false, skip = {dialect.skip}, columns = {{{columns}}}, "
        f"delim = '{dialect.delimiter}', quote = '\"', escape = '\"', max_line_size = {MAX_LINE}, strict_mode = true{store})"
    )


def column_sql(dialect: Dialect, column: str) -> str:
    """The c-name of a column."""
    return f"c{dialect.columns.index(column)}"


def _typed_column(reading: Reading, name: str) -> str:
    dialect, mapping = reading.dialect, reading.mapping
    if name == "ordered_at":
        raw = column_sql(dialect, mapping["ordered_at"])
        if "time" in mapping:
            raw = f"concat_ws(' ', {raw}, {column_sql(dialect, mapping['time'])})"
        return f"{timestamp_sql(_trimmed(raw), reading.dates, reading.timezone)} AS ordered_at, {raw} AS raw_date"
    if name == "name" and "name" not in mapping and {"first_name", "last_name"} & set(mapping):
        parts = ", ".join(column_sql(dialect, mapping[part]) for part in ("first_name", "last_name") if part in mapping)
        return f"nullif(trim(concat_ws(' ', {parts})), '') AS name"
    if name not in mapping:
        if name == "quantity":
            return "CAST(1 AS DECIMAL(17, 4)) AS quantity"
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
    tests = []
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
        blank = "" if needed else f" AND trim(raw_{name}) <> ''"
        tests.append((f"{name} IS NULL{blank}", f"{name}: not a number", f"raw_{name}"))
    if price in mapping and price != "order_subtotal":
        tests.append(
            (f"{price} < 0 AND quantity > 0", f"{price}: a negative price is an adjustment, not a sale", f"raw_{price}")
        )
    when = [f"WHEN {test} THEN '{reason}'" for test, reason, _ in tests]
    show = [f"WHEN {test} THEN {value}" for test, _, value in tests]
    return f"CASE {' '.join(when)} END", f"CASE {' '.join(show)} END"


def _cells(dialect: Dialect, column: str) -> list[str]:
    return [row[dialect.columns.index(column)] for row in dialect.rows]


def _marks(
    connection: duckdb.DuckDBPyConnection,
    dialect: Dialect,
    mapping: dict[str, str],
    decimal: str | None,
    choices: list[Choice],
) -> dict[str, str]:
    names = [name for name in NUMBERS if name in mapping]
    if decimal in (".", ","):
        return dict.fromkeys(names, decimal)
    marks = {name: decimal_mark(_cells(dialect, mapping[name])) for name in names}
    for name in (name for name in names if marks[name] == "?" or (not marks[name] and name != "quantity")):
        raw = column_sql(dialect, mapping[name])
        query = f"SELECT DISTINCT {raw} FROM {csv_sql(dialect)} WHERE regexp_matches({raw}, '[.,]') LIMIT 5000"
        marks[name] = decimal_mark([row[0] for row in connection.execute(query).fetchall()])
    proven = [mark for mark in marks.values() if mark in (".", ",")]
    usual = max(set(proven), key=lambda mark: (proven.count(mark), mark), default="")
    for name in names:
        if marks[name] == "?" and not usual and dialect.delimiter != ";":
            raise _ask_decimal(dialect, mapping[name])
        if marks[name] == "?":
            why = "the file's other numbers" if usual else "files cut by semicolons write decimals with a comma"
            marks[name] = usual or ","
            choices.append(Choice(f"Decimal mark in {mapping[name]}", marks[name], why, "decimal"))
        marks[name] = marks[name] or usual or "."
    if "," in marks.values():
        choices.append(Choice("Decimal mark", ",", "proven by the values", "decimal"))
    return marks


def _ask_decimal(dialect: Dialect, column: str) -> QuestionError:
    example = next(cell for cell in _cells(dialect, column) if decimal_mark([cell]) == "?")
    return QuestionError(
        "The numbers in column {column}, such as {example}, can be thousands or have three decimals.",
        "Say which under Numbers, or pass decimal='.' or ','.",
        option="decimal",
        choices=(".", ","),
        column=column,
        example=example,
    )


def _day_month_evidence(
    connection: duckdb.DuckDBPyConnection, dialect: Dialect, column: str, separator: str
) -> tuple[tuple[int, int], str]:
    """The largest first and second number of the whole column; where they settle nothing, the order that runs through time."""
    raw = column_sql(dialect, column)
    a, b = (f"TRY_CAST(split_part(trim({raw}), '{separator}', {part}) AS INTEGER)" for part in (1, 2))
    largest = connection.execute(
        f"SELECT coalesce(max({a}), 0), coalesce(max({b}), 0) FROM {csv_sql(dialect)}"
    ).fetchone()
    if max(largest) > 12:
        return largest, ""
    year = f"TRY_CAST(left(split_part(trim({raw}), '{separator}', 3), 4) AS INTEGER)"
    query = f"""
        WITH cut AS (SELECT row_number() OVER () AS row, {a} AS a, {b} AS b, {year} AS y FROM {csv_sql(dialect)}),
        keyed AS (SELECT row, (y * 100 + b) * 100 + a AS dmy, (y * 100 + a) * 100 + b AS mdy FROM cut),
        stepped AS (SELECT dmy - lag(dmy) OVER (ORDER BY row) AS dmy, mdy - lag(mdy) OVER (ORDER BY row) AS mdy FROM keyed)
        SELECT count(*), least(count(*) FILTER (dmy < 0), count(*) FILTER (dmy > 0)),
            least(count(*) FILTER (mdy < 0), count(*) FILTER (mdy > 0)) FROM stepped
    """
    rows, dmy, mdy = connection.execute(query).fetchone()
    straight = [order for order, turns in (("dmy", dmy), ("mdy", mdy)) if turns <= rows * 0.001]
    return largest, straight[0] if rows >= 20 and len(straight) == 1 else ""


def _matched(connection: duckdb.DuckDBPyConnection, cells: list[str], dates: DateReading) -> list[str | None]:
    if not dates.formats:
        return []
    cleaned = r"regexp_replace(trim(x), ?, '\1')"
    tries = " ".join(f"WHEN try_strptime(y, '{form}') IS NOT NULL THEN '{form}'" for form in dates.formats)
    query = f"SELECT CASE {tries} END FROM (SELECT {cleaned} AS y FROM (SELECT unnest(?) AS x))"
    return [row[0] for row in connection.execute(query, [OFFSET, cells]).fetchall()]
