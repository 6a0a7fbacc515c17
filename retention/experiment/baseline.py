"""What a test would start from: how the customers of a shop behaved in its latest complete window, and how many more come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.errors import EmptyError, OptionError, check_option
from retention.margin import SCALE, margin_missing
from retention.orders import Orders, known_purchases, purchases_and_returns, whole_history
from retention.periods import day_number, month_number
from retention.predict.churn import everybody

KINDS = {
    "repeat": "share",
    "orders": "mean",
    "revenue": "mean",
    "profit": "mean",
    "aov": "ratio",
    "conversion": "share",
}
MEANS = tuple(metric for metric, kind in KINDS.items() if kind == "mean")  # what is known from before helps these
BEFORE = 365  # days before the cut-off that say what a customer was like
YEAR = 12
SAME = 1e-6  # sd ÷ value at or below which values differ by rounding only
CUT_OFF = ibis.table({"cut_off": "int32", "days": "int32"}, name="chosen_cut_off")
BELONGING = ibis.table({"customer_id": "int32"}, name="chosen_belonging")


@dataclass(frozen=True)
class Baseline:
    """A metric before any test: its value a customer, how much customers differ, and how many there are.

    sd: of one customer's part in the value, so that variance of the value = sd² ÷ customers. correlation: with the same in the time
    before, missing where a test makes no use of it. customers: those it was counted on; events: of them, those with a value
    other than 0.
    """

    metric: str
    value: float
    sd: float
    correlation: float = np.nan
    customers: float = np.nan
    events: float = np.nan

    @property
    def kind(self) -> str:
        """share, mean or ratio."""
        return KINDS[self.metric]

    @property
    def adjusted_sd(self) -> float:
        """sd when what is known from before is taken out: sd · √(1 − correlation²)."""
        return self.sd * np.sqrt(1 - self.correlation**2)

    @property
    def event_share(self) -> float:
        """Share of the customers with an event, or of a share those without one if they are fewer; 1 where it is not known."""
        if self.kind == "share":
            return min(self.value, 1 - self.value)
        return self.events / self.customers if self.customers > 0 else 1.0

    @property
    def speaks(self) -> bool:
        """Whether a test could tell anything: customers differ, and there is something to raise."""
        return bool(self.value > 0 and self.sd > SAME * self.value and self.event_share > 0)


def metrics_of(orders: Orders) -> tuple[str, ...]:
    """What can be counted in these orders."""
    return tuple(
        metric for metric in KINDS if metric != "conversion" and (metric != "profit" or orders.margin is not None)
    )


def check_metric(orders: Orders, metric: str) -> None:
    """Refuse a metric that these orders do not hold."""
    check_option("metric", metric, tuple(KINDS))
    if metric == "conversion":
        raise OptionError(
            "Visitors are not in an order file, so it does not tell the conversion.",
            "Give it as your web statistics have it, such as baseline=0.03.",
        )
    if metric == "profit" and orders.margin is None:
        raise margin_missing()


def baselines(orders: Orders, days: int) -> dict[str, Baseline]:
    """Every metric over the last `days` days, of the customers who had bought before them.

    Raises EmptyError where nobody had.
    """
    expression, given = _each_customer(orders, days)
    row = everybody(orders).frame(_sums(expression), given).iloc[0]
    n = int(row["n"])
    if n == 0:
        raise nobody_before(orders, days)
    found = {}
    for metric in metrics_of(orders):
        if metric == "repeat":
            share = row["buyers"] / n
            found[metric] = Baseline(
                metric, float(share), float(np.sqrt(share * (1 - share))), np.nan, n, row["buyers"]
            )
        elif metric == "aov":
            found[metric] = _ratio(row, n)
        else:
            sd, before = (np.sqrt(max(row[f"var_{name}"], 0.0)) for name in (metric, f"{metric}_before"))
            with_before = row[f"cov_{metric}"] / (sd * before) if sd > 0 and before > 0 else np.nan
            found[metric] = Baseline(metric, row[f"mean_{metric}"], sd, with_before, n, row[f"events_{metric}"])
    return found


def outcomes(orders: Orders, days: int) -> pd.DataFrame:
    """One row such a customer, in the order of their numbers: orders, revenue, profit in the window and, `_before`, in the time before."""
    expression, given = _each_customer(orders, days)
    each = everybody(orders).frame(expression, given)
    if each.empty:
        raise nobody_before(orders, days)
    return each.sort_values("customer_id", ignore_index=True)


def traffic(orders: Orders) -> tuple[int, float]:
    """How many customers there are, and how many new ones came in a month, on average over the last twelve complete ones."""
    bought = known_purchases(orders)
    first = month_number(orders.since) + (orders.since.day > 1)
    stop = month_number(orders.as_of)
    begin = max(first, stop - YEAR)
    found = orders.frame(_by_month(bought)).set_index("month")["new"]
    customers = orders.frame(_how_many(bought)).iloc[0, 0]
    months = found[(found.index >= begin) & (found.index < stop)]
    return int(customers), float(months.sum() / (stop - begin)) if stop > begin else np.nan


def nobody_before(orders: Orders, days: int) -> EmptyError:
    """Why there is nobody whose window of so many days is over."""
    covered = (orders.as_of - orders.since).days
    if orders.frame(known_purchases(orders).select("order_id").limit(1)).empty:
        return EmptyError(
            "No customer can be told apart in these orders.",
            "Use an export with an e-mail address, a phone number or a customer number.",
        )
    if covered <= days:
        return EmptyError(
            "The orders cover {covered} days, too few for a window of {days} days with customers who had bought before it.",
            "Choose a shorter window, or bring orders that go further back.",
            covered=covered,
            days=days,
        )
    return EmptyError(
        "Nobody who passes these filters had bought {days} days before the end of the orders.",
        "Choose a shorter window, or widen the filters.",
        days=days,
    )


def _each_customer(orders: Orders, days: int) -> tuple[ir.Table, dict[str, ir.Table]]:
    """The customers with what they did, and the tables that the question names besides."""
    cut_off = orders.as_of - timedelta(days=days)
    moment = ibis.literal(day_number(cut_off), "int32").name("cut_off").as_table()
    given = {CUT_OFF.get_name(): moment.mutate(days=ibis.literal(days, "int32"))}
    ruled = bool(orders.selection.customers)
    if ruled:
        given[BELONGING.get_name()] = _belonging(orders, cut_off)
    return _each(purchases_and_returns(everybody(orders)), ruled), given


def _belonging(orders: Orders, cut_off: date) -> ir.Table:
    """Who met the rules of the filter when the window began."""
    history = whole_history(orders)
    past = history.filter(history.day < day_number(cut_off))
    first, *more = (rule.members(past, cut_off) for rule in orders.selection.customers)
    for members in more:
        first = first.semi_join(members, "customer_id")
    return first.select("customer_id")


@lru_cache
def _each(table: ir.Table, ruled: bool) -> ir.Table:
    cut_off, days = CUT_OFF.cut_off.as_scalar(), CUT_OFF.days.as_scalar()
    table = table.filter(table.customer_id.notnull(), table.day < cut_off + days)
    if ruled:
        table = table.semi_join(BELONGING, "customer_id")
    is_after = table.day >= cut_off
    is_before = (table.day < cut_off) & (table.day >= cut_off - BEFORE)
    parts = {"": is_after, "_before": is_before}
    each = table.group_by("customer_id").aggregate(
        had=table.count(where=table.is_purchase & (table.day < cut_off)),
        **{f"orders{name}": table.count(where=part & table.is_purchase) for name, part in parts.items()},
        **{f"revenue{name}": table.net.sum(where=part) for name, part in parts.items()},
        **{f"profit{name}": table.profit.sum(where=part) for name, part in parts.items()},
    )
    units = {"orders": 1, "revenue": 100, "profit": 100 * SCALE}
    values = {
        f"{metric}{name}": (each[f"{metric}{name}"].fill_null(0) / unit).cast("float64")
        for metric, unit in units.items()
        for name in parts
    }
    return each.filter(each.had > 0).select("customer_id", **values)


@lru_cache
def _sums(each: ir.Table) -> ir.Table:
    means = {f"mean_{name}": each[name].mean() for name in MEANS}
    variances = {
        f"var_{name}": each[name].var(how="sample") for name in [*MEANS, *(f"{name}_before" for name in MEANS)]
    }
    events = {f"events_{name}": (each[name] != 0).sum() for name in MEANS}
    with_before = {f"cov_{name}": each[name].cov(each[f"{name}_before"], how="sample") for name in MEANS}
    return each.aggregate(
        n=each.count(),
        buyers=(each.orders > 0).sum(),
        cov_aov=each.revenue.cov(each.orders, how="sample"),
        **means,
        **variances,
        **events,
        **with_before,
    ).fill_null(0)


def _ratio(row: Mapping[str, float], n: int) -> Baseline:
    """Net revenue ÷ orders; a customer's part in it is (revenue − ratio · orders) ÷ mean of the orders."""
    orders = row["mean_orders"]
    if orders == 0:
        return Baseline("aov", np.nan, np.nan, np.nan, n, 0)
    ratio = row["mean_revenue"] / orders
    variance = row["var_revenue"] - 2 * ratio * row["cov_aov"] + ratio**2 * row["var_orders"]
    return Baseline("aov", ratio, np.sqrt(max(variance, 0.0)) / orders, np.nan, n, row["buyers"])


@lru_cache
def _by_month(bought: ir.Table) -> ir.Table:
    return bought.filter(bought.order_number == 1).group_by("month").aggregate(new=lambda table: table.count())


@lru_cache
def _how_many(bought: ir.Table) -> ir.Table:
    return bought.aggregate(customers=bought.customer_id.nunique())
