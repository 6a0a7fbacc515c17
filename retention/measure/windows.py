"""Windows that a person would name: the last complete months of the data."""

from __future__ import annotations

from datetime import date

from retention.orders import Orders
from retention.periods import month_number, period_start


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
