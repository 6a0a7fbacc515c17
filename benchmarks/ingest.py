"""From a file to numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.inputs import retail

TEN = "ten million lines: read_orders"
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


def ten_package(folder: Path) -> Callable[[], object]:
    """`read_orders` on ten million lines."""
    import retention as rt

    return lambda: rt.read_orders(folder / "ten_million.csv")


def ten_text(folder: Path) -> Callable[[], object]:
    """Every cell of ten million lines into a DuckDB table, as text, within the memory that `read_orders` allows itself."""
    import duckdb

    from retention.engine import MEMORY_LIMIT

    query = f"CREATE TABLE raw AS SELECT * FROM read_csv('{folder / 'ten_million.csv'}', all_varchar=true)"
    return lambda: duckdb.connect(config={"memory_limit": MEMORY_LIMIT}).execute(query)


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
    TEN: (ten_package, 1),
    "ten million lines: DuckDB, all text into a table": (ten_text, 2),
}
COMPARED = (
    ("a million lines: read_orders", "a million lines: DuckDB, all text into a table", 8),
    ("a million lines: read_orders", "a million lines: DuckDB, count(*)", None),
    ("a million lines: read_orders", "a million lines: pandas.read_csv", None),
    (TEN, "ten million lines: DuckDB, all text into a table", 8),
)
SECONDS = ((OVERVIEW, 6),)
MEGABYTES = ((OVERVIEW, 1024), (TEN, 2048))
ROUNDS = 1
