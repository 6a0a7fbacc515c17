"""RFM scores of five levels worked out where the data are, and who buys in one season of every year."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import numpy as np

from retention.segment.schemes import SCHEMES, SEASONAL, codes

LEVELS = 5
FIFTHS = (0.2, 0.4, 0.6, 0.8)
SEASON = 45  # days within which purchases belong to one season
A_YEAR = (320, 410)  # days from one season to the same season of the next year


@ibis.udf.agg.builtin
def quantile_disc(values: dt.int64, shares: dt.Array(dt.float64)) -> dt.Array(dt.int64):
    """For each share the smallest value that so many of the values do not exceed."""


@lru_cache
def standings(orders: ir.Table, day: int | None = None) -> ir.Table:
    """One row a customer with a purchase: customer_id, first_day, last_day, orders, net in hundredths, by the end of a day or of all."""
    known = orders.filter(orders.customer_id.notnull(), orders.is_purchase | orders.is_return)
    known = known if day is None else known.filter(known.day <= day)
    each = known.group_by("customer_id").aggregate(
        first_day=known.day.min(where=known.is_purchase),
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


def with_segments(each: ir.Table, orders: ir.Table, last_day: int) -> ir.Table:
    """The same rows with `segment` as `rfm_segments` gives it with its usual scheme.

    each: what `standings` of these orders gives, further columns aside; last_day: the day before the end of observation
    """
    scored = each.cross_join(cut_points(each))
    scored = scored.mutate(
        r=LEVELS - _exceeded(-scored.last_day, scored.r_cuts),
        f=1 + _exceeded(scored.orders, scored.f_cuts),
        m=1 + _exceeded(scored.net, scored.m_cuts),
    )
    silent = last_day + 1 - scored.last_day
    may_be = scored.filter(called_seasonal(scored.last_day - scored.first_day >= A_YEAR[0], silent, scored.r))
    seasonal = _in_one_season(orders.filter(orders.is_purchase).semi_join(may_be, "customer_id"))
    named = ibis.array([SCHEMES["quintile"].segments[code] for code in codes(LEVELS)])
    usual = named[(scored.r - 1) * LEVELS**2 + (scored.f - 1) * LEVELS + scored.m - 1]
    usual = scored.select(*each.columns, usual=usual)
    joined = usual.left_join(seasonal, usual.customer_id == seasonal.seasonal_id)
    return joined.select(*each.columns, segment=ibis.ifelse(joined.seasonal_id.notnull(), SEASONAL, joined.usual))


def _exceeded(value: ir.Value, cuts: ir.ArrayValue) -> ir.Value:
    return sum((value > cuts[n]).cast("int32") for n in range(len(FIFTHS)))


def seasonal_customers(purchases: ir.Table) -> ir.Table:
    """Who bought in one season of every year: seasonal_id."""
    over = purchases.group_by("customer_id").aggregate(days=purchases.day.max() - purchases.day.min())
    return _in_one_season(purchases.semi_join(over.filter(over.days >= A_YEAR[0]), "customer_id"))


def _in_one_season(purchases: ir.Table) -> ir.Table:
    """The same of those who can be; sorting the purchases of all the others takes a second."""
    in_time = ibis.window(group_by="customer_id", order_by="order_id")
    low, high = A_YEAR
    gaps = purchases.filter(purchases.order_number.notnull())
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
