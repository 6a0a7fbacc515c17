"""Tests in which nothing happens: how often chance alone raises an alarm, on the shop's own customers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from retention.errors import EmptyError, OptionError
from retention.experiment.baseline import KINDS, MEANS, SAME, check_metric, outcomes
from retention.experiment.outcome import MIN_EVENTS, many_p_values
from retention.intervals import wilson
from retention.orders import Orders

BINS = 20
LEAST_CUSTOMERS, LEAST_EVENTS = 60, 40  # of 40 events, hardly ever fewer than 10 fall into one half
CROWD = 64  # customers who did the same, whose coins are drawn together
AT_ONCE = 2**20  # customers × splits whose coins lie in memory together


@dataclass(frozen=True)
class AATest:
    """What `run_aa_test` returns.

    table: the p-values in 20 equal steps: p_from, p_to, splits, expected (splits ÷ 20)
    alarms: splits with p < alpha; share with its 95 % interval low to high; splits: those that gave a p
    widest: the largest difference between the halves, B − A, in the metric's unit; widest_relative: to A
    value: of all customers; customers: how many were split, again and again
    """

    table: pd.DataFrame
    alarms: int
    share: float
    low: float
    high: float
    splits: int
    alpha: float
    widest: float
    widest_relative: float
    metric: str
    days: int
    value: float
    customers: int
    seed: int
    currency: str = field(default="", repr=False)
    notes: tuple[str, ...] = ()


def run_aa_test(
    orders: Orders, metric: str = "repeat", days: int = 60, splits: int = 1000, seed: int = 1, alpha: float = 0.05
) -> AATest:
    """How often a test raises a false alarm on the shop's own customers, where nothing at all was done.

    For each of 1,000 splits a coin is tossed for every customer who had bought before the last `days` days; what both halves did
    in those days is compared by the test that `compare_variants` uses. Nobody got anything, so every difference is chance: about
    5 of 100 splits should have a p below 0.05, no more, and the p-values should spread evenly.

    Share of false alarms = splits with p < alpha ÷ splits, with its Wilson interval. metric: repeat, orders, revenue, aov, or profit where
    the shop has a margin; of orders, revenue and profit, what was bought in the year before is taken out first (CUPED).

    Returns an AATest. table: p_from, p_to, splits, expected. alarms; share with low and high; splits; widest and
    widest_relative: the largest difference that chance alone made. Raises OptionError for a metric or number of splits that cannot be, and
    EmptyError below 60 customers or 40 of them with an event.

    Source: Kohavi, Tang and Xu (2020), Trustworthy Online Controlled Experiments, 19.

    When not to trust it: it shows that the test keeps its promise on customers like these, not that a split of your own was
    drawn at random, nor that its message was sent to the right half. Where one customer brings most of the money, the p-values need
    not spread evenly.

    >>> import retention as rt
    >>> aa = rt.run_aa_test(rt.load_sample("cdnow"), days=90)
    >>> aa.splits, bool(aa.low < 0.05 < aa.high)
    (1000, True)
    """
    check_metric(orders, metric)
    if int(splits) != splits or splits < 1:
        raise OptionError("splits={splits} is not possible.", "Give a whole number, such as 1000.", splits=splits)
    each = outcomes(orders, days)
    values, per = _values(each, metric)
    is_event = values != 0 if metric != "aov" else each["orders"].to_numpy() > 0
    if len(each) < LEAST_CUSTOMERS or is_event.sum() < LEAST_EVENTS:
        raise _too_few(len(each), int(is_event.sum()), days)
    value = values.sum() / per.sum()
    takes_part = (values != 0) | (per != 0)  # as in a test of a ratio, where the others say nothing
    values, per, is_event = values[takes_part], per[takes_part], is_event[takes_part]
    values = values - value * per  # what differs from the whole; adding it up loses no digits
    if np.abs(values).max() <= SAME * abs(value):
        raise EmptyError(
            "All customers have the same value in the last {days} days: chance cannot make a difference.",
            "Choose another metric or a longer window.",
            days=days,
        )
    a, b = _halves(values, per, is_event, splits, seed)
    a[1] += value
    b[1] += value
    p = many_p_values(*a[:3], *b[:3], KINDS[metric])
    events = np.minimum(a[3], b[3])
    if metric == "repeat":
        events = np.minimum(events, np.minimum(a[0] - a[3], b[0] - b[3]))
    told = (events >= MIN_EVENTS) & ~np.isnan(p)
    if not told.any():
        raise _too_few(len(each), int(is_event.sum()), days)
    p, a, b = p[told], a[:, told], b[:, told]
    difference = b[1] - a[1]
    widest = int(np.argmax(np.abs(difference)))
    counted = np.histogram(p, BINS, (0, 1))[0]
    alarms = int((p < alpha).sum())
    low, high = wilson(alarms, len(p))
    edges = np.linspace(0, 1, BINS + 1).round(10)
    table = {"p_from": edges[:-1], "p_to": edges[1:], "splits": counted, "expected": len(p) / BINS}
    return AATest(
        table=pd.DataFrame(table),
        alarms=alarms,
        share=alarms / len(p),
        low=float(low),
        high=float(high),
        splits=len(p),
        alpha=alpha,
        widest=float(difference[widest]),
        widest_relative=float(difference[widest] / a[1, widest]) if a[1, widest] > 0 else np.nan,
        metric=metric,
        days=days,
        value=float(value),
        customers=len(each),
        seed=seed,
        currency=orders.currency,
        notes=_notes(splits, len(p)),
    )


def _values(each: pd.DataFrame, metric: str) -> tuple[np.ndarray, np.ndarray]:
    """What is compared, a customer, and what it is divided by."""
    ones = np.ones(len(each))
    if metric == "repeat":
        return (each["orders"].to_numpy() > 0).astype(float), ones
    if metric == "aov":
        return each["revenue"].to_numpy(), each["orders"].to_numpy()
    values = each[metric].to_numpy()
    before = each[f"{metric}_before"].to_numpy()
    if metric in MEANS and before.std() > 0:  # CUPED; theta is that of both arms together, so no split changes it
        values = values - np.cov(values, before)[0, 1] / before.var(ddof=1) * (before - before.mean())
    return values, ones


def _halves(
    values: np.ndarray, per: np.ndarray, is_event: np.ndarray, splits: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """A and B of every split: rows of n, value, variance (that of the delta method where something is divided by) and events."""
    alike = pd.DataFrame({"value": values, "per": per, "event": is_event}).groupby(["value", "per", "event"]).size()
    x, y, event = (alike.index.get_level_values(name).to_numpy(float) for name in alike.index.names)
    columns = np.column_stack([np.ones(len(x)), x, y, x**2, y**2, x * y, event])
    counts, rng = alike.to_numpy(), np.random.default_rng(seed)
    is_crowd = counts >= CROWD
    sums = rng.binomial(counts[is_crowd], 0.5, (splits, is_crowd.sum())) @ columns[is_crowd]
    single = np.repeat(columns[~is_crowd], counts[~is_crowd], axis=0)
    step = max(AT_ONCE // splits, 8)
    for begin in range(0, len(single), step):
        part = single[begin : begin + step]
        coins = rng.integers(0, 256, (splits, -(-len(part) // 8)), dtype=np.uint8)
        sums += np.unpackbits(coins, axis=1, count=len(part)).astype(float) @ part
    whole = counts @ columns
    return _moments(whole - sums), _moments(sums)


def _moments(sums: np.ndarray) -> np.ndarray:
    n, x, y, xx, yy, xy, events = sums.T
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = x / y
        residual = np.maximum(xx - 2 * ratio * xy + ratio**2 * yy, 0) / (n - 1)
        return np.array([n, ratio, residual / (y / n) ** 2, events])


def _too_few(customers: int, events: int, days: int) -> EmptyError:
    return EmptyError(
        "There are {customers} customers, {events} of them with an order in the last {days} days: too few to split them at random.",
        "It takes {least_customers} and {least_events}. Choose a longer window, or come back with more orders.",
        customers=customers,
        events=events,
        days=days,
        least_customers=LEAST_CUSTOMERS,
        least_events=LEAST_EVENTS,
    )


def _notes(splits: int, told: int) -> tuple[str, ...]:
    notes = []
    if told < splits:
        notes.append(
            "Some splits gave no number, because too few of those who bought, or did not, fell into one half. They are left out."
        )
    return tuple(notes)
