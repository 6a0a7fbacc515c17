"""Common wisdom to put to this shop's test, and the levers as this shop has them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.act.answers import in_its_terms
from retention.act.facts import likely_threshold
from retention.act.levers import LEVERS, Changes
from retention.act.outcome import Baseline, known, parts, sums
from retention.errors import RetentionError

SHOPS_OWN = 0.0  # a number that the shop's own orders give
PRESETS: dict[str, Changes] = {
    "retention": {"retention": 0.05},
    "win_or_keep": {"discount": 0.1, "discount_to": "returning"},
    "welcome_code": {"discount": 0.1, "discount_to": "new"},
    "second_order_code": {"discount": 0.1, "discount_to": "second"},
    "free_shipping": {"free_shipping": SHOPS_OWN},
}
A_CENT = A_LITTLE = 0.01
TIMES = 5  # so many times as much as keeping is winning said to cost


@dataclass(frozen=True)
class WinOrKeep:
    """What a new customer costs, beside one more order of a customer there is.

    cac: of a new customer; earned: profit of one in these months before it, which is also the most that it may cost; missing
    without a margin. code: what a code of 10 % (or the discount that is asked for) takes off one later order. share: one in
    how many of the orders with a code has to come because of it, as a share, for one more order to cost a fifth of a new
    customer. Missing where nobody knows what a new customer costs.
    """

    cac: float
    earned: float
    code: float
    share: float


def presets(base: Baseline) -> dict[str, Changes]:
    """The presets that this shop can try."""
    own = {"free_shipping": likely_threshold(base.facts)}
    found = {}
    for name, changes in PRESETS.items():
        filled = {key: own[key] if value == SHOPS_OWN else value for key, value in changes.items()}
        if SHOPS_OWN not in filled.values() and is_possible(base, filled) and _moves_something(base, filled):
            found[name] = filled
    return found


def _moves_something(base: Baseline, changes: Changes) -> bool:
    now, changed = sums(base, {}), sums(base, changes)
    return changed["anyway"] > 0 or changed["net"] != now["net"]


def win_or_keep(base: Baseline, changes: Changes) -> WinOrKeep:
    """What the shop's own numbers say to "winning a customer costs five times as much as keeping one"."""
    new = parts(base, changes)["new"]
    cac = known("cac", changes, base.facts)
    won = float(base.drivers.arriving.sum()) * (1 + changes.get("new_customers", 0.0))
    earned = float(new["profit"].sum()) / won + (0.0 if np.isnan(cac) else cac) if won else np.nan
    off = changes.get("discount", PRESETS["win_or_keep"]["discount"])
    code = off * base.drivers.later_value[0] * base.drivers.kept[1]
    return WinOrKeep(cac, earned, float(code), float(TIMES * code / cac) if cac >= A_CENT else np.nan)


def is_possible(base: Baseline, changes: Changes) -> bool:
    """Whether these levers have something to move in this shop."""
    try:
        parts(base, changes)
    except RetentionError:
        return False
    return True


def lever_table(base: Baseline, changes: Changes) -> pd.DataFrame:
    """Every lever in its own terms, now and changed, the bounds of the change, and whether this shop has what it moves."""
    own = {"returns": base.facts.returned, "margin": base.facts.margin, "cac": base.facts.cac}
    told = ("new_customers", "second_order", "retention", "frequency", "aov")
    rows = []
    for key, lever in LEVERS.items():
        if key in told:
            now, changed = (in_its_terms(base, key, {}, move) for move in (0.0, changes.get(key, 0.0)))
        else:
            now = own.get(key, np.nan if lever.neutral is None else lever.neutral)
            changed = changes.get(key, now)
        possible = is_possible(base, {key: max(lever.low, A_LITTLE)})
        rows.append((key, lever.unit, now, changed, lever.low, lever.high, possible))
    return pd.DataFrame(rows, columns=["lever", "unit", "now", "changed", "low", "high", "possible"])
