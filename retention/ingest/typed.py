"""One text file → one table of typed rows, each with the first thing that is wrong with it."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from retention.errors import FileError
from retention.ingest import records
from retention.ingest.decide import NUMBERS, Reading, column_sql, csv_sql, named_sql
from retention.ingest.dialect import Dialect
from retention.ingest.layouts import Join, Layout
from retention.ingest.paid_back import listed, listed_share, lowered_by
from retention.ingest.reshape import ITEM_TEXT, Companion, condition_sql, reshape
from retention.ingest.rows import COLUMNS, TEXTS, add_rows, change, write_rows
from retention.ingest.source import Text
from retention.ingest.values import cents_sql, number_sql, timestamp_sql
from retention.ingest.words import words
from retention.report import Choice
from retention.schema import PRICES

Decide = Callable[[Dialect], tuple[Reading, list[Choice]]]
CUT_REASONS = {
    "MISSING COLUMNS": records.TOO_FEW,
    "TOO MANY COLUMNS": records.TOO_MANY,
    "LINE SIZE OVER MAXIMUM": records.TOO_LONG,
}
MOST_HUNDREDTHS = 10**13  # a line of an order beyond 100,000 million is a slip
PLAUSIBLE = "ordered_at BETWEEN TIMESTAMP '1970-01-01' AND TIMESTAMP '2100-12-31 23:59:59'"
ENTITIES = {"&#039;": "''", "&#39;": "''", "&quot;": '"', "&lt;": "<", "&gt;": ">", "&amp;": "&"}  # letters as in SQL


@dataclass(frozen=True)
class Typed:
    """A file whose rows stand in the table `rows`: the first at rowid `first`, from `count` records.

    `broken` are the records that could not be cut into cells, as (line, reason); `starts` are the lines of the others
    where they do not follow one another line by line. Of a file that had to be reshaped, `events` records are no order
    lines, and `companions` are the files that only added columns to it.
    """

    text: Text
    dialect: Dialect
    reading: Reading
    first: int
    count: int
    broken: tuple[tuple[int, str], ...]
    starts: array | None = None
    events: int = 0
    companions: tuple[Companion, ...] = ()

    @property
    def rows_in_file(self) -> int:
        """Every record below the header."""
        return self.count + self.events + len(self.broken)

    def lines_of(self, records: list[int]) -> list[int]:
        """The line on which each record begins in its file; records are counted from 0."""
        if self.starts is not None:
            return [self.starts[record] for record in records]
        # With k broken lines before it, a row stands k lines further down.
        shifts = [line - number for number, (line, _) in enumerate(self.broken)]
        plain = [self.dialect.skip + 1 + record for record in records]
        return [line + bisect_right(shifts, line) for line in plain]


def type_file(
    connection: duckdb.DuckDBPyConnection,
    text: Text,
    dialect: Dialect,
    layout: Layout,
    others: list[tuple[Join, Text, Dialect]],
    decide: Decide,
    number: int,
    place: Path,
) -> tuple[Typed, list[Choice]]:
    """Decide how file `number` is written and add its rows to the table `rows`.

    `outcome` is missing while a row is in use; `rowid` keeps the order of the files and of the rows in them. The engine
    reads the file as it is; only where it stumbles over quotation marks, or the layout has to be reshaped, is the file first
    rewritten record by record. `others` are files that belong to this one.
    """
    first = 0 if number == 0 else connection.execute("SELECT count(*) FROM rows").fetchone()[0]
    if layout.is_reshaped:
        return _type_reshaped(connection, text, dialect, layout, others, decide, number, first, place)
    try:
        reading, choices = decide(dialect)
    except duckdb.Error:
        pass
    else:
        typed = _type_as_it_is(connection, text, reading, number, first, place)
        if typed:
            _settle(connection, reading, number, first, place)
            return typed, choices
    flat = records.flatten(dialect, place / f"text_{number}_flat.csv")
    try:
        reading, choices = decide(flat.dialect)
        count, rejects = _write(connection, reading, number, f"rejects_{number}_flat", place)
    except duckdb.Error as error:
        raise FileError(
            "{file} cannot be cut into columns: {detail}.",
            "Open it in a spreadsheet program and save it as CSV (UTF-8).",
            file=text.name,
            detail=str(error).splitlines()[0][:200],
        ) from None
    _settle(connection, reading, number, first, place)
    late = [(flat.starts[line - 1], reason) for line, reason in rejects.items()]
    starts = array("q", (line for at, line in enumerate(flat.starts, start=1) if at not in rejects))
    return Typed(text, dialect, reading, first, count, tuple(sorted([*flat.broken, *late])), starts), choices


def _type_reshaped(
    connection: duckdb.DuckDBPyConnection,
    text: Text,
    dialect: Dialect,
    layout: Layout,
    others: list[tuple[Join, Text, Dialect]],
    decide: Decide,
    number: int,
    first: int,
    place: Path,
) -> tuple[Typed, list[Choice]]:
    shaped = reshape(connection, text, dialect, layout, others, number, place)
    reading, choices = decide(shaped.dialect)
    _write(connection, reading, number, "", place)
    connection.execute(f"DROP TABLE {shaped.dialect.relation}")
    _settle(connection, reading, number, first, place)
    # An order whose items cannot all be read would have a wrong value: the whole record is set aside.
    change(
        connection,
        """UPDATE rows SET problem = bad.problem, found = bad.found, outcome = 'set aside' FROM (
            SELECT record, arg_min(problem, item) AS problem, arg_min(found, item) AS found FROM rows
            WHERE file = $1 AND problem IS NOT NULL GROUP BY record) AS bad
        WHERE file = $1 AND rows.record = bad.record""",
        [number],
    )
    count = len(shaped.starts) - shaped.events
    typed = Typed(text, dialect, reading, first, count, shaped.broken, shaped.starts, shaped.events, shaped.companions)
    return typed, choices


def _type_as_it_is(
    connection: duckdb.DuckDBPyConnection, text: Text, reading: Reading, number: int, first: int, place: Path
) -> Typed | None:
    """Type the rows straight from the file; nothing where its quotation marks leave the count in doubt."""
    try:
        count, rejects = _write(connection, reading, number, f"rejects_{number}", place)
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


def _write(
    connection: duckdb.DuckDBPyConnection, reading: Reading, number: int, rejects: str, place: Path
) -> tuple[int, dict[int, str]]:
    """Type the rows into a file; return how many there are, and line → reason of those that could not be cut."""
    has, layout, relation = reading.mapping, reading.layout, reading.dialect.relation
    price = next(name for name in PRICES if name in has)
    names = ["order_id", "ordered_at", "name", *TEXTS, *(name for name in NUMBERS if name != "quantity"), "quantity"]
    columns = [_typed_column(reading, name, price) for name in names]
    columns += ["record", "item"] if relation else ["CAST(NULL AS BIGINT) AS record", "1 AS item"]
    columns += [f"{_birth_year(reading)} AS birth_year", "c0 AS first_cell"]
    columns += [f"{column_sql(reading.dialect, ITEM_TEXT)} AS item_text"] if layout.items else []
    if layout.summary_without:
        columns.append(f"nullif(trim({named_sql(reading.dialect, layout.summary_without)}), '') AS telling")
    if layout.refunds_in:
        columns.append(f"{listed(reading)} AS listed")
    empty = {name for name, column in zip(names, columns, strict=False) if column.startswith("CAST(NULL")}
    made = ("file", "amount", "unit_price", "problem", "outcome", "found")
    kept = [name for name in COLUMNS if name not in (*empty, *made)]
    problem, found = _problem(reading, price)
    value = (
        "CAST(unit_price AS DECIMAL(28, 4)) * quantity"
        if price == "unit_price"
        else f"CASE WHEN quantity < 0 THEN -abs({price}) ELSE {price} END"
    )
    if price == "order_subtotal":
        value = f"({value}) / 100"
    typed = f"SELECT {', '.join(columns)} FROM {csv_sql(reading.dialect, rejects)}"
    if layout.items and layout.items.share in PRICES:
        typed = f"SELECT * REPLACE ({_shared(price)} AS {price}, coalesce(quantity, 1) AS quantity) FROM ({typed})"
    if layout.summary_without:
        typed = f"SELECT * REPLACE ({_not_in_summary('quantity')}, {_not_in_summary(price)}) FROM ({typed})"
    if layout.refunds_in:
        typed = f"SELECT * REPLACE ({listed_share(price)} AS refunded) FROM ({typed})"
    if layout.return_is_row:
        typed = f"SELECT * REPLACE (CASE WHEN status = 'returned' THEN -abs(quantity) ELSE quantity END AS quantity) FROM ({typed})"
    if layout.negative_is_return:
        typed = (
            f"SELECT * REPLACE (CASE WHEN {price} < 0 THEN -abs(quantity) ELSE quantity END AS quantity) FROM ({typed})"
        )
    each = "unit_price" if price == "unit_price" else f"CASE WHEN quantity <> 0 THEN ({value}) / quantity END"
    query = f"""
        SELECT {number} AS file, {", ".join(kept)}, amount, unit_price, problem,
            CASE WHEN problem IS NOT NULL THEN 'set aside' END AS outcome, CASE WHEN problem IS NOT NULL THEN {found} END AS found
        FROM (SELECT * EXCLUDE (unit_price), CAST({each} AS DOUBLE) AS unit_price, {problem} AS problem
            FROM (SELECT *, {_amount(price, value)} AS amount FROM ({typed})))"""
    count = write_rows(connection, query, number, place)
    if relation:
        return count, {}
    cut = f"SELECT line, min(error_type::VARCHAR) FROM {rejects} GROUP BY line"
    return count, {line: CUT_REASONS.get(kind, kind.lower()) for line, kind in connection.execute(cut).fetchall()}


def _amount(price: str, value: str) -> str:
    """The value of a line in hundredths. Prices times a few whole pieces fit into 64 bits, which takes a third of the time."""
    exact = f"TRY_CAST(({value}) * 100 AS BIGINT)"
    if price != "unit_price":
        return exact
    small = "TRY_CAST(unit_price AS DECIMAL(10, 4)) * TRY_CAST(quantity AS DECIMAL(4, 0))"
    return (
        f"coalesce(CASE WHEN quantity % 1 = 0 THEN CAST(CAST({small} AS DECIMAL(14, 2)) * 100 AS BIGINT) END, {exact})"
    )


def _settle(connection: duckdb.DuckDBPyConnection, reading: Reading, number: int, first: int, place: Path) -> None:
    """Add the rows to the others, and settle what a row says only together with its order's other rows."""
    layout = reading.layout
    add_rows(connection, number, first, place)
    _date_further_rows(connection, number)
    if layout.return_is_row:
        _set_state(connection, number, "NULL", "status = 'returned'", "bool_or(status IS DISTINCT FROM 'returned')")
    if layout.otherwise:
        _set_state(connection, number, f"'{layout.otherwise}'", "status IS NULL", "bool_and(status IS NULL)")


def _date_further_rows(connection: duckdb.DuckDBPyConnection, number: int) -> None:
    """A further row of an order may leave out the date: it is the one of the same order's other rows."""
    undated = "file = $1 AND problem = 'ordered_at: not a date' AND coalesce(trim(found), '') = ''"
    if connection.execute(f"SELECT count(*) FROM rows WHERE {undated}", [number]).fetchone()[0]:
        change(
            connection,
            f"""UPDATE rows SET ordered_at = dated.first, problem = NULL, outcome = NULL, found = NULL FROM (
                SELECT order_id, min(ordered_at) AS first FROM rows WHERE file = $1 AND problem IS NULL GROUP BY order_id) AS dated
            WHERE {undated} AND rows.order_id = dated.order_id""",
            [number],
        )


def _set_state(connection: duckdb.DuckDBPyConnection, number: int, state: str, rows: str, orders: str) -> None:
    """Give some rows another state, in those orders whose rows together fulfil a condition."""
    change(
        connection,
        f"""UPDATE rows SET status = {state} WHERE file = $1 AND {rows} AND order_id IN (
            SELECT order_id FROM rows WHERE file = $1 AND problem IS NULL GROUP BY order_id HAVING {orders})""",
        [number],
    )


def _not_in_summary(value: str) -> str:
    """A value that counts for nothing in a row which only sums up the order's other rows."""
    summary = "telling IS NULL AND count(telling) OVER (PARTITION BY order_id) > 0"
    return f"CASE WHEN {summary} THEN 0 ELSE {value} END AS {value}"


def _shared(price: str) -> str:
    """The order's money shared over its items by their pieces, so that the parts add up to the cent."""
    pieces = "abs(coalesce(quantity, 1))"
    upto = f"sum({pieces}) OVER (PARTITION BY record ORDER BY item)"
    total = f"sum({pieces}) OVER (PARTITION BY record)"
    part = f"round({price} * {upto} / {total}, 2) - round({price} * ({upto} - {pieces}) / {total}, 2)"
    return f"CASE WHEN {total} > 0 THEN CAST({part} AS DECIMAL(17, 4)) WHEN item = 1 THEN {price} ELSE 0 END"


def _birth_year(reading: Reading) -> str:
    mapping = reading.mapping
    if "birth_date" in mapping:
        return (
            rf"TRY_CAST(regexp_extract({column_sql(reading.dialect, mapping['birth_date'])}, '(19|20)\d\d') AS INTEGER)"
        )
    if "age" in mapping:
        age = rf"TRY_CAST(regexp_extract({column_sql(reading.dialect, mapping['age'])}, '\d+') AS INTEGER)"
        return f"CASE WHEN {age} BETWEEN 10 AND 110 THEN year(ordered_at) - {age} END"
    return "CAST(NULL AS INTEGER)"


def _state_sql(reading: Reading) -> str:
    """The state of an order: what a telling column says, else the column of states."""
    status = _trimmed(column_sql(reading.dialect, reading.mapping["status"])) if "status" in reading.mapping else "NULL"
    rules = [
        f"WHEN {condition_sql(rule, named_sql(reading.dialect, rule.column))} THEN '{rule.meaning}'"
        for rule in reading.layout.state
    ]
    if reading.statuses:  # what a person said about a word goes before what the layout says
        said = ", ".join("lower('" + word.replace("'", "''") + "')" for word in reading.statuses)
        rules.insert(0, f"WHEN lower({status}) IN ({said}) THEN {status}")
    return f"CASE {' '.join(rules)} ELSE {status} END" if rules else f"CAST({status} AS VARCHAR)"


def _typed_column(reading: Reading, name: str, price: str) -> str:
    dialect, mapping = reading.dialect, reading.mapping
    if name == "ordered_at":
        raw = column_sql(dialect, mapping["ordered_at"])
        if "time" in mapping:
            raw = f"concat_ws(' ', {raw}, {column_sql(dialect, mapping['time'])})"
        if reading.layout.utc:
            raw = f"({raw} || 'Z')"
        return f"{timestamp_sql(_trimmed(raw), reading.dates, reading.timezone)} AS ordered_at, {raw} AS raw_date"
    if name == "status":
        return f"{_state_sql(reading)} AS status"
    if name == "name" and "name" not in mapping and {"first_name", "last_name"} & set(mapping):
        parts = ", ".join(column_sql(dialect, mapping[part]) for part in ("first_name", "last_name") if part in mapping)
        return f"nullif(trim(concat_ws(' ', {parts})), '') AS name"
    if name == "quantity" and name not in mapping:
        pieces = "1" if price == "unit_price" else f"CASE WHEN {price} < 0 THEN -1 ELSE 1 END"
        return f"CAST({pieces} AS DECIMAL(17, 4)) AS quantity"
    if name == "refunded" and reading.layout.refunded_is:
        return f"{lowered_by(reading)} AS refunded"
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
    if reading.layout.entities and name in ("product", "name", "city"):
        for entity, letter in ENTITIES.items():
            raw = f"replace({raw}, '{entity}', '{letter}')"
    return f"{_trimmed(raw)} AS {name}"


def _trimmed(raw: str) -> str:
    """A cell without the blanks around it; `trim` is slow, so only for cells that have some."""
    return f"CASE WHEN prefix({raw}, ' ') OR suffix({raw}, ' ') THEN nullif(trim({raw}), '') ELSE {raw} END"


def _begins_as_total() -> str:
    """Whether the first cell of a row says that the row is a sum, as in `Razem:`."""
    sums = "|".join(words()["totals"])
    letters = "strip_accents(lower(replace(trim(first_cell), 'ł', 'l')))"
    return f"regexp_matches({letters}, '^({sums})[ :]*$')"


def _problem(reading: Reading, price: str) -> tuple[str, str]:
    """Two CASE expressions: what is wrong with a row, as `field: reason`, and the value found there."""
    mapping = reading.mapping
    blank = " AND ".join(
        f"{name} IS NULL" for name in ("order_id" if "order_id" in mapping else "", "raw_date", f"raw_{price}") if name
    )
    tests = [(blank, "row: number, date and price are empty", "''")]
    if items := reading.layout.items:
        fields = [f"raw_{name}" if name in NUMBERS else name for name in mapping if mapping[name].startswith("items.")]
        nothing = " AND ".join(f"{name} IS NULL" for name in fields) or "false"
        if not items.share:
            tests.append(("item_text IS NULL", "product: no item is named", "''"))
        tests.append((f"item_text IS NOT NULL AND {nothing}", "product: this item cannot be taken apart", "item_text"))
    tests.append((f"ordered_at IS NULL AND {_begins_as_total()}", "row: a total, not an order", "first_cell"))
    if "order_id" in mapping:
        tests.append(("order_id IS NULL", "order_id: no order number", "''"))
        mangled = r"contains(order_id, '+') AND regexp_matches(order_id, '^\d([.,]\d+)?[eE]\+\d+$')"
        tests.append((mangled, "order_id: a spreadsheet shortened this number and it cannot be recovered", "order_id"))
    tests.append(("ordered_at IS NULL AND raw_date <> ''", "ordered_at: not a date", "raw_date"))
    tests.append((f"NOT {PLAUSIBLE}", "ordered_at: not a plausible date", "raw_date"))
    needed = {price} | ({"quantity"} if not (reading.layout.items and reading.layout.items.share) else set())
    for name in NUMBERS:
        if name not in mapping:
            continue
        filled = "" if name in needed else f" AND trim(raw_{name}) <> ''"
        tests.append((f"{name} IS NULL{filled}", f"{name}: not a number", f"raw_{name}"))
    tests.append(
        (f"amount IS NULL OR abs(amount) > {MOST_HUNDREDTHS}", f"{price}: not a plausible amount", f"raw_{price}")
    )
    sign = f"{price} < 0 AND quantity >= 0" if price == "line_total" else f"{price} < 0"
    if price != "order_subtotal":
        tests.append((sign, f"{price}: a negative price is an adjustment, not a sale", f"raw_{price}"))
    tests.append(("ordered_at IS NULL", "ordered_at: not a date", "raw_date"))
    good = [PLAUSIBLE, f"amount BETWEEN -{MOST_HUNDREDTHS} AND {MOST_HUNDREDTHS}", f"{price} >= 0"]
    good += ["order_id <> '' AND NOT contains(order_id, '+')"] * ("order_id" in mapping)
    for name in (name for name in NUMBERS if name in mapping):
        good.append(f"{name} IS NOT NULL" if name in needed else f"({name} IS NOT NULL OR raw_{name} IS NULL)")
    good += ["false"] * bool(reading.layout.items)
    when = [f"WHEN {test} THEN '{reason}'" for test, reason, _ in tests]
    show = [f"WHEN {test} THEN {value}" for test, _, value in tests]
    # Most rows are good, and one look at all of it is quicker than a dozen.
    return (
        f"CASE WHEN NOT coalesce({' AND '.join(good)}, false) THEN CASE {' '.join(when)} END END",
        f"CASE {' '.join(show)} END",
    )
