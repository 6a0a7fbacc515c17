"""Key figures: by period, and for one window beside the one before and the year before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.errors import OptionError, check_option
from retention.intervals import ENOUGH, ratio_of_sums, wilson
from retention.measure.windows import last_months
from retention.orders import Orders, purchases_and_returns
from retention.periods import (
    PERIODS,
    as_date,
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
    ['1997-01-01', '2349', '2349', '3259']
    """
    check_option("period", period, PERIODS)
    facts = orders.frame(_by_period(orders, period))
    first, last = period_number(orders.since, period), period_number(orders.as_of - timedelta(days=1), period)
    facts = _by_key(facts, range(first, last + 1))
    begins = starts(range(first, last + 2), period)
    covered = pd.Series(begins[:-1] >= pd.Timestamp(orders.since), index=facts.index)
    before = facts["customers"].where(covered).shift(1)
    result = _retention(_rates(facts), facts["retained"], before).reset_index(drop=True)
    result.insert(0, "period", begins[:-1])
    result["complete"] = covered.to_numpy() & (begins[1:] <= pd.Timestamp(orders.as_of))
    result.attrs["period"] = period
    return result


def kpi_summary(orders: Orders, start: str | date | None = None, end: str | date | None = None) -> pd.DataFrame:
    """The key figures of one window beside the window before it and the same window a year before.

    start and end are the first day of the window and the day after its last; left out, the window is the last complete
    calendar month. Whole calendar months are compared with as many months before them and with the same months of the
    year before; other windows with as many days. A window that reaches beyond the data is cut to them; `attrs` start and
    end of the result say which days were used. The figures are those of `kpi_table`, and repeat_rate_to_date = customers
    with a second purchase before the end of the window ÷ customers with a first. With filters it takes the customers whose
    first purchase passes them.

    Returns one row a figure: kpi, kind (count, money, ratio, share), value, n (customers or orders it rests on), low and high
    (95 % interval, missing for sums), enough (n is at least 30), previous, year_before, and change and change_year: relative
    for counts, money and ratios, a difference for shares. A window before that the data do not cover to its first day is
    missing; a covered window without orders has counts of 0 and no rates. Money in currency units. Raises OptionError
    for a day that cannot be read and when no day of data lies between start and end.

    When not to trust it: a change smaller than the width of the interval is noise; the interval of a window says
    nothing about seasons, for which year_before is there.

    >>> import retention as rt
    >>> table = rt.kpi_summary(rt.load_sample("cdnow"), "1997-01-01", "1997-04-01").set_index("kpi")
    >>> float(table.loc["customers", "value"]), bool(table.loc["customers", "previous"] > 0)
    (2349.0, False)
    """
    begin, finish = _window(orders, start, end)
    current, previous = _compared(orders, begin, finish)
    year_before, _ = _compared(orders, *_year_before(begin, finish))
    rows = []
    for kpi in (*KPIS, "repeat_rate_to_date"):
        kind = KINDS[kpi]
        value, old, year = (window.get(kpi, np.nan) for window in (current, previous, year_before))
        n = current.get(rests_on(kpi), np.nan)
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


def _by_period(orders: Orders, period: str) -> ir.Table:
    """The sums of every period."""
    table = purchases_and_returns(orders)
    first_key = period_column(table.first_day, table.first_month, period)
    if orders.selection.start is not None:  # who first bought before the first day is not new after it
        first_key = first_key - (table.first_day < day_number(orders.since)).cast("int32")
    return _facts(table, period_column(table.day, table.month, period), first_key)


def _facts(table: ir.Table, key: ir.IntegerValue, first_key: ir.IntegerValue) -> ir.Table:
    """Sums by key over customers; an order of nobody is a unit of its own and no customer."""
    units = table.mutate(key=key, first_key=first_key, unit=ibis.coalesce(table.customer_id, -table.order_id))
    each = units.group_by("key", "unit").aggregate(
        orders=units.count(where=units.is_purchase),
        net=units.net.sum().cast("int64"),
        first_key=units.first_key.min(),
    )
    each = each.mutate(x=each.net.cast("float64"), y=each.orders.cast("float64"))
    known = each.unit > 0
    buyer = known & (each.orders > 0)
    is_new, is_old = each.first_key == each.key, each.first_key < each.key
    facts = each.group_by("key").aggregate(
        rows=each.count(),
        customers=each.count(where=buyer),
        new_customers=each.count(where=buyer & is_new),
        returning_customers=each.count(where=buyer & is_old),
        repeaters=each.count(where=buyer & (each.orders > 1)),
        orders=each.orders.sum(),
        known_orders=each.orders.sum(where=known),
        net=each.net.sum(),
        known_net=each.net.sum(where=known),
        new_net=each.net.sum(where=known & is_new),
        returning_net=each.net.sum(where=known & is_old),
        net_net=(each.x * each.x).sum(),
        net_orders=(each.x * each.y).sum(),
        orders_orders=(each.y * each.y).sum(),
        known_rows=each.count(where=known),
        known_net_net=(each.x * each.x).sum(where=known),
        known_orders_orders=(each.y * each.y).sum(where=known),
        counted_net=each.x.sum(where=buyer),
        old_net_net=(each.x * each.x).sum(where=known & is_old),
    )
    plain = {name: units[name].sum() for name in ("units", "gross", "discounts", "refunds")}
    sums = units.group_by(plain_key="key").aggregate(**plain)
    bought = units.filter(units.is_purchase, units.customer_id.notnull())
    again = bought.filter(bought.order_number > 1).select("key", "customer_id").distinct()
    again = again.semi_join(bought.select("customer_id", key=bought.key + 1), ["key", "customer_id"])
    retained = again.group_by(again_key="key").aggregate(retained=again.count())
    facts = facts.left_join(sums, facts.key == sums.plain_key)
    return facts.left_join(retained, facts.key == retained.again_key).drop("plain_key", "again_key")


def _by_key(facts: pd.DataFrame, keys: Sequence[int]) -> pd.DataFrame:
    """One row a key; what has no orders was observed all the same and sums to 0."""
    return facts.set_index("key").reindex(keys).fillna(0)


def _rates(facts: pd.DataFrame) -> pd.DataFrame:
    """Counts and money as they are, rates and ratios with their intervals; missing where there is no denominator."""
    result = facts[[*COUNTS, "units"]].astype(dict.fromkeys(COUNTS, "int64"))
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
    _ratio(
        result,
        "returning_revenue_share",
        facts,
        "rows",
        "returning_net",
        "net",
        "old_net_net",
        "net_net",
        "old_net_net",
        1,
    )
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
        return last_months(orders)
    begin = max(as_date("start", start), orders.since) if start is not None else orders.since
    finish = min(as_date("end", end), orders.as_of) if end is not None else orders.as_of
    if finish <= begin:
        raise OptionError(
            "No day of data lies between start={start} and end={end}.",
            "The data run from {first} to {last}, and the end is the day after the window.",
            start=start,
            end=end,
            first=orders.since,
            last=orders.as_of - timedelta(days=1),
        )
    return begin, finish


def _whole_months(begin: date, finish: date) -> int:
    return month_number(finish) - month_number(begin) if begin.day == finish.day == 1 else 0


def _back(begin: date, finish: date, steps: int) -> date:
    """Where the window begins that lies so many of its own lengths before."""
    months = _whole_months(begin, finish)
    if months:
        return period_start(month_number(begin) - steps * months, "month")
    return begin - steps * (finish - begin)


def _year_before(begin: date, finish: date) -> tuple[date, date]:
    """The same months of the year before, or as many days from the same date on."""
    months = _whole_months(begin, finish)
    earlier = (pd.Timestamp(begin) - pd.DateOffset(years=1)).date()
    if months:
        return earlier, period_start(month_number(earlier) + months, "month")
    return earlier, earlier + (finish - begin)


def _compared(orders: Orders, begin: date, finish: date) -> tuple[dict[str, float], dict[str, float]]:
    """The figures of a window and of the one before it; empty where the data do not cover the window.

    Whole months are counted over all of the data in steps of the window's length: the window a year before, and the
    table by month, are then the same query, which is compiled once.
    """
    if begin < orders.since:
        return {}, {}
    months = _whole_months(begin, finish)
    before, earliest = _back(begin, finish, 1), _back(begin, finish, 2)
    table = purchases_and_returns(orders)
    if months == 1:
        at, query = month_number(begin), _by_period(orders, "month")
    elif months:
        at, shift = divmod(month_number(begin), months)
        query = _facts(table, (table.month - shift) // months, (table.first_month - shift) // months)
    else:
        at, days = 0, (finish - begin).days
        table = table.filter(table.day >= day_number(earliest), table.day < day_number(finish))
        key, first_key = ((day - day_number(begin)) // days for day in (table.day, table.first_day))
        query = _facts(table, key, first_key)
    facts = _by_key(orders.frame(query), [at - 2, at - 1, at])
    customers = facts["customers"].where([earliest >= orders.since, before >= orders.since, True])
    result = _retention(_rates(facts), facts["retained"], customers.shift(1))
    current, previous = (
        result.loc[step].to_dict() | to_date
        for step, to_date in zip((at, at - 1), _to_date(orders, finish, begin), strict=True)
    )
    return current, previous if before >= orders.since else {}


def _to_date(orders: Orders, *ends: date) -> list[dict[str, float]]:
    """Customers with another purchase before a day ÷ customers with their first before it, for several days."""
    table = orders.orders.filter(lambda table: table.is_purchase & table.customer_id.notnull())
    each = table.group_by("customer_id").aggregate(
        first=table.day.min(where=table.order_number == 1), second=table.day.min(where=table.order_number > 1)
    )
    each = each.filter(each.first.notnull())
    days = (
        each.select(first=each.first, second=each.second)
        .group_by("first", "second")
        .aggregate(customers=lambda table: table.count())
    )
    found = orders.frame(days)
    name = "repeat_rate_to_date"
    rates = []
    for end in ends:
        n = int(found.loc[found["first"] < day_number(end), "customers"].sum())
        second = int(found.loc[found["second"] < day_number(end), "customers"].sum())
        low, high = wilson(second, n)
        rate = second / n if n else np.nan
        rates.append({name: rate, f"{name}_low": float(low), f"{name}_high": float(high), f"{name}_n": n})
    return rates


def rests_on(kpi: str) -> str:
    """The column of the number of orders or customers that a figure rests on."""
    if kpi in ("orders", "units", "aov", *MONEY):
        return "orders"
    return f"{kpi}_n" if kpi in ("retention_rate", "repeat_rate_to_date") else "customers"


def _change(value: float, old: float, kind: str) -> float:
    if kind == "share":
        return value - old
    return value / old - 1 if old > 0 else np.nan
