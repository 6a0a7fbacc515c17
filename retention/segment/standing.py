"""Where one customer stands among all: key figures beside their median, and the segment on earlier days."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

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
    everybody, mine = orders.frame(_spread(_each(orders.orders))), _derived(own)
    rows = []
    for place, figure in enumerate(FIGURES):
        others = everybody[everybody["place"] == place].sort_values("value")
        values, number = others["value"].to_numpy(), others["customers"].to_numpy().cumsum()
        n = int(number[-1]) if len(number) else 0
        middle = values[np.searchsorted(number, [(n + 1) // 2, n // 2 + 1])].mean() if n else np.nan
        less = np.searchsorted(values, mine[figure])
        below = np.nan if pd.isna(mine[figure]) or not n else (number[less - 1] if less else 0) / n
        rows.append((figure, mine[figure], middle, below, n))
    return pd.DataFrame(rows, columns=["figure", "value", "median", "share_below", "n"])


@lru_cache
def _each(orders: ir.Table) -> ir.Table:
    """The key figures of every customer with a purchase."""
    known = orders.filter(orders.customer_id.notnull(), orders.is_purchase | orders.is_return)
    money = {name: known[name].sum().cast("int64") for name in MONEY}
    each = known.group_by("customer_id").aggregate(orders=known.count(where=known.is_purchase), **money)
    return each.filter(each.orders > 0).select(**_derived({name: each[name] for name in ("orders", *MONEY)}))


@lru_cache
def _spread(each: ir.Table) -> ir.Table:
    """place (of the figure), value, customers (who have it): small enough to be remembered, and the same for every customer."""
    parts = []
    for place, figure in enumerate(FIGURES):
        known = each.filter(each[figure].notnull())
        known = known.select(place=ibis.literal(place, "int8"), value=known[figure])
        parts.append(known.group_by("place", "value").aggregate(customers=known.count().cast("int32")))
    return ibis.union(*parts)


def _derived(sums: Any) -> dict[str, Any]:
    """Figures from sums in hundredths, of a column or of one customer; missing where nothing was bought."""
    paid, gross, orders = (
        _above_zero(value) for value in (sums["gross"] - sums["discounts"], sums["gross"], sums["orders"])
    )
    return {
        "orders": sums["orders"] / 1,
        "net": sums["net"] / 100,
        "aov": sums["net"] / orders / 100,
        "return_rate": sums["refunds"] / paid,
        "discount_share": sums["discounts"] / gross,
    }


def _above_zero(value: Any) -> Any:
    if isinstance(value, ir.Value):
        return ibis.greatest(value, 0).nullif(0)
    return value if value > 0 else np.nan


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
