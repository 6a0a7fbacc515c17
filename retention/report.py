"""The account of every row of the files that were read."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class FileFacts:
    """What was found in one file."""

    name: str
    rows: int
    layout: str
    encoding: str
    delimiter: str
    header_line: int
    mapping: dict[str, str]
    unused_columns: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """Something the reader decided about the file, and why."""

    about: str
    chosen: str
    why: str
    option: str = ""


@dataclass(frozen=True)
class Report:
    """What happened to every row: `rows` adds up to the rows of the files, and so does its money.

    rows: outcome (used, set aside, merged), reason, rows, amount (quantity × unit price, currency units)
    orders: which orders count as purchases and why not: reason, orders, net
    tables: the other files: kind, file, rows, used, set_aside, matched (to a customer, product or order), share
    """

    files: tuple[FileFacts, ...]
    rows: pd.DataFrame
    orders: pd.DataFrame
    choices: tuple[Choice, ...]
    facts: dict[str, float] = field(default_factory=dict)
    tables: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def rows_in_files(self) -> int:
        """All data rows of all files."""
        return sum(file.rows for file in self.files)

    def count(self, outcome: str) -> int:
        """Rows with one outcome: used, set aside or merged."""
        return int(self.rows.loc[self.rows["outcome"] == outcome, "rows"].sum())

    def __str__(self) -> str:
        names = ", ".join(file.name for file in self.files)
        lines = [f"{self.rows_in_files:,} rows in {names}"]
        lines += [f"  {row.rows:>10,}  {row.outcome}: {row.reason}" for row in self.rows.itertuples()]
        lines += [f"{int(self.orders['orders'].sum()):,} orders"]
        lines += [f"  {row.orders:>10,}  {row.reason}" for row in self.orders.itertuples()]
        lines += [f"{choice.about}: {choice.chosen} ({choice.why})" for choice in self.choices]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"
