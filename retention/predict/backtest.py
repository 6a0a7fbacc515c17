"""How a model would have done: fitted to the first part of the history, held against the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.intervals import ENOUGH, Z95
from retention.orders import Orders, known_purchases
from retention.periods import day_number, day_of
from retention.predict.activity import activity
from retention.predict.expectation import DAYS_A_MONTH, Histories
from retention.predict.models import ActivityModel, fit_activity

MOST_OF_ALL = 1 / 3  # of the history is held out at most
LEAST_DAYS = 28
FREQUENCIES = 7  # from here on in one row


@dataclass(frozen=True)
class Backtest:
    """A forecast made with what was known on an earlier day, beside what came.

    cut: the first day that was not known; days: from it to the end of observation; customers: with a purchase before it
    errors: one row a method (the model's name, "same rate": everybody goes on as before, "average": everybody does what
    customers did on average): expected and actual orders of all, total_error = expected ÷ actual − 1, mean_error = mean
    |expected − actual| of a customer, root_mean_square_error
    weekly: day (the last of the week), expected, actual, cumulative_expected, cumulative_actual
    by_frequency: frequency before the cut (7: or more), customers, expected and actual orders a customer, low, high (95 % of
    the actual mean)
    wins: whether no baseline has a smaller root mean square error
    """

    cut: date
    days: int
    customers: int
    model: str
    errors: pd.DataFrame
    weekly: pd.DataFrame = field(repr=False)
    by_frequency: pd.DataFrame = field(repr=False)
    wins: bool


def backtest(orders: Orders, model: str, months: int) -> Backtest | None:
    """Fit a model to what was known before the last `months`, at most a third of the history, and hold it against them.

    Missing (None) where the rest is under four weeks, or fewer than 30 customers had come back before. Orders are days with
    a purchase. Customers who came later are left out, for nothing was known of them.
    """
    history = day_number(orders.as_of) - day_number(orders.since)
    days = int(min(months * DAYS_A_MONTH, history * MOST_OF_ALL))
    if days < LEAST_DAYS:
        return None
    cut = orders.as_of - timedelta(days=days)
    known = activity(orders.filter(end=cut - timedelta(days=1)))
    if (known["frequency"] > 0).sum() < ENOUGH:
        return None
    fitted = fit_activity(known["frequency"], known["recency"], known["T"], model=model)
    later = orders.frame(_days_since(known_purchases(orders), day_number(cut)))
    later = later[later["customer_id"].isin(known["customer_id"])]
    came = later.groupby("customer_id").size().reindex(known["customer_id"], fill_value=0).to_numpy(float)
    histories = Histories(known)
    weekly = _weekly(fitted, histories, later["day"].to_numpy() - day_number(cut), days)
    expected = (
        histories.p_alive(fitted.law) * fitted.law.orders_if_alive(days, histories.x, histories.age)[histories.pair]
    )
    frequency, age = histories.frequency, np.maximum(histories.T, 1)
    guesses = {
        fitted.name: expected,
        "same rate": frequency / age * days,
        "average": np.full(len(known), frequency.sum() / age.sum() * days),
    }
    errors = pd.DataFrame([_errors(name, guess, came) for name, guess in guesses.items()])
    weekly["day"] = [pd.Timestamp(day_of(day_number(cut) + end - 1)) for end in weekly["day"]]
    misses = errors["root_mean_square_error"]
    return Backtest(
        cut=cut,
        days=days,
        customers=len(known),
        model=fitted.name,
        errors=errors,
        weekly=weekly,
        by_frequency=_by_frequency(frequency, expected, came),
        wins=bool((misses.iloc[0] <= misses.iloc[1:]).all()),
    )


@lru_cache
def _days_since(purchases: ir.Table, cut: int) -> ir.Table:
    return purchases.filter(purchases.day >= cut).select("customer_id", "day").distinct()


def _errors(method: str, expected: np.ndarray, actual: np.ndarray) -> dict[str, object]:
    miss, total = expected - actual, actual.sum()
    return {
        "method": method,
        "expected": expected.sum(),
        "actual": total,
        "total_error": expected.sum() / total - 1 if total else np.nan,
        "mean_error": np.abs(miss).mean(),
        "root_mean_square_error": np.sqrt((miss**2).mean()),
    }


def _weekly(model: ActivityModel, histories: Histories, days_after: np.ndarray, days: int) -> pd.DataFrame:
    ends = np.arange(7, days + 1, 7)
    alive = np.bincount(histories.pair, histories.p_alive(model.law), len(histories.x))
    expected = [alive @ model.law.orders_if_alive(float(end), histories.x, histories.age) for end in ends]
    actual = np.searchsorted(np.sort(days_after), ends)
    return pd.DataFrame(
        {
            "day": ends,
            "expected": np.diff(expected, prepend=0),
            "actual": np.diff(actual, prepend=0),
            "cumulative_expected": expected,
            "cumulative_actual": actual,
        }
    )


def _by_frequency(frequency: np.ndarray, expected: np.ndarray, actual: np.ndarray) -> pd.DataFrame:
    table = pd.DataFrame(
        {"frequency": np.minimum(frequency, FREQUENCIES).astype(int), "expected": expected, "actual": actual}
    )
    groups = table.groupby("frequency")
    result = groups.mean()
    result.insert(0, "customers", groups.size())
    spread = Z95 * groups["actual"].std() / np.sqrt(result["customers"])
    result["low"], result["high"] = (result["actual"] - spread).clip(lower=0), result["actual"] + spread
    result["enough"] = result["customers"] >= ENOUGH
    return result.reset_index()
