"""Do customers come back? Cohorts by the period of the first purchase, or by what customers began with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import pandas as pd

from retention.errors import EmptyError, check_option
from retention.intervals import ratio_of_sums, wilson
from retention.margin import margin_missing
from retention.measure.acquisition import check_payback, payback_table, plain, spend_by_month
from retention.measure.cohort_cells import cells_of, narrows, usual_wait
from retention.measure.starting_groups import GROUPS, OTHERS, UNKNOWN
from retention.orders import Orders
from retention.periods import PERIODS, day_number, period_number, period_start, starts

SHARES = ("retention", "unbounded", "cumulative")
TOTALS = ("customers", "orders", "net")
TO_DATE = ("net_to_date", "profit_to_date", "payback")
VALUES = (*SHARES, *TOTALS, "net_per_customer", *TO_DATE)
BY = ("period", *GROUPS)
SCALES = {"net": 100, "profit": 1_000_000}


@dataclass(frozen=True)
class RetentionTable:
    """What `retention_table` returns.

    table: one row a cohort (index: first day of its period, or the name of its group), column customers (its size), then one
    column per age 0, 1, …
    counts: the same shape, customers of the cohort of whom the value is true (shares), or who bought at that age
    n: the same shape, customers that the cell rests on
    partial: true where the cell is not observed to its end
    average: age, rate, n (customers whose cohort is complete at that age), low, high
    payback: for value "payback" spend, customers, cac, payback_age by row
    """

    table: pd.DataFrame
    counts: pd.DataFrame = field(repr=False)
    n: pd.DataFrame = field(repr=False)
    partial: pd.DataFrame = field(repr=False)
    average: pd.DataFrame = field(repr=False)
    by: str
    period: str
    value: str
    currency: str
    payback: pd.DataFrame | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Axes:
    """Cohorts down, ages across: which cells lie in the past, and which of these are not observed to their end."""

    cohorts: pd.RangeIndex
    observed: np.ndarray
    partial: np.ndarray
    is_running: bool

    @property
    def complete(self) -> np.ndarray:
        return self.observed & ~self.partial


@dataclass(frozen=True)
class _Part:
    """Cohorts of all customers or of one group: their sizes, and what is divided by what in every cell."""

    size: np.ndarray
    counts: np.ndarray
    above: np.ndarray
    below: np.ndarray

    def over(self, where: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Sums over the cohorts of these cells, by age: above, below, counts, customers."""
        grids = (self.above, self.below, self.counts, np.broadcast_to(self.size[:, None], where.shape))
        return tuple(np.where(where, grid, 0).sum(axis=0) for grid in grids)


def retention_table(
    orders: Orders, period: str = "month", value: str = "retention", by: str = "period"
) -> RetentionTable:
    """Customers grouped by their first purchase, and what they did in every period since.

    A cohort holds the customers whose first purchase ever fell into the period; age is the number of periods since. by:
    "period", or what that first order was: its "product" or "category" (of the line that cost most after discounts, ties by
    name), "channel", "country", "discount" (with a discount or a code, or full price), "guest" (without or with an
    account). The 15 largest groups have a row each, the rest is "(others)", what no file says "(unknown)".

    value: "retention" = share of the cohort that bought at that age (0 to 1), "unbounded" = share that bought at that age or
    later, "cumulative" = share with a second purchase by the end of that age, "customers" = how many bought, "orders",
    "net" (currency units), "net_per_customer" = net ÷ size of the cohort, "net_to_date" = the same added up from the first
    purchase to the end of that age, "profit_to_date" = net × margin in its place, "payback" = profit to date ÷ what was spent
    on marketing to win these customers, so 1 is all of it earned back. CAC (customer acquisition cost) = spend of the month ÷
    its new customers.

    A cell that lies in the future is missing, never 0; a cell that is not observed to its end is marked in `partial`. With
    "unbounded" that is also one that ended too recently: fewer days ago than 80 of 100 returning customers let pass
    between two purchases, at least 30. In a row of a group each age counts only the customers who are old enough to have been
    observed to the end of it: Σ who bought ÷ Σ old enough, both in the row's `n` and `counts`. The average row is sums over
    sums (Σ customers who bought ÷ Σ sizes) over complete cells only, with a 95 % Wilson interval for shares and the delta
    method over cohorts otherwise; it is the same whatever the rows are.

    With filters, a cohort holds the customers whose first purchase passes the filter, and what counts of them are the
    orders that pass it.

    Returns a RetentionTable. Raises OptionError for an unknown period, value or by, for profit without a margin (see
    Orders.with_margin) and for payback without spend, by anything but months and channels or with other filters; EmptyError
    when no customer can be told apart.

    Source of "unbounded": the retention of Peel Insights, "came back in this month or later".

    When not to trust it: the first cohort contains customers who bought before the data begin, since nobody's earlier
    orders are in the file; it looks more loyal than it is. Groups differ in more than what they began with: their rows
    describe and do not say what would happen if others began so. A group's row can fall where its value cannot, because the
    youngest customers leave it from age to age. Whether somebody is a guest is what the files say of the customer today.
    Check against: UCI Online Retail, December 2010: 885 customers, of whom 324 bought in the next month.

    >>> import retention as rt
    >>> result = rt.retention_table(rt.load_sample("cdnow"))
    >>> int(result.table["customers"].sum())
    2349
    >>> rt.retention_table(rt.load_sample(), by="guest").table["customers"].to_dict()
    {'account': 3024, 'guest': 976}
    """
    check_option("period", period, PERIODS)
    check_option("value", value, VALUES)
    check_option("by", by, BY)
    if value in ("profit_to_date", "payback") and orders.margin is None:
        raise margin_missing()
    if value == "payback":
        check_payback(orders, period, by)
    cells = orders.frame(cells_of(orders, period, value, by))
    sizes = cells.groupby("cohort")["size"].sum().loc[lambda size: size > 0].sort_index()
    if sizes.empty:
        raise _nobody(orders)
    cells = cells[cells["cohort"].isin(sizes.index) & (cells["age"] >= 0)]
    axes = _axes(orders, period, int(sizes.index[0]), usual_wait(orders) if value == "unbounded" else 0)
    spend, is_foreign = spend_by_month(orders, axes.cohorts) if value == "payback" else ({}, False)
    parts = {} if by == "period" else dict(list(cells.groupby("began")))
    parts = {name: parts[name] for name in sorted(parts, key=lambda name: _place(name, parts[name]["size"].sum()))}
    whole = _part(cells, axes, value, spend.get(""))
    rows = [_part(part, axes, value, spend.get(plain(name))) for name, part in parts.items()]
    grids = _of_groups(rows, axes, value) if by != "period" else _of_periods(whole, axes)
    kept = whole.size > 0
    index = pd.Index(list(parts), dtype="str", name=by)
    if by == "period":
        index = starts(axes.cohorts, period)[kept].rename("cohort")
    ages = pd.RangeIndex(0, grids["table"].shape[1])
    frames = {name: pd.DataFrame(grid, index=index, columns=ages) for name, grid in grids.items()}
    frames["table"].insert(
        0, "customers", [int(row.size.sum()) for row in rows] if rows else whole.size[kept].astype(int)
    )
    return RetentionTable(
        **frames,
        average=_average(value, whole, axes.complete & (kept[:, None] | (value == "payback"))),
        by=by,
        period=period,
        value=value,
        currency=orders.currency,
        payback=_payback(whole, rows, axes, frames["table"]) if value == "payback" else None,
        notes=_notes(orders, axes, period, value, index, is_foreign),
    )


def _nobody(orders: Orders) -> EmptyError:
    if narrows(orders):
        return EmptyError(
            "No customer's first purchase passes these filters.",
            "Cohorts follow customers from their first purchase: begin earlier or clear a filter.",
        )
    return EmptyError(
        "No customer can be told apart in these orders.",
        "Use an export with an e-mail address, a phone number or a customer number.",
    )


def _axes(orders: Orders, period: str, first: int, wait: int) -> _Axes:
    last = period_number(orders.as_of - timedelta(days=1), period)
    cohorts = pd.RangeIndex(first, last + 1)
    at = cohorts.to_numpy()[:, None] + np.arange(len(cohorts))[None, :]
    observed = at <= last
    begins, ends = period_number(orders.since, period), period_start(last + 1, period)
    starts_late, is_running = period_start(begins, period) < orders.since, orders.as_of < ends
    partial = observed & (((at == last) & is_running) | ((at == begins) & starts_late))
    if wait:
        recent = [day_number(period_start(number + 1, period)) + wait > day_number(orders.as_of) for number in cohorts]
        partial |= observed & (at > cohorts.to_numpy()[:, None]) & np.array(recent)[np.minimum(at, last) - first]
    return _Axes(cohorts, observed, partial, is_running)


def _part(cells: pd.DataFrame, axes: _Axes, value: str, spend: np.ndarray | None) -> _Part:
    row, age = cells["cohort"].to_numpy() - axes.cohorts[0], cells["age"].to_numpy()

    def wide(column: str) -> np.ndarray:
        grid = np.zeros(axes.observed.shape)
        np.add.at(grid, (row, age), cells[column].to_numpy(dtype=float))
        return grid

    counts = wide("customers")
    if value == "unbounded":
        counts = counts[:, ::-1].cumsum(axis=1)[:, ::-1]
    if value == "cumulative":
        counts = counts.cumsum(axis=1)
    measure = next((name for name in ("profit", "net", "orders") if name in cells), "")
    above = counts if value in (*SHARES, "customers") else wide(measure) / SCALES.get(measure, 1)
    above = above.cumsum(axis=1) if value in TO_DATE else above
    size = wide("size").sum(axis=1)
    below = np.ones(len(size)) if value in TOTALS else size
    if value == "payback":  # the spend of a month needs all of the month's new customers beside it
        below = np.full(len(size), np.nan) if spend is None else np.where(axes.complete[:, 0], spend, np.nan)
    below = np.broadcast_to(below[:, None], axes.observed.shape)
    return _Part(size, np.where(axes.observed, counts, np.nan), np.where(axes.observed, above, np.nan), below)


def _of_periods(whole: _Part, axes: _Axes) -> dict[str, np.ndarray]:
    n = np.where(axes.observed, whole.size[:, None], np.nan)
    grids = {"table": _divided(whole.above, whole.below), "counts": whole.counts, "n": n, "partial": axes.partial}
    return {name: grid[whole.size > 0] for name, grid in grids.items()}


def _of_groups(rows: list[_Part], axes: _Axes, value: str) -> dict[str, np.ndarray]:
    """A row a group: sums over the cohorts that are complete at each age."""
    sums = [row.over(axes.complete & ~np.isnan(row.below)) for row in rows]
    above, below, counts, n = (np.array(grid) for grid in zip(*sums, strict=True))
    width = max(1, int((n > 0).any(axis=0).sum()))
    shown = np.where(n > 0, above, np.nan) if value in TOTALS else _divided(above, below)
    grids = {
        "table": shown,
        "counts": np.where(n > 0, counts, np.nan),
        "n": n,
        "partial": np.zeros(n.shape, dtype=bool),
    }
    return {name: grid[:, :width] for name, grid in grids.items()}


def _divided(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)


def _average(value: str, whole: _Part, complete: np.ndarray) -> pd.DataFrame:
    """Σ value ÷ Σ size over complete cells; for values that are not per customer, the mean per cohort."""
    complete = complete & ~np.isnan(whole.below)
    total, below, _, n = whole.over(complete)
    if value in SHARES:
        low, high = wilson(total, below)
    else:
        x, y = np.where(complete, whole.above, 0), np.where(complete, whole.below, 0)
        squares = ((x * x).sum(axis=0), (y * y).sum(axis=0), (x * y).sum(axis=0))
        low, high = ratio_of_sums(complete.sum(axis=0), total, below, *squares)
    rates = {"rate": _divided(total, below), "n": n.astype(int), "low": low, "high": high}
    result = pd.DataFrame({"age": np.arange(len(total))} | rates)
    return result[result["n"] > 0].reset_index(drop=True)


def _payback(whole: _Part, rows: list[_Part], axes: _Axes, table: pd.DataFrame) -> pd.DataFrame:
    earned = table.drop(columns="customers")
    if not rows:
        kept = whole.size > 0
        return payback_table(whole.below[kept, 0], whole.size[kept], earned.to_numpy(), table.index)
    known = [axes.complete[:, 0] & ~np.isnan(row.below[:, 0]) for row in rows]
    spend = [row.below[there, 0].sum() if there.any() else np.nan for row, there in zip(rows, known, strict=True)]
    customers = [row.size[there].sum() for row, there in zip(rows, known, strict=True)]
    return payback_table(np.array(spend), np.array(customers), earned.to_numpy(), table.index)


def _place(name: str, size: int) -> tuple[bool, bool, int, str]:
    """The largest group first, then by name; what is put together and what is unknown last."""
    return name in (OTHERS, UNKNOWN), name == UNKNOWN, -size, name


def _notes(orders: Orders, axes: _Axes, period: str, value: str, index: pd.Index, is_foreign: bool) -> tuple[str, ...]:
    notes = []
    by_period = isinstance(index, pd.DatetimeIndex)
    if axes.cohorts[0] == period_number(orders.observed_from, period):
        if by_period:
            notes.append("The first cohort also holds customers who bought before the data begin.")
        else:
            notes.append("Customers of the first period may have bought before the data begin.")
    if axes.is_running and by_period:
        notes.append("The last period is not over: its cells are marked and left out of the average.")
    if not by_period:
        notes.append(
            "Each cell counts only the customers who are old enough, so the customers behind a row change with the age."
        )
    if value == "unbounded":
        notes.append(
            "Who has not come back yet still may: what ended too recently to tell is marked and left out of the average."
        )
    if list(index) == [UNKNOWN]:
        notes.append("The files do not say this of any customer.")
    if list(index) == ["full_price"]:
        notes.append("No first order carries a discount or a code; perhaps the files do not say.")
    if is_foreign:
        notes.append("Spend in another currency than the orders is left out.")
    if value == "payback" and not by_period:
        notes.append(
            "Spend belongs to the channel of the same name; a channel without spend has no cost per new customer."
        )
    return tuple(notes)
