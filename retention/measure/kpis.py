"""Key figures: by period, and for one window beside the one before and the year before."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.errors import OptionError, check_option
from retention.intervals import ENOUGH
from retention.measure.facts import COUNTS, MONEY, RATES, RATIOS, by_key, facts_by, rates, with_retention
from retention.measure.lapse import lapse_threshold
from retention.measure.loyalty import SECOND_DAYS, churn_rates, figures_to_date, second_order_rates
from retention.measure.timing import wait_until
from retention.measure.windows import chosen_window, steps_back, whole_months, year_before
from retention.orders import FIRST_DAY, Orders, purchases_and_returns
from retention.periods import (
    PERIODS,
    day_number,
    month_number,
    period_column,
    period_number,
    starts,
)

SECOND = tuple(f"second_order_rate_{days}" for days in SECOND_DAYS)
KPIS = (*COUNTS, "units", *MONEY, "profit", *RATIOS, *RATES, *SECOND, "churn_rate")
TO_DATE = ("repeat_rate_to_date", "days_to_next_order", "lapse_days", "historic_clv", "simple_clv")
BOUNDED = (*RATIOS, *RATES, *SECOND, "churn_rate")
OWN_N = ("retention_rate", *SECOND, "churn_rate")
KINDS = (
    dict.fromkeys(COUNTS, "count")
    | {"units": "count", "purchase_frequency": "ratio"}
    | dict.fromkeys((*MONEY, "profit", "aov", "revenue_per_customer", "historic_clv", "simple_clv"), "money")
    | dict.fromkeys((*RATES, *SECOND, "churn_rate", "repeat_rate_to_date"), "share")
    | dict.fromkeys(("days_to_next_order", "lapse_days"), "days")
)


def kpi_table(orders: Orders, period: str = "month", lapse_days: int | None = None) -> pd.DataFrame:
    """The key figures of every day, week, month, quarter or year.

    A purchase is a paid order with a product of positive quantity and price; returns change money, not counts.
    new_customers: first purchase ever in the period. returning_customers: had a purchase before it. net = gross −
    discounts − refunds. aov (average order value) = net ÷ orders. purchase_frequency = orders ÷ customers and
    revenue_per_customer = net ÷ customers, both over customers who can be told apart. repeat_rate = customers with two or
    more purchases in the period ÷ customers. returning_customer_rate = returning customers ÷ customers. retention_rate =
    customers of the period before who bought again ÷ customers of the period before. returning_revenue_share = net of
    returning customers ÷ net. profit = net revenue × gross margin, where `Orders.with_margin` gave one.

    second_order_rate_90 (and 30, 60, 180, 365) = customers whose second purchase came within so many days ÷ customers whose
    first purchase lies in the period and is at least so many days old. churn_rate = customers active when the period begins
    who reach lapse_days of silence during it ÷ customers active when it begins; active is whose last purchase is at most
    lapse_days old. lapse_days: by default the shop's own, `lapse_threshold`; the result says it in `attrs`.

    Returns one row a period, periods without orders included: period (its first day), the figures in the order above,
    new_net and returning_net, complete (false where the data begin or end inside the period), for every rate and ratio its
    95 % interval `<name>_low`, `<name>_high`, and `<name>_n` for rates of other customers than those of the period. Money in
    currency units; rates are shares from 0 to 1. Not observed is missing. Raises OptionError for an unknown period and for
    lapse_days below 1.

    Intervals: Wilson for shares of customers, the delta method over customers for ratios of sums.

    When not to trust it: orders without any identity count in orders and money but belong to nobody, so a shop with
    many of them has more customers than shown. With fewer than 30 customers a rate says little.

    >>> import retention as rt
    >>> table = rt.kpi_table(rt.load_sample("cdnow"), period="quarter")
    >>> table[["period", "customers", "new_customers", "orders"]].head(2).to_string(index=False).splitlines()[1].split()
    ['1997-01-01', '2349', '2349', '3259']
    """
    check_option("period", period, PERIODS)
    lapse = _lapse(orders, lapse_days)
    result = figures_by_period(orders, period)
    days = [
        begin.date()
        for begin in (
            *result["period"],
            starts([period_number(orders.as_of - timedelta(days=1), period) + 1], period)[0],
        )
    ]
    windows = [(max(start, orders.since), stop) for start, stop in pairwise(days)]
    result = result.join([second_order_rates(orders, windows), churn_rates(orders, windows, lapse)])
    sizes = [f"{name}_n" for name in OWN_N]
    result = result[["period", *KPIS, "new_net", "returning_net", *sizes, *_bounds(), "complete"]]
    result.attrs.update(period=period, lapse_days=lapse)
    return result


def figures_by_period(orders: Orders, period: str) -> pd.DataFrame:
    """The figures of `kpi_table` that are sums of the periods themselves."""
    facts = orders.frame(_by_period(orders, period))
    first, last = period_number(orders.since, period), period_number(orders.as_of - timedelta(days=1), period)
    facts = by_key(facts, range(first, last + 1))
    begins = starts(range(first, last + 2), period)
    covered = pd.Series(begins[:-1] >= pd.Timestamp(orders.since), index=facts.index)
    before = facts["customers"].where(covered).shift(1)
    result = with_retention(rates(facts, orders.margin is not None), facts["retained"], before).reset_index(drop=True)
    result.insert(0, "period", begins[:-1])
    result["complete"] = covered.to_numpy() & (begins[1:] <= pd.Timestamp(orders.as_of))
    return result


def kpi_summary(
    orders: Orders, start: str | date | None = None, end: str | date | None = None, lapse_days: int | None = None
) -> pd.DataFrame:
    """The key figures of one window beside the window before it and the same window a year before.

    start and end are the first day of the window and the day after its last; left out, the window is the last complete
    calendar month. Whole calendar months are compared with as many months before them and with the same months of the
    year before; other windows with as many days. A window that reaches beyond the data is cut to them; `attrs` start and
    end of the result say which days were used. The figures are those of `kpi_table`, and those that look at all the time up
    to the end of the window: repeat_rate_to_date = customers with a second purchase ÷ customers with a first;
    days_to_next_order = the median of `time_to_next_order` over all purchases; lapse_days = the days of silence after which a
    customer counts as lapsed; historic_clv (customer lifetime value so far) = profit to date ÷ customers to date; simple_clv,
    a rule of thumb, = average order value × orders per customer in the last twelve months × gross margin ÷ churn rate of
    the last twelve months. The last two need a margin (`Orders.with_margin`). With filters they take the customers
    whose first purchase passes them.

    Returns one row a figure: kpi, kind (count, money, ratio, share, days), value, n (customers or orders it rests on), low and high
    (95 % interval, missing for sums), enough (n is at least 30), previous, year_before, and change and change_year: relative
    for counts, money and ratios, a difference for shares. A window before that the data do not cover to its first day is
    missing; a covered window without orders has counts of 0 and no rates. Money in currency units. Raises OptionError
    for a day that cannot be read, when no day of data lies between start and end, and for lapse_days below 1.

    When not to trust it: a change smaller than the width of the interval is noise; the interval of a window says
    nothing about seasons, for which year_before is there.

    >>> import retention as rt
    >>> table = rt.kpi_summary(rt.load_sample("cdnow"), "1997-01-01", "1997-04-01").set_index("kpi")
    >>> float(table.loc["customers", "value"]), bool(table.loc["customers", "previous"] > 0)
    (2349.0, False)
    """
    begin, finish = chosen_window(orders, start, end)
    lapse = _lapse(orders, lapse_days)
    windows = [(begin, finish), (steps_back(begin, finish, 1), begin), year_before(begin, finish)]
    current, previous = _compared(orders, begin, finish)
    a_year_before, _ = _compared(orders, *windows[2])
    beside = _beside(orders, windows, lapse)
    current, previous, a_year_before = (
        figures | more if figures else {}
        for figures, more in zip((current, previous, a_year_before), beside, strict=True)
    )
    rows = []
    for kpi in (*KPIS, *TO_DATE):
        kind = KINDS[kpi]
        value, old, year = (window.get(kpi, np.nan) for window in (current, previous, a_year_before))
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
    result.attrs.update(start=begin, end=finish, lapse_days=lapse)
    return result


def _lapse(orders: Orders, lapse_days: int | None) -> int:
    if lapse_days is None:
        return lapse_threshold(orders).days
    if lapse_days < 1:
        raise OptionError("lapse_days={value} is no number of days.", "Give 1 or more, such as 90.", value=lapse_days)
    return lapse_days


def _bounds() -> list[str]:
    return [f"{name}_{end}" for name in BOUNDED for end in ("low", "high")]


def _beside(orders: Orders, windows: list[tuple[date, date]], lapse: int) -> list[dict[str, float]]:
    """What is counted by day of the first purchase, of the lapse, or up to the end of each window."""
    ends = [end for _, end in windows]
    years = [((pd.Timestamp(end) - pd.DateOffset(years=1)).date(), end) for end in ends]
    to_date = figures_to_date(orders, ends)
    churn = churn_rates(orders, [*windows, *years], lapse)
    result = second_order_rates(orders, windows).join([churn.iloc[: len(windows)], to_date])
    result["simple_clv"] = to_date["profit_a_year"] / churn["churn_rate"].iloc[len(windows) :].replace(0, np.nan).array
    result["simple_clv_n"] = to_date["profit_a_year_n"]
    result["lapse_days"] = [float(lapse), np.nan, np.nan]  # the same in every window
    return [row | _next_order(orders, end) for row, end in zip(result.to_dict("records"), ends, strict=True)]


def _next_order(orders: Orders, end: date) -> dict[str, float]:
    """The median days from any purchase before a day to the next one, observed up to that day."""
    found = wait_until(orders, end)
    name = "days_to_next_order"
    return found and {
        name: found["median"],
        f"{name}_low": found["median_low"],
        f"{name}_high": found["median_high"],
        f"{name}_n": found["n"],
    }


def _by_period(orders: Orders, period: str) -> ir.Table:
    """The sums of every period."""
    return _sums_by_period(purchases_and_returns(orders), period, orders.selection.start is not None)


@lru_cache
def _sums_by_period(table: ir.Table, period: str, begins_later: bool) -> ir.Table:
    first_key = period_column(table.first_day, table.first_month, period)
    if begins_later:  # who first bought before the first day is not new after it
        first_key = first_key - (table.first_day < FIRST_DAY.day.as_scalar()).cast("int32")
    return facts_by(table, period_column(table.day, table.month, period), first_key)


@lru_cache
def _by_months(table: ir.Table, months: int, shift: int) -> ir.Table:
    return facts_by(table, (table.month - shift) // months, (table.first_month - shift) // months)


def _compared(orders: Orders, begin: date, finish: date) -> tuple[dict[str, float], dict[str, float]]:
    """The figures of a window and of the one before it; empty where the data do not cover the window.

    Whole months are counted over all of the data in steps of the window's length: the window a year before, and the
    table by month, are then the same query, which is compiled once.
    """
    if begin < orders.since:
        return {}, {}
    months = whole_months(begin, finish)
    before, earliest = steps_back(begin, finish, 1), steps_back(begin, finish, 2)
    table = purchases_and_returns(orders)
    if months == 1:
        at, query = month_number(begin), _by_period(orders, "month")
    elif months:
        at, shift = divmod(month_number(begin), months)
        query = _by_months(table, months, shift)
    else:
        at, days = 0, (finish - begin).days
        table = table.filter(table.day >= day_number(earliest), table.day < day_number(finish))
        key, first_key = ((day - day_number(begin)) // days for day in (table.day, table.first_day))
        query = facts_by(table, key, first_key)
    facts = by_key(orders.frame(query), [at - 2, at - 1, at])
    customers = facts["customers"].where([earliest >= orders.since, before >= orders.since, True])
    result = with_retention(rates(facts, orders.margin is not None), facts["retained"], customers.shift(1))
    current, previous = (result.loc[step].to_dict() for step in (at, at - 1))
    return current, previous if before >= orders.since else {}


def rests_on(kpi: str) -> str:
    """The column of the number of orders or customers that a figure rests on."""
    if kpi in ("orders", "units", "aov", *MONEY, "profit"):
        return "orders"
    return f"{kpi}_n" if kpi in (*OWN_N, *TO_DATE) else "customers"


def _change(value: float, old: float, kind: str) -> float:
    if kind == "share":
        return value - old
    return value / old - 1 if old > 0 else np.nan
