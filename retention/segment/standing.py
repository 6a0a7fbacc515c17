"""Where one customer stands among all: key figures beside their median, and the segment on earlier days."""

from __future__ import annotations

from functools import lru_cache

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.orders import Orders
from retention.periods import day_number, day_of, period_number, period_start
from retention.segment.rfm import A_YEAR, SEASON
from retention.segment.schemes import SCHEMES, SEASONAL

FIGURES = ("orders", "net", "aov", "return_rate", "discount_share")
QUARTERS = 8


def figures(orders: Orders, counted: pd.DataFrame) -> pd.DataFrame:
    """The key figures of a customer with these purchases and returns: figure, value, median, share_below, n."""
    own = counted[["gross", "discounts", "refunds", "net"]].sum().astype(float)
    own["orders"] = float(counted["is_purchase"].sum())
    mine = _derived(own.to_frame().T).iloc[0]
    each = _derived(orders.frame(_each(orders.orders)).astype(float))
    rows = []
    for figure in FIGURES:
        others = each[figure].dropna()
        below = np.nan if others.empty or np.isnan(mine[figure]) else float((others < mine[figure]).mean())
        rows.append((figure, mine[figure], others.median(), below, len(others)))
    return pd.DataFrame(rows, columns=["figure", "value", "median", "share_below", "n"])


@lru_cache
def _each(orders: ir.Table) -> ir.Table:
    known = orders.filter(orders.customer_id.notnull(), orders.is_purchase | orders.is_return)
    money = {name: known[name].sum().cast("int64") for name in ("gross", "discounts", "refunds", "net")}
    each = known.group_by("customer_id").aggregate(orders=known.count(where=known.is_purchase), **money)
    return each.filter(each.orders > 0).drop("customer_id")


def _derived(sums: pd.DataFrame) -> pd.DataFrame:
    """Figures from sums in hundredths; missing where nothing was bought."""
    bought, paid = sums["orders"].where(sums["orders"] > 0), sums["gross"] - sums["discounts"]
    return pd.DataFrame(
        {
            "orders": sums["orders"],
            "net": sums["net"] / 100,
            "aov": sums["net"] / bought / 100,
            "return_rate": sums["refunds"] / paid.where(paid > 0),
            "discount_share": sums["discounts"] / sums["gross"].where(sums["gross"] > 0),
        }
    )


def segments_at(orders: Orders, counted: pd.DataFrame) -> pd.DataFrame:
    """The segment of a customer with these purchases and returns, at quarter ends and at the end of observation.

    The scores follow from how many customers bought later, have fewer purchases and brought less (see `rfm_segments`), so it
    is enough to count these; the scores of everybody are not needed.
    """
    bought = counted[counted["is_purchase"]]
    columns = ["day", "recency_days", "frequency", "monetary", "r", "f", "m", "code", "segment", "customers"]
    if bought.empty:
        return pd.DataFrame(columns=columns)
    days = [day for day in quarter_ends(orders) if day >= bought["day"].min()]
    each, counts, own = _by_then(orders.orders, tuple(days)), {}, []
    for place, day in enumerate(days):
        by_then = counted[counted["day"] <= day]
        purchases = by_then[by_then["is_purchase"]]
        mine = (int(purchases["day"].max()), len(purchases), int(by_then["net"].sum()))
        last, number, net = (each[f"{name}_{place}"] for name in ("last", "orders", "net"))
        counts |= {
            f"customers_{place}": each.count(where=number > 0),
            f"r_{place}": each.count(where=last > mine[0]),
            f"f_{place}": each.count(where=(number > 0) & (number < mine[1])),
            f"m_{place}": each.count(where=(number > 0) & (net < mine[2])),
        }
        own.append(mine)
    found = orders.frame(each.aggregate(**counts)).iloc[0]
    rows = []
    for place, (day, (last_day, frequency, net)) in enumerate(zip(days, own, strict=True)):
        customers, silent = int(found[f"customers_{place}"]), day + 1 - last_day
        later, fewer, less = (5 * int(found[f"{name}_{place}"]) // customers for name in ("r", "f", "m"))
        scores = [5 - later, 1 + fewer, 1 + less]
        code = "".join(map(str, scores))
        segment = SCHEMES["quintile"].segments[code]
        if scores[0] < 4 and silent <= A_YEAR[1] and _is_seasonal(bought.loc[bought["day"] <= day, "day"]):
            segment = SEASONAL
        rows.append((pd.Timestamp(day_of(day)), silent, frequency, net / 100, *scores, code, segment, customers))
    return pd.DataFrame(rows, columns=columns)


def quarter_ends(orders: Orders) -> list[int]:
    """The last days of the quarters that are over, at most eight, and the last day of all."""
    last = day_number(orders.as_of) - 1
    first, now = (period_number(day, "quarter") for day in (orders.since, orders.as_of))
    ends = [day_number(period_start(number, "quarter")) - 1 for number in range(first + 1, now + 1)]
    return [*[day for day in ends if day < last][-QUARTERS:], last]


@lru_cache
def _by_then(orders: ir.Table, days: tuple[int, ...]) -> ir.Table:
    """One row a customer: last purchase, purchases and net by the end of each day."""
    known = orders.filter(orders.customer_id.notnull(), orders.is_purchase | orders.is_return)
    facts = {}
    for place, day in enumerate(days):
        by_then = known.day <= day
        bought = by_then & known.is_purchase
        facts[f"last_{place}"] = known.day.max(where=bought)
        facts[f"orders_{place}"] = known.count(where=bought)
        facts[f"net_{place}"] = known.net.sum(where=by_then)
    return known.group_by("customer_id").aggregate(**facts)


def _is_seasonal(days: pd.Series) -> bool:
    """Whether purchases on these days lie in one season of every year; the same rule as in `rfm_segments`."""
    gaps = np.diff(np.sort(days.to_numpy()))
    gaps = gaps[gaps > SEASON]
    return len(gaps) > 0 and gaps.min() >= A_YEAR[0] and gaps.max() <= A_YEAR[1]
