"""The other files a shop has: customers, events, feedback, support tickets, marketing spend, products, experiments.

What each kind is recognised by stands in tables/, a small file a kind. needs: fields that have to have a column, and a cell
in every row; beside: fields that have to have a column; without: fields of orders it never has; tells: fields that give
it away; key: what makes two rows one, the later file's is kept; rest: where the other columns go.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from retention.ingest.mapping import DATE, EMAIL, NUMBER, aliases, plain
from retention.ingest.values import (
    SERIAL,
)
from retention.ingest.words import words
from retention.schema import IDENTITY, PRICES, SIDE_TABLES

MONTH = re.compile(r"^\d{4}[-./ ]+\d{1,2}\.?$|^\d{1,2}[-./]\d{4}$|^[^\W\d_]{3,}\.? \d{4}$|^\d{4}\.? [^\W\d_]{3,}\.?$")
COMPACT = re.compile(r"^(19|20)\d{6}$")
MOST_ARMS = 12
DAY = "CAST({} AS DATE) - DATE '1970-01-01'"


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
            return plain(cell) in meanings(kind, name)
    return True


def meanings(kind: Kind, name: str) -> dict[str, str]:
    """Normalised word → meaning."""
    return words()["yes_no"] if kind.fields[name].holds == "yes_no" else kind.words.get(name, {})
