"""Known exports, each a small file in platforms/: what betrays it, what its columns hold, and its habits."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True)
class Items:
    """Several items in one cell: `between` separates them, `pattern` takes one apart, both as regular expressions.

    `share` is the field of the order whose money is shared over the items by their quantity, where they carry no price.
    """

    columns: tuple[str, ...]
    between: str
    pattern: str
    share: str = ""


@dataclass(frozen=True)
class Where:
    """Rows in which a column holds one of the values, "*" for any; `meaning` is the state they are in."""

    column: str
    values: tuple[str, ...]
    meaning: str = ""


@dataclass(frozen=True)
class Join:
    """Another file of the same export: its columns are known as `name.column`; `on` names the key here and there.

    without: what cannot be told where this file is missing.
    """

    name: str
    signature: tuple[str, ...]
    on: tuple[str, str]
    needed: bool = False
    without: str = ""


@dataclass(frozen=True)
class Layout:
    """A known export.

    lacks: what it cannot tell, and which export would. includes: what its prices contain and nothing in it can take out.
    alone: what to drop together with it, where it is half of an export. suggested: its columns want to be confirmed.
    of_line: money of the order that every row has its own part of. summary_without: the column that is empty in a row
    which only sums up the order's other rows. refunded_is: the order's total before and after an
    adjustment, and what remained of it; both 0 without one. refunds_in: a column that lists what was
    paid back on an order, and the pattern of an amount in it; for orders of which no line says so. otherwise: the state
    where no rule holds. return_is_row: a row in the state `returned` is goods given back, not the sale itself.
    utc: its clock is that of UTC although it does not say so. entities: names hold
    letters written as on a web page, such as &#039;.
    """

    name: str
    shop: str = ""
    signature: tuple[str, ...] = ()
    columns: dict[str, list[str]] = field(default_factory=dict)
    date_order: str = ""
    currency: str = ""
    suggested: bool = False
    row_is_order: bool = False
    quantity_after_refund: bool = False
    negative_is_return: bool = False
    return_is_row: bool = False
    utc: bool = False
    entities: bool = False
    status_of_line: bool = False
    lacks: str = ""
    includes: tuple[str, ...] = ()
    alone: str = ""
    of_line: tuple[str, ...] = ()
    summary_without: str = ""
    refunded_is: tuple[str, ...] = ()
    refunds_in: tuple[str, ...] = ()
    otherwise: str = ""
    items: Items | None = None
    state: tuple[Where, ...] = ()
    only: tuple[Where, ...] = ()
    join: tuple[Join, ...] = ()

    @property
    def is_reshaped(self) -> bool:
        """Whether its rows have to be taken apart or put together before they are order lines."""
        return bool(self.items or self.only or self.join or self.summary_without)


@lru_cache(maxsize=1)
def layouts() -> tuple[Layout, ...]:
    """Every layout in the folder platforms/, the most telling signature first."""
    folder = files("retention.ingest").joinpath("platforms")
    found = [
        _layout(tomllib.loads(file.read_text(encoding="utf-8")))
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    ]
    return tuple(sorted(found, key=lambda layout: (-len(layout.signature), layout.name)))


def _layout(entry: dict) -> Layout:
    on = [part["on"] for part in entry.get("join", ())]
    joins = [
        Join(
            part["as"],
            tuple(part["signature"]),
            (key, key) if isinstance(key, str) else tuple(key),
            part.get("needed", False),
            part.get("without", ""),
        )
        for part, key in zip(entry.get("join", ()), on, strict=True)
    ]
    made = {
        "signature": tuple(entry["signature"]),
        **{name: tuple(entry.get(name, ())) for name in ("includes", "of_line", "refunded_is", "refunds_in")},
        "items": Items(**{**entry["items"], "columns": tuple(entry["items"]["columns"])}) if "items" in entry else None,
        "state": tuple(
            Where(part["column"], tuple(part["values"]), part["meaning"]) for part in entry.get("state", ())
        ),
        "only": tuple(Where(part["column"], tuple(part["values"])) for part in entry.get("only", ())),
        "join": tuple(joins),
    }
    return Layout(**{**entry, **made})


def carries(columns: tuple[str, ...], signature: tuple[str, ...]) -> bool:
    """Whether a header has all the names, whatever their case."""
    lower = {column.strip().lower() for column in columns}
    return all(name.lower() in lower for name in signature)
