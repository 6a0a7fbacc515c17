"""`rows`: every typed row of every file, in the order of the files and of the rows in them.

It stays in the Parquet files it was written to, so that memory is bounded; only when something has to be changed in it does
it become a table of the engine. Columns of which a file has nothing are not written.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

QUICKLY = "FORMAT parquet, COMPRESSION lz4_raw"  # what is read much more often than it is sent anywhere


TEXTS = (
    "status", "cancelled_at", "customer_id", "email", "phone", "country", "city", "gender", "consent", "is_guest", "shop",
    "channel", "currency", "product_id", "product", "category", "discount_code",
)  # fmt: skip
CENTS = ("discount", "order_discount", "order_subtotal", "shipping", "tax", "refunded", "order_total", "amount")
COLUMNS = {
    "file": "INTEGER", "order_id": "VARCHAR", "ordered_at": "TIMESTAMP", "name": "VARCHAR", **dict.fromkeys(TEXTS, "VARCHAR"),
    **dict.fromkeys(CENTS, "BIGINT"), "quantity": "DECIMAL(17, 4)", "record": "BIGINT", "item": "INTEGER", "birth_year": "INTEGER",
    "unit_price": "DOUBLE", "problem": "VARCHAR", "outcome": "VARCHAR", "found": "VARCHAR",
}  # fmt: skip


def write_rows(connection: duckdb.DuckDBPyConnection, query: str, number: int, place: Path) -> int:
    """Write the rows of file `number`; return how many there are. A second attempt replaces the first."""
    path = _path(place, number)
    connection.execute(f"COPY ({query}) TO '{path}' ({QUICKLY})")
    return connection.execute(f"SELECT count(*) FROM read_parquet('{path}')").fetchone()[0]


def add_rows(connection: duckdb.DuckDBPyConnection, number: int, first: int, place: Path) -> None:
    """Let `rows` hold the rows of file `number` too; `rowid` of the first of them is `first`."""
    source = f"read_parquet('{_path(place, number)}', file_row_number = true)"
    written = {name for name, *_type in connection.execute(f"DESCRIBE FROM {source}").fetchall()}
    each = ", ".join(name if name in written else f"CAST(NULL AS {kind}) AS {name}" for name, kind in COLUMNS.items())
    connection.execute(f"CREATE VIEW rows_{number} AS SELECT file_row_number + {first} AS rowid, {each} FROM {source}")
    if number == 0:
        connection.execute("CREATE VIEW rows AS FROM rows_0")
    elif _is_view(connection):
        views = " UNION ALL ".join(f"FROM rows_{file}" for file in range(number + 1))
        connection.execute(f"CREATE OR REPLACE VIEW rows AS {views}")
    else:
        connection.execute(f"INSERT INTO rows FROM rows_{number}")


def change(connection: duckdb.DuckDBPyConnection, statement: str, values: list | None = None) -> None:
    """Run an UPDATE of `rows`."""
    if _is_view(connection):
        connection.execute("CREATE TABLE rows_changed AS FROM rows")
        connection.execute("DROP VIEW rows")
        connection.execute("ALTER TABLE rows_changed RENAME TO rows")
    connection.execute(statement, values or [])


def _is_view(connection: duckdb.DuckDBPyConnection) -> bool:
    return bool(connection.execute("SELECT count(*) FROM duckdb_views() WHERE view_name = 'rows'").fetchone()[0])


def _path(place: Path, number: int) -> str:
    return str(place / f"text_rows_{number}.parquet").replace("'", "''")
