"""Key figures: by period, and for one window beside the one before and the year before."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.errors import OptionError
from retention.intervals import ENOUGH, ratio_of_sums, wilson
from retention.orders import Orders, purchases_and_returns
from retention.periods import (
    PERIODS,
    check_option,
    day_number,
    month_number,
    period_column,
    period_number,
    period_start,
    starts,
)

COUNTS = ("customers", "new_customers", "returning_customers", "orders")
MONEY = ("gross", "discounts", "refunds", "net")
RATES = ("repeat_rate", "returning_customer_rate", "retention_rate", "returning_revenue_share")
RATIOS = ("aov", "purchase_frequency", "revenue_per_customer")
KPIS = (*COUNTS, "units", *MONEY, *RATIOS, *RATES)
KINDS = (
    dict.fromkeys(COUNTS, "count")
    | {"units": "count"}
    | dict.fromkeys(MONEY, "money")
    | {"aov": "money", "revenue_per_customer": "money", "purchase_frequency": "ratio"}
    | dict.fromkeys((*RATES, "repeat_rate_to_date"), "share")
)


def kpi_table(orders: Orders, period: str = "month") -> pd.DataFrame:
    """The key figures of every day, week, month, quarter or year.

    A purchase is a paid order with a product of positive quantity and price; returns change money, not counts.
    new_customers: first purchase ever in the period. returning_customers: had a purchase before it. net = gross −
    discounts − refunds. aov (average order value) = net ÷ orders. purchase_frequency = orders ÷ customers and
    revenue_per_customer = net ÷ customers, both over customers who can be told apart. repeat_rate = customers with two or
    more purchases in the period ÷ customers. returning_customer_rate = returning customers ÷ customers. retention_rate =
    customers of the period before who bought again ÷ customers of the period before. returning_revenue_share = net of
    returning customers ÷ net.

    Returns one row a period, periods without orders included: period (its first day), the figures in the order above,
    new_net and returning_net, complete (false where the data begin or end inside the period), retention_rate_n, and
    for every rate and ratio its 95 % interval `<name>_low`, `<name>_high`. Money in currency units; rates are shares from 0
    to 1. Not observed is missing. Raises OptionError for an unknown period.

    Intervals: Wilson for shares of customers, the delta method over customers for ratios of sums.

    When not to trust it: orders without any identity count in orders and money but belong to nobody, so a shop with
    many of them has more customers than shown. With fewer than 30 customers a rate says little.

    >>> import retention as rt
    >>> table = rt.kpi_table(rt.load_sample("cdnow"), period="quarter")
    >>> table[["period", "customers", "new_customers", "orders"]].head(2).to_string(index=False).splitlines()[1].split()
    ['1997-01-01', '2357', '2357', '3383']
    """
    check_option("period", period, PERIODS)
    table = purchases_and_returns(orders)
    facts = orders.frame(
        _facts(
            table,
            period_column(table.day, table.month, period),
            period_column(table.first_day, table.first_month, period),
        )
    )
    begin = max(orders.observed_from, orders.selection.start or orders.observed_from)
    first, last = period_number(begin, period), period_number(orders.as_of - timedelta(days=1), period)
    facts = facts.set_index("key").sort_index().reindex(range(first, last + 1), fill_value=0)
    result = _rates(facts)
    before = facts["customers"].shift(1)
    result = _retention(result, facts["retained"], before)
    result.insert(0, "period", starts(facts.index, period))
    ends = starts(facts.index + 1, period)
    result["complete"] = (result["period"] >= pd.Timestamp(begin)) & (ends <= pd.Timestamp(orders.as_of))
    result = result.reset_index(drop=True)
    result.attrs["period"] = period
    return result


def kpi_summary(orders: Orders, start: str | date | None = None, end: str | date | None = None) -> pd.DataFrame:
    """The key figures of one window beside the window before it and the same window a year before.

    start and end are the first day of the window and the day after its last; left out, the window is the last complete
    calendar month. Whole calendar months are compared with as many months before them, other windows with as many days. The
    figures are those of `kpi_table`, and repeat_rate_to_date = customers with a second purchase before the end of the
    window ÷ customers with a first.

    Returns one row a figure: kpi, kind (count, money, ratio, share), value, n (customers or orders it rests on), low and high
    (95 % interval, missing for sums), enough (n is at least 30), previous, year_before, and change and change_year: relative
    for counts, money and ratios, a difference for shares. Windows that the data do not cover are missing. Money in currency
    units. Raises OptionError when the end is not after the start.

    When not to trust it: a change smaller than the width of the interval is noise; the interval of a window says
    nothing about seasons, for which year_before is there.

    >>> import retention as rt
    >>> table = rt.kpi_summary(rt.load_sample("cdnow"), "1997-01-01", "1997-04-01").set_index("kpi")
    >>> float(table.loc["customers", "value"]), bool(table.loc["customers", "previous"] > 0)
    (2357.0, False)
    """
    begin, finish = _window(orders, start, end)
    current, previous = _compared(orders, begin, finish)
    year_begin, year_finish = _year_before(begin), _year_before(finish)
    year_before, _ = _compared(orders, year_begin, year_finish)
    rows = []
    for kpi in (*KPIS, "repeat_rate_to_date"):
        kind = KINDS[kpi]
        value, old, year = (window.get(kpi, np.nan) for window in (current, previous, year_before))
        n = current.get(_rests_on(kpi), np.nan)
        rows.append(
            {
                "kpi": kpi,
                "kind": kind,
                "value": value,
                "n": n,
                "low": current.get(f"{kpi}_low", np.nan),
                "high": current.get(f"{kpi}_high", np.nan),
                "enough": bool(n >= ENOUGH),
                "previous": old,
                "change": _change(value, old, kind),
                "year_before": year,
                "change_year": _change(value, year, kind),
            }
        )
    result = pd.DataFrame(rows)
    result.attrs.update(start=begin, end=finish)
    return result


def last_complete_month(orders: Orders) -> tuple[date, date]:
    """First day of the last complete month in the data and the day after it; all of the data when no month is complete."""
    last = period_number(orders.as_of, "month") - 1
    begin = period_start(last, "month")
    if begin < orders.observed_from:
        return orders.observed_from, orders.as_of
    return begin, period_start(last + 1, "month")


def _facts(table: ir.Table, key: ir.IntegerValue, first_key: ir.IntegerValue) -> ir.Table:
    """Sums by key over customers; an order of nobody is a unit of its own and no customer."""
    units = table.mutate(key=key, first_key=first_key, unit=ibis.coalesce(table.customer_id, -table.order_id))
    each = units.group_by("key", "unit").aggregate(
        orders=units.is_purchase.sum(),
        units=units.units.sum(),
        gross=units.gross.sum(),
        discounts=units.discounts.sum(),
        refunds=units.refunds.sum(),
        net=units.net.sum(),
        first_key=units.first_key.min(),
    )
    window = ibis.window(group_by="unit", order_by="key")
    each = each.mutate(
        before=each.key.lag().over(window),
        orders_before=each.orders.lag().over(window),
        x=each.net.cast("float64"),
        y=each.orders.cast("float64"),
    )
    known = each.unit > 0
    buyer = known & (each.orders > 0)
    is_new, is_old = each.first_key == each.key, each.first_key < each.key
    counted = ibis.ifelse(buyer, 1.0, 0.0)
    old_net = ibis.ifelse(known & is_old, each.x, 0.0)
    return each.group_by("key").aggregate(
        rows=each.count(),
        customers=buyer.sum(),
        new_customers=(buyer & is_new).sum(),
        returning_customers=(buyer & is_old).sum(),
        repeaters=(buyer & (each.orders > 1)).sum(),
        retained=(buyer & (each.before == each.key - 1) & (each.orders_before > 0)).sum(),
        orders=each.orders.sum(),
        known_orders=each.orders.sum(where=known),
        units=each.units.sum(),
        gross=each.gross.sum(),
        discounts=each.discounts.sum(),
        refunds=each.refunds.sum(),
        net=each.net.sum(),
        known_net=each.net.sum(where=known),
        new_net=each.net.sum(where=known & is_new),
        returning_net=each.net.sum(where=known & is_old),
        net_net=(each.x * each.x).sum(),
        net_orders=(each.x * each.y).sum(),
        orders_orders=(each.y * each.y).sum(),
        known_rows=known.sum(),
        known_net_net=(each.x * each.x).sum(where=known),
        known_orders_orders=(each.y * each.y).sum(where=known),
        counted_net=(counted * each.x).sum(),
        old_old=(old_net * old_net).sum(),
        old_net=(old_net * each.x).sum(),
    )


def _rates(facts: pd.DataFrame) -> pd.DataFrame:
    """Counts and money as they are, rates and ratios with their intervals; missing where there is no denominator."""
    facts = facts.fillna(0)
    result = facts[[*COUNTS, "units"]].copy()
    for name in MONEY:
        result[name] = facts[name] / 100
    customers = facts["customers"].where(facts["customers"] > 0)
    _ratio(result, "aov", facts, "rows", "net", "orders", "net_net", "orders_orders", "net_orders", 100)
    one = facts.assign(one=facts["customers"])
    _ratio(
        one,
        "purchase_frequency",
        one,
        "known_rows",
        "known_orders",
        "one",
        "known_orders_orders",
        "one",
        "known_orders",
        1,
    )
    _ratio(
        one, "revenue_per_customer", one, "known_rows", "known_net", "one", "known_net_net", "one", "counted_net", 100
    )
    names = [f"{name}{end}" for name in ("purchase_frequency", "revenue_per_customer") for end in ("", "_low", "_high")]
    result[names] = one[names]
    for name, part in (("repeat_rate", "repeaters"), ("returning_customer_rate", "returning_customers")):
        result[name] = facts[part] / customers
        result[f"{name}_low"], result[f"{name}_high"] = wilson(facts[part], facts["customers"])
    _ratio(result, "returning_revenue_share", facts, "rows", "returning_net", "net", "old_old", "net_net", "old_net", 1)
    result[["new_net", "returning_net"]] = facts[["new_net", "returning_net"]] / 100
    return result


def _ratio(
    result: pd.DataFrame, name: str, facts: pd.DataFrame, n: str, x: str, y: str, xx: str, yy: str, xy: str, scale: int
) -> None:
    below = facts[y].where(facts[y] > 0)
    result[name] = facts[x] / below / scale
    low, high = ratio_of_sums(facts[n], facts[x], below, facts[xx], facts[yy], facts[xy])
    result[f"{name}_low"], result[f"{name}_high"] = low / scale, high / scale


def _retention(result: pd.DataFrame, retained: pd.Series, before: pd.Series) -> pd.DataFrame:
    observed = before.where(before > 0)
    result["retention_rate"] = retained / observed
    result["retention_rate_low"], result["retention_rate_high"] = wilson(retained, observed.fillna(0))
    result["retention_rate_n"] = before
    bounds = [f"{name}_{end}" for name in (*RATIOS, *RATES) for end in ("low", "high")]
    return result[[*KPIS, "new_net", "returning_net", "retention_rate_n", *bounds]]


def _window(orders: Orders, start: str | date | None, end: str | date | None) -> tuple[date, date]:
    if start is None and end is None:
        return last_complete_month(orders)
    observed = max(orders.observed_from, orders.selection.start or orders.observed_from)
    begin = max(pd.Timestamp(start).date() if start is not None else observed, observed)
    finish = min(pd.Timestamp(end).date() if end is not None else orders.as_of, orders.as_of)
    if finish <= begin:
        raise OptionError(
            "The window ends on {end}, before it starts on {start}.", "Choose a later end.", start=begin, end=finish
        )
    return begin, finish


def _whole_months(begin: date, finish: date) -> int:
    return month_number(finish) - month_number(begin) if begin.day == finish.day == 1 else 0


def _compared(orders: Orders, begin: date, finish: date) -> tuple[dict[str, float], dict[str, float]]:
    """The figures of a window and of the one before it; empty where the data do not cover the window."""
    observed = max(orders.observed_from, orders.selection.start or orders.observed_from)
    months = _whole_months(begin, finish)
    if months:
        begins = [period_start(month_number(begin) - back * months, "month") for back in (0, 1, 2)]
    else:
        begins = [begin - back * (finish - begin) for back in (0, 1, 2)]
    table = purchases_and_returns(orders)
    table = table.filter(table.day >= day_number(begins[2]), table.day < day_number(finish))
    if months:
        key, first_key = ((month - month_number(begin)) // months for month in (table.month, table.first_month))
    else:
        key, first_key = ((day - day_number(begin)) // (finish - begin).days for day in (table.day, table.first_day))
    facts = orders.frame(_facts(table, key, first_key)).set_index("key").reindex([-2, -1, 0], fill_value=0)
    before = facts["customers"].shift(1).where([start >= observed for start in (begins[2], begins[2], begins[1])])
    result = _retention(_rates(facts), facts["retained"], before)
    covered = {0: begins[0] >= observed and finish <= orders.as_of, -1: begins[1] >= observed}
    ends = {0: finish, -1: begins[0]}
    current, previous = (result.loc[at].to_dict() | _to_date(orders, ends[at]) if covered[at] else {} for at in (0, -1))
    return current, previous


def _to_date(orders: Orders, end: date) -> dict[str, float]:
    """Customers with a second purchase before a day ÷ customers with a first."""
    table = orders.orders
    table = table.filter(table.is_purchase, table.day < day_number(end))
    ordered = orders.frame(
        table.aggregate(first=(table.order_number == 1).sum(), second=(table.order_number == 2).sum())
    ).fillna(0)
    first, second = int(ordered["first"].iloc[0]), int(ordered["second"].iloc[0])
    low, high = wilson(second, first)
    name = "repeat_rate_to_date"
    rate = second / first if first else np.nan
    return {name: rate, f"{name}_low": float(low), f"{name}_high": float(high), f"{name}_n": first}


def _rests_on(kpi: str) -> str:
    if kpi in ("orders", "units", "aov", *MONEY):
        return "orders"
    return f"{kpi}_n" if kpi in ("retention_rate", "repeat_rate_to_date") else "customers"


def _change(value: float, old: float, kind: str) -> float:
    if kind == "share":
        return value - old
    return value / old - 1 if old > 0 else np.nan


def _year_before(day: date) -> date:
    return (pd.Timestamp(day) - pd.DateOffset(years=1)).date()
