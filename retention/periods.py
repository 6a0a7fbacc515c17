"""Days and periods as integers.

A day is the number of days since 1970-01-01 and a month is year × 12 + month − 1, so every period is one integer
division away and no engine needs date arithmetic. Weeks begin on Monday.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import ibis.expr.types as ir
import pandas as pd

from retention.errors import OptionError, check_option

PERIODS = ("day", "week", "month", "quarter", "year")
EPOCH = date(1970, 1, 1)
MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}


def as_date(name: str, value: str | date) -> date:
    """A day that somebody gave as a date or as text like 2025-12-31; OptionError names the option when it is neither.

    >>> as_date("start", "2025-12-31")
    datetime.date(2025, 12, 31)
    """
    try:
        if isinstance(value, str):
            return date.fromisoformat(value)
        return date(value.year, value.month, value.day)
    except (AttributeError, TypeError, ValueError) as error:
        raise OptionError(
            "{name}={value!r} is not a date.", "Write it as 2025-12-31.", name=name, value=value
        ) from error


def day_number(day: date) -> int:
    """Days since 1970-01-01.

    >>> day_number(date(1970, 1, 5))
    4
    """
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=int(number))


def month_number(day: date) -> int:
    """Year × 12 + month − 1."""
    return day.year * 12 + day.month - 1


def period_number(day: date, period: str) -> int:
    """The number of the period that holds a day; neighbouring periods differ by one.

    >>> period_number(date(2024, 12, 31), "quarter") + 1 == period_number(date(2025, 1, 1), "quarter")
    True
    """
    check_option("period", period, PERIODS)
    if period == "day":
        return day_number(day)
    if period == "week":
        return (day_number(day) + 3) // 7
    return month_number(day) // MONTHS_IN[period]


def period_start(number: int, period: str) -> date:
    """The first day of a period.

    >>> period_start(period_number(date(2024, 5, 15), "quarter"), "quarter")
    datetime.date(2024, 4, 1)
    """
    check_option("period", period, PERIODS)
    if period == "day":
        return day_of(number)
    if period == "week":
        return day_of(number * 7 - 3)
    month = int(number) * MONTHS_IN[period]
    return date(month // 12, month % 12 + 1, 1)


def period_column(day: ir.IntegerValue, month: ir.IntegerValue, period: str) -> ir.IntegerValue:
    """The same number as `period_number`, as an Ibis expression over a day and a month column."""
    check_option("period", period, PERIODS)
    if period == "day":
        return day
    if period == "week":
        return (day + 3) // 7
    return month if period == "month" else month // MONTHS_IN[period]


def starts(numbers: Iterable[int], period: str) -> pd.DatetimeIndex:
    """The first days of many periods."""
    return pd.DatetimeIndex([pd.Timestamp(period_start(number, period)) for number in numbers]).as_unit("s")
