"""What the model would have said of the next orders on earlier days, beside what came."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.errors import EmptyError
from retention.intervals import ENOUGH, wilson
from retention.orders import Orders, known_purchases
from retention.periods import day_number
from retention.predict.activity import activity
from retention.predict.chances import MONTH, WEEK, WEEKS, chances, days_until, in_week, returned_by, weeks_ahead
from retention.predict.models import fit_activity

CHECKS = 6  # days looked back from, eight weeks apart
BINS = 5
ENDS = (0.1, 0.9)
COLUMNS = ["measure", "n", "predicted", "observed", "low", "high", "enough"]


def look_back(orders: Orders, model: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Weeks (first_day, expected, observed) and shares (COLUMNS) as said on up to six earlier days and as they came.

    Each time the model is fitted to the orders before that day and asked about the customers known by then. No row where
    nothing could have been said. The errors of different times are those of different weeks, so the same customer may stand
    in several of them.
    """
    weeks, people = [], []
    cut = orders.as_of
    for _check in range(CHECKS):
        cut -= timedelta(days=WEEK * WEEKS)
        if cut <= orders.since or (said := _said_on(orders, cut, model)) is None:
            break
        weeks.insert(0, said[0])
        people.append(said[1])
    if not weeks:
        return pd.DataFrame({"first_day": [], "expected": [], "observed": []}), pd.DataFrame(columns=COLUMNS)
    each = pd.concat(people, ignore_index=True)
    rows = [*_bins(each, "chance_week", WEEK), *_bins(each, "chance_month", MONTH), *_others(each)]
    return pd.concat(weeks, ignore_index=True), pd.DataFrame(rows, columns=COLUMNS)


def _said_on(orders: Orders, cut: date, model: str) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    try:
        before = orders.filter(end=cut - timedelta(days=1))
        known = activity(before)
        fitted = fit_activity(known["frequency"], known["recency"], known["T"], model=model)
    except EmptyError:
        return None
    first = day_number(cut)
    bought = orders.frame(_days_between(known_purchases(orders), first, first + WEEK * WEEKS))
    bought = bought[bought["customer_id"].isin(known["customer_id"])].assign(wait=bought["day"] - first)
    weeks = weeks_ahead(known, fitted, cut)
    weeks["observed"] = np.bincount(bought["wait"] // WEEK, minlength=WEEKS).astype(float)
    each = chances(before, known, fitted)
    each["wait"] = each["customer_id"].map(bought.groupby("customer_id")["wait"].min())
    each["has_rhythm"] = in_week(each["own_due"], cut)
    return weeks, each[["chance_week", "chance_month", "shape", "scale", "wait", "has_rhythm"]]


@lru_cache
def _days_between(bought: ir.Table, first: int, end: int) -> ir.Table:
    return bought.filter(bought.day >= first, bought.day < end).select("customer_id", "day").distinct()


def _bins(each: pd.DataFrame, measure: str, days: int) -> list[dict]:
    """Customers by their chance, in groups that hold a fifth of the orders expected each; equal chances stay together."""
    alike = each.assign(came=each["wait"] < days).groupby(measure)["came"].agg(["size", "sum"])
    alike["predicted"] = alike.index * alike["size"]
    mass = alike["predicted"].cumsum() / alike["predicted"].sum()
    groups = alike.groupby(np.minimum((mass * BINS - 1e-9).astype(int), BINS - 1))
    return [_row(measure, *group) for group in groups[["size", "sum", "predicted"]].sum().itertuples(index=False)]


def _others(each: pd.DataFrame) -> list[dict]:
    """Whether orders came between low and high, and whether customers kept their own rhythm."""
    back, whole = each[each["wait"].notna()], WEEK * WEEKS
    low, high = (np.floor(days_until(share, whole, back["shape"], back["scale"])) for share in ENDS)
    below, above, all_of_them = (returned_by(days, back["shape"], back["scale"]) for days in (low, high + 1, whole))
    rhythm = each[each["has_rhythm"]]
    return [
        _row("interval", len(back), back["wait"].between(low, high).sum(), ((above - below) / all_of_them).sum()),
        _row("rhythm", len(rhythm), (rhythm["wait"] < WEEK).sum(), rhythm["chance_week"].sum()),
    ]


def _row(measure: str, n: int, came: int, expected: float) -> dict:
    n, came = int(n), int(came)
    low, high = wilson(came, n)
    shares = {"predicted": expected / n if n else np.nan, "observed": came / n if n else np.nan}
    return {"measure": measure, "n": n, **shares, "low": float(low), "high": float(high), "enough": n >= ENOUGH}
