"""DuckDB behind Ibis: one locked connection a dataset, a cursor a query; compiled SQL and small answers are kept."""

from __future__ import annotations

import os
import shutil
import weakref
from functools import lru_cache
from pathlib import Path
from threading import Lock

import duckdb
import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
from cachetools import LRUCache, cachedmethod

from retention.schema import SIDE_TABLES

TABLES = ("lines", "orders", "customers")
MEMORY_LIMIT = os.environ.get("RETENTION_MEMORY_LIMIT", "1GB")
REMEMBERED = 16 * 2**20  # bytes of answers that a dataset keeps


def workshop(folder: Path) -> duckdb.DuckDBPyConnection:
    """A connection for building a dataset: bounded memory, spilling into the dataset's folder, no extensions loaded."""
    connection = duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(folder / "spill")})
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")
    return connection


class Dataset:
    """A folder of Parquet files, opened once and read by any number of threads.

    A folder that nobody asked to keep goes when the last `Orders` on it goes.
    """

    def __init__(self, folder: Path, temporary: bool = False) -> None:
        self.folder = folder
        if temporary:
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._connection = workshop(folder)
        self._answers, self._lock = LRUCache(REMEMBERED, getsizeof=lambda answer: answer.nbytes), Lock()
        for table in TABLES:
            path = str(folder / f"{table}.parquet").replace("'", "''")
            self._connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{path}')")
        for table in SIDE_TABLES.values():
            self._connection.execute(f"CREATE VIEW {table.get_name()} AS {_side_sql(folder, table)}")
        allowed = str(folder).replace("'", "''")
        self._connection.execute(f"SET allowed_directories = ['{allowed}']")
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")

    def frame(
        self,
        expression: ir.Table,
        chosen: dict[str, ir.Table] | None = None,
        brought: dict[str, pd.DataFrame] | None = None,
    ) -> pd.DataFrame:
        """Run an Ibis expression over the tables and return a pandas frame.

        chosen: name → expression of further tables that it may name, each of which may name those before it. They are
        compiled by themselves, so that the same question about another choice is not compiled again. A table of one column
        is an answer of its own, kept as such; of a wider one the engine takes what it needs wherever it is named. brought:
        name → rows from elsewhere that all of these may name; an answer made with them is not kept.
        """
        query = _compiled(expression.op())
        named, kept, asked = [], (), query
        for name, table in reversed((chosen or {}).items()):
            if f'"{name}"' in asked:
                written = _compiled(table.op())
                asked += written
                if len(table.columns) == 1 and not brought:
                    kept = (*kept, (name, written))
                else:
                    named.insert(0, f"{name} AS NOT MATERIALIZED ({written})")
        if named:
            query = f"WITH {', '.join(named)} SELECT * FROM ({query})"
        return (self._read(query, kept, brought) if brought else self._answer(query, kept)).to_pandas()

    @cachedmethod(lambda self: self._answers, lock=lambda self: self._lock)
    def _answer(self, query: str, kept: tuple[tuple[str, str], ...] = ()) -> pa.Table:
        """The rows of a query. The files never change, so a question is answered once as long as its answer is kept.

        kept: name and query of tables that the query names and that are answers themselves
        """
        return self._read(query, kept, {})

    def _read(self, query: str, kept: tuple[tuple[str, str], ...], brought: dict[str, pd.DataFrame]) -> pa.Table:
        with self._connection.cursor() as cursor:
            for name, rows in kept:
                cursor.register(name, self._answer(rows))
            for name, frame in brought.items():
                cursor.register(name, pa.Table.from_pandas(frame, preserve_index=False))
            return _plain(cursor.sql(query).to_arrow_table())


def _side_sql(folder: Path, table: ir.Table) -> str:
    """The rows that another file brought; without one an empty table of the same columns."""
    path = folder / f"{table.get_name()}.parquet"
    if path.exists():
        return "SELECT * FROM read_parquet('{}')".format(str(path).replace("'", "''"))
    columns = ", ".join(f"CAST(NULL AS {sql_type(kind)}) AS {name}" for name, kind in table.schema().items())
    return f"SELECT {columns} WHERE false"


def sql_type(kind: object) -> str:
    """The engine's name of a column's type."""
    return {"float64": "DOUBLE", "string": "VARCHAR"}.get(str(kind), str(kind).upper())


def _plain(table: pa.Table) -> pa.Table:
    """Sums of integers come as 128-bit decimals; they are integers to everyone else."""
    types = [pa.int64() if pa.types.is_decimal(column.type) else column.type for column in table.schema]
    return table.cast(pa.schema([column.with_type(kind) for column, kind in zip(table.schema, types, strict=True)]))


@lru_cache(maxsize=1024)
def _compiled(operation: object) -> str:
    return str(ibis.to_sql(operation.to_expr(), dialect="duckdb"))
