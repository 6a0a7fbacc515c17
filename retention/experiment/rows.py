"""Outcome rows, one a unit, from a frame or a file: summed by the engine where they lie, never row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from retention.errors import ColumnError, EmptyError, FileError, OptionError
from retention.experiment.sums import ArmSums, Metric, arm_sums, summed

BEFORE = "_before"  # revenue_before holds what is known of revenue from before the start
ABOUT = ("unit", "variant", "day")  # columns that are no metric
MOST_ARMS = 20


@dataclass(frozen=True)
class Rows:
    """Outcome rows in an engine: `table` has variant, the columns of the metrics, and unit and day where the rows have them."""

    table: ir.Table
    engine: ibis.BaseBackend

    def frame(self, expression: ir.Table) -> pd.DataFrame:
        """Run an expression over the rows."""
        return self.engine.to_pyarrow(expression).to_pandas()


def outcome_rows(rows: pd.DataFrame | str | Path) -> Rows:
    """Rows from a frame, or from the path of a Parquet or CSV file."""
    engine = ibis.duckdb.connect()
    if isinstance(rows, pd.DataFrame):
        table = ibis.memtable(pa.Table.from_pandas(rows, preserve_index=False))
    else:
        path = Path(rows)
        if not path.is_file():
            raise FileError("There is no file {file}.", "Give the path of a Parquet or CSV file.", file=str(rows))
        table = _read(engine, path)
    if "variant" not in table.columns:
        raise ColumnError(
            "The outcome rows have no column {column}. Found: {found}.",
            "Call the column of the arm variant and that of the customer unit, and give each metric a column of its own.",
            column="variant",
            found=", ".join(table.columns[:20]),
        )
    found = Rows(table.mutate(variant=table.variant.cast("string")), engine)
    _check_units(found)
    return found


def _read(engine: ibis.BaseBackend, path: Path) -> ir.Table:
    try:
        return engine.read_parquet(path) if path.suffix.lower() == ".parquet" else engine.read_csv(path)
    except Exception as error:  # whatever the engine says of a broken file, it quotes its cells
        raise FileError(
            "{file} cannot be read as a table.", "Save it as Parquet, or as CSV in UTF-8.", file=path.name
        ) from error


def _check_units(rows: Rows) -> None:
    """Refuse rows without an arm, several rows a unit, and what cannot be arms."""
    table = rows.table
    counts = {"rows": table.count(), "arms": table.variant.nunique(), "nameless": table.variant.isnull().sum()}
    if "unit" in table.columns:
        counts["units"] = table.unit.nunique()
    found = rows.frame(table.aggregate(**counts)).iloc[0]
    if found["rows"] == 0:
        raise EmptyError("There are no outcome rows.", "Give one row a unit.")
    if found["nameless"] > 0:
        raise OptionError(
            "Rows without a variant: {n}.",
            "Leave them out, or say which arm they were in.",
            n=f"{found['nameless']:,.0f}",
        )
    if "units" in counts and found["units"] < found["rows"]:
        raise OptionError(
            "There are several rows a unit: {rows} rows of {units} units.",
            "Aggregate them to one row a unit first (a sum, or whether it ever happened): rows of one unit are not independent.",
            rows=f"{found['rows']:,.0f}",
            units=f"{found['units']:,.0f}",
        )
    if found["arms"] > MOST_ARMS:
        raise OptionError(
            "The column variant holds {n} different arms.",
            "Name the arm there, not the unit.",
            n=f"{found['arms']:,.0f}",
        )


def metrics_of(rows: Rows, chosen: Sequence[str | Metric] = (), primary: str = "") -> tuple[Metric, ...]:
    """The metrics to compare: those given, else every column of numbers; 0 and 1 alone make a share."""
    table = rows.table
    numeric = [name for name, kind in table.schema().items() if kind.is_numeric() or kind.is_boolean()]
    named = [metric.name if isinstance(metric, Metric) else metric for metric in chosen]
    columns = named or [name for name in numeric if name not in ABOUT and not name.endswith(BEFORE)]
    given = {metric.name: metric for metric in chosen if isinstance(metric, Metric)}
    needed = {column for metric in given.values() for column in metric.columns} | set(columns) - set(given)
    for column in sorted(needed):
        if column not in numeric:
            raise ColumnError(
                "The outcome rows have no column of numbers called {column}. Found: {found}.",
                "Name columns of numbers; yes and no have to be 1 and 0.",
                column=column,
                found=", ".join(table.columns[:20]),
            )
    if not columns:
        raise ColumnError(
            "The outcome rows hold no numbers. Found: {found}.",
            "Give each metric a column, such as converted (1 or 0) or revenue.",
            found=", ".join(table.columns[:20]),
        )
    plain = [column for column in columns if column not in given]
    shares = _shares(rows, plain)
    before = {column for column in numeric if column.endswith(BEFORE)}
    first = primary or columns[0]
    found = []
    for column in columns:
        metric = given.get(column) or Metric(
            column,
            "share" if shares[column] else "mean",
            column,
            before=column + BEFORE if not shares[column] and column + BEFORE in before else "",
            role="primary" if column == first else "secondary",
        )
        found.append(metric)
    return tuple(found)


def _shares(rows: Rows, columns: Sequence[str]) -> dict[str, bool]:
    """Whether a column holds nothing but 0 and 1."""
    if not columns:
        return {}
    table = rows.table
    found = rows.frame(
        table.aggregate(
            **{column: table[column].cast("float64").isin([0.0, 1.0]).all() for column in columns},
        )
    ).iloc[0]
    return {column: bool(found[column]) for column in columns}


def sums_of_rows(rows: Rows, metrics: Sequence[Metric], by: str = "") -> dict[tuple[str, ...], ArmSums]:
    """The sums of every arm, (arm,) or with `by` (arm, group) → sums. Missing outcomes are refused."""
    columns = sorted({column for metric in metrics for column in metric.columns})
    table = rows.table
    missing = rows.frame(table.aggregate(**{column: table[column].isnull().sum() for column in columns})).iloc[0]
    for column in columns:
        if missing[column]:
            raise OptionError(
                "Rows without a value in {column}: {n}.",
                "A missing outcome is no zero. Fill it with what happened, or leave those units out of all arms alike.",
                n=f"{missing[column]:,.0f}",
                column=column,
            )
    keys = ["variant", *([by] if by else [])]
    if by and by not in table.columns:
        raise ColumnError(
            "There is no column {column} to compare subgroups by. Found: {found}.",
            "Name one of the columns.",
            column=by,
            found=", ".join(table.columns[:20]),
        )
    found = rows.frame(summed(table, columns, keys))
    return {
        tuple(str(row[key]) for key in keys): arm_sums(row, columns) for _, row in found.sort_values(keys).iterrows()
    }
