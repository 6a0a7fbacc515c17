"""Why net revenue moved between two windows: whose change it was, and which part of the sum moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from math import floor

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.errors import EmptyError, OptionError, check_option
from retention.intervals import ENOUGH, ratio_of_sums
from retention.measure.windows import chosen_window, steps_back, whole_months, year_before
from retention.orders import Orders, purchases_and_returns
from retention.periods import as_date, day_number

STEPS = ("lapsed", "retained", "reactivated", "new", "refunds_only", "unknown")
FACTORS = ("customers", "purchase_frequency", "aov")
BUYERS, BUYERS_AGAINST = ["retained", "reactivated", "new"], ["retained", "lapsed"]
AGAINST = ("previous", "year_before")
CALENDAR = 50  # months that differ by less than a fiftieth of their days are equally long to anyone


@dataclass(frozen=True)
class RevenueBridge:
    """What `revenue_bridge` returns.

    table: one row a group of customers, step lapsed, retained, reactivated, new, refunds_only (money back to people who
    bought in neither window), unknown (orders that name nobody); customers (missing for unknown), orders and
    orders_against, net and net_against, change, change_per_customer with low and high (95 % interval), enough, profit,
    profit_against and profit_change (missing without a margin)
    factors: one row a part of the sum, step customers, purchase_frequency, aov, refunds_without_purchase (money back to
    people who bought nothing in that window), unknown; value and value_against (the factor itself, or money), change
    """

    table: pd.DataFrame
    factors: pd.DataFrame = field(repr=False)
    start: date
    end: date
    against: tuple[date, date]
    net: float
    net_against: float
    change: float
    currency: str
    notes: tuple[str, ...] = ()


def revenue_bridge(
    orders: Orders,
    start: str | date | None = None,
    end: str | date | None = None,
    against: str | tuple[str | date, str | date] | None = None,
) -> RevenueBridge:
    """Why net revenue moved between two windows, split twice; each split adds up to the change, to the cent.

    start and end are the first day of the window and the day after its last; left out, the window is the last complete
    calendar month. A window that reaches beyond the data is cut to them. against: "previous" for the window just before
    (also when left out), "year_before" for the same months or days a year before, or the first day of any other window and
    the day after its last. Windows of different length are never scaled; a note says so.

    Whose change it was. New customers made their first purchase ever in the window. Retained customers bought in both
    windows, and their change in net counts. Reactivated customers bought in the window, not in the one compared with, but
    before. Lapsed customers bought in the window compared with and not in this one. Beside them stand refunds to people who
    bought in neither window, and orders that name nobody. Every change is net now − net then of the same people, refunds
    included; change per customer = change ÷ customers of the group.

    Which part of the sum moved. Net of the people who bought in a window = customers × orders per customer × average order
    value. The change is split by the Shapley value: what changing one factor brings, averaged over every order in which the
    three could have changed, which leaves no rest and depends on no order. Cents go to the parts with the largest
    remainders; of equal ones to the earlier. A window without customers takes orders per customer and order value from
    the other one. Refunds to people who bought nothing in that window, and orders that name nobody, are parts of their own.

    Filters choose the orders that are looked at; who is new is still told from the whole history.

    Returns a RevenueBridge: table, factors, start, end, against, net, net_against, change, currency, notes. Money in currency
    units; 95 % intervals by the delta method over customers.

    Raises OptionError for a day or word that cannot be read and for windows that overlap, and EmptyError when the data do
    not cover the window compared with.

    Source: Sun (1998), Energy Economics 20, 85–100; Albrecht, François and Schoors (2002), Energy Policy 30, 727–736.

    When not to trust it: it says where the money moved, not why people acted as they did. Customers who bought before the
    data begin look new when they come back. A window has its season: compare with a year before. With few customers one
    of them can be the whole picture.

    >>> import retention as rt
    >>> result = rt.revenue_bridge(rt.load_sample("cdnow"), "1997-04-01", "1997-07-01")
    >>> print(round(result.change, 2), round(result.table["change"].sum(), 2), round(result.factors["change"].sum(), 2))
    -78868.98 -78868.98 -78868.98
    """
    begin, finish = chosen_window(orders, start, end)
    other = _against(orders, begin, finish, against)
    groups = orders.frame(_groups(orders, (begin, finish), other)).set_index("step").reindex(STEPS, fill_value=0)
    if orders.margin is None:
        groups[["profit", "profit_against"]] = np.nan
    total, total_against = int(groups["net"].sum()), int(groups["net_against"].sum())
    return RevenueBridge(
        table=_of_customers(groups),
        factors=_of_factors(groups),
        start=begin,
        end=finish,
        against=other,
        net=total / 100,
        net_against=total_against / 100,
        change=(total - total_against) / 100,
        currency=orders.currency,
        notes=_notes(orders, groups, (begin, finish), other),
    )


def _against(
    orders: Orders, begin: date, finish: date, against: str | tuple[str | date, str | date] | None
) -> tuple[date, date]:
    """The window compared with, which the data have to cover."""
    if against is None or isinstance(against, str):
        check_option("against", against or "previous", AGAINST)
        is_year = against == "year_before"
        other = year_before(begin, finish) if is_year else (steps_back(begin, finish, 1), begin)
    elif len(against) == 2:
        other = as_date("against", against[0]), as_date("against", against[1])
    else:
        other = begin, begin
    first, last = other
    if last <= first or (first < finish and begin < last):
        raise OptionError(
            "The window compared with, {first} to {last}, has no day or overlaps the window.",
            "Give its first day and the day after its last, both outside {begin} to {finish}, or a shorter window.",
            first=first,
            last=last,
            begin=begin,
            finish=finish,
        )
    if first < orders.since or last > orders.as_of:
        raise EmptyError(
            "The time compared with, {first} to {last}, is not all in the data, which run from {since} to {until}.",
            "Choose a shorter window, compare with another time, or add a file with these orders.",
            first=first,
            last=last - timedelta(days=1),
            since=orders.since,
            until=orders.as_of - timedelta(days=1),
        )
    return other


def _groups(orders: Orders, window: tuple[date, date], other: tuple[date, date]) -> ir.Table:
    """The sums of both windows for each group of customers."""
    table = purchases_and_returns(orders)
    is_in = {
        name: (table.day >= day_number(first)) & (table.day < day_number(last))
        for name, (first, last) in (("now", window), ("then", other))
    }
    table = table.mutate(**is_in).filter(lambda marked: marked.now | marked.then)
    sums = {
        f"{name}{suffix}": ibis.coalesce(table[name].sum(where=when), 0).cast("int64")
        for name in ("net", *(["profit"] if orders.margin else []))
        for suffix, when in (("", table.now), ("_against", table.then))
    }
    each = table.group_by("customer_id").aggregate(
        orders=table.count(where=table.is_purchase & table.now),
        orders_against=table.count(where=table.is_purchase & table.then),
        first_day=table.first_day.min(),
        **sums,
    )
    is_new = each.first_day >= day_number(window[0])
    each = each.mutate(
        step=ibis.cases(
            (each.customer_id.isnull(), "unknown"),
            ((each.orders > 0) & (each.orders_against > 0), "retained"),
            ((each.orders > 0) & is_new, "new"),
            (each.orders > 0, "reactivated"),
            (each.orders_against > 0, "lapsed"),
            else_="refunds_only",
        ),
        x=(each.net - each.net_against).cast("float64"),
    )
    totals = {name: each[name].sum().cast("int64") for name in ("orders", "orders_against", *sums)}
    return each.group_by("step").aggregate(
        customers=each.count(where=each.customer_id.notnull()), squares=(each.x * each.x).sum(), **totals
    )


def _of_customers(groups: pd.DataFrame) -> pd.DataFrame:
    change, customers = groups["net"] - groups["net_against"], groups["customers"]
    known = customers.where(customers > 0)
    low, high = ratio_of_sums(customers, change, customers, groups["squares"], customers, change)
    is_person = groups.index != "unknown"
    result = pd.DataFrame(
        {
            "customers": customers.astype("Int64").where(is_person),
            "orders_against": groups["orders_against"],
            "orders": groups["orders"],
            "net_against": groups["net_against"] / 100,
            "net": groups["net"] / 100,
            "change": change / 100,
            "change_per_customer": change / known / 100,
            "low": low / 100,
            "high": high / 100,
            "enough": customers >= ENOUGH,
            "profit_against": groups["profit_against"] / 1_000_000,
            "profit": groups["profit"] / 1_000_000,
            "profit_change": (groups["profit"] - groups["profit_against"]) / 1_000_000,
        }
    )
    return result.reset_index()


def _of_factors(groups: pd.DataFrame) -> pd.DataFrame:
    now, then = _buyers(groups, BUYERS, ""), _buyers(groups, BUYERS_AGAINST, "_against")
    effects = _whole(_shapley(_factors(*then, like=now), _factors(*now, like=then)))
    rows = [
        (name, float(old), float(new), effect / 100)
        for name, old, new, effect in zip(FACTORS, _shown(*then), _shown(*now), effects, strict=True)
    ]
    back_now = int(groups["net"].drop([*BUYERS, "unknown"]).sum())
    back_then = int(groups["net_against"].drop([*BUYERS_AGAINST, "unknown"]).sum())
    nobody_now, nobody_then = (int(groups.loc["unknown", name]) for name in ("net", "net_against"))
    for name, old, new in (("refunds_without_purchase", back_then, back_now), ("unknown", nobody_then, nobody_now)):
        rows.append((name, old / 100, new / 100, (new - old) / 100))
    return pd.DataFrame(rows, columns=["step", "value_against", "value", "change"])


def _buyers(groups: pd.DataFrame, steps: list[str], suffix: str) -> tuple[int, int, int]:
    """Customers of a window, their orders and their net."""
    chosen = groups.loc[steps]
    return tuple(int(chosen[name].sum()) for name in ("customers", f"orders{suffix}", f"net{suffix}"))


def _shown(customers: int, orders: int, net: int) -> tuple[float, float, float]:
    """The three factors as they are; what has no denominator is missing."""
    return customers, orders / customers if customers else np.nan, net / orders / 100 if orders else np.nan


def _factors(customers: int, orders: int, net: int, like: tuple[int, int, int]) -> tuple[Fraction, ...]:
    """Customers, orders per customer and hundredths per order; without customers the last two are those of the other window."""
    source = (customers, orders, net) if customers else like
    if not source[0]:
        return Fraction(0), Fraction(0), Fraction(0)
    return Fraction(customers), Fraction(source[1], source[0]), Fraction(source[2], source[1])


def _shapley(old: Sequence[Fraction], new: Sequence[Fraction]) -> list[Fraction]:
    """The change of a product of three, split among them: each one's step averaged over all orders of changing."""
    effects = []
    for i, j, k in ((0, 1, 2), (1, 0, 2), (2, 0, 1)):
        weight = (old[j] * old[k] + new[j] * new[k]) / 3 + (old[j] * new[k] + new[j] * old[k]) / 6
        effects.append((new[i] - old[i]) * weight)
    return effects


def _whole(parts: Sequence[Fraction]) -> list[int]:
    """Whole numbers with the same whole sum: rounded down, the rest to the largest remainders, of equal ones the first.

    Parts of the opposite signs give the opposite numbers: a fall is rounded as the rise it mirrors.
    """
    total = sum(parts)
    sign = -1 if (total or next(filter(None, parts), 0)) < 0 else 1
    below = [floor(sign * part) for part in parts]
    by_remainder = sorted(range(len(parts)), key=lambda at: below[at] - sign * parts[at])
    for at in by_remainder[: int(sign * total) - sum(below)]:
        below[at] += 1
    return [sign * part for part in below]


def _notes(
    orders: Orders, groups: pd.DataFrame, window: tuple[date, date], other: tuple[date, date]
) -> tuple[str, ...]:
    notes = []
    (begin, finish), (first, last) = window, other
    days, days_against = (finish - begin).days, (last - first).days
    if days != days_against:
        months = whole_months(begin, finish)
        as_many_months = months and months == whole_months(first, last)
        if as_many_months and abs(days - days_against) * CALENDAR > days:
            notes.append("The windows have as many months but not as many days: some of the change is only time.")
        elif not as_many_months:
            notes.append("The windows are not equally long and nothing is scaled: part of the change is only time.")
    if last < begin:
        notes.append(
            "There is time between the two windows that is not looked at: whoever bought in it counts as reactivated when "
            "not in the earlier window, and as lapsed when not in the later one."
        )
    if first >= finish:
        notes.append("The window compared with is the later one: lapsed are those who bought in it and not before.")
    if min(begin, first) == orders.observed_from:
        notes.append("The earlier window begins with the data: who bought before it cannot be told from new customers.")
    buyers = [groups.loc[steps, "customers"].sum() for steps in (BUYERS, BUYERS_AGAINST)]
    if not any(buyers):
        notes.append("No customer can be told apart in these windows: the whole change is of orders that name nobody.")
    elif min(buyers) < ENOUGH:
        notes.append("One of the windows has fewer than 30 customers: a single one can be the whole picture.")
    if any(buyers) and groups.loc["unknown", ["orders", "orders_against"]].any():
        notes.append("Average order value is that of orders that name a customer; the key figures count all orders.")
    if groups.loc[["new", "reactivated", "refunds_only"], "net_against"].any() or (
        groups.loc[["lapsed", "refunds_only"], "net"].any()
    ):
        notes.append("Refunds to people who bought nothing in the window stand apart from the average order value.")
    return tuple(notes)
