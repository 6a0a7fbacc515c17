"""What a shop's own books say about money: margin, returns, what a new customer cost, what was paid for shipping."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.errors import OptionError
from retention.margin import SCALE
from retention.measure.acquisition import check_payback, spend_by_month
from retention.orders import Orders, purchases_and_returns
from retention.predict.monthly import complete_months, monthly_sums

YEAR = 12  # months that are looked at
FREE, MANY = 0.02, 0.05  # paying so little of the usual shipping is free, where so many orders do
JUST_BELOW = 0.75  # an order of three quarters of a threshold may be topped up to it


@dataclass(frozen=True)
class Facts:
    """Of the last 12 complete months. margin: profit ÷ net revenue; missing without one. returned: refunds ÷ (gross − discounts).
    cac: marketing spend ÷ new customers, of the months whose spend is known; missing without any.
    free_from: the order value from which on hardly anybody pays shipping now; missing where all do.
    baskets: value of an order before returns (whole currency units) → orders, value, shipping (currency units)."""

    margin: float
    returned: float
    cac: float
    free_from: float
    baskets: pd.DataFrame = field(repr=False)


@dataclass(frozen=True)
class Shipping:
    """What free shipping from a threshold on means, of all orders. above: share at or above it; below: share just below it.
    free_from: that of `Facts`. lost: shipping that orders at or above it pay now, an order of all orders; lost_below: the same of those just below.
    gap: what those just below lack, ÷ the value of all orders. lacking: what one of them lacks on average."""

    threshold: float
    free_from: float
    above: float
    below: float
    lost: float
    lost_below: float
    gap: float
    lacking: float


def facts(orders: Orders) -> Facts:
    """What the books of the last 12 complete months say."""
    first, stop = complete_months(orders)
    since = max(first, stop - YEAR)
    sums = orders.frame(_baskets(purchases_and_returns(orders)))
    sums = sums[sums["month"].between(since, stop - 1)]
    value, net = sums["value"].sum(), sums["net"].sum()
    margin = np.nan
    if orders.margin is not None:
        margin = (
            sums["profit"].sum() / SCALE / net if net > 0 and not orders.margin.is_one_number else orders.margin.share
        )
    bought = sums[sums["is_purchase"]].groupby("basket")[["orders", "value", "shipping"]].sum()
    bought = bought.assign(value=bought["value"] / 100, shipping=bought["shipping"] / 100)
    return Facts(
        margin=float(margin),
        returned=float(sums["refunds"].sum() / value) if value > 0 else np.nan,
        cac=_cac(orders, since, stop),
        free_from=_free_from(bought),
        baskets=bought,
    )


def shipping(known: Facts, threshold: float, times: float = 1.0) -> Shipping:
    """What is known about orders above and just below a threshold, every order worth so many times as much."""
    counts, values, paid = known.baskets.to_numpy(dtype=float).T
    if not paid.sum() > 0:
        raise OptionError(
            "The orders do not say what customers paid for shipping.", "Bring a file with the shipping of every order."
        )
    baskets, values, count = known.baskets.index.to_numpy() * times, values * times, counts.sum()
    above = baskets >= threshold
    below = ~above & (baskets >= JUST_BELOW * threshold)
    lacks, value = threshold * counts[below].sum() - values[below].sum(), values.sum()
    return Shipping(
        threshold=threshold,
        free_from=known.free_from,
        above=float(counts[above].sum() / count),
        below=float(counts[below].sum() / count),
        lost=float(paid[above].sum() / count),
        lost_below=float(paid[below].sum() / count),
        gap=float(lacks / value) if value > 0 else 0.0,
        lacking=float(lacks / counts[below].sum()) if below.any() else np.nan,
    )


def likely_threshold(known: Facts) -> float:
    """A threshold to try, as a round number: the median order + 25 %, or three quarters of where shipping is free already; 0
    where orders do not pay for shipping."""
    baskets = known.baskets
    if not baskets["shipping"].sum() > 0:
        return 0.0
    half = baskets["orders"].cumsum() >= baskets["orders"].sum() / 2
    wished = max(1.25 * float(half.idxmax()), 1.0)
    free = known.free_from
    if wished >= JUST_BELOW * free:
        wished = max(JUST_BELOW * free, 1.0)
    step = 10 ** np.floor(np.log10(wished / 2)) / 2 if wished >= 20 else 1.0
    return float(np.round(wished / step) * step)


def _free_from(baskets: pd.DataFrame) -> float:
    """The smallest order from which on hardly anybody pays shipping, where that is a twentieth of the orders or more; else missing."""
    if not baskets["shipping"].sum() > 0:
        return np.nan
    upwards = baskets.iloc[::-1][["orders", "shipping"]].cumsum()
    usual = baskets["shipping"].sum() / baskets["orders"].sum()
    is_free = (upwards["shipping"] < FREE * usual * upwards["orders"]) & (
        upwards["orders"] >= MANY * baskets["orders"].sum()
    )
    if not is_free.any():
        return np.nan
    paying = baskets.index[baskets.index < is_free[is_free].index.min()]
    return float(paying.max()) + 1 if len(paying) else 0.0


def _cac(orders: Orders, since: int, stop: int) -> float:
    try:
        check_payback(orders, "month", "period")
    except OptionError:
        return np.nan
    spend = spend_by_month(orders, pd.RangeIndex(since, stop))[0][""]
    sums = monthly_sums(orders).groupby("month")["new_customers"].sum().reindex(range(since, stop), fill_value=0)
    is_known = ~np.isnan(spend)
    new = sums.to_numpy()[is_known].sum()
    return float(spend[is_known].sum() / new) if new else np.nan


@lru_cache
def _baskets(table: ir.Table) -> ir.Table:
    table = table.mutate(basket=(table.gross - table.discounts) // 100)
    return table.group_by("month", "basket", "is_purchase").aggregate(
        orders=table.count(),
        value=(table.gross - table.discounts).sum().cast("int64"),
        shipping=table.shipping.sum().cast("int64"),
        refunds=table.refunds.sum().cast("int64"),
        net=table.net.sum().cast("int64"),
        profit=table.profit.sum().cast("int64"),
    )
