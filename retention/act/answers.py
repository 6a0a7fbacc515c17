"""What each lever adds, what a tenth of each would do, and how far one has to move to pay for a change."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retention.act.levers import BEHAVIOUR, BELONG, LEVERS, TORNADO, Changes
from retention.act.outcome import Baseline, staying, sums
from retention.errors import RetentionError

TENTH = 0.1
# These are one step with the discount, or they say nothing without it.
WITH_THE_DISCOUNT = ("discount_to", "discount_share")


def _money(base: Baseline, changes: Changes) -> np.ndarray:
    """Net revenue and profit of all the months."""
    made = sums(base, changes)
    return np.array([made["net"], made["profit"]])


def waterfall(base: Baseline, changes: Changes) -> pd.DataFrame:
    """What every lever adds after those before it. Levels are rounded to the cent, so that the steps sum to their difference."""
    level, taken, rows = np.round(_money(base, {}), 2), {}, []
    for key in LEVERS:
        if key not in changes or key in WITH_THE_DISCOUNT:
            continue
        with_it = WITH_THE_DISCOUNT if key == "discount" else ()
        taken |= {name: changes[name] for name in (key, *with_it) if name in changes}
        after = np.round(_money(base, taken), 2)
        rows.append((key, *np.round(after - level, 2)))
        level = after
    return pd.DataFrame(rows, columns=["lever", "net", "profit"]).astype({"net": float, "profit": float})


def tornado(base: Baseline) -> pd.DataFrame:
    """The change of net and profit by a tenth less and a tenth more of each lever alone, the largest first."""
    now = _money(base, {})
    rows = []
    for key in TORNADO:
        neutral = LEVERS[key].neutral
        value = neutral if neutral is not None else getattr(base.facts, "returned" if key == "returns" else key)
        if np.isnan(value):
            continue
        ends = (
            (-TENTH, TENTH)
            if neutral is not None
            else (value * (1 - TENTH), min(value * (1 + TENTH), LEVERS[key].high))
        )
        try:
            less, more = (_money(base, {key: end}) - now for end in ends)
        except RetentionError:  # a lever that has nothing to move in this shop
            continue
        rows.append((key, less[0], more[0], less[1], more[1]))
    table = pd.DataFrame(rows, columns=["lever", "net_less", "net_more", "profit_less", "profit_more"])
    ends = ["net_less", "net_more"] if np.isnan(now[1]) else ["profit_less", "profit_more"]
    largest = table[ends].abs().max(axis=1)
    return table.loc[largest.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def break_even(base: Baseline, changes: Changes) -> pd.DataFrame:
    """How far one lever alone would have to move for the costs among the changes to leave as much profit as now.

    Columns: lever, now, needed (in its own terms; missing where no move within the bounds is enough), change (relative).
    """
    columns = ["lever", "now", "needed", "change"]
    costs = {key: value for key, value in changes.items() if key not in BEHAVIOUR}
    now = sums(base, {})["profit"]
    if not costs or not sums(base, costs)["profit"] < now - 0.005:  # without a margin nothing can be said either
        return pd.DataFrame(columns=columns)
    rows = []
    for key in BEHAVIOUR:
        if BELONG.get(key, key) != key and BELONG[key] not in costs:
            continue
        move = _least_move(base, costs, key, now)
        if move is not None:
            rows.append((key, in_its_terms(base, key, costs, 0.0), in_its_terms(base, key, costs, move), move))
    return pd.DataFrame(rows, columns=columns)


def _least_move(base: Baseline, costs: Changes, key: str, enough: float) -> float | None:
    """The smallest move of a lever with which the profit is enough; missing where none is, None where it has nothing to move."""
    from scipy.optimize import brentq

    def missing(move: float) -> float:
        return sums(base, costs | {key: move})["profit"] - enough

    try:
        if missing(LEVERS[key].high) < 0:
            return np.nan
    except RetentionError:
        return None
    return float(brentq(missing, 0.0, LEVERS[key].high, xtol=1e-9))


def in_its_terms(base: Baseline, key: str, changes: Changes, move: float) -> float:
    """A lever as a shop owner counts it: a rate, orders in these months, money an order, customers a month."""
    if np.isnan(move):
        return np.nan
    made = sums(base, {key: move} if move else {}) if key in ("new_customers", "frequency", "aov") else {}
    if key == "second_order" or (key == "discount_uplift" and changes.get("discount_to") == "second"):
        buys = staying(base, 0.0)
        return buys.second_rate * min(1 + move, buys.most)
    if key == "retention":
        return staying(base, move).stay
    if key == "new_customers":
        return made["new_customers"] / len(base.drivers.months)
    if key == "frequency":
        return made["orders"] - made["new_customers"]
    if key == "aov":
        return made["net"] / made["orders"] if made["orders"] else np.nan
    return move
