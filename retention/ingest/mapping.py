"""Which column of a file holds what: known layouts first, then column names in five languages, then the values."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from retention.errors import ColumnError
from retention.schema import FIELDS, IDENTITY, PRICES

EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
OWN = "own columns"


@dataclass(frozen=True)
class Layout:
    """A known export: the columns that betray it, what each holds, and its habits."""

    name: str
    signature: tuple[str, ...] = ()
    columns: dict[str, list[str]] = field(default_factory=dict)
    date_order: str = ""
    currency: str = ""
    quantity_after_refund: bool = False  # refunded pieces are already gone from the quantity
    row_is_order: bool = False  # there is no order number: every row is an order


@dataclass(frozen=True)
class Match:
    """What a header was recognised as: `mapping` field → column, `because` field → known layout, name or values."""

    layout: Layout
    mapping: dict[str, str]
    because: dict[str, str]


@lru_cache(maxsize=1)
def layouts() -> tuple[Layout, ...]:
    """Every layout in the folder platforms/, the most telling signature first."""
    found = []
    for file in files("retention.ingest").joinpath("platforms").iterdir():
        if file.name.endswith(".toml"):
            entry = tomllib.loads(file.read_text(encoding="utf-8"))
            found.append(Layout(**{**entry, "signature": tuple(entry["signature"])}))
    return tuple(sorted(found, key=lambda layout: (-len(layout.signature), layout.name)))


@lru_cache(maxsize=1)
def aliases() -> dict[str, str]:
    """Normalised column name → field; the first field that knows a name takes it."""
    entries = tomllib.loads(files("retention.ingest").joinpath("aliases.toml").read_text(encoding="utf-8"))
    known: dict[str, str] = {}
    for name_of_field, names in entries.items():
        for name in (name_of_field, *names):
            known.setdefault(plain(name), name_of_field)
    return known


def plain(name: str) -> str:
    """A name without case, accents and punctuation.

    >>> plain("Numer zamówienia"), plain("SİPARİŞ  no."), plain("Łącznie")
    ('numer zamowienia', 'siparis no', 'lacznie')
    """
    folded = unicodedata.normalize(
        "NFKD", name.replace("№", " n ").replace("ı", "i").replace("İ", "i").casefold().replace("ł", "l")
    )
    letters = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[\W_]+", " ", letters.replace("#", " # ")).split()) or name


def recognise(columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Match:
    """The best reading of a header and the rows under it."""
    lower = {column.strip().lower(): column for column in columns}
    for layout in layouts():
        if all(name.lower() in lower for name in layout.signature):
            mapping = {}
            for name_of_field, names in layout.columns.items():
                present = [lower[name.lower()] for name in names if name.lower() in lower]
                filled = [column for column in present if any(row[columns.index(column)].strip() for row in rows)]
                if present:
                    mapping[name_of_field] = (filled or present)[0]
            return Match(layout, mapping, dict.fromkeys(mapping, "layout"))
    return _by_name(columns, rows)


def _by_name(columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Match:
    mapping: dict[str, str] = {}
    because: dict[str, str] = {}
    for column in columns:
        found = aliases().get(plain(column))
        if found and found not in mapping:
            mapping[found], because[found] = column, "name"
    for number, column in enumerate(columns):
        if "email" in mapping or column in mapping.values():
            continue
        cells = [row[number] for row in rows if row[number].strip()]
        if len(cells) >= 3 and sum(bool(EMAIL.match(cell.strip())) for cell in cells) > 0.8 * len(cells):
            mapping["email"], because["email"] = column, "values"
    return Match(Layout(name=OWN), mapping, because)


def check_mapping(mapping: dict[str, str], columns: tuple[str, ...], layout: Layout, file: str) -> None:
    """Refuse a mapping that names an unknown field or column, or lacks what no analysis can do without."""
    for name_of_field, column in mapping.items():
        if name_of_field not in FIELDS:
            raise ColumnError(
                "{field!r} is not something a column can hold.",
                "Possible: {known}.",
                field=name_of_field,
                known=", ".join(FIELDS),
            )
        if column not in columns:
            raise ColumnError(
                "{file} has no column {column!r}. Found: {found}.",
                "Pick one of these under Columns.",
                file=file,
                column=column,
                found=", ".join(columns),
            )
    missing = []
    if "ordered_at" not in mapping:
        missing.append("ordered_at")
    if "order_id" not in mapping and not layout.row_is_order and not set(IDENTITY) & set(mapping):
        missing.append("order_id")
    if not set(PRICES) & set(mapping):
        missing.append("unit_price")
    if missing:
        field_name = missing[0]
        raise ColumnError(
            "No column for {meaning} in {file}. Found: {found}.",
            "Pick one under Columns.",
            call="In code, pass mapping={{'{field}': '…'}}.",
            meaning=FIELDS[field_name],
            file=file,
            found=", ".join(columns),
            field=field_name,
            missing=tuple(missing),
        )
