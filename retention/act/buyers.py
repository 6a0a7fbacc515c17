"""How many different customers buy once levers have moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retention.act.levers import Changes
from retention.act.outcome import NOBODY, Baseline, reactions, remembered, staying
from retention.predict.laws import Law
from retention.predict.projection import since_arrival


@dataclass(frozen=True)
class Buyers:
    """Different customers with an order, month by month, and in all the months together; missing where no model tells."""

    by_month: np.ndarray
    in_all: float


def buyers(base: Baseline, changes: Changes) -> dict[str, Buyers]:
    """How many different customers buy with these changes: existing and new; orders that name nobody have none.

    Customers there are: the chance that each is still there when a month begins and orders in it. New ones: those who come, and
    of those of earlier months who orders again. More orders of a customer are taken as the same time with the shop in which
    they order so many times as often. Without a model only first orders tell who buys.
    """
    of, does = base.drivers, reactions(base, changes)
    first = of.arriving * does.won * (1 + does.uplift["new"])
    if of.model is None:
        unknown = np.where(of.existing.any(), np.nan, np.zeros(len(of.months)))
        return {"existing": Buyers(unknown, float(unknown[0])), "new": Buyers(first, float(first.sum()))}
    retention, often = changes.get("retention", 0.0), 1 + changes.get("frequency", 0.0)
    buys = staying(base, retention)
    pace = often * (1 + does.uplift["returning"])
    existing = remembered(base.buying, (retention, pace), lambda: _existing(base, buys.law, pace))
    time = since_arrival(of.ends)
    # Whoever comes for a discount on every order is somebody more, and orders on like the others.
    days = np.diff(time, axis=1) * (often if does.uplift["new"] else pace)
    stay = buys.law.p_alive(NOBODY, NOBODY, NOBODY)
    again = np.triu(stay * buys.law.chance_after_if_alive(time[:, :-1], days, 0.0 * days, 0.0 * days), 1)
    new = first + first @ np.minimum(again * does.lift * (1 + does.uplift["second"]), 1)
    return {"existing": existing, "new": Buyers(new, float(first.sum()))}


def _existing(base: Baseline, law: Law, pace: float) -> Buyers:
    frequency, age, there = base.alike.T
    begins = base.drivers.ends[:-1]
    by_month = [
        there @ law.chance_after_if_alive(float(begin), float(days) * pace, frequency, age)
        for begin, days in zip(begins, np.diff(base.drivers.ends), strict=True)
    ]
    whole = there @ law.chance_after_if_alive(0.0, float(base.drivers.ends[-1]) * pace, frequency, age)
    return Buyers(np.array(by_month), float(whole))
