"""RFM scores of five levels worked out where the data are, and who buys in one season of every year."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import numpy as np

from retention.segment.schemes import SCHEMES, SEASONAL

LEVELS = 5
FIFTHS = (0.2, 0.4, 0.6, 0.8)
SEASON = 45  # days within which purchases belong to one season
A_YEAR = (320, 410)  # days from one season to the same season of the next year


@ibis.udf.agg.builtin
def quantile_disc(values: dt.int64, shares: dt.Array(dt.float64)) -> dt.Array(dt.int64):
    """For each share the smallest value that so many of the values do not exceed."""


@lru_cache
def standings(orders: ir.Table, day: int | None = None) -> ir.Table:
    """One row a customer with a purchase: customer_id, last_day, orders, net in hundredths, by the end of a day or of all."""
    known = orders.filter(orders.customer_id.notnull(), orders.is_purchase | orders.is_return)
    known = known if day is None else known.filter(known.day <= day)
    each = known.group_by("customer_id").aggregate(
        last_day=known.day.max(where=known.is_purchase),
        orders=known.count(where=known.is_purchase),
        net=known.net.sum().cast("int64"),
    )
    return each.filter(each.orders > 0)


@lru_cache
def cut_points(each: ir.Table) -> ir.Table:
    """Where the scores of `standings` are cut, in one row: customers, r_cuts, f_cuts, m_cuts.

    The n-th cut is the value that n fifths of the customers do not exceed. More than n fifths have less than whoever exceeds it, so
    that 1 + the cuts that are exceeded is 1 + ⌊5 × customers who have less ÷ customers⌋, the score of `rfm_segments`. Recency
    counts down from 5, its cuts are those of −last_day.
    """
    fifths = list(FIFTHS)
    return each.aggregate(
        customers=each.count(),
        r_cuts=quantile_disc(-each.last_day, fifths),
        f_cuts=quantile_disc(each.orders, fifths),
        m_cuts=quantile_disc(each.net, fifths),
    )


@lru_cache
def segments(orders: ir.Table, last_day: int) -> ir.Table:
    """Every customer's segment as `rfm_segments` gives it with its usual scheme: customer_id, segment.

    last_day: the day before the end of observation
    """
    scheme, each = SCHEMES["quintile"], standings(orders)
    each = each.cross_join(cut_points(each))

    def exceeded(value: ir.Value, cuts: ir.ArrayValue) -> ir.Value:
        return sum((value > cuts[n]).cast("int32") for n in range(len(FIFTHS)))

    each = each.mutate(
        r=LEVELS - exceeded(-each.last_day, each.r_cuts),
        f=1 + exceeded(each.orders, each.f_cuts),
        m=1 + exceeded(each.net, each.m_cuts),
        silent=last_day + 1 - each.last_day,
    )
    code = each.r * 100 + each.f * 10 + each.m
    named = {name: [int(code) for code, other in scheme.segments.items() if other == name] for name in scheme.names}
    usual = ibis.cases(*((code.isin(codes), name) for name, codes in named.items()))
    calls = seasonal_customers(orders.filter(orders.is_purchase, orders.customer_id.notnull()))
    each = each.mutate(usual=usual).left_join(calls, each.customer_id == calls.seasonal_id)
    is_seasonal = called_seasonal(each.seasonal_id.notnull(), each.silent, each.r)
    return each.select("customer_id", segment=ibis.ifelse(is_seasonal, SEASONAL, each.usual))


def seasonal_customers(purchases: ir.Table) -> ir.Table:
    """Who bought in one season of every year: seasonal_id."""
    in_time = ibis.window(group_by="customer_id", order_by="order_id")
    low, high = A_YEAR
    over = purchases.group_by("customer_id").aggregate(days=purchases.day.max() - purchases.day.min())
    gaps = purchases.semi_join(over.filter(over.days >= low), "customer_id")  # sorting all the others takes a second
    gaps = gaps.filter(gaps.order_number.notnull())
    gaps = gaps.select("customer_id", gap=gaps.day - gaps.day.lag(1).over(in_time))
    gaps = gaps.filter(gaps.gap > SEASON)
    each = gaps.group_by(seasonal_id="customer_id").aggregate(shortest=gaps.gap.min(), longest=gaps.gap.max())
    return each.filter(each.shortest >= low, each.longest <= high).select("seasonal_id")


def is_seasonal(days: np.ndarray) -> bool:
    """Whether one customer is among the `seasonal_customers`. days: of the purchases, in any order"""
    gaps = np.diff(np.sort(days))
    gaps = gaps[gaps > SEASON]
    return bool(len(gaps) and gaps.min() >= A_YEAR[0] and gaps.max() <= A_YEAR[1])


def called_seasonal(is_seasonal: Any, silent: Any, r: Any, levels: int = LEVELS) -> Any:
    """Whether a seasonal customer is called so instead of lost; of columns, arrays and single values alike."""
    return is_seasonal & (silent <= A_YEAR[1]) & (r < levels - 1)
