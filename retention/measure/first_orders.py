"""Customers by something of their first purchase: whether they came back, and what they have brought to date."""

from __future__ import annotations

import ibis.expr.types as ir
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from retention.errors import EmptyError
from retention.intervals import ratio_of_sums, square_and_add, wilson
from retention.margin import SCALE
from retention.orders import Orders, purchases_and_returns
from retention.periods import day_number

WITHIN = 90  # days in which a second order is waited for
MONEY = ("first_order_value", "clv_to_date", "profit_per_customer")


def of_known_customers(orders: Orders) -> ir.Table:
    """Purchases and returns of customers who can be told apart."""
    table = purchases_and_returns(orders)
    return table.filter(table.customer_id.notnull())


def nobody(orders: Orders) -> EmptyError:
    """Why there are no new customers: no order names anybody, or the filters leave no first purchase."""
    table = orders.orders
    known = table.filter(table.is_purchase, table.customer_id.notnull()).select("order_id")
    if orders.frame(known.limit(1)).empty:
        return EmptyError(
            "No customer can be told apart in these orders.",
            "Use an export with an e-mail address, a phone number or a customer number.",
        )
    return EmptyError(
        "No customer's first purchase passes these filters.",
        "Customers are told apart by their first purchase: begin earlier or clear a filter.",
    )


def each_starter(table: ir.Table, **more: ir.Value) -> ir.Table:
    """One row a customer whose first purchase is in the table, with what the table holds of them; more: further sums."""
    first = table.is_purchase & (table.order_number == 1)
    each = table.group_by("customer_id").aggregate(
        first_day=table.day.min(where=first),
        first_net=table.net.sum(where=first),
        second_day=table.day.min(where=table.is_purchase & (table.order_number > 1)),
        net=table.net.sum(),
        profit=table.profit.sum(),
        **more,
    )
    return each.filter(each.first_day.notnull())


def sums_by(orders: Orders, each: ir.Table, *groups: str, **more: ir.Value) -> pd.DataFrame:
    """The sums behind `came_back` over the customers of each group."""
    old_enough = each.first_day <= day_number(orders.as_of) - WITHIN
    net, first, profit = (each[name].cast("float64") for name in ("net", "first_net", "profit"))
    sums = each.group_by(*groups).aggregate(
        customers=each.count(),
        old_enough=each.count(where=old_enough),
        seconds=each.count(where=old_enough & (each.second_day - each.first_day <= WITHIN)),
        repeaters=each.second_day.count(),
        days=(day_number(orders.as_of) - each.first_day).sum(),
        first=each.first_net.sum(),
        first_first=(first * first).sum(),
        net=each.net.sum(),
        net_net=(net * net).sum(),
        profit=each.profit.sum(),
        profit_profit=(profit * profit).sum(),
        **more,
    )
    return orders.frame(sums)


def came_back(orders: Orders, sums: pd.DataFrame) -> pd.DataFrame:
    """Rates and means of every group with their intervals; the index is that of the sums."""
    if orders.margin is None:
        sums = sums.assign(profit=np.nan)
    customers = sums["customers"].astype("int64")
    result = pd.DataFrame({"customers": customers})
    share(result, "second_order_rate_90", sums["seconds"], sums["old_enough"])
    result.insert(1, "second_order_rate_90_n", sums["old_enough"].astype("int64"))
    share(result, "repeat_rate_to_date", sums["repeaters"], customers)
    for name, x, unit in zip(MONEY, ("first", "net", "profit"), (100, 100, 100 * SCALE), strict=True):
        total, squares = sums[x].astype(float) / unit, sums[f"{x}_{x}"].astype(float) / unit / unit
        result[name] = total / customers.where(customers > 0)
        result[f"{name}_low"], result[f"{name}_high"] = ratio_of_sums(
            customers, total, customers, squares, customers, total
        )
    result["days_observed"] = sums["days"] / customers.where(customers > 0)
    return result


def share(result: pd.DataFrame, name: str, successes: pd.Series, n: pd.Series) -> None:
    """Add a share of customers and its Wilson interval."""
    n = n.astype(float)
    result[name] = successes / n.where(n > 0)
    result[f"{name}_low"], result[f"{name}_high"] = wilson(successes, n)


def share_of_sums(
    n: ArrayLike, x: ArrayLike, y: ArrayLike, xx: ArrayLike, yy: ArrayLike, xy: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """95 % interval of Σx ÷ Σy where x is a part of y, over n independent units that have any y.

    That of `ratio_of_sums`, kept between 0 and 1. Where all or nothing is x no unit differs from another and the delta method
    would claim certainty; there it is the Wilson interval of all or none of n.
    """
    n, x, y = (np.asarray(value, dtype=float) for value in (n, x, y))
    low, high = (np.clip(end, 0, 1) for end in ratio_of_sums(n, x, y, xx, yy, xy))
    at_an_end = ((x == 0) | (x == y)) & (y > 0)
    alike = wilson(np.where(x == 0, 0, n), n)
    return np.where(at_an_end, alike[0], low), np.where(at_an_end, alike[1], high)


def difference(one: pd.Series, other: pd.Series, name: str) -> tuple[float, float, float]:
    """One share minus another, and the 95 % interval of the difference from the intervals of both."""
    first, second = ([float(row[f"{name}{end}"]) for end in ("", "_low", "_high")] for row in (one, other))
    low, high = square_and_add(first, second)
    return first[0] - second[0], float(low), float(high)
