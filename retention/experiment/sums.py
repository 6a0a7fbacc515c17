"""What a test has to know of an arm: its units, and the means, variances and covariances of their values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import ibis.expr.types as ir

KINDS = ("share", "mean", "ratio")
ROLES = ("primary", "secondary", "guardrail")


@dataclass(frozen=True)
class Metric:
    """What is compared between arms.

    kind: "share" of the units (value is 0 or 1 for each), "mean" of a value over the units, "ratio" of the sum of a value to
    the sum of another (`per`), such as net revenue per order. before: a column known before the start, which takes out
    what units differed in already (CUPED). role: "primary" decides, "secondary" is looked at, a "guardrail" must
    not suffer. lower_is_better: returns, for example.

    >>> Metric("revenue", "mean", "revenue", before="revenue_before").columns
    ('revenue', 'revenue_before')
    """

    name: str
    kind: str
    value: str
    per: str = ""
    before: str = ""
    role: str = "secondary"
    lower_is_better: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it is worked out from."""
        return tuple(column for column in (self.value, self.per, self.before) if column)


@dataclass(frozen=True)
class ArmSums:
    """An arm: n units; by column the mean, the sample variance and how many units have a value other than 0 (`events`); by
    sorted pair of columns the sample covariance. Variances and covariances divide by n − 1."""

    n: int
    mean: dict[str, float]
    var: dict[str, float]
    cov: dict[tuple[str, str], float]
    events: dict[str, int]


def summed(units: ir.Table, columns: Sequence[str], keys: Sequence[str]) -> ir.Table:
    """One row an arm (`keys` are its name, and a group where there is one) with what `arm_sums` reads.

    units: one row a unit, without missing values in `columns`
    """
    values = {column: units[column].cast("float64") for column in columns}
    pairs = list(combinations(sorted(values), 2))
    return units.group_by(list(keys)).aggregate(
        n=units.count(),
        **{f"mean_{column}": value.mean() for column, value in values.items()},
        **{f"var_{column}": value.var(how="sample") for column, value in values.items()},
        **{f"cov_{one}_{two}": values[one].cov(values[two], how="sample") for one, two in pairs},
        **{f"events_{column}": (value != 0).sum() for column, value in values.items()},
    )


def arm_sums(row: Mapping[str, float], columns: Sequence[str]) -> ArmSums:
    """An arm from a row of `summed`."""
    pairs = list(combinations(sorted(columns), 2))
    return ArmSums(
        n=int(row["n"]),
        mean={column: float(row[f"mean_{column}"]) for column in columns},
        var={column: float(row[f"var_{column}"]) for column in columns},
        cov={(one, two): float(row[f"cov_{one}_{two}"]) for one, two in pairs},
        events={column: int(row[f"events_{column}"]) for column in columns},
    )
