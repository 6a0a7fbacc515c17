"""What came in month by month, by when the customer first bought."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.orders import Orders, purchases_and_returns
from retention.periods import month_number


def monthly_sums(orders: Orders) -> pd.DataFrame:
    """One row a month, month of the customer's first purchase and kind of order.

    kind: first (of the day of the first purchase), repeat, returned (a refund document), unknown (whatever names nobody).
    orders and net (currency units, with refunds), squares (of the net of single orders), days (different customers and days),
    new_customers.
    """
    found = orders.frame(_sums(purchases_and_returns(orders)))
    kinds = np.select(
        [~found["is_named"], found["is_return"], found["is_first"]], ["unknown", "returned", "first"], default="repeat"
    )
    found["net"] = found["net"] / 100
    found["first_month"] = found["first_month"].fillna(-1).astype(int)
    return found.assign(kind=kinds).sort_values(["month", "first_month", "kind"], ignore_index=True)


@lru_cache
def _sums(table: ir.Table) -> ir.Table:
    table = table.mutate(
        is_named=table.customer_id.notnull(),
        is_return=~table.is_purchase,
        is_first=(table.day == table.first_day).fill_null(False),
        units=table.net // 100,
        customer_day=table.customer_id.cast("int64") * 100_000 + table.day,
    )
    return table.group_by("month", "first_month", "is_named", "is_return", "is_first").aggregate(
        orders=table.count(where=table.is_purchase),
        net=table.net.sum().cast("int64"),
        squares=(table.units * table.units).sum().cast("int64"),
        days=table.customer_day.nunique(),
        new_customers=table.count(where=table.order_number == 1),
    )


def complete_months(orders: Orders) -> tuple[int, int]:
    """The first complete month, and the one after the last complete one."""
    since: date = orders.since
    return month_number(since) + (since.day > 1), month_number(orders.as_of)
