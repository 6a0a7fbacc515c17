"""The method behind a revenue forecast: what is expected from a month on, with what was known before it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retention.errors import EmptyError
from retention.orders import Orders
from retention.periods import day_number, period_start
from retention.predict.activity import activity
from retention.predict.models import ActivityModel, fit_activity
from retention.predict.season import Clock, season, shows_seasons

PARTS = ("existing", "new", "unknown")
LEVEL, VALUE = 6, 12  # months that say how many come, and what an order brings


def project(
    known: Orders, sums: pd.DataFrame, first: int, stop: int, months: int
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """What to expect of the months from `stop` on, by part, and what has to be said about it.

    known: the orders before `stop`; sums: `monthly_sums`, of which only what lies before `stop` is read; first: the first
    complete month. Columns: month (number), part, net, orders, new_customers, chance (variance of net by Poisson's law), swing and
    level (how much the months differ, and how uncertain their mean is, relative to it).
    """
    past, coming = np.arange(first, stop), np.arange(stop, stop + months)
    sums = sums[sums["month"].between(first, stop - 1)]
    new = _by_month(sums, "new_customers", past)
    factors = season(past, new)
    clock, ends = _clock(known, factors, stop, months)
    model, groups = _fitted(known, clock)
    first_order, first_square = _value(sums, "first", "new_customers", stop)
    later_order, later_square = _value(sums, "repeat", "days", stop)
    existing, later = np.zeros(months), np.zeros(months)
    arriving = _level(new, factors, past) * factors[coming % 12]
    if model is None:
        existing = _level(_by_month(sums[sums["kind"] == "repeat"], "days", past), factors, past) * factors[coming % 12]
    else:
        existing, later = _of_existing(model, groups, ends), _of_new(model, arriving, ends)
    swing, level = _swings(new, factors, past)
    parts = [
        _part("existing", existing * later_order, existing, existing * later_square, coming),
        _part(
            "new",
            arriving * first_order + later * later_order,
            arriving + later,
            arriving * first_square + later * later_square,
            coming,
            new_customers=arriving,
            swing=swing,
            level=level,
        ),
    ]
    unknown = sums[sums["kind"] == "unknown"]
    if unknown["orders"].any():
        net, count, squares = (_by_month(unknown, name, past) for name in ("net", "orders", "squares"))
        per_month = [_level(values, factors, past) * factors[coming % 12] for values in (net, count, squares)]
        swing, level = _swings(net, factors, past)
        parts.append(_part("unknown", *per_month, coming, swing=swing, level=level))
    return pd.concat(parts, ignore_index=True), _notes(model, existing, shows_seasons(new), factors)


def _notes(model: ActivityModel | None, existing: np.ndarray, is_told: bool, factors: np.ndarray) -> tuple[str, ...]:
    notes = [] if model is None else list(model.notes)
    if model is None and not existing.any():
        notes.append("Nobody has come back lately, so only first orders are forecast.")
    elif model is None:
        notes.append(
            "Too few customers have come back to say how they go on: their orders are taken to come as in the last 6 months."
        )
    if not is_told:
        notes.append("The season is not in it: that takes 12 complete months with at least 10 new customers each.")
    elif (factors == 1).all():
        notes.append("No season shows in the number of new customers, so none is in the forecast.")
    return tuple(notes)


def _part(
    part: str, net: np.ndarray, orders: np.ndarray, chance: np.ndarray, months: np.ndarray, **more: object
) -> pd.DataFrame:
    columns = {"month": months, "part": part, "net": net, "orders": orders, "new_customers": 0.0, "chance": chance}
    return pd.DataFrame(columns | {"swing": 0.0, "level": 0.0} | more)


def _by_month(sums: pd.DataFrame, column: str, months: np.ndarray) -> np.ndarray:
    return sums.groupby("month")[column].sum().reindex(months, fill_value=0).to_numpy(dtype=float)


def _level(values: np.ndarray, factors: np.ndarray, months: np.ndarray) -> float:
    """What a month without a season would bring, by the last ones."""
    return float(values[-LEVEL:].sum() / factors[months[-LEVEL:] % 12].sum())


def _swings(values: np.ndarray, factors: np.ndarray, months: np.ndarray) -> tuple[float, float]:
    """How much a month differs from the level, and how uncertain the level is, both relative to it."""
    plain = values[-LEVEL:] / factors[months[-LEVEL:] % 12]
    mean = plain.mean()
    swing = float(plain.std(ddof=1) / abs(mean)) if mean else 0.0
    return swing, swing / np.sqrt(len(plain))


def _value(sums: pd.DataFrame, kind: str, per: str, stop: int) -> tuple[float, float]:
    """What an order of a kind brings less returns, and the mean of its square; over the last months, or over all."""
    for since in (stop - VALUE, -np.inf):
        recent = sums[sums["month"] >= since]
        rows = recent[recent["kind"] == kind]
        if rows[per].sum():
            bought = recent.loc[recent["kind"].isin(["first", "repeat"]), "net"].sum()
            kept = 1 + recent.loc[recent["kind"] == "returned", "net"].sum() / bought if bought > 0 else 1.0
            return float(rows["net"].sum() / rows[per].sum() * kept), float(rows["squares"].sum() / rows[per].sum())
    return 0.0, 0.0


def _clock(known: Orders, factors: np.ndarray, stop: int, months: int) -> tuple[Clock, np.ndarray]:
    """The clock of the shop, and the time from the end of observation to the begin of every month to come and the one after."""
    clock = Clock(factors, day_number(known.since), stop + months)
    begins = np.array([day_number(period_start(month, "month")) for month in range(stop, stop + months + 1)])
    return clock, clock.at(begins) - clock.at(begins[:1])


def _fitted(known: Orders, clock: Clock) -> tuple[ActivityModel | None, pd.DataFrame]:
    """The model of buying and leaving by the clock of the shop, and how many customers are alike; without repeats nothing."""
    try:
        groups = _groups(known, clock)
        columns = (groups[name].to_numpy(dtype=float) for name in ("frequency", "recency", "T", "customers"))
        return fit_activity(*columns), groups
    except EmptyError:
        return None, pd.DataFrame()


def _groups(known: Orders, clock: Clock) -> pd.DataFrame:
    each = activity(known)
    groups = each.groupby(["frequency", "recency", "T"]).size().rename("customers").reset_index()
    begin = day_number(known.as_of) - groups["T"].to_numpy()
    last, end = begin + groups["recency"].to_numpy(), np.full(len(groups), day_number(known.as_of))
    groups["recency"], groups["T"] = clock.at(last) - clock.at(begin), clock.at(end) - clock.at(begin)
    return groups


def _of_existing(model: ActivityModel, groups: pd.DataFrame, ends: np.ndarray) -> np.ndarray:
    """Orders of the customers there are, month by month."""
    history = (groups[name].to_numpy(dtype=float) for name in ("frequency", "recency", "T"))
    frequency, recency, age = history
    customers = groups["customers"].to_numpy(dtype=float)
    by_end = [customers @ model.expected_orders(float(end), frequency, recency, age) for end in ends[1:]]
    return np.diff([0.0, *by_end])


def _of_new(model: ActivityModel, arriving: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Later orders of those who come, taken to come in the middle of their month by the clock."""
    middles = (ends[:-1] + ends[1:]) / 2
    time = np.maximum(ends[None, :] - middles[:, None], 0)
    until = model.expected_orders_of_new(time.ravel()).reshape(time.shape)
    return arriving @ np.diff(until, axis=1)
