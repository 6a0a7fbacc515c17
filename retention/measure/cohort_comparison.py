"""Is one cohort better than another, or is it chance?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from retention.errors import OptionError, check_option
from retention.intervals import ENOUGH, newcombe
from retention.measure.cohorts import SHARES, RetentionTable, retention_table
from retention.orders import Orders
from retention.periods import as_date, period_number, period_start


@dataclass(frozen=True)
class CohortComparison:
    """What `compare_cohorts` returns.

    table: one row an age that both cohorts have completely observed: age, first_share, first_n, second_share, second_n,
    difference (first − second), low, high
    age: the age that the verdict is about; None where there is no such age
    verdict: "higher" or "lower" (the first than the second, by more than chance explains), "none" (no difference that
    chance would not explain), "few" (under 30 customers in one of them), "young" (no age that both have observed)
    """

    table: pd.DataFrame
    first: str
    second: str
    by: str
    period: str
    value: str
    age: int | None
    verdict: str
    notes: tuple[str, ...] = field(default=())


def compare_cohorts(
    orders: Orders,
    first: str | date,
    second: str | date,
    period: str = "month",
    by: str = "period",
    age: int | None = None,
    value: str = "cumulative",
) -> CohortComparison:
    """Two cohorts side by side: who came back more, and whether chance explains the difference.

    first, second: two rows of `retention_table` with the same period and by: any day of the period of the first purchase, or
    the name of a group. value: "cumulative" = share with a second purchase by the end of the age, "retention" = share that
    bought at that age, "unbounded" = share that bought then or later. difference = share of the first − share of the second, at
    each age that both have completely observed, with a 95 % interval.

    The verdict is about one age: the one asked for; else, of "cumulative", the oldest that half of the customers of
    both have reached, and of the others the first period after the purchase. A difference whose interval holds 0 is one that chance would
    explain. Under 30 customers in one of the two are too few to tell.

    Returns a CohortComparison. Raises OptionError for a cohort that is no row of that table, for twice the same one and for an
    age that not both have observed, and EmptyError when no customer can be told apart.

    Interval: Newcombe's hybrid score interval for the difference of two proportions (Newcombe 1998, Statistics in Medicine
    17, 873–890, method 10).

    When not to trust it: whoever looks at every age, or at many pairs, and picks the one that stands out will find a
    difference where there is none; decide on the pair and the age before. A difference is no effect: cohorts differ by
    season, by advertising and by what they bought.

    >>> import retention as rt
    >>> result = rt.compare_cohorts(rt.load_sample("cdnow"), "1997-01-01", "1997-02-01", age=6)
    >>> result.verdict, round(float(result.table.set_index("age").loc[6, "difference"]), 3)
    ('none', 0.004)
    """
    check_option("value", value, SHARES)
    result = retention_table(orders, period=period, value=value, by=by)
    rows = [_row(result, name, which) for name, which in (("first", first), ("second", second))]
    if rows[0] == rows[1]:
        raise OptionError("first and second are the same cohort.", "Choose two.")
    (names, positions) = zip(*rows, strict=True)
    counts, n = (grid.iloc[list(positions)].to_numpy(dtype=float) for grid in (result.counts, result.n))
    seen = ((n > 0) & ~result.partial.iloc[list(positions)].to_numpy()).all(axis=0)
    seen[0] &= value == "cumulative"  # everybody bought at age 0
    ages = np.flatnonzero(seen)
    counts, n = counts[:, ages], n[:, ages]
    low, high = newcombe(counts[0], n[0], counts[1], n[1])
    shares = counts / n
    table = pd.DataFrame(
        {
            "age": ages,
            "first_share": shares[0],
            "first_n": n[0].astype(int),
            "second_share": shares[1],
            "second_n": n[1].astype(int),
            "difference": shares[0] - shares[1],
            "low": low,
            "high": high,
        }
    )
    at = _age(age, table, value, result.table["customers"].iloc[list(positions)].tolist())
    return CohortComparison(
        table, *names, by, period, value, age=at, verdict=_verdict(table, at), notes=_notes(result, positions)
    )


def _row(result: RetentionTable, name: str, value: str | date) -> tuple[str, int]:
    """The name of a cohort, for a period its first day, and its place in the table."""
    names = (
        [row.date().isoformat() for row in result.table.index] if result.by == "period" else list(result.table.index)
    )
    if result.by == "period":
        number = period_number(as_date(name, value), result.period)
        value = period_start(number, result.period).isoformat()
    check_option(name, value, tuple(names))
    return value, names.index(value)


def _age(asked: int | None, table: pd.DataFrame, value: str, sizes: list[int]) -> int | None:
    """The age asked for; else the first, or of what is added up the oldest that half of the customers of both have reached."""
    ages = table["age"].tolist()
    if asked is None:
        reached = (table["first_n"] * 2 >= sizes[0]) & (table["second_n"] * 2 >= sizes[1])
        best = table.loc[reached, "age"].tolist() or ages
        return None if not ages else best[-1 if value == "cumulative" else 0]
    if asked not in ages:
        raise OptionError(
            "age={age!r} is not observed completely by both cohorts.",
            "Use one of: {allowed}.",
            age=asked,
            allowed=", ".join(map(str, ages)) or "–",
        )
    return asked


def _verdict(table: pd.DataFrame, age: int | None) -> str:
    if age is None:
        return "young"
    row = table.set_index("age").loc[age]
    if min(row["first_n"], row["second_n"]) < ENOUGH:
        return "few"
    if row["low"] <= 0 <= row["high"]:
        return "none"
    return "higher" if row["difference"] > 0 else "lower"


def _notes(result: RetentionTable, positions: tuple[int, ...]) -> tuple[str, ...]:
    """Of periods the caution about the first one, where it is one of the two."""
    if result.by != "period":
        return result.notes
    return tuple(note for note in result.notes if note.startswith("The first cohort") and 0 in positions)
