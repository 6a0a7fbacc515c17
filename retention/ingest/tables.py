"""A file of customers, events, feedback, … → typed rows in a table of the engine."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pandas as pd

from retention.errors import ColumnError, QuestionError
from retention.ingest.build import e164_sql
from retention.ingest.decide import ask_decimal, column_sql, csv_sql, day_month_evidence, matched_formats
from retention.ingest.dialect import Dialect
from retention.ingest.kinds import Kind, kinds, meanings
from retention.ingest.mapping import NUMBER, check_columns, plain
from retention.ingest.phones import e164
from retention.ingest.records import TOO_FEW, flatten
from retention.ingest.source import Text
from retention.ingest.values import (
    DAY_AND_MONTH,
    DateReading,
    cents_sql,
    decimal_mark,
    frequent_first,
    number_sql,
    read_dates,
    timestamp_sql,
)
from retention.ingest.words import words
from retention.report import Choice
from retention.schema import FIELDS, IDENTITY

Connection = duckdb.DuckDBPyConnection
TYPES = {
    "number": "DOUBLE",
    "money": "BIGINT",
    "date": "DATE",
    "moment": "TIMESTAMP",
    "month": "INTEGER",
    "yes_no": "BOOLEAN",
}
NUMBERS, DATES = ("number", "money"), ("date", "moment", "month")
SAMPLE = 300
DAY = "CAST({} AS DATE) - DATE '1970-01-01'"


@dataclass(frozen=True)
class SideFile:
    """A file of another kind whose usable rows stand in the table `side_{number}`.

    rows: every record below the header. broken: those that cannot be used, as (line, "field: what is wrong"). starts: the
    lines of the records that could be cut into cells.
    """

    text: Text
    dialect: Dialect
    kind: str
    mapping: dict[str, str]
    number: int
    rows: int
    broken: tuple[tuple[int, str], ...]
    starts: array = field(repr=False)
    choices: tuple[Choice, ...] = ()


def type_table(
    connection: Connection, text: Text, dialect: Dialect, kind: str, mapping: dict[str, str], options: dict, number: int
) -> SideFile:
    """Type the rows of a file into the table `side_{number}`.

    options: date_order, decimal and timezone of the orders, as far as given. Raises QuestionError where a date or a number
    can be read in two ways, and ColumnError where a needed column is missing or empty.
    """
    facts, raw = kinds()[kind], f"side_{number}_raw"
    _check(facts, mapping, dialect.columns, text.name)
    starts, broken = _load(connection, dialect, raw)
    cut = replace(dialect, relation=raw)
    choices: list[Choice] = []
    values = _values(connection, cut, facts, mapping, options, text.name, choices)
    cells = {name: column_sql(dialect, column) for name, column in mapping.items()}
    rest = _rest(connection, cut, facts, mapping, options, text.name)
    valued = f"SELECT {raw}.*, {rest} AS rest, {', '.join(f'{value} AS {name}' for name, value in values.items())} FROM {raw}"
    keyed = _keyed(connection, raw, facts, valued) if "customer_id" in facts.fields else valued
    connection.execute(
        f"CREATE OR REPLACE TABLE side_{number}_judged AS SELECT *, {_problem(facts, cells)} AS problem FROM ({keyed})"
    )
    connection.execute(f"""
        CREATE OR REPLACE TABLE side_{number} AS SELECT * EXCLUDE (problem, {", ".join(_cells(dialect))})
        FROM side_{number}_judged WHERE problem IS NULL""")
    bad = connection.execute(f"SELECT line, problem FROM side_{number}_judged WHERE problem IS NOT NULL").fetchall()
    for name in (name for name in cells if _unreadable(facts, name) and not facts.is_strict(name)):
        query = f"SELECT count(*) FROM side_{number}_judged WHERE {cells[name]} IS NOT NULL AND {name} IS NULL AND problem IS NULL"
        if count := connection.execute(query).fetchone()[0]:
            choices.append(Choice(mapping[name], f"{count:,} left out", _unreadable(facts, name), "mapping"))
    connection.execute(f"DROP TABLE {raw}; DROP TABLE side_{number}_judged; DROP TABLE IF EXISTS {raw}_phones")
    every = tuple(sorted([*broken, *bad]))
    return SideFile(text, dialect, kind, mapping, number, len(starts) + len(broken), every, starts, tuple(choices))


def _check(kind: Kind, mapping: dict[str, str], columns: tuple[str, ...], file: str) -> None:
    """Refuse a mapping that names an unknown field or column, or lacks what every row needs."""
    check_columns(mapping, kind.fields, columns, file)
    for name, *others in kind.needs:
        if not {name, *others} & set(mapping):
            raise ColumnError(
                "No column for {meaning} in {file}. Found: {found}.",
                "Pick one under Columns.",
                meaning=FIELDS.get(name) or kind.fields[name].names[0],
                file=file,
                found=", ".join(columns),
                field=name,
            )


def _cells(dialect: Dialect) -> list[str]:
    return [f"c{at}" for at in range(len(dialect.columns))]


def _load(connection: Connection, dialect: Dialect, raw: str) -> tuple[array, list[tuple[int, str]]]:
    """Make the table `raw`, a row a record: its line, and its cells without blanks around them; missing where empty."""
    with TemporaryDirectory(prefix="retention-") as folder:
        flat = flatten(dialect, Path(folder) / "flat.csv")
        trimmed = ", ".join(f"nullif(trim({cell}, ' \t\u00a0'), '') AS {cell}" for cell in _cells(dialect))
        connection.execute(
            f"CREATE OR REPLACE TABLE {raw}_cut AS SELECT {trimmed} FROM {csv_sql(flat.dialect, f'{raw}_rejects')}"
        )
    late = {line for (line,) in connection.execute(f"SELECT DISTINCT line FROM {raw}_rejects").fetchall()}
    starts = array("q", (line for at, line in enumerate(flat.starts, start=1) if at not in late))
    connection.register(f"{raw}_lines", pd.DataFrame({"line": starts}, dtype="int64"))
    connection.execute(f"CREATE OR REPLACE TABLE {raw} AS SELECT * FROM {raw}_lines POSITIONAL JOIN {raw}_cut")
    connection.unregister(f"{raw}_lines")
    connection.execute(f"DROP TABLE {raw}_cut; DROP TABLE {raw}_rejects; DROP TABLE {raw}_rejects_scan")
    return starts, [*flat.broken, *((flat.starts[line - 1], TOO_FEW) for line in late)]


def _values(
    connection: Connection,
    cut: Dialect,
    kind: Kind,
    mapping: dict[str, str],
    options: dict,
    file: str,
    choices: list[Choice],
) -> dict[str, str]:
    """Field → expression of its value; a field without a column is missing in every row."""
    cells = {name: column_sql(cut, column) for name, column in mapping.items()}
    holds = {name: one.holds for name, one in kind.fields.items()}
    for name in (name for name in cells if holds[name] == "month"):
        connection.execute(f"UPDATE {cut.relation} SET {cells[name]} = {_first_of_month(cells[name])}")
    marks = _marks(connection, cut, [mapping[name] for name in cells if holds[name] in NUMBERS], options, file)
    dates = _dates(connection, cut, kind, mapping, options, file, choices)
    values = {}
    for name in kind.fields:
        cell, value = cells.get(name), "NULL"
        if name in dates:
            value = timestamp_sql(cell, dates[name], options.get("timezone"))
            earliest = 1900 if holds[name] == "date" else 1970
            value = f"CASE WHEN year({value}) BETWEEN {earliest} AND 2100 THEN {value} END"
        elif cell and holds[name] in NUMBERS:
            value = (cents_sql if holds[name] == "money" else number_sql)(cell, marks[mapping[name]])
        elif cell and holds[name] in ("yes_no", "word"):
            value = _word_sql(connection, cut, cell, meanings(kind, name), holds[name] == "yes_no")
        elif cell and holds[name] == "id":
            value = rf"regexp_replace(ltrim({cell}, chr(39)), '^(\d+)\.0+$', '\1')"
        elif cell and holds[name] not in DATES:
            value = cell
        if holds[name] == "month":
            value = f"year({value}) * 12 + month({value}) - 1"
        values[name] = f"CAST({value} AS {TYPES.get(holds[name], 'VARCHAR')})"
    return values


def _first_of_month(cell: str) -> str:
    """2025-03, 03/2025, March 2025 and 2025 március as the first day of the month; anything else as it is."""
    for written, day in (
        (r"(\d{4})[-./ ]+(\d{1,2})\.?", r"\1-\2-01"),
        (r"(\d{1,2})[-./](\d{4})", r"\2-\1-01"),
        (r"(\p{L}{3,})\.? (\d{4})", r"1 \1 \2"),
        (r"(\d{4})\.? (\p{L}{3,})\.?", r"1 \2 \1"),
    ):
        cell = f"regexp_replace({cell}, '^{written}$', '{day}')"
    return cell


def _word_sql(connection: Connection, cut: Dialect, cell: str, meanings: dict[str, str], only: bool) -> str:
    """What a word means; one that is not known stays, unless `only` known ones count."""
    found = connection.execute(
        f"SELECT DISTINCT {cell} FROM {cut.relation} WHERE {cell} IS NOT NULL LIMIT 10000"
    ).fetchall()
    known = [(word.replace("'", "''"), meanings[plain(word)]) for (word,) in sorted(found) if plain(word) in meanings]
    when = " ".join(f"WHEN '{word}' THEN '{meaning}'" for word, meaning in known)
    other = "NULL" if only else cell
    return f"CASE {cell} {when} ELSE {other} END" if known else other


def _marks(connection: Connection, cut: Dialect, columns: list[str], options: dict, file: str) -> dict[str, str]:
    """Column → decimal mark: what was asked for, what its values prove, what the file's other numbers prove."""
    if options.get("decimal"):
        return dict.fromkeys(columns, options["decimal"])
    cells = {}
    for column in columns:
        cell = column_sql(cut, column)
        query = f"SELECT DISTINCT {cell} FROM {cut.relation} WHERE regexp_matches({cell}, '[.,]') LIMIT 5000"
        # 0.125 has three decimals, for no thousands begin with a zero.
        cells[column] = [
            re.sub(r"^(\D*0[.,])\d+$", r"\g<1>5", text) for (text,) in connection.execute(query).fetchall()
        ]
    marks = {column: decimal_mark(cells[column]) for column in columns}
    proven = sorted(mark for mark in marks.values() if mark in (".", ","))
    usual = max(proven, key=proven.count) if proven else "," if cut.delimiter == ";" else ""
    if unclear := [column for column in columns if marks[column] == "?" and not usual]:
        raise ask_decimal(unclear[0], sorted(cells[unclear[0]]), file)
    return {column: mark if mark in (".", ",") else usual or "." for column, mark in marks.items()}


def _dates(
    connection: Connection,
    cut: Dialect,
    kind: Kind,
    mapping: dict[str, str],
    options: dict,
    file: str,
    choices: list[Choice],
) -> dict[str, DateReading]:
    """Field → how its dates are written; a column that allows two readings follows the file's other dates."""
    asked = f"asked-{options['date_order']}" if options.get("date_order") in ("dmy", "mdy") else ""
    texts, found, unclear = {}, {}, {}
    for name, column in mapping.items():
        if kind.fields[name].holds not in DATES:
            continue
        texts[name] = _first_cells(connection, cut, column)
        if not texts[name] and (name,) not in kind.needs:
            continue
        bounds, sorted_as = None, ""
        if looks := next(filter(None, map(DAY_AND_MONTH.match, texts[name])), None):
            bounds, sorted_as = day_month_evidence(connection, cut, column, looks[2])
        try:
            found[name] = read_dates(texts[name], bounds, asked, sorted_as, column, file)
        except QuestionError as question:
            question.assumed = "dmy"
            unclear[name] = bounds, question
    orders = {reading.order for reading in found.values()} & {"dmy", "mdy"}
    for name, (bounds, question) in unclear.items():
        if len(orders) != 1:
            raise question
        reading = read_dates(texts[name], bounds, f"asked-{min(orders)}", "", mapping[name], file)
        found[name] = replace(reading, why="the file's other dates")
    said = {"dmy": "day before month", "mdy": "month before day"}
    choices += [
        Choice("Dates", said[found[name].order], found[name].why, "date_order")
        for name in found
        if found[name].order in said
    ]
    return {
        name: frequent_first(reading, matched_formats(connection, texts[name], reading))
        for name, reading in found.items()
    }


def _first_cells(connection: Connection, cut: Dialect, column: str) -> list[str]:
    cell = column_sql(cut, column)
    query = f"SELECT {cell} FROM {cut.relation} WHERE {cell} IS NOT NULL LIMIT {SAMPLE}"
    return [text for (text,) in connection.execute(query).fetchall()]


def _rest(connection: Connection, cut: Dialect, kind: Kind, mapping: dict[str, str], options: dict, file: str) -> str:
    """The other columns as JSON, name → text; for metrics only columns of numbers, name → number, yes and no as 1 and 0."""
    others = [column for column in cut.columns if column not in mapping.values()] if kind.rest else []
    values = {column: column_sql(cut, column) for column in others}
    if kind.rest == "metrics":
        numbers, yes_no = [], {}
        for column, cell in values.items():
            texts = _first_cells(connection, cut, column)
            if texts and all(NUMBER.match(text) for text in texts):
                numbers.append(column)
            elif texts and all(plain(text) in words()["yes_no"] for text in texts):
                meaning = _word_sql(connection, cut, cell, words()["yes_no"], only=True)
                yes_no[column] = f"CAST(CAST({meaning} AS BOOLEAN) AS DOUBLE)"
        marks = _marks(connection, cut, numbers, options, file)
        values = {column: f"CAST({number_sql(values[column], marks[column])} AS DOUBLE)" for column in numbers} | yes_no
    entries = ", ".join(
        f"{{'name': '{column.replace(chr(39), chr(39) * 2)}', 'value': {values[column]}}}"
        for column in others
        if column in values
    )
    if not entries:
        return "'{}'"
    return (
        f"CAST(to_json(map_from_entries(list_filter([{entries}], lambda entry: entry.value IS NOT NULL))) AS VARCHAR)"
    )


def _keyed(connection: Connection, raw: str, kind: Kind, valued: str) -> str:
    """The same rows with what names a person, as the orders do it: e-mail, phone in E.164, number, the best of them."""
    country = "country" if "country" in kind.fields else "CAST(NULL AS VARCHAR)"
    query = f"""
        SELECT DISTINCT phone, upper({country}) AS country FROM ({valued})
        WHERE email IS NULL AND length({country}) = 2 AND NOT regexp_matches(phone, '^\\s*(\\+|00)')"""
    phones = [(*pair, e164(*pair)) for pair in connection.execute(query).fetchall()]
    frame = pd.DataFrame(phones, columns=["written", "home", "e164"], dtype="string")
    connection.register("frame", frame)
    connection.execute(f"CREATE OR REPLACE TABLE {raw}_phones AS SELECT written, home, e164 FROM frame")
    connection.unregister("frame")
    nobody = ", ".join(f"'{word}'" for word in words()["nobody"])
    address = "CASE WHEN contains(email, '@') THEN email WHEN contains(customer_id, '@') THEN customer_id END"
    return f"""
        SELECT *, coalesce(email_key, phone_key, id_key) AS person_ref FROM (
            SELECT valued.*, lower(regexp_replace({address}, '[\\s\u00a0]', '', 'g')) AS email_key,
                {e164_sql("valued.phone", "known.e164")} AS phone_key,
                CASE WHEN lower(customer_id) NOT IN ({nobody}) AND NOT contains(customer_id, '@')
                    AND NOT regexp_matches(customer_id, '^\\d([.,]\\d+)?[eE]\\+\\d+$') THEN customer_id END AS id_key
            FROM ({valued}) AS valued LEFT JOIN {raw}_phones AS known
                ON valued.email IS NULL AND valued.phone = known.written AND upper({country}) = known.home)"""


def _problem(kind: Kind, cells: dict[str, str]) -> str:
    """A CASE expression: what is wrong with a row, as `field: reason`."""
    tests = [(f"coalesce({', '.join(cells.values())}) IS NULL", "row: every known column is empty")]
    for name in cells:
        if kind.is_strict(name) and (reason := _unreadable(kind, name)):
            tests.append((f"{cells[name]} IS NOT NULL AND {name} IS NULL", f"{name}: {reason}"))
    for group in kind.needs:
        known = [name for name in group if name in cells]
        if set(group) == set(IDENTITY):
            tests.append(("person_ref IS NULL", f"{known[0]}: names nobody"))
        else:
            tests.append((" AND ".join(f"{name} IS NULL" for name in known), f"{known[0]}: empty"))
    when = " ".join(f"WHEN {test} THEN '{reason}'" for test, reason in tests)
    return f"CASE {when} END"


def _unreadable(kind: Kind, name: str) -> str:
    """What is wrong with a cell of this field that has no value; empty where any text will do."""
    reasons = dict.fromkeys(NUMBERS, "a number") | {
        "date": "a date",
        "moment": "a date",
        "month": "a month",
        "yes_no": "yes or no",
    }
    reason = reasons.get(kind.fields[name].holds, "")
    return reason and f"not {reason}"
