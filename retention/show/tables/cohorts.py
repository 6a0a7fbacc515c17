"""Cohorts as frames to read and to take away."""

from __future__ import annotations

import pandas as pd

from retention.measure.cohort_comparison import CohortComparison
from retention.measure.cohorts import RetentionTable
from retention.predict.cohort_forecast import CohortForecast
from retention.show.cohorts import coming, group_names, row_name, row_names
from retention.show.i18n import MISSING, _, interval, number, percent_points
from retention.show.measures import measure_name, measure_value


def cohort_rows(result: RetentionTable, forecast: CohortForecast | None = None) -> pd.DataFrame:
    """Size, then one column an age; a cell that is not over carries a star, one of a group the customers behind it.

    What is forecast carries a "~".
    """
    expected = None if forecast is None else coming(result, forecast)
    first = _("First purchase") if result.by == "period" else group_names()[result.by]
    shown = pd.DataFrame({first: list(row_names(result).values())})
    shown[_("Customers")] = [number(size) for size in result.table["customers"]]
    for age in result.table.columns[1:]:
        values = [measure_value(result.value, value, result.currency) for value in result.table[age]]
        if result.by == "period":
            marks = ["*" if running else "" for running in result.partial[age]]
        else:
            marks = [f" ({number(n)})" if n > 0 else "" for n in result.n[age]]
        shown[str(age)] = [value + mark for value, mark in zip(values, marks, strict=True)]
        if expected is not None:
            said = pd.Series([f"~{measure_value(result.value, value)}" for value in expected[age]])
            shown[str(age)] = shown[str(age)].mask(expected[age].notna().to_numpy(), said)
    return shown


def cohort_numbers(result: RetentionTable, forecast: CohortForecast | None = None) -> pd.DataFrame:
    """The table to take away; of groups with the customers behind every cell, which differ from age to age.

    With a forecast, one row a cell, which says whether it is one.
    """
    if forecast is not None:
        return forecast.table
    if result.by == "period":
        return result.table.reset_index()
    n = result.n.astype(int).add_prefix("n_")
    return pd.concat([result.table, n], axis=1).reset_index()


def payback_rows(result: RetentionTable) -> pd.DataFrame:
    """What a new customer cost, and when it was earned back."""
    names = [row_name(row, result.by, result.period) for row in result.payback.index]
    shown = pd.DataFrame({_("First purchase") if result.by == "period" else group_names()[result.by]: names})
    shown[_("Spend")] = [measure_value("net", value, result.currency) for value in result.payback["spend"]]
    shown[measure_name("new_customers")] = [number(value) for value in result.payback["customers"]]
    shown[measure_name("cac")] = [measure_value("cac", value, result.currency) for value in result.payback["cac"]]
    shown[_("Earned back at age")] = [number(value) for value in result.payback["payback_age"]]
    return shown


def comparison_rows(result: CohortComparison) -> pd.DataFrame:
    """Both shares with their customers and the difference with its interval, by age."""
    rows = list(result.table.itertuples())
    first, second = (row_name(name, result.by, result.period) for name in (result.first, result.second))

    def share(value: float, n: int) -> str:
        return f"{measure_value(result.value, value)} ({number(n)})"

    return pd.DataFrame(
        {
            _("Age"): [number(row.age) for row in rows],
            first: [share(row.first_share, row.first_n) for row in rows],
            second: [share(row.second_share, row.second_n) for row in rows],
            _("Difference"): [percent_points(row.difference) for row in rows],
            _("95 % interval"): [interval(row.low, row.high, percent_points) or MISSING for row in rows],
        }
    )
