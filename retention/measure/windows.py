"""Windows that a person would name: the last complete months of the data."""

from __future__ import annotations

from datetime import date

from retention.orders import Orders
from retention.periods import month_number, period_start


def last_months(orders: Orders, months: int | None = 1) -> tuple[date, date]:
    """First day of the last complete calendar months and the day after them; None for all of the data.

    The last complete month is the one that ends on or before `orders.as_of`. Where the data begin later than asked,
    the window begins with the data; where no month is complete, it is all of the data. Not to be trusted as complete when
    the shop was closed, or the export cut, at the end of a month.

    >>> import retention as rt
    >>> [day.isoformat() for day in last_months(rt.load_sample("cdnow"), 3)]
    ['1998-04-01', '1998-07-01']
    """
    begin = max(orders.observed_from, orders.selection.start or orders.observed_from)
    stop = month_number(orders.as_of)
    end = period_start(stop, "month")
    if months is None or end <= begin:
        return begin, orders.as_of
    return max(begin, period_start(stop - months, "month")), end
