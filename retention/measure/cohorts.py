"""Do customers come back? Cohorts by the period of the first purchase."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.errors import EmptyError, check_option
from retention.intervals import ratio_of_sums, wilson
from retention.orders import Orders, Selection, purchases_and_returns
from retention.periods import PERIODS, period_column, period_number, period_start, starts

VALUES = ("retention", "customers", "orders", "net", "net_per_customer")


@dataclass(frozen=True)
class RetentionTable:
    """What `retention_table` returns.

    table: one row a cohort (index: first day of its period), column customers (its size), then one column per age 0, 1, …
    counts: the same shape, customers of the cohort who bought at that age
    partial: true where the age falls into a period that the data cover only in part
    average: age, rate, n (customers whose cohort is complete at that age), low, high
    """

    table: pd.DataFrame
    counts: pd.DataFrame = field(repr=False)
    partial: pd.DataFrame = field(repr=False)
    average: pd.DataFrame = field(repr=False)
    period: str
    value: str
    currency: str
    notes: tuple[str, ...] = ()


def retention_table(orders: Orders, period: str = "month", value: str = "retention") -> RetentionTable:
    """Customers grouped by the period of their first purchase, and what they did in every period since.

    A cohort holds the customers whose first purchase ever fell into the period; age is the number of periods since.
    value: "retention" = share of the cohort that bought at that age (0 to 1), "customers" = how many did, "orders", "net"
    (currency units), "net_per_customer" = net ÷ size of the cohort. A cell that lies in the future is missing, never 0; a
    cell in a period that the data cover only in part is marked in `partial`. The average row is sums over sums (Σ customers
    who bought ÷ Σ sizes) over complete cells only, with a 95 % Wilson interval for retention and the delta method over
    cohorts otherwise.

    With filters, a cohort holds the customers whose first purchase passes the filter, and what counts of them are the
    orders that pass it.

    Returns a RetentionTable. Raises OptionError for an unknown period or value and EmptyError when no customer can be
    told apart.

    When not to trust it: the first cohort contains customers who bought before the data begin, since nobody's earlier
    orders are in the file; it looks more loyal than it is. Check against: UCI Online Retail, December 2010: 885 customers, of
    whom 324 bought in the next month.

    >>> import retention as rt
    >>> result = rt.retention_table(rt.load_sample("cdnow"))
    >>> int(result.table["customers"].sum())
    2349
    """
    check_option("period", period, PERIODS)
    check_option("value", value, VALUES)
    table = purchases_and_returns(orders)
    table = _of_cohorts(orders, table.filter(table.customer_id.notnull(), table.first_day.notnull()))
    table = table.mutate(
        cohort=period_column(table.first_day, table.first_month, period),
        at=period_column(table.day, table.month, period),
    )
    table = table.mutate(age=table.at - table.cohort)
    each = table.group_by("cohort", "age", "customer_id").aggregate(
        orders=table.count(where=table.is_purchase),
        firsts=table.count(where=table.order_number == 1),
        net=table.net.sum().cast("int64"),
    )
    cells = orders.frame(
        each.group_by("cohort", "age").aggregate(
            customers=each.count(where=each.orders > 0),
            size=each.firsts.sum(),
            orders=each.orders.sum(),
            net=each.net.sum(),
        )
    )
    sizes = cells.groupby("cohort")["size"].sum().loc[lambda size: size > 0].sort_index()
    if sizes.empty and _narrows(orders):
        raise EmptyError(
            "No customer's first purchase passes these filters.",
            "Cohorts follow customers from their first purchase: begin earlier or clear a filter.",
        )
    if sizes.empty:
        raise EmptyError(
            "No customer can be told apart in these orders.",
            "Use an export with an e-mail address, a phone number or a customer number.",
        )
    cells = cells[cells["cohort"].isin(sizes.index) & (cells["age"] >= 0)]
    last = period_number(orders.as_of - timedelta(days=1), period)
    cohorts = pd.RangeIndex(int(sizes.index.min()), last + 1)
    ages = pd.RangeIndex(0, last - int(sizes.index.min()) + 1)
    at = cohorts.to_numpy()[:, None] + ages.to_numpy()[None, :]
    observed = at <= last
    begins, ends = period_number(orders.since, period), period_start(last + 1, period)
    starts_late, is_running = period_start(begins, period) < orders.since, orders.as_of < ends
    partial = observed & (((at == last) & is_running) | ((at == begins) & starts_late))
    size = sizes.reindex(cohorts, fill_value=0)

    def wide(column: str) -> np.ndarray:
        grid = cells.pivot(index="cohort", columns="age", values=column).reindex(index=cohorts, columns=ages).fillna(0)
        return np.where(observed, grid.to_numpy(dtype=float), np.nan)

    counts = wide("customers")
    divisor = size.where(size > 0).to_numpy(dtype=float)[:, None]
    shown = {
        "retention": lambda: counts / divisor,
        "customers": lambda: counts,
        "orders": lambda: wide("orders"),
        "net": lambda: wide("net") / 100,
        "net_per_customer": lambda: wide("net") / 100 / divisor,
    }[value]()
    kept = size > 0
    index = starts(cohorts, period)[kept.to_numpy()]
    index.name = "cohort"
    grid = pd.DataFrame(shown[kept], index=index, columns=ages)
    grid.insert(0, "customers", size[kept].to_numpy())
    complete = observed & ~partial & kept.to_numpy()[:, None]
    return RetentionTable(
        table=grid,
        counts=pd.DataFrame(counts[kept], index=index, columns=ages),
        partial=pd.DataFrame(partial[kept], index=index, columns=ages),
        average=_average(value, counts if value == "retention" else shown, size.to_numpy(dtype=float), complete),
        period=period,
        value=value,
        currency=orders.currency,
        notes=_notes(orders, sizes, period, is_running),
    )


def _narrows(orders: Orders) -> bool:
    return replace(orders.selection, end=None) != Selection()


def _of_cohorts(orders: Orders, table: ir.Table) -> ir.Table:
    """The orders of customers whose first purchase passes the filter; without one, or up to a last day, all do."""
    if not _narrows(orders):
        return table
    firsts = table.filter(table.is_purchase, table.order_number == 1)
    return table.semi_join(firsts, "customer_id")


def _average(value: str, grid: np.ndarray, size: np.ndarray, complete: np.ndarray) -> pd.DataFrame:
    """Σ value ÷ Σ size over complete cells; for values that are not per customer, the mean per cohort."""
    weight = np.where(complete, size[:, None] if value in ("retention", "net_per_customer") else 1.0, 0.0)
    sums = np.where(complete, grid * (size[:, None] if value == "net_per_customer" else 1), 0.0)
    total, below = sums.sum(axis=0), weight.sum(axis=0)
    if value == "retention":
        low, high = wilson(total, below)
    else:
        low, high = ratio_of_sums(
            complete.sum(axis=0),
            total,
            below,
            (sums**2).sum(axis=0),
            (weight**2).sum(axis=0),
            (sums * weight).sum(axis=0),
        )
    rate = np.divide(total, below, out=np.full_like(total, np.nan), where=below > 0)
    n = (np.where(complete, size[:, None], 0)).sum(axis=0).astype(int)
    result = pd.DataFrame({"age": np.arange(len(rate)), "rate": rate, "n": n, "low": low, "high": high})
    return result[result["n"] > 0].reset_index(drop=True)


def _notes(orders: Orders, sizes: pd.Series, period: str, is_running: bool) -> tuple[str, ...]:
    notes = []
    if sizes.index[0] == period_number(orders.observed_from, period):
        notes.append("The first cohort also holds customers who bought before the data begin.")
    if is_running:
        notes.append("The last period is not over: its cells are marked and left out of the average.")
    return tuple(notes)
