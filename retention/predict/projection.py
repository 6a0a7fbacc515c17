"""The method behind a revenue forecast: what is expected from a month on, with what was known before it."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Drivers:
    """What a projection is made of; months lie along every array, and somebody who asks what-if changes some of these.

    arriving: new customers; existing, later: orders of the customers there are, and later orders of those who come
    first_value, later_value: what an order brings before returns, and the mean of its square; kept: share left after returns
    unknown: net, orders and squares of orders that name nobody, where there are any
    swings, unknown_swings: see `project`; model, groups, ends: who fitted them, to whom, and the clock at the months' ends
    """

    months: np.ndarray
    arriving: np.ndarray
    existing: np.ndarray
    later: np.ndarray
    first_value: tuple[float, float]
    later_value: tuple[float, float]
    kept: tuple[float, float]
    unknown: tuple[np.ndarray, np.ndarray, np.ndarray] | None
    swings: tuple[float, float]
    unknown_swings: tuple[float, float]
    model: ActivityModel | None
    groups: pd.DataFrame
    ends: np.ndarray
    notes: tuple[str, ...]


def drivers(known: Orders, sums: pd.DataFrame, first: int, stop: int, months: int) -> Drivers:
    """What to expect of the months from `stop` on, driver by driver, and what has to be said about it.

    known: the orders before `stop`; sums: `monthly_sums`, of which only what lies before `stop` is read; first: the first
    complete month.
    """
    past, coming = np.arange(first, stop), np.arange(stop, stop + months)
    sums = sums[sums["month"].between(first, stop - 1)]
    new = _by_month(sums, "new_customers", past)
    factors = season(past, new)
    clock, ends = _clock(known, factors, stop, months)
    model, groups = _fitted(known, clock)
    *first_value, first_kept = _value(sums, "first", "new_customers", stop)
    *later_value, later_kept = _value(sums, "repeat", "days", stop)
    existing, later = np.zeros(months), np.zeros(months)
    arriving = _level(new, factors, past) * factors[coming % 12]
    if model is None:
        existing = _level(_by_month(sums[sums["kind"] == "repeat"], "days", past), factors, past) * factors[coming % 12]
    else:
        existing, later = _of_existing(model, groups, ends), _of_new(model, arriving, ends)
    unknown = sums[sums["kind"] == "unknown"]
    net, *others = (_by_month(unknown, name, past) for name in ("net", "orders", "squares"))
    is_there = unknown["orders"].any()
    return Drivers(
        months=coming,
        arriving=arriving,
        existing=existing,
        later=later,
        first_value=tuple(first_value),
        later_value=tuple(later_value),
        kept=(first_kept, later_kept),
        unknown=tuple(_level(values, factors, past) * factors[coming % 12] for values in (net, *others))
        if is_there
        else None,
        swings=_swings(new, factors, past),
        unknown_swings=_swings(net, factors, past) if is_there else (0.0, 0.0),
        model=model,
        groups=groups,
        ends=ends,
        notes=_notes(model, existing, shows_seasons(new), factors),
    )


def project(of: Drivers) -> pd.DataFrame:
    """What these drivers bring month by month, by part.

    Columns: month (number), part, net, orders, new_customers, chance (variance of net by Poisson's law), swing and level (how much
    the months differ, and how uncertain their mean is, relative to it).
    """
    (first_order, first_square), (later_order, later_square) = of.first_value, of.later_value
    first_order, later_order = first_order * of.kept[0], later_order * of.kept[1]
    swing, level = of.swings
    parts = [
        _part("existing", of.existing * later_order, of.existing, of.existing * later_square, of.months),
        _part(
            "new",
            of.arriving * first_order + of.later * later_order,
            of.arriving + of.later,
            of.arriving * first_square + of.later * later_square,
            of.months,
            new_customers=of.arriving,
            swing=swing,
            level=level,
        ),
    ]
    if of.unknown is not None:
        swing, level = of.unknown_swings
        parts.append(_part("unknown", *of.unknown, of.months, swing=swing, level=level))
    return pd.concat(parts, ignore_index=True)


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


def _value(sums: pd.DataFrame, kind: str, per: str, stop: int) -> tuple[float, float, float]:
    """What an order of a kind brings, the mean of its square and the share left after returns; of the last months, or of all."""
    for since in (stop - VALUE, -np.inf):
        recent = sums[sums["month"] >= since]
        rows = recent[recent["kind"] == kind]
        if rows[per].sum():
            bought = recent.loc[recent["kind"].isin(["first", "repeat"]), "net"].sum()
            kept = 1 + recent.loc[recent["kind"] == "returned", "net"].sum() / bought if bought > 0 else 1.0
            return rows["net"].sum() / rows[per].sum(), float(rows["squares"].sum() / rows[per].sum()), kept
    return 0.0, 0.0, 1.0


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
    time = since_arrival(ends)
    until = model.expected_orders_of_new(time.ravel()).reshape(time.shape)
    return arriving @ np.diff(until, axis=1)


def since_arrival(ends: np.ndarray) -> np.ndarray:
    """The time from the middle of the month of arrival (row) to the begin of every month and the end of the last one (column)."""
    middles = (ends[:-1] + ends[1:]) / 2
    return np.maximum(ends[None, :] - middles[:, None], 0)
