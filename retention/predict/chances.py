"""How likely a customer orders within so many days, by what the model of buying says and by the customer's own rhythm."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.orders import Orders, known_purchases
from retention.predict.features import own_gap
from retention.predict.models import ActivityModel

WEEK, MONTH, YEAR = 7, 30, 365
WEEKS = 8  # that are looked ahead
GAPS = 3  # from which on a customer has a rhythm


def chances(orders: Orders, known: pd.DataFrame, fitted: ActivityModel) -> pd.DataFrame:
    """A row a customer: last_order, orders, p_alive, chance_week, chance_month, chance_year, shape and scale of the rate of
    purchases, own_gap and own_due.

    known: what `activity` returns for these orders.
    """
    frequency, recency, age = _history(known)
    r, alpha = fitted.parameters.set_index("parameter")["value"][["r", "alpha"]]
    each = known[["customer_id"]].assign(
        last_order=days_from(orders.as_of, recency - age),
        orders=frequency.astype("int64") + 1,
        p_alive=fitted.p_alive(frequency, recency, age),
        shape=r + frequency,
        scale=alpha + age,
    )
    for name, days in (("week", WEEK), ("month", MONTH), ("year", YEAR)):
        each[f"chance_{name}"] = each["p_alive"] * returned_by(days, each["shape"], each["scale"])
    gaps = orders.frame(_own_gaps(known_purchases(orders))).set_index("owner")["own_gap"]
    each["own_gap"] = each["customer_id"].map(gaps).astype(float)
    due = each["last_order"] + pd.to_timedelta(np.floor(each["own_gap"] + 0.5), unit="D")
    return each.assign(own_due=due.astype("datetime64[s]"))


def returned_by(days: float | np.ndarray, shape: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """The chance that one who has not left orders within so many days: 1 − (scale ÷ (scale + days))^shape.

    >>> float(returned_by(10, 2.0, 10.0))
    0.75
    """
    return -np.expm1(-shape * np.log1p(days / scale))


def days_until(share: float, within: float, shape: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """The days by which the order has come with this chance, given that it comes within so many days.

    >>> round(float(days_until(0.5, 10, 1.0, 10.0)), 4)
    3.3333
    """
    return scale * np.expm1(-np.log1p(-share * returned_by(within, shape, scale)) / shape)


def days_from(today: date, days: np.ndarray) -> pd.Series:
    """The dates so many days after a day."""
    return pd.Series(pd.Timestamp(today) + pd.to_timedelta(days, unit="D")).astype("datetime64[s]")


def in_week(days: pd.Series, first: date) -> pd.Series:
    """Which dates lie within the seven days from a day on."""
    begin = pd.Timestamp(first)
    return (days >= begin) & (days < begin + pd.Timedelta(days=WEEK))


def weeks_ahead(known: pd.DataFrame, fitted: ActivityModel, first: date) -> pd.DataFrame:
    """Orders expected of these customers in each of the eight weeks from a day on: first_day, expected."""
    frequency, recency, age = _history(known)
    alive = pd.DataFrame({"x": frequency, "T": age, "p": fitted.p_alive(frequency, recency, age)})
    alike = alive.groupby(["x", "T"])["p"].sum().reset_index()
    x, T = alike["x"].to_numpy(), alike["T"].to_numpy()
    sums = [float(alike["p"] @ fitted.law.orders_if_alive(WEEK * week, x, T)) for week in range(1, WEEKS + 1)]
    days = [pd.Timestamp(first + timedelta(days=WEEK * week)) for week in range(WEEKS)]
    return pd.DataFrame({"first_day": pd.DatetimeIndex(days).as_unit("s"), "expected": np.diff([0.0, *sums])})


def _history(known: pd.DataFrame) -> list[np.ndarray]:
    return [known[name].to_numpy(float) for name in ("frequency", "recency", "T")]


@lru_cache
def _own_gaps(bought: ir.Table) -> ir.Table:
    days = bought.select("customer_id", "day").distinct()
    before = days.day.lag().over(ibis.window(group_by="customer_id", order_by="day"))
    gaps = days.mutate(gap=days.day - before)
    return own_gap(gaps.filter(gaps.gap.notnull()), least=GAPS)
