"""From a file to numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.inputs import retail

OVERVIEW = "Online Retail size: file to Overview"


def overview(folder: Path) -> Callable[[], object]:
    """Everything the Overview and the Cohorts show, from the file on."""
    import retention as rt

    def work() -> None:
        orders = rt.read_orders(retail(folder))
        rt.kpi_table(orders)
        rt.kpi_summary(orders)
        rt.retention_table(orders)

    return work


def package(folder: Path) -> Callable[[], object]:
    """`read_orders`: mapped, cleaned, accounted for, written as Parquet."""
    import retention as rt

    return lambda: rt.read_orders(folder / "million.csv")


def duckdb_text(folder: Path) -> Callable[[], object]:
    """Every cell into a DuckDB table, as text."""
    import duckdb

    query = f"CREATE OR REPLACE TABLE raw AS SELECT * FROM read_csv('{folder / 'million.csv'}', all_varchar=true)"
    return lambda: duckdb.connect().execute(query)


def duckdb_count(folder: Path) -> Callable[[], object]:
    """The lines counted by DuckDB."""
    import duckdb

    query = f"SELECT count(*) FROM read_csv('{folder / 'million.csv'}', all_varchar=true)"
    return lambda: duckdb.connect().execute(query).fetchall()


def pandas(folder: Path) -> Callable[[], object]:
    """The file in a pandas frame."""
    import pandas as pd

    return lambda: pd.read_csv(folder / "million.csv", parse_dates=["ordered_at"])


CASES = {
    OVERVIEW: (overview, 4),
    "a million lines: read_orders": (package, 3),
    "a million lines: DuckDB, all text into a table": (duckdb_text, 6),
    "a million lines: DuckDB, count(*)": (duckdb_count, 6),
    "a million lines: pandas.read_csv": (pandas, 5),
}
COMPARED = (
    ("a million lines: read_orders", "a million lines: DuckDB, all text into a table", 8),
    ("a million lines: read_orders", "a million lines: DuckDB, count(*)", None),
    ("a million lines: read_orders", "a million lines: pandas.read_csv", None),
)
SECONDS = ((OVERVIEW, 6),)
ROUNDS = 1
