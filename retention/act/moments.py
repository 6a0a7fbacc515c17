"""What was known of every customer today and on a few earlier days, so that whom a rule chooses can be looked at afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache

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


@dataclass(frozen=True, eq=False)
class Moment:
    """What the orders before a day said of every customer; arrays run over the same customers on every day.

    orders, discounted: purchases, and those of them with a discount or a code. days: on which they fall. net in hundredths.
    """

    day: int
    first_day: np.ndarray
    last_day: np.ndarray
    orders: np.ndarray
    days: np.ndarray
    discounted: np.ndarray
    net: np.ndarray

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
    each = orders.frame(_at(purchases_and_returns(orders), seen)).sort_values("customer_id", ignore_index=True)
    names = ("last_day", "orders", "days", "discounted", "net")
    first = each["first_day"].to_numpy(dtype=float)
    moments = []
    for n, day in enumerate(seen):
        values = {name: each[f"{name}_{n}"].to_numpy(dtype=float) for name in names}
        counts = {name: np.nan_to_num(values[name]).astype("int64") for name in names[1:]}
        moments.append(Moment(day, np.where(first < day, first, np.nan), values["last_day"], **counts))
    customers = each["customer_id"].to_numpy(dtype="int64")
    reachable = np.isin(customers, orders.frame(_reachable())["customer_id"].to_numpy(dtype="int64"))
    return Shop(
        orders=orders,
        customers=customers,
        reachable=reachable if reachable.any() else np.ones(len(customers), dtype=bool),
        has_addresses=bool(reachable.any()),
        moments=tuple(moments),
        lapse_days=lapse_threshold(orders).days if lapse_days is None else lapse_days,
        profit=None if orders.margin is None else each["profit"].to_numpy(dtype=float) / 1e6,
    )


@lru_cache
def _at(table: ir.Table, seen: tuple[int, ...]) -> ir.Table:
    known = table.filter(table.customer_id.notnull())
    is_cheap = (known.discounts > 0) | known.discount_code.strip().nullif("").notnull()
    daily = known.group_by("customer_id", "day").aggregate(
        orders=known.count(where=known.is_purchase),
        discounted=known.count(where=known.is_purchase & is_cheap),
        net=known.net.sum().cast("int64"),
        profit=known.profit.sum().cast("int64"),
    )
    bought, columns = daily.orders > 0, {}
    for n, day in enumerate(seen):
        before = daily.day < day
        columns |= {
            f"last_day_{n}": daily.day.max(where=before & bought),
            f"orders_{n}": daily.orders.sum(where=before).cast("int32"),
            f"days_{n}": daily.count(where=before & bought).cast("int32"),
            f"discounted_{n}": daily.discounted.sum(where=before).cast("int32"),
            f"net_{n}": daily.net.sum(where=before).cast("int64"),
        }
    each = daily.group_by("customer_id").aggregate(
        first_day=daily.day.min(where=bought), profit=daily.profit.sum().cast("int64"), **columns
    )
    return each.filter(each.first_day.notnull())


@lru_cache
def _reachable() -> ir.Table:
    """Who has an e-mail address of their own and has not refused marketing."""
    return CUSTOMERS.filter(CUSTOMERS.contactable, CUSTOMERS.consent.fill_null(True)).select("customer_id")
