"""Second orders and lapses, by day, from which every window and period is added up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.intervals import ratio_of_sums, wilson
from retention.orders import Orders, known_purchases, purchases_and_returns
from retention.periods import day_number

SECOND_DAYS = (30, 60, 90, 180, 365)
LONGEST_PERIOD = 366

Windows = Sequence[tuple[date, date]]


def second_order_rates(orders: Orders, windows: Windows) -> pd.DataFrame:
    """One row a window: of the customers whose first purchase lies in it, how many bought again within so many days.

    Only those count whose first purchase is at least so many days old; their number is `<name>_n`.
    """
    found = orders.frame(_seconds_by_first_day(known_purchases(orders))).sort_values("first")
    result = pd.DataFrame(index=range(len(windows)))
    for days in SECOND_DAYS:
        old = found["first"] <= day_number(orders.as_of) - days
        n, second = (
            _added_up(found["first"], found[name].where(old, 0), windows) for name in ("customers", f"within_{days}")
        )
        _share(result, f"second_order_rate_{days}", second, n)
    return result


def churn_rates(orders: Orders, windows: Windows, lapse_days: int) -> pd.DataFrame:
    """One row a window: of the customers active at its start, the share who reached `lapse_days` of silence during it.

    Active is whose last purchase is at most `lapse_days` days old. Missing where the data begin less than that before the window.
    """
    found = orders.frame(_spells(known_purchases(orders), lapse_days))
    is_end, day, near, spells = (found[name].to_numpy() for name in ("is_end", "day", "near", "spells"))
    last = day_number(orders.as_of)
    active, lapsed = [], []
    for start, stop in ((day_number(start), min(day_number(stop), last)) for start, stop in windows):
        observed = start >= day_number(orders.since) + lapse_days
        here = spells[~is_end & (day < start)].sum() - spells[is_end & (day < start)].sum()
        active.append(here if observed else np.nan)
        lapsed.append(spells[is_end & (day >= start) & (day < stop) & (near < start)].sum())
    result = pd.DataFrame(index=range(len(windows)))
    _share(result, "churn_rate", np.array(lapsed, dtype=float), np.array(active, dtype=float))
    return result


def figures_to_date(orders: Orders, ends: Sequence[date]) -> pd.DataFrame:
    """One row a day: what the customers so far have done by then, and in the year before it.

    repeat_rate_to_date, historic_clv (profit ÷ customers) with interval and n; net_a_customer_a_year and
    profit_a_customer_a_year over the customers of the last twelve months, missing where the data begin later.
    """
    spans = tuple((day_number((pd.Timestamp(end) - pd.DateOffset(years=1)).date()), day_number(end)) for end in ends)
    found = orders.frame(_sums_to_date(purchases_and_returns(orders), spans)).iloc[0]

    def row(name: str) -> np.ndarray:
        return np.array([found[f"{name}_{at}"] for at in range(len(ends))], dtype=float)

    n = row("customers")
    result = pd.DataFrame(index=range(len(ends)))
    _share(result, "repeat_rate_to_date", row("second"), n)
    customers = np.where(n > 0, n, np.nan)
    result["historic_clv"] = row("x") / customers
    low, high = ratio_of_sums(n, row("x"), customers, row("xx"), n, row("x"))
    result["historic_clv_low"], result["historic_clv_high"], result["historic_clv_n"] = low, high, n
    whole = [orders.since <= (pd.Timestamp(end) - pd.DateOffset(years=1)).date() for end in ends]
    buyers = np.where(whole & (row("year_customers") > 0), row("year_customers"), np.nan)
    result["profit_a_year"], result["profit_a_year_n"] = row("year_profit") / 1e6 / buyers, buyers
    return result


@lru_cache
def _seconds_by_first_day(table: ir.Table) -> ir.Table:
    each = table.group_by("customer_id").aggregate(
        first=table.day.min(where=table.order_number == 1), second=table.day.min(where=table.order_number > 1)
    )
    each = each.filter(each.first.notnull())
    within = {f"within_{days}": each.count(where=each.second - each.first <= days) for days in SECOND_DAYS}
    return each.group_by("first").aggregate(customers=each.count(), **within)


@lru_cache
def _spells(table: ir.Table, lapse_days: int) -> ir.Table:
    """How many stretches of purchases without a lapse in between begin on a day, and how many end on it: is_end, day, near, spells."""
    in_time = ibis.window(group_by="customer_id", order_by="order_id")
    before = table.day.lag(1).over(in_time)
    told = table.select(
        "customer_id", "order_id", "day", begins=(before.isnull() | (table.day - before > lapse_days)).cast("int32")
    )
    numbered = told.mutate(
        spell=told.begins.sum().over(ibis.cumulative_window(group_by="customer_id", order_by="order_id"))
    )
    spells = numbered.group_by("customer_id", "spell").aggregate(
        begin=numbered.day.min().cast("int64"), end=numbered.day.max().cast("int64") + lapse_days
    )
    # Where a spell began matters only inside the longest period before its end; further back it is before every window.
    near = ibis.cases((spells.end - spells.begin < LONGEST_PERIOD, spells.begin), else_=ibis.literal(-1, "int64"))
    ends = spells.mutate(near=near).group_by("end", "near").aggregate(spells=lambda table: table.count())
    begins = spells.group_by("begin").aggregate(spells=spells.count())
    return ends.select(is_end=ibis.literal(True), day=ends.end, near=ends.near, spells=ends.spells).union(
        begins.select(is_end=ibis.literal(False), day=begins.begin, near=begins.begin, spells=begins.spells)
    )


@lru_cache
def _sums_to_date(table: ir.Table, spans: tuple[tuple[int, int], ...]) -> ir.Table:
    """One row: sums over the customers up to the end of each span, and inside it."""
    known = table.filter(table.customer_id.notnull())
    day, bought = known.day, known.is_purchase
    sums = {
        "first": day.min(where=bought & (known.order_number == 1)),
        "second": day.min(where=bought & (known.order_number > 1)),
    }
    for at, (start, stop) in enumerate(spans):
        sums[f"profit_{at}"] = known.profit.sum(where=day < stop)
        sums[f"year_orders_{at}"] = known.count(where=bought & (day < stop) & (day >= start))
        sums[f"year_profit_{at}"] = known.profit.sum(where=(day < stop) & (day >= start))
    each = known.group_by("customer_id").aggregate(**sums)
    totals = {}
    for at, (_start, stop) in enumerate(spans):
        here = each.first < stop
        spent = each[f"profit_{at}"].cast("float64") / 1e6
        totals |= {
            f"customers_{at}": each.count(where=here),
            f"second_{at}": each.count(where=here & (each.second < stop)),
            f"x_{at}": spent.sum(where=here),
            f"xx_{at}": (spent * spent).sum(where=here),
            f"year_customers_{at}": each.count(where=each[f"year_orders_{at}"] > 0),
            f"year_profit_{at}": each[f"year_profit_{at}"].sum(),
        }
    return each.aggregate(**totals)


def _added_up(days: pd.Series, counts: pd.Series, windows: Windows) -> np.ndarray:
    """Σ counts over the days of every window; days in ascending order."""
    upto = np.concatenate([[0], counts.to_numpy(dtype=float).cumsum()])
    at = np.searchsorted(days.to_numpy(), [[day_number(start), day_number(stop)] for start, stop in windows])
    return upto[at[:, 1]] - upto[at[:, 0]]


def _share(result: pd.DataFrame, name: str, part: np.ndarray, n: np.ndarray) -> None:
    known = np.where(n > 0, n, np.nan)
    result[name] = part / known
    result[f"{name}_low"], result[f"{name}_high"] = wilson(part, np.nan_to_num(n))
    result[f"{name}_n"] = n
