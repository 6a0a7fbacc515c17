"""Which column of a file holds what: known layouts first, then column names in five languages and what the values look like."""

from __future__ import annotations

import hashlib
import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from retention.errors import ColumnError
from retention.ingest.layouts import Layout, carries, layouts
from retention.schema import FIELDS, IDENTITY, ORDER_MONEY, PRICES

EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
DATE = re.compile(
    r"^\d{4}[-./]\s?\d{1,2}[-./]\s?\d{1,2}|^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|^\d{1,2} \w{3,} \d{4}|^\w{3,9}[ -]\d{1,2}[, -]"
)
NUMBER = re.compile(r"^[^\w]{0,3}(?:[A-Za-z₺€$£złŁ₽.]{1,3}\s?)?[\d.,\s\u00a0\u202f'’]*\d[\d.,]*\)?-?\s?[^\d\s@]{0,4}$")
PHONE = re.compile(r"^[+(]?[\d\s()/.-]{7,}$")
CURRENCY = re.compile(r"^[A-Za-z]{3}$")
OWN = "own columns"
SURE, LIKELY, PERHAPS, DOUBTFUL = 1.0, 0.8, 0.5, 0.2
CLOCK = re.compile(r"^\d{1,2}:\d\d")
SHAPES = {
    **dict.fromkeys(("ordered_at", "cancelled_at", "birth_date"), DATE),
    **dict.fromkeys(("quantity", "unit_price", "line_total", "discount", "age", *ORDER_MONEY), NUMBER),
    "email": EMAIL,
    "phone": PHONE,
    "currency": CURRENCY,
    "time": CLOCK,
}


@dataclass(frozen=True)
class Match:
    """What a header was recognised as.

    mapping: field → column. because: field → known layout, name or values. confidence: field → 0 to 1: 1 by a known
    layout or a name whose values agree, 0.8 by its name alone, 0.5 by a part of its name or by the values, 0.2 where the
    values speak against the name.
    """

    layout: Layout
    mapping: dict[str, str]
    because: dict[str, str]
    confidence: dict[str, float]


@lru_cache(maxsize=1)
def aliases() -> dict[str, str]:
    """Normalised column name → field; the first field that knows a name takes it."""
    entries = tomllib.loads(files("retention.ingest").joinpath("aliases.toml").read_text(encoding="utf-8"))
    known: dict[str, str] = {}
    for name_of_field, names in entries.items():
        for name in (name_of_field, *names):
            known.setdefault(plain(name), name_of_field)
    for name_of_field in FIELDS:
        known.setdefault(plain(name_of_field), name_of_field)
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


def fingerprint(columns: tuple[str, ...]) -> str:
    """What a header is remembered by: the same columns in the same order give the same 16 letters."""
    return hashlib.sha256("\x1f".join(plain(column) for column in columns).encode()).hexdigest()[:16]


def recognise(columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Match:
    """The best reading of a header and the rows under it."""
    for layout in layouts():
        if carries(columns, layout.signature):
            return by_layout(layout, columns, rows)
    return _by_name(columns, rows)


def by_layout(layout: Layout, columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Match:
    """The reading that a known layout gives; of several columns for one field the first that holds anything."""
    lower = {column.strip().lower(): column for column in reversed(columns)}
    mapping = {column.partition(".")[2]: column for column in columns if column.startswith("items.")}
    mapping.pop("text", None)
    for name_of_field, names in layout.columns.items():
        present = [lower[name.lower()] for name in names if name.lower() in lower]
        filled = [column for column in present if any(row[columns.index(column)].strip() for row in rows)]
        if present and name_of_field not in mapping:
            mapping[name_of_field] = (filled or present)[0]
    sure = PERHAPS if layout.suggested else SURE
    return Match(layout, mapping, dict.fromkeys(mapping, "layout"), dict.fromkeys(mapping, sure))


def _by_name(columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Match:
    """Every column for the field its name and its values speak for; the surest first, each field and column once."""
    cells = {column: [row[at].strip() for row in rows if row[at].strip()] for at, column in enumerate(columns)}
    guesses = [guess for at, column in enumerate(columns) for guess in _guesses(column, cells[column], at)]
    dates = [column for column in columns if len(cells[column]) >= 3 and _share(DATE, cells[column]) > 0.8]
    if len(dates) == 1 and not any(field == "ordered_at" for _, _, field, _, _ in guesses):
        guesses.append((PERHAPS, 0, "ordered_at", dates[0], "values"))
    mapping: dict[str, str] = {}
    because, confidence = {}, {}
    for sure, _, name, column, why in sorted(guesses, key=lambda guess: (-guess[0], guess[1])):
        if name not in mapping and column not in mapping.values():
            mapping[name], because[name], confidence[name] = column, why, sure
    return Match(Layout(name=OWN), _totals_apart(mapping, columns, rows), because, confidence)


def _guesses(column: str, cells: list[str], position: int) -> list[tuple[float, int, str, str, str]]:
    """What a column may hold: (confidence, position, field, column, why)."""
    name = plain(column)
    found = aliases().get(name)
    fits = _fits(found, cells)
    if found:
        sure = LIKELY if fits is None else SURE if fits else DOUBTFUL
        return [(sure, position, found, column, "name")]
    guesses = []
    if (found := _part_of_name(name)) and (fits := _fits(found, cells)) is not False:
        sure = LIKELY if found == "email" and fits else PERHAPS  # nothing else looks like an address
        guesses.append((sure, position, found, column, "part of the name"))
    if len(cells) >= 3 and _share(EMAIL, cells) > 0.8:
        guesses.append((PERHAPS, position, "email", column, "values"))
    return guesses


def _fits(name: str | None, cells: list[str]) -> bool | None:
    """Whether the values look like the field; None where they can look like anything, or there are none."""
    shape = SHAPES.get(name or "")
    if shape is None or not cells:
        return None
    share = _share(shape, cells)
    return True if share > 0.7 else False if share < 0.2 else None


def _share(shape: re.Pattern, cells: list[str]) -> float:
    return sum(bool(shape.match(cell)) for cell in cells) / len(cells)


def _part_of_name(name: str) -> str | None:
    """The field whose longest name of at least two words stands in this one, as in `customer e-mail (billing)`."""
    words = f" {name} "
    inside = [known for known in aliases() if " " in known and f" {known} " in words]
    return aliases()[max(inside, key=len)] if inside else None


def _totals_apart(
    mapping: dict[str, str], columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]
) -> dict[str, str]:
    """An order's total may stand on every row of the order; it is a line's price only where an order is one row."""
    if {"unit_price"} & set(mapping) or "order_id" not in mapping:
        return mapping
    name = "line_total" if "line_total" in mapping else "order_total"
    if name not in mapping:
        return mapping
    order, total = (columns.index(mapping[field]) for field in ("order_id", name))
    totals = defaultdict(list)
    for row in rows:
        totals[row[order]].append(row[total])
    several = [values for values in totals.values() if len(values) > 1]
    repeated = len(several) >= 2 and all(len(set(values)) == 1 for values in several)
    others = {field: column for field, column in mapping.items() if field not in ("line_total", "order_total")}
    if name == "order_total" and not several:
        return others | {"line_total": mapping[name]}
    return others | {"order_total": mapping[name]} if repeated else mapping


def check_mapping(mapping: dict[str, str], columns: tuple[str, ...], layout: Layout, file: str) -> None:
    """Refuse a mapping that names an unknown field or column, or lacks what no analysis can do without."""
    check_columns(mapping, FIELDS, columns, file)
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


def check_columns(mapping: dict[str, str], fields: Iterable[str], columns: tuple[str, ...], file: str) -> None:
    """Refuse a mapping that names an unknown field or a column the file does not have."""
    for name, column in mapping.items():
        if name not in fields:
            raise ColumnError(
                "{field!r} is not something a column can hold.",
                "Possible: {known}.",
                field=name,
                known=", ".join(fields),
            )
        if column not in columns:
            raise ColumnError(
                "{file} has no column {column!r}. Found: {found}.",
                "Pick one of these under Columns.",
                file=file,
                column=column,
                found=", ".join(columns),
            )
