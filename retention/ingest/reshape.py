"""Exports that are no table of order lines: several items in one cell, two files that belong together, other rows between.

What comes out is a table of the engine with one row an order line, in which every row knows the record it came from.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from retention.errors import FileError
from retention.ingest import records
from retention.ingest.decide import csv_sql
from retention.ingest.dialect import HEAD_ROWS, Dialect
from retention.ingest.layouts import Items, Join, Layout, Where
from retention.ingest.source import Text

GROUP = re.compile(r"\(\?P<(\w+)>")
ITEM_TEXT = "items.text"
PART = "\x1e"
NO_ORDER = "row: no order line in the other file"


@dataclass(frozen=True)
class Companion:
    """A file that only adds columns to another: how many of its rows did, and the others with line and reason."""

    text: Text
    dialect: Dialect
    name: str
    count: int
    broken: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Shaped:
    """The reshaped table, the line of every record, the records left out with their reason, and events kept apart."""

    dialect: Dialect
    starts: array
    broken: tuple[tuple[int, str], ...]
    events: int
    companions: tuple[Companion, ...]


def reshape(
    connection: duckdb.DuckDBPyConnection,
    text: Text,
    dialect: Dialect,
    layout: Layout,
    others: list[tuple[Join, Text, Dialect]],
    number: int,
    place: Path,
) -> Shaped:
    """Make the table `shaped_{number}` of a file and those that belong to it."""
    flat = records.flatten(dialect, place / f"text_{number}_flat.csv")
    connection.execute(
        f"CREATE TABLE flat_{number} AS SELECT row_number() OVER () AS record, * FROM {csv_sql(flat.dialect)}"
    )
    columns = list(dialect.columns)
    source = f"flat_{number} AS main"
    kept = [f"main.c{position}" for position in range(len(columns))]
    companions = []
    for join in layout.join:
        parts = [(other_text, other) for known, other_text, other in others if known is join]
        if not parts and join.needed:
            raise FileError(
                "{file} is {layout}, which needs the file with {columns}.",
                "Drop both files together.",
                file=text.name,
                layout=layout.name,
                columns=", ".join(join.signature),
            )
        if not parts:
            continue
        here = kept[columns.index(_named(join.on[0], columns))]
        table, names, added = _companions(connection, join, parts, f"SELECT trim({here}) FROM {source}", number, place)
        companions += added
        source += f" LEFT JOIN {table} ON trim({here}) = {table}.key"
        kept += [f"{table}.v{position}" for position in range(len(names))]
        columns += [f"{join.name}.{name}" for name in names]
    where = " OR ".join(f"coalesce({_condition(rule, columns, kept)}, false)" for rule in layout.only) or "true"
    items, fields = "", []
    if layout.items:
        cells = _matching(layout.items.columns, columns)
        fields = GROUP.findall(layout.items.pattern)
        items = f", unnest({_items_sql(layout.items, [kept[columns.index(cell)] for cell in cells])}) AS found"
        columns += [*(f"items.{name}" for name in fields), ITEM_TEXT]
    inner = f"SELECT main.record, {', '.join(f'{name} AS k{at}' for at, name in enumerate(kept))}{items} FROM {source} WHERE {where}"
    cells = [f"k{at} AS c{at}" for at in range(len(kept))]
    if layout.items:
        pattern, names = _plain_groups(layout.items.pattern)
        parts = f"regexp_extract(found, '{_quoted(pattern)}', [{', '.join(repr(name) for name in names)}])"
        cells += [f"nullif(trim({parts}.{name}), '') AS c{len(kept) + at}" for at, name in enumerate(names)]
        cells.append(f"found AS c{len(kept) + len(names)}")
    connection.execute(f"""
        CREATE TABLE shaped_{number} AS SELECT record, CAST(row_number() OVER (PARTITION BY record) AS INTEGER) AS item,
            {", ".join(cells)} FROM ({inner}) ORDER BY record, item""")
    used = connection.execute(f"SELECT count(DISTINCT record) FROM shaped_{number}").fetchone()[0]
    events = len(flat.starts) - used
    connection.execute(f"DROP TABLE flat_{number}")
    rows = connection.execute(
        f"SELECT * EXCLUDE (record, item) FROM shaped_{number} ORDER BY record, item LIMIT {HEAD_ROWS}"
    ).fetchall()
    shaped = replace(
        flat.dialect,
        columns=tuple(columns),
        rows=tuple(tuple(cell or "" for cell in row) for row in rows),
        relation=f"shaped_{number}",
    )
    return Shaped(shaped, flat.starts, flat.broken, events, tuple(companions))


def _companions(
    connection: duckdb.DuckDBPyConnection,
    join: Join,
    parts: list[tuple[Text, Dialect]],
    wanted: str,
    number: int,
    place: Path,
) -> tuple[str, list[str], list[Companion]]:
    """One table key → cells of all files that a join may take from; of several the one with the highest key is the newest.

    wanted: the query for the keys that are looked for.
    """
    table = f"join_{number}_{join.name}"
    names = list(parts[0][1].columns)
    cells = ", ".join(f"v{position} VARCHAR" for position in range(len(names)))
    connection.execute(f"CREATE TABLE {table}_all (part INTEGER, row BIGINT, key VARCHAR, {cells})")
    flats = []
    for part, (_, dialect) in enumerate(parts):
        flat = records.flatten(dialect, place / f"text_{number}_{join.name}_{part}.csv")
        flats.append(flat)
        there = dialect.columns.index(_named(join.on[1], dialect.columns))
        lower = [name.lower() for name in dialect.columns]
        picked = [f"c{lower.index(name.lower())}" if name.lower() in lower else "NULL" for name in names]
        connection.execute(
            f"INSERT INTO {table}_all SELECT {part}, row_number() OVER (), trim(c{there}), {', '.join(picked)} "
            f"FROM {csv_sql(flat.dialect)}"
        )
    connection.execute(f"""
        CREATE TABLE {table} AS SELECT all_.* EXCLUDE (part, row) FROM {table}_all AS all_ JOIN (
            SELECT part, max(TRY_CAST(key AS HUGEINT)) AS age FROM {table}_all GROUP BY part) AS parts USING (part)
        WHERE key IS NOT NULL QUALIFY row_number() OVER (PARTITION BY key ORDER BY age DESC NULLS LAST, part DESC, row DESC) = 1""")
    lonely = connection.execute(
        f"SELECT part, row FROM {table}_all WHERE key IS NULL OR key NOT IN (SELECT key FROM ({wanted}) AS wanted(key) WHERE key IS NOT NULL)"
    ).fetchall()
    connection.execute(f"DROP TABLE {table}_all")
    made = []
    for part, ((text, dialect), flat) in enumerate(zip(parts, flats, strict=True)):
        alone = [(flat.starts[row - 1], NO_ORDER) for at, row in lonely if at == part]
        broken = tuple(sorted([*flat.broken, *alone]))
        made.append(Companion(text, dialect, join.name, len(flat.starts) - len(alone), broken))
    return table, names, made


def _items_sql(items: Items, cells: list[str]) -> str:
    """The list of the items of a record; one empty item where it has none, so that no record gets lost."""
    kept = r"\1" if re.compile(items.between).groups else ""  # a group in `between` begins the next item
    parted = [
        f"regexp_replace(coalesce({cell}, ''), '{_quoted(items.between)}', '{PART}{kept}', 'g')" for cell in cells
    ]
    lists = [f"string_split({cell}, '{PART}')" for cell in parted]
    everything = lists[0] if len(lists) == 1 else f"flatten([{', '.join(lists)}])"
    filled = f"list_filter({everything}, lambda piece: trim(piece) <> '')"
    return f"CASE WHEN len({filled}) = 0 THEN [CAST(NULL AS VARCHAR)] ELSE {filled} END"


def _matching(wanted: tuple[str, ...], columns: list[str]) -> list[str]:
    found = []
    for name in wanted:
        prefix, star, _ = name.lower().partition("*")
        found += [
            column for column in columns if column.lower() == prefix or (star and column.lower().startswith(prefix))
        ]
    return found


def _plain_groups(pattern: str) -> tuple[str, list[str]]:
    """The pattern with plain groups, as the engine wants it, and the names of the groups."""
    return GROUP.sub("(", pattern), GROUP.findall(pattern)


def _condition(rule: Where, columns: list[str], cells: list[str]) -> str:
    return condition_sql(rule, cells[columns.index(_named(rule.column, columns))])


def condition_sql(rule: Where, cell: str) -> str:
    """Whether a cell holds one of the values of a rule."""
    if "*" in rule.values:
        return f"trim({cell}) <> ''"
    values = ", ".join(f"lower('{_quoted(value)}')" for value in rule.values)
    return f"lower(trim({cell})) IN ({values})"


def _named(name: str, columns: tuple[str, ...] | list[str]) -> str:
    return next(column for column in columns if column.lower() == name.lower())


def _quoted(text: str) -> str:
    return text.replace("'", "''")
