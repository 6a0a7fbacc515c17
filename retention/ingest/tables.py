"""The other files a shop has: customers, events, feedback, support tickets, marketing spend, products, experiments.

What each kind is recognised by stands in tables/, a small file a kind. needs: fields that have to have a column, and a cell
in every row; beside: fields that have to have a column; without: fields of orders it never has; tells: fields that give
it away; key: what makes two rows one, the later file's is kept; rest: where the other columns go.
"""

from __future__ import annotations

import re
import tomllib
from array import array
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pandas as pd

from retention.engine import sql_type
from retention.errors import ColumnError, QuestionError
from retention.ingest.build import e164_sql
from retention.ingest.decide import ask_decimal, column_sql, csv_sql, day_month_evidence, matched_formats
from retention.ingest.dialect import Dialect
from retention.ingest.mapping import DATE, EMAIL, NUMBER, aliases, plain
from retention.ingest.phones import e164
from retention.ingest.records import TOO_FEW, flatten
from retention.ingest.source import Text
from retention.ingest.values import (
    DAY_AND_MONTH,
    SERIAL,
    DateReading,
    cents_sql,
    decimal_mark,
    frequent_first,
    number_sql,
    read_dates,
    timestamp_sql,
)
from retention.ingest.words import relay_sql, words
from retention.report import Choice
from retention.schema import FIELDS, IDENTITY, PRICES, SIDE_TABLES

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
MONTH = re.compile(r"^\d{4}[-./ ]+\d{1,2}\.?$|^\d{1,2}[-./]\d{4}$|^[^\W\d_]{3,}\.? \d{4}$|^\d{4}\.? [^\W\d_]{3,}\.?$")
COMPACT = re.compile(r"^(19|20)\d{6}$")
MOST_ARMS = 12
SAMPLE = 300
DAY = "CAST({} AS DATE) - DATE '1970-01-01'"
# What a column of a table is, where it is not the field of the same name.
COLUMNS = {
    "customers": {
        "email": "email_key",
        "name": "coalesce(name, nullif(concat_ws(' ', first_name, last_name), ''))",
        "birth_year": "coalesce(year(birth_date), CASE WHEN birth_year BETWEEN 1900 AND 2100 THEN birth_year END)",
        "has_account": "coalesce(has_account, NOT is_guest)",
        "attributes": "rest",
    },
    "events": {
        "event_id": "row_number() OVER (ORDER BY file, line)",
        "kind": "CASE WHEN kind IN ('view', 'cart', 'wishlist', 'purchase') THEN kind ELSE 'other' END",
        "day": DAY.format("happened_at"),
    },
    "feedback": {"feedback_id": "row_number() OVER (ORDER BY file, line)", "day": DAY.format("given_at")},
    "spend": {"amount": "sum(amount)", "currency": "upper(currency)"},
    "products": {"attributes": "rest"},
    "assignments": {"metrics": "rest"},
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """What a column holds and is called; `perhaps` are names that count only after all others, where the values fit.

    A cell of a strict field that holds something unreadable sets its row aside; of others it is left out and counted.
    """

    holds: str
    names: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    strict: bool = False


@dataclass(frozen=True)
class Kind:
    """What a kind of file is recognised by and how its rows are read; see the head of this module."""

    name: str
    fields: dict[str, Field]
    needs: tuple[tuple[str, ...], ...]
    beside: tuple[tuple[str, ...], ...]
    without: tuple[tuple[str, ...], ...]
    tells: tuple[str, ...]
    key: str
    rest: str
    words: dict[str, dict[str, str]]

    def is_strict(self, name: str) -> bool:
        """Whether an unreadable cell of this field sets its row aside."""
        return self.fields[name].strict or (name,) in self.needs


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


@lru_cache(maxsize=1)
def kinds() -> dict[str, Kind]:
    """Every kind of file, by its name."""
    folder = files("retention.ingest").joinpath("tables")
    return {
        name: _kind(name, tomllib.loads(folder.joinpath(f"{name}.toml").read_text("utf-8"))) for name in SIDE_TABLES
    }


def _kind(name: str, entry: dict) -> Kind:
    fields = {
        known: Field(one["holds"], tuple(one.get("names", ())), tuple(one.get("perhaps", ())), one.get("strict", False))
        for known, one in entry["fields"].items()
    }
    groups = {
        part: tuple(tuple(re.split(r" [|+] ", group)) for group in entry.get(part, ()))
        for part in ("needs", "beside", "without")
    }
    meanings = {
        about: {plain(word): meaning for meaning, spellings in entries.items() for word in spellings}
        for about, entries in entry.get("words", {}).items()
    }
    tells = tuple(entry.get("tells", ()))
    return Kind(
        name, fields, **groups, tells=tells, key=entry.get("key", ""), rest=entry.get("rest", ""), words=meanings
    )


def recognise_table(
    columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]
) -> tuple[str, dict[str, str], dict[str, str]] | None:
    """The kind of a file, its mapping field → column and why ("name" or "values"); None for orders and for the unknown.

    The kind that knows most columns wins; a field that gives a kind away counts as three.
    """
    of_orders = {aliases()[plain(column)] for column in columns if plain(column) in aliases()}
    parts_of_order = ({"ordered_at"}, {*PRICES, "order_total"}, {"order_id", *IDENTITY})
    is_order = all(part & of_orders for part in parts_of_order)
    best = None
    for kind in kinds().values():
        mapping, because = _columns_of(kind, columns, rows)
        told = set(kind.tells) & set(mapping)
        if is_order and ("quantity" in of_orders or not told):
            continue
        if any(of_orders.issuperset(group) for group in kind.without):
            continue
        if all(set(group) & set(mapping) for group in kind.needs + kind.beside):
            score = len(mapping) + 2 * len(told)
            if best is None or score > best[0]:
                best = score, kind.name, mapping, because
    return best and best[1:]


def _columns_of(
    kind: Kind, columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]
) -> tuple[dict[str, str], dict[str, str]]:
    """For each field the column of its best name that fits, filled ones before empty ones."""
    names = _names(kind.name)
    cells = {column: [row[at].strip() for row in rows if row[at].strip()] for at, column in enumerate(columns)}
    found = {column: names.get(plain(column)) or names.get(plain(_without_unit(column))) for column in columns}
    mapping, because = {}, {}
    for column in sorted(filter(found.get, columns), key=lambda column: (not cells[column], found[column][1])):
        name, _, sure = found[column]
        if name in mapping or not (sure or cells[column]):
            continue
        if _share_fitting(kind, name, cells[column]) >= (0.3 if sure else 0.8):
            mapping[name], because[name] = column, "name" if sure else "values"
    return mapping, because


def _without_unit(column: str) -> str:
    """`Amount spent (EUR)` as `Amount spent`."""
    return column.partition("(")[0]


@lru_cache(maxsize=16)
def _names(kind: str) -> dict[str, tuple[str, int, bool]]:
    """Normalised column name → field, rank and whether it needs no proof: own names, the orders' names, mere hints."""
    fields = kinds()[kind].fields
    own = [(plain(spelling), name, True) for name, one in fields.items() for spelling in (name, *one.names)]
    shared = [(spelling, name, True) for spelling, name in aliases().items() if name in fields]
    hints = [(plain(spelling), name, False) for name, one in fields.items() for spelling in one.perhaps]
    known: dict[str, tuple[str, int, bool]] = {}
    for rank, (spelling, name, sure) in enumerate([*own, *shared, *hints]):
        known.setdefault(spelling, (name, rank, sure))
    return known


def _share_fitting(kind: Kind, name: str, cells: list[str]) -> float:
    """The share of the cells that look like the field; 1 where there are none."""
    if kind.fields[name].holds == "arm" and len(set(cells)) > MOST_ARMS:
        return 0.0
    return sum(_looks_like(kind, name, cell) for cell in cells) / len(cells) if cells else 1.0


def _looks_like(kind: Kind, name: str, cell: str) -> bool:
    match kind.fields[name].holds:
        case "number" | "money":
            return bool(NUMBER.match(cell))
        case "date" | "moment":
            return bool(DATE.match(cell) or SERIAL.match(cell) or COMPACT.match(cell))
        case "month":
            return bool(DATE.match(cell) or MONTH.match(cell) or COMPACT.match(cell))
        case "email":
            return bool(EMAIL.match(cell))
        case "yes_no" | "word":
            return plain(cell) in _meanings(kind, name)
    return True


def _meanings(kind: Kind, name: str) -> dict[str, str]:
    """Normalised word → meaning."""
    return words()["yes_no"] if kind.fields[name].holds == "yes_no" else kind.words.get(name, {})


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
    for name, column in mapping.items():
        if name not in kind.fields:
            raise ColumnError(
                "{field!r} is not something a column can hold.",
                "Possible: {known}.",
                field=name,
                known=", ".join(kind.fields),
            )
        if column not in columns:
            raise ColumnError(
                "{file} has no column {column!r}. Found: {found}.",
                "Pick one of these under Columns.",
                file=file,
                column=column,
                found=", ".join(columns),
            )
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
            value = _word_sql(connection, cut, cell, _meanings(kind, name), holds[name] == "yes_no")
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


def write_tables(connection: Connection, sides: list[SideFile], folder: Path) -> pd.DataFrame:
    """Match the rows of all files with the orders and write one Parquet file a table; fill customers and lines from them.

    A person is found by e-mail, else phone, else customer number, as they stand in any order; not by the phone of somebody
    with another e-mail, for families share one. A feedback or ticket is also found by its order number. Of two rows with
    one key the later counts. Returns one row a file: kind, file, rows, used, set_aside, merged, matched (rows used that name
    a customer, product or order of the orders; missing for spend), share.
    """
    for table in SIDE_TABLES.values():
        (folder / f"{table.get_name()}.parquet").unlink(missing_ok=True)
    if sides:
        _known_people(connection)
    accounts = {}
    for kind in kinds().values():
        chosen = [side for side in sides if side.kind == kind.name]
        if chosen:
            matched = _match(connection, kind, chosen, folder)
            query = f"SELECT file, count(*), count(*) FILTER ({matched}) FROM found_{kind.name} GROUP BY file"
            accounts |= {file: counts for file, *counts in connection.execute(query).fetchall()}
            _write(connection, kind, folder)
    if any(side.kind == "customers" for side in sides):
        _fill_customers(connection, folder)
    if any(side.kind == "products" for side in sides):
        _fill_lines(connection, folder)
    return pd.DataFrame([_account(side, *accounts.get(side.number, (0, 0))) for side in sides])


def _account(side: SideFile, used: int, matched: int) -> dict[str, object]:
    is_matched = side.kind != "spend"
    return {
        "kind": side.kind,
        "file": side.text.name,
        "rows": side.rows,
        "used": used,
        "set_aside": len(side.broken),
        "merged": side.rows - len(side.broken) - used,
        "matched": matched if is_matched else None,
        "share": matched / used if is_matched and used else None,
    }


def _known_people(connection: Connection) -> None:
    """Make `known_people`: every e-mail, phone and number in the orders and whose it is, the last one to use it."""
    names = " UNION ALL ".join(
        f"SELECT '{key}' AS name, {key} AS key, customer_ref, order_id FROM refs WHERE {key} IS NOT NULL"
        for key in ("email_key", "phone_key", "id_key")
    )
    connection.execute(f"""
        CREATE OR REPLACE TABLE known_people AS SELECT name, key, max_by(customer_id, order_id) AS customer_id,
            contains(max_by(customer_ref, order_id), '@') AS has_email FROM ({names}) JOIN ids USING (customer_ref) GROUP BY name, key""")


def _match(connection: Connection, kind: Kind, sides: list[SideFile], folder: Path) -> str:
    """Make `found_<kind>`: the rows of all its files that count, with customer and order; return the test of a match."""
    scales = {side.number: _scale(connection, side) for side in sides} if kind.name == "feedback" else {}
    every = " UNION ALL BY NAME ".join(
        f"SELECT {side.number} AS file, *{scales.get(side.number, '')} FROM side_{side.number}" for side in sides
    )
    columns, joins, tests = ["every.*"], "", []
    if "customer_id" in kind.fields:
        columns = ["every.* EXCLUDE (customer_id)"]
        alone = {"phone_key": " AND (every.email_key IS NULL OR NOT by_phone_key.has_email)"}
        joins = "".join(
            f" LEFT JOIN known_people AS by_{key} ON by_{key}.name = '{key}' AND by_{key}.key = every.{key}{alone.get(key, '')}"
            for key in ("email_key", "phone_key", "id_key")
        )
        matches = [f"by_{key}.customer_id" for key in ("email_key", "phone_key", "id_key")]
        ranks = " ".join(f"WHEN {match} IS NOT NULL THEN {rank}" for rank, match in enumerate(matches))
        columns.append(f"CASE {ranks} END AS match_rank")
        tests = ["customer_id IS NOT NULL"]
        if "order_id" in kind.fields:
            columns[0] = "every.* EXCLUDE (customer_id, order_id)"
            columns.append("placed.order_id")
            matches.append("placed.customer_id")
            tests.append("order_id IS NOT NULL")
            joins += """ LEFT JOIN (
                SELECT ltrim(order_ref, '#') AS ref, max(order_id) AS order_id, max_by(customer_id, order_id) AS customer_id
                FROM refs LEFT JOIN ids USING (customer_ref) GROUP BY ref) AS placed ON placed.ref = ltrim(every.order_id, '#')"""
        columns.append(f"coalesce({', '.join(matches)}) AS customer_id")
    if kind.name == "products":
        lines = _path(folder, "lines")
        sold = [f"{key} IN (SELECT {key} FROM {lines} WHERE {key} IS NOT NULL)" for key in ("product_id", "product")]
        columns.append(f"coalesce({sold[0]}, false) OR coalesce({sold[1]}, false) AS is_sold")
        tests = ["is_sold"]
    latest = f"{kind.key} IS NULL OR row_number() OVER (PARTITION BY {kind.key} ORDER BY file DESC, line DESC) = 1"
    if kind.name == "spend":
        latest = f"file = max(file) OVER (PARTITION BY {kind.key})"
    connection.execute(f"""
        CREATE OR REPLACE TABLE found_{kind.name} AS SELECT {", ".join(columns)} FROM ({every}) AS every {joins}
        {f"QUALIFY {latest}" if kind.key else ""}""")
    return " OR ".join(tests) or "false"


def _scale(connection: Connection, side: SideFile) -> str:
    """The ends of a file's scale, as two more columns: by its name where that says NPS, else by the scores in it."""
    low, high = connection.execute(f"SELECT min(score), max(score) FROM side_{side.number}").fetchone()
    if low is not None and low >= 0 and high <= 10:
        name = plain(side.mapping["score"])
        if "nps" in name.split() or "recommend" in name or (low < 1 and high > 5):
            low, high = 0, 10
        elif low >= 1:
            low, high = 1, 5 if high <= 5 else 10
    return "".join(
        f", CAST({'NULL' if end is None else end} AS DOUBLE) AS {name}"
        for end, name in ((low, "scale_low"), (high, "scale_high"))
    )


def _path(folder: Path, table: str) -> str:
    return "'" + str(folder / f"{table}.parquet").replace("'", "''") + "'"


def _write(connection: Connection, kind: Kind, folder: Path) -> None:
    table = SIDE_TABLES[kind.name]
    made = COLUMNS.get(kind.name, {})
    columns = ", ".join(
        f"CAST({made.get(name, name)} AS {sql_type(holds)}) AS {name}" for name, holds in table.schema().items()
    )
    order = f"GROUP BY {kind.key} ORDER BY {kind.key}" if kind.name == "spend" else "ORDER BY file, line"
    connection.execute(
        f"COPY (SELECT {columns} FROM found_{kind.name} {order}) TO {_path(folder, table.get_name())} (FORMAT parquet)"
    )


def _fill_customers(connection: Connection, folder: Path) -> None:
    """Give customers what the orders do not say; for consent, gender and birth year the customers file is right."""
    _rewrite(connection, folder, "customers", f"""
        SELECT customers.* REPLACE (
            coalesce(customers.name, person.name) AS name, coalesce(customers.phone, person.phone) AS phone,
            coalesce(customers.email, person.email) AS email, coalesce(customers.country, person.country) AS country,
            coalesce(customers.city, person.city) AS city, coalesce(customers.is_guest, NOT person.has_account) AS is_guest,
            coalesce(person.consent, customers.consent) AS consent, coalesce(person.gender, customers.gender) AS gender,
            coalesce(person.birth_year, customers.birth_year) AS birth_year,
            coalesce(customers.contactable, false) OR coalesce(customers.email IS NULL
                AND NOT regexp_matches(person.email, '{relay_sql()}'), false) AS contactable)
        FROM {_path(folder, "customers")} AS customers LEFT JOIN (
            SELECT * REPLACE ({", ".join(f"CAST({value} AS {sql_type(SIDE_TABLES['customers'].schema()[name])}) AS {name}" for name, value in COLUMNS["customers"].items() if name != "attributes")})
            FROM found_customers WHERE customer_id IS NOT NULL
            QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY match_rank, file DESC, line DESC) = 1) AS person
            USING (customer_id)
        ORDER BY customer_id""")  # fmt: skip


def _fill_lines(connection: Connection, folder: Path) -> None:
    """Give lines the product's name and category where they have none."""
    by_id, by_name = (
        f"(SELECT {key}, max_by(category, (file, line)) AS category, max_by(product, (file, line)) AS title "
        f"FROM found_products WHERE {key} IS NOT NULL GROUP BY {key})"
        for key in ("product_id", "product")
    )
    _rewrite(connection, folder, "lines", f"""
        SELECT lines.* REPLACE (coalesce(lines.product, numbered.title) AS product,
            coalesce(lines.category, numbered.category, named.category) AS category)
        FROM {_path(folder, "lines")} AS lines LEFT JOIN {by_id} AS numbered USING (product_id)
            LEFT JOIN {by_name} AS named ON named.product = lines.product
        ORDER BY line_id""")  # fmt: skip


def _rewrite(connection: Connection, folder: Path, table: str, query: str) -> None:
    part = folder / f"{table}_filled.parquet"
    connection.execute(f"COPY ({query}) TO {_path(folder, part.stem)} (FORMAT parquet)")
    part.replace(folder / f"{table}.parquet")
