"""Windows that a person would name: the last complete months of the data, any days, and what they are compared with."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from retention.errors import OptionError
from retention.orders import Orders
from retention.periods import as_date, month_number, period_start


def last_months(orders: Orders, months: int | None = 1) -> tuple[date, date]:
    """First day of the last complete calendar months and the day after them; None for all of the data.

    The last complete month is the one that ends on or before `orders.as_of`. Where the data begin later than asked,
    the window begins with the data; where no month is complete, it is all of the data.

    When not to trust it: the shop was closed, or the export cut, at the end of a month. What looks complete is not then,
    and a month whose last days had no order counts as running.

    >>> import retention as rt
    >>> [day.isoformat() for day in last_months(rt.load_sample("cdnow"), 3)]
    ['1998-04-01', '1998-07-01']
    """
    begin = orders.since
    stop = month_number(orders.as_of)
    end = period_start(stop, "month")
    if months is None or end <= begin:
        return begin, orders.as_of
    return max(begin, period_start(stop - months, "month")), end


def chosen_window(orders: Orders, start: str | date | None, end: str | date | None) -> tuple[date, date]:
    """The window from start to the day before end, cut to the data; without either, the last complete month."""
    if start is None and end is None:
        return last_months(orders)
    begin = max(as_date("start", start), orders.since) if start is not None else orders.since
    finish = min(as_date("end", end), orders.as_of) if end is not None else orders.as_of
    if finish <= begin:
        raise OptionError(
            "No day of data lies between start={start} and end={end}.",
            "The data run from {first} to {last}, and the end is the day after the window.",
            start=start,
            end=end,
            first=orders.since,
            last=orders.as_of - timedelta(days=1),
        )
    return begin, finish


def whole_months(begin: date, finish: date) -> int:
    """How many calendar months a window consists of; 0 when it is not made of whole ones."""
    return month_number(finish) - month_number(begin) if begin.day == finish.day == 1 else 0


def steps_back(begin: date, finish: date, steps: int) -> date:
    """Where the window begins that lies so many of its own lengths before."""
    months = whole_months(begin, finish)
    if months:
        return period_start(month_number(begin) - steps * months, "month")
    return begin - steps * (finish - begin)


def year_before(begin: date, finish: date) -> tuple[date, date]:
    """The same months of the year before, or as many days from the same date on."""
    months = whole_months(begin, finish)
    earlier = (pd.Timestamp(begin) - pd.DateOffset(years=1)).date()
    if months:
        return earlier, period_start(month_number(earlier) + months, "month")
    return earlier, earlier + (finish - begin)
