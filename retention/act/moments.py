"""What was known of every customer today and on a few earlier days, so that whom a rule chooses can be looked at afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.measure.lapse import lapse_threshold
from retention.orders import Orders, purchases_and_returns
from retention.periods import day_number
from retention.schema import CUSTOMERS
from retention.segment.rfm import with_cuts
from retention.segment.schemes import scheme_of

LOOKBACKS = 3
SUMS = ("orders", "days", "discounted", "net", "profit")


@dataclass(frozen=True, eq=False)
class Moment:
    """What the orders before a day said of every customer; arrays run over the same customers on every day.

    orders, discounted: purchases, and those of them with a discount or a code. days: on which they fall. net in hundredths, profit
    in ten-thousandths of these, 0 without a margin.
    """

    day: int
    first_day: np.ndarray
    last_day: np.ndarray
    orders: np.ndarray
    days: np.ndarray
    discounted: np.ndarray
    net: np.ndarray
    profit: np.ndarray

    @cached_property
    def silent(self) -> np.ndarray:
        """Days since the last purchase; missing for those who had not bought yet."""
        return self.day - self.last_day

    @cached_property
    def usual_gap(self) -> np.ndarray:
        """Days from one purchase day to the next, on average; missing for those with fewer than two."""
        between = np.where(self.days > 1, self.days - 1, np.nan)
        return (self.last_day - self.first_day) / between

    @cached_property
    def scores(self) -> pd.DataFrame:
        """r, f and m as `rfm_segments` gives them with its usual scheme; 0 for those who had not bought yet."""
        known = self.orders > 0
        scores = pd.DataFrame(0, index=range(len(known)), columns=["r", "f", "m"])
        if not known.any():
            return scores
        table = pd.DataFrame(
            {"recency_days": self.silent[known], "frequency": self.orders[known], "monetary": self.net[known]}
        )
        used = with_cuts(scheme_of("quintile"), table)
        scores.loc[known, "r"] = used.levels - np.searchsorted(used.recency, table["recency_days"], side="left")
        scores.loc[known, "f"] = 1 + np.searchsorted(used.frequency, table["frequency"], side="right")
        scores.loc[known, "m"] = 1 + np.searchsorted(used.monetary, table["monetary"], side="right")
        return scores


@dataclass(frozen=True, eq=False)
class Shop:
    """What every kind of opportunity asks for.

    customers: their numbers, ascending. reachable: who may be written to; has_addresses: whether anybody can, otherwise
    everybody counts. moments: today, then `days`, 2 × `days`, … earlier. profit: gross, in currency units, or None.
    """

    orders: Orders
    customers: np.ndarray = field(repr=False)
    reachable: np.ndarray = field(repr=False)
    has_addresses: bool
    moments: tuple[Moment, ...] = field(repr=False)
    lapse_days: int
    profit: np.ndarray | None = field(repr=False)

    @property
    def now(self) -> Moment:
        """What is known today."""
        return self.moments[0]

    @cached_property
    def uses_discounts(self) -> bool:
        """Whether any order was discounted."""
        return bool(self.now.discounted.any())

    def among(self, customers: pd.Series) -> np.ndarray:
        """Which of all customers are in a list of their numbers."""
        return np.isin(self.customers, customers.to_numpy(dtype="int64"))

    def place(self, customers: pd.Series) -> np.ndarray:
        """Where known customers stand in the arrays."""
        return np.searchsorted(self.customers, customers.to_numpy(dtype="int64"))


def look_at(orders: Orders, days: int, lapse_days: int | None = None) -> Shop:
    """Every customer today and on as many earlier days as the orders reach back to, at most three."""
    today, since = day_number(orders.as_of), day_number(orders.since)
    seen = tuple(today - days * n for n in range(LOOKBACKS + 1) if n == 0 or today - days * n > since)
    each = orders.frame(_between(purchases_and_returns(orders), seen))
    customers = np.sort(each.loc[each["orders"] > 0, "customer_id"].unique()).astype("int64")
    each = each[np.isin(each["customer_id"], customers)]
    moment = Moment(0, *np.full((2, len(customers)), np.nan), *np.zeros((len(SUMS), len(customers)), dtype="int64"))
    moments = []
    for n, day in reversed(list(enumerate(seen))):
        moment = _later(moment, day, customers, each[each["since"] == n])
        moments.insert(0, moment)
    reachable = np.isin(customers, orders.frame(_reachable())["customer_id"].to_numpy(dtype="int64"))
    return Shop(
        orders=orders,
        customers=customers,
        reachable=reachable if reachable.any() else np.ones(len(customers), dtype=bool),
        has_addresses=bool(reachable.any()),
        moments=tuple(moments),
        lapse_days=lapse_threshold(orders).days if lapse_days is None else lapse_days,
        profit=None if orders.margin is None else moment.profit / 1e6,
    )


def _later(before: Moment, day: int, customers: np.ndarray, rows: pd.DataFrame) -> Moment:
    """What is known on a later day, from an earlier one and the sums of the time between them."""
    here = np.searchsorted(customers, rows["customer_id"].to_numpy(dtype="int64"))
    first_day, last_day = before.first_day.copy(), before.last_day.copy()
    first_day[here] = np.fmin(first_day[here], rows["first_day"].to_numpy(dtype=float))
    last_day[here] = np.fmax(last_day[here], rows["last_day"].to_numpy(dtype=float))
    sums = {name: getattr(before, name).copy() for name in SUMS}
    for name, values in sums.items():
        values[here] += rows[name].fillna(0).to_numpy(dtype="int64")
    return Moment(day, first_day, last_day, **sums)


@lru_cache
def _between(table: ir.Table, seen: tuple[int, ...]) -> ir.Table:
    """The sums of every customer by `since`, the place of the last of these days (the latest first) that an order lies before."""
    known = table.filter(table.customer_id.notnull())
    is_cheap = (known.discounts > 0) | known.discount_code.strip().nullif("").notnull()
    daily = known.group_by("customer_id", "day").aggregate(
        orders=known.count(where=known.is_purchase),
        discounted=known.count(where=known.is_purchase & is_cheap),
        net=known.net.sum().cast("int64"),
        profit=known.profit.sum().cast("int64"),
    )
    bought = daily.orders > 0
    since = sum(((daily.day < day).cast("int8") for day in seen[1:]), start=ibis.literal(0, "int8"))
    return daily.group_by("customer_id", since=since).aggregate(
        first_day=daily.day.min(where=bought),
        last_day=daily.day.max(where=bought),
        orders=daily.orders.sum().cast("int32"),
        days=daily.count(where=bought).cast("int32"),
        discounted=daily.discounted.sum().cast("int32"),
        net=daily.net.sum(),
        profit=daily.profit.sum(),
    )


@lru_cache
def _reachable() -> ir.Table:
    """Who has an e-mail address of their own and has not refused marketing."""
    return CUSTOMERS.filter(CUSTOMERS.contactable, CUSTOMERS.consent.fill_null(True)).select("customer_id")
