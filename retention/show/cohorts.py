"""The words for cohorts: rows, groups and ages by their names."""

from __future__ import annotations

from datetime import date

import pandas as pd

from retention.measure.starting_groups import OTHERS, UNKNOWN
from retention.show.i18n import _, period_label


def group_names() -> dict[str, str]:
    """What customers can be grouped by, in words."""
    return {
        "period": _("Time of the first purchase"),
        "product": _("First product"),
        "category": _("First category"),
        "channel": _("First channel"),
        "country": _("Country"),
        "discount": _("Discount on the first order"),
        "guest": _("Guest or account"),
    }


def row_name(row: object, by: str, period: str) -> str:
    """The name of a cohort: a period, or a group as the file calls it."""
    if by == "period":
        return period_label(date.fromisoformat(row) if isinstance(row, str) else row, period)
    words = {OTHERS: _("All others"), UNKNOWN: _("Unknown")}
    if by == "discount":
        words |= {"discounted": _("With a discount"), "full_price": _("Full price")}
    if by == "guest":
        words |= {"guest": _("Guest"), "account": _("With an account")}
    return words.get(row, row)


def row_names(result: object) -> dict[str, str]:
    """The cohorts of a table as `compare_cohorts` takes them, with their names."""
    rows = result.table.index
    keys = [row.date().isoformat() for row in rows] if result.by == "period" else list(rows)
    return {key: row_name(key, result.by, result.period) for key in keys}


def coming(result: object, forecast: object, column: str = "share") -> pd.DataFrame:
    """A column of `forecast_cohorts` in the shape of the cohort table, empty wherever there are facts."""
    cells = forecast.table[forecast.table["is_forecast"]]
    wide = cells.pivot(index="cohort", columns="age", values=column)
    return wide.reindex(index=result.table.index, columns=result.counts.columns)


def age_name(age: int, period: str) -> str:
    """An age as a point in time after the first purchase, inside a sentence."""
    pattern = {
        "day": _("day {age}"),
        "week": _("week {age}"),
        "month": _("month {age}"),
        "quarter": _("quarter {age}"),
        "year": _("year {age}"),
    }[period]
    return pattern.format(age=age)
