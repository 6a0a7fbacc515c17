"""How the numbers and dates of a file are written, settled before its rows are typed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import duckdb

from retention.errors import EmptyError, QuestionError
from retention.ingest.dialect import HEAD_ROWS, Dialect
from retention.ingest.layouts import Layout
from retention.ingest.records import MAX_LINE, records
from retention.ingest.source import Text
from retention.ingest.values import DAY_AND_MONTH, OFFSET, DateReading, decimal_mark, frequent_first, read_dates
from retention.report import Choice
from retention.schema import ORDER_MONEY

NUMBERS = ("quantity", "unit_price", "line_total", "discount", *ORDER_MONEY)
WHOLE_CURRENCIES = {"HUF", "JPY", "KRW", "VND", "CLP", "ISK", "IDR"}
RARE = 0.01  # at most this share of contradicting dates are slips; more, and a spreadsheet has been at work


@dataclass(frozen=True)
class Reading:
    """Everything that was decided about one file before its rows are typed."""

    dialect: Dialect
    layout: Layout
    mapping: dict[str, str]
    marks: dict[str, str]
    dates: DateReading
    timezone: str | None
    statuses: tuple[str, ...] = ()


def decide(
    connection: duckdb.DuckDBPyConnection,
    text: Text,
    dialect: Dialect,
    layout: Layout,
    mapping: dict[str, str],
    options: dict,
    questions: list[QuestionError],
) -> tuple[Reading, list[Choice]]:
    """Find the decimal mark of every number and the order of the dates.

    What the file cannot answer is added to `questions`, and the reading goes on with what would be assumed. options: the
    person's own date_order, decimal, timezone and currency, as far as given.
    """
    choices = []
    if not dialect.rows:
        dialect = replace(dialect, rows=_first_rows(connection, dialect, text.name))
    marks = _marks(connection, dialect, layout, mapping, options, choices, questions, text.name)
    column = mapping["ordered_at"]
    cells = [cell + "Z" * (layout.utc and bool(cell)) for cell in _cells(dialect, column)]
    bounds, sorted_as = None, ""
    if looks := next(filter(None, map(DAY_AND_MONTH.match, cells)), None):
        bounds, sorted_as = day_month_evidence(connection, dialect, column, looks[2])
    asked = options["date_order"]
    habit = f"asked-{asked}" if asked in ("dmy", "mdy") else layout.date_order
    try:
        dates = read_dates(cells, bounds, habit, sorted_as, column, text.name)
    except QuestionError as question:
        question.assumed = "mdy" if _is_american(dialect, marks, options["currency"]) else "dmy"
        questions.append(question)
        dates = read_dates(cells, bounds, f"asked-{question.assumed}", sorted_as, column, text.name)
    dates = frequent_first(dates, matched_formats(connection, cells, dates))
    if dates.order in ("dmy", "mdy"):
        words = {"dmy": "day before month", "mdy": "month before day"}
        choices.append(Choice("Dates", words[dates.order], dates.why, "date_order"))
    if dates.has_offset and options["timezone"] is None:
        choices.append(
            Choice("Time zone", "the clock in the file", "its offset is taken as the shop's own", "timezone")
        )
    return Reading(dialect, layout, mapping, marks, dates, options["timezone"], options["statuses"]), choices


def _is_american(dialect: Dialect, marks: dict[str, str], currency: str | None) -> bool:
    """Whether the month is more likely to come first: a comma between cells, a point in numbers, dollars."""
    return dialect.delimiter == "," and "," not in marks.values() and (currency or "USD").upper() == "USD"


def _first_rows(connection: duckdb.DuckDBPyConnection, dialect: Dialect, file: str) -> tuple[tuple[str, ...], ...]:
    """The first rows that can be cut, where the beginning of the text holds none."""
    try:
        rows = connection.execute(f"SELECT * FROM {csv_sql(dialect)} LIMIT {HEAD_ROWS}").fetchall()
    except duckdb.Error:
        rows = []
    broken = None if rows else next(records(dialect), None)
    if broken:
        raise EmptyError(
            "No row of {file} could be used. Line {line}: {reason}.",
            "Save the file again as CSV (UTF-8) straight from the shop system.",
            file=file,
            line=broken.line,
            reason=broken.reason,
        )
    if not rows:
        raise EmptyError(
            "{file} has a header and no orders under it.", "Choose a longer period in the export.", file=file
        )
    return tuple(tuple(cell or "" for cell in row) for row in rows)


def csv_sql(dialect: Dialect, rejects: str = "") -> str:
    """The table that holds the data rows of a text as strings c0, c1, …; without `rejects` bad rows are skipped."""
    if dialect.relation:
        return dialect.relation
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


def named_sql(dialect: Dialect, name: str) -> str:
    """The c-name of a column, whatever the case of its name; NULL where the file lacks it."""
    lower = [column.lower() for column in dialect.columns]
    return f"c{lower.index(name.lower())}" if name.lower() in lower else "NULL"


def column_sql(dialect: Dialect, column: str) -> str:
    """The c-name of a column."""
    return f"c{dialect.columns.index(column)}"


def _cells(dialect: Dialect, column: str) -> list[str]:
    return [row[dialect.columns.index(column)] for row in dialect.rows]


def _marks(
    connection: duckdb.DuckDBPyConnection,
    dialect: Dialect,
    layout: Layout,
    mapping: dict[str, str],
    options: dict[str, str | None],
    choices: list[Choice],
    questions: list[QuestionError],
    file: str,
) -> dict[str, str]:
    names = [name for name in NUMBERS if name in mapping]
    if options["decimal"] in (".", ","):
        return dict.fromkeys(names, options["decimal"])
    found = {name: _cells(dialect, mapping[name]) for name in names}
    marks = {name: decimal_mark(found[name]) for name in names}
    for name in (name for name in names if marks[name] == "?" or (not marks[name] and name != "quantity")):
        raw = column_sql(dialect, mapping[name])
        query = f"SELECT DISTINCT {raw} FROM {csv_sql(dialect)} WHERE regexp_matches({raw}, '[.,]') LIMIT 5000"
        found[name] = [row[0] for row in connection.execute(query).fetchall()]
        marks[name] = decimal_mark(found[name])
    proven = [mark for mark in marks.values() if mark in (".", ",")]
    usual, why = max(set(proven), key=lambda mark: (proven.count(mark), mark), default=""), "the file's other numbers"
    unclear = [name for name in names if marks[name] == "?"]
    if unclear and not usual:
        usual, why = _mark_by_money(dialect, layout, mapping, options["currency"], found[unclear[0]])
    for name in unclear:
        if not usual and dialect.delimiter != ";":
            question = ask_decimal(mapping[name], found[name], file)
            questions.append(question)
            usual, why = question.assumed, "assumed"
        if not usual:
            usual, why = ",", "files cut by semicolons write decimals with a comma"
        marks[name] = usual
        choices.append(Choice("Decimal mark", marks[name], why, "decimal"))
    marks = {name: mark or usual or "." for name, mark in marks.items()}
    if "," in proven:
        choices.append(Choice("Decimal mark", ",", "proven by the values", "decimal"))
    return marks


def _mark_by_money(
    dialect: Dialect, layout: Layout, mapping: dict[str, str], currency: str | None, cells: list[str]
) -> tuple[str, str]:
    """What settles a lone 1.234: a currency without small change, or a line total that is quantity × price one way only."""
    mark = next(cell for cell in cells if decimal_mark([cell]) == "?").strip()
    written = "." if "." in mark else ","
    named = {cell.strip().upper() for cell in _cells(dialect, mapping["currency"])} if "currency" in mapping else set()
    if (named - {""} or {(currency or layout.currency).upper()}) <= WHOLE_CURRENCIES:
        return ("," if written == "." else "."), "this currency has no small change"
    if {"quantity", "unit_price", "line_total"} <= set(mapping):
        rows = zip(*(_cells(dialect, mapping[name]) for name in ("quantity", "unit_price", "line_total")), strict=True)
        votes = dict.fromkeys(".,", 0)
        for row in rows:
            for mark in votes:
                other = "," if mark == "." else "."
                try:
                    quantity, price, total = (float(cell.replace(other, "").replace(mark, ".")) for cell in row)
                except ValueError:
                    continue
                votes[mark] += abs(quantity * price - total) < 0.006 * max(abs(quantity), 1)
        best = max(votes, key=votes.get)
        if votes[best] > 2 * min(votes.values()):
            return best, "only so quantity × price is the line's total"
    return "", ""


def ask_decimal(column: str, cells: list[str], file: str) -> QuestionError:
    example = next(cell for cell in cells if decimal_mark([cell]) == "?")
    return QuestionError(
        "The numbers in column {column} of {file}, such as {example}, can be thousands or have three decimals.",
        "Say which under Numbers, or pass decimal='.' or ','.",
        option="decimal",
        choices=(".", ","),
        assumed="," if "." in example else ".",
        column=column,
        file=file,
        example=example,
    )


def day_month_evidence(
    connection: duckdb.DuckDBPyConnection, dialect: Dialect, column: str, separator: str
) -> tuple[tuple[int, int], str]:
    """The largest first and second number of the whole column, rare slips apart; else the order that runs through time."""
    raw = column_sql(dialect, column)
    a, b = (f"TRY_CAST(split_part(trim({raw}), '{separator}', {part}) AS INTEGER)" for part in (1, 2))
    first, second, firsts, seconds = connection.execute(f"""
        SELECT coalesce(max(a) FILTER (a <= 31 AND b <= 12), 0), coalesce(max(b) FILTER (b <= 31 AND a <= 12), 0),
            count(*) FILTER (a BETWEEN 13 AND 31 AND b <= 12), count(*) FILTER (b BETWEEN 13 AND 31 AND a <= 12)
        FROM (SELECT {a} AS a, {b} AS b FROM {csv_sql(dialect)})""").fetchone()
    if firsts and seconds and min(firsts, seconds) <= RARE * max(firsts, seconds):
        first, second = (first, 12) if firsts > seconds else (12, second)
    largest = (first, second)
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


def matched_formats(connection: duckdb.DuckDBPyConnection, cells: list[str], dates: DateReading) -> list[str | None]:
    marks = set("".join(cells)) | {" "}  # a hundred formats are many; most have a mark that no cell has
    formats = [form for form in dates.formats if set(re.sub("%.", "", form)) <= marks]
    if not formats:
        return []
    cleaned = r"regexp_replace(trim(x), ?, '\1')"
    tries = " ".join(f"WHEN try_strptime(y, '{form}') IS NOT NULL THEN '{form}'" for form in formats)
    query = f"SELECT CASE {tries} END FROM (SELECT {cleaned} AS y FROM (SELECT unnest(?) AS x))"
    return [row[0] for row in connection.execute(query, [OFFSET, cells]).fetchall()]
