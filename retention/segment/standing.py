"""Where one customer stands among all: key figures beside their median, and the segment on earlier days."""

from __future__ import annotations

from functools import lru_cache

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.orders import Orders
from retention.periods import day_number, day_of, period_number, period_start
from retention.schema import MONEY
from retention.segment.schemes import SCHEMES, SEASONAL
from retention.segment.scores import LEVELS, called_seasonal, cut_points, is_seasonal, standings

FIGURES = ("orders", "net", "aov", "return_rate", "discount_share")
QUARTERS = 8


def figures(orders: Orders, counted: pd.DataFrame) -> pd.DataFrame:
    """The key figures of a customer with these purchases and returns: figure, value, median, share_below, n."""
    own = {name: int(counted[name].sum()) for name in MONEY} | {"orders": int(counted["is_purchase"].sum())}
    each = _each(orders.orders)
    all_of_them, this_one = orders.frame(_usual(each)).iloc[0], orders.frame(_beside(each, own)).iloc[0]
    rows = []
    for figure in FIGURES:
        value, n = this_one[f"{figure}_value"], int(all_of_them[f"{figure}_n"])
        below = np.nan if pd.isna(value) or not n else this_one[f"{figure}_below"] / n
        rows.append((figure, value, all_of_them[f"{figure}_median"], below, n))
    table = pd.DataFrame(rows, columns=["figure", "value", "median", "share_below", "n"])
    return table.astype(dict.fromkeys(("value", "median", "share_below"), float))


@lru_cache
def _each(orders: ir.Table) -> ir.Table:
    """The key figures of every customer with a purchase."""
    known = orders.filter(orders.customer_id.notnull(), orders.is_purchase | orders.is_return)
    money = {name: known[name].sum().cast("int64") for name in MONEY}
    each = known.group_by("customer_id").aggregate(orders=known.count(where=known.is_purchase), **money)
    return each.filter(each.orders > 0).select(**_derived({name: each[name] for name in ("orders", *MONEY)}))


def _derived(sums: dict[str, ir.Value]) -> dict[str, ir.Value]:
    """Figures from sums in hundredths; missing where nothing was bought."""
    paid, gross = sums["gross"] - sums["discounts"], sums["gross"]
    figures = {
        "orders": sums["orders"],
        "net": sums["net"] / 100,
        "aov": sums["net"] / sums["orders"].nullif(0) / 100,
        "return_rate": sums["refunds"] / ibis.greatest(paid, 0).nullif(0),
        "discount_share": sums["discounts"] / ibis.greatest(gross, 0).nullif(0),
    }
    return {name: value.cast("float64") for name, value in figures.items()}


@lru_cache
def _usual(each: ir.Table) -> ir.Table:
    """The same for every customer, so that it is worked out once."""
    medians = {f"{figure}_median": each[figure].median() for figure in FIGURES}
    return each.aggregate(**medians, **{f"{figure}_n": each[figure].count() for figure in FIGURES})


def _beside(each: ir.Table, own: dict[str, int]) -> ir.Table:
    """The figures of one customer, and how many of all have less."""
    mine = _derived({name: ibis.literal(total, "int64") for name, total in own.items()})
    below = {f"{figure}_below": each.count(where=each[figure] < mine[figure]) for figure in FIGURES}
    return each.aggregate(**below).mutate(**{f"{figure}_value": mine[figure] for figure in FIGURES})


def segments_at(orders: Orders, counted: pd.DataFrame) -> pd.DataFrame:
    """The segment of a customer with these purchases and returns, at quarter ends and at the end of observation.

    The cut-points of a day are the same for every customer, so that the engine works them out once and keeps them.
    """
    columns = ["day", "recency_days", "frequency", "monetary", "r", "f", "m", "code", "segment", "customers"]
    rows = []
    for day in quarter_ends(orders):
        by_then = counted[counted["day"] <= day]
        purchases = by_then[by_then["is_purchase"]]
        if purchases.empty:
            continue
        last_day, frequency, net = int(purchases["day"].max()), len(purchases), int(by_then["net"].sum())
        cuts = orders.frame(cut_points(standings(orders.orders, day))).iloc[0]
        r = LEVELS - int((-last_day > cuts["r_cuts"]).sum())
        f, m = 1 + int((frequency > cuts["f_cuts"]).sum()), 1 + int((net > cuts["m_cuts"]).sum())
        silent, code = day + 1 - last_day, f"{r}{f}{m}"
        seasonal = called_seasonal(is_seasonal(purchases["day"].to_numpy()), silent, r)
        segment = SEASONAL if seasonal else SCHEMES["quintile"].segments[code]
        customers = int(cuts["customers"])
        rows.append((pd.Timestamp(day_of(day)), silent, frequency, net / 100, r, f, m, code, segment, customers))
    return pd.DataFrame(rows, columns=columns)


def quarter_ends(orders: Orders) -> list[int]:
    """The last days of the quarters that are over, at most eight, and the last day of all."""
    last = day_number(orders.as_of) - 1
    first, now = (period_number(day, "quarter") for day in (orders.since, orders.as_of))
    ends = [day_number(period_start(number, "quarter")) - 1 for number in range(first + 1, now + 1)]
    return [*[day for day in ends if day < last][-QUARTERS:], last]
