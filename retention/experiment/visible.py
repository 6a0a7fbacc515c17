"""What a test would see: metric by metric, customer by customer, and what else would show smaller effects."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retention.errors import EmptyError
from retention.experiment.baseline import Baseline, baselines
from retention.experiment.sizes import Design
from retention.intervals import ENOUGH
from retention.orders import Orders

WINDOWS = (30, 60, 90, 180)
HALF = 0.5
POINTS, REACH = 24, 8  # of the curve, from the shop's number of customers ÷ 8 to × 8


def metric_row(base: Baseline, design: Design, customers: float, share: float) -> dict[str, object]:
    """A metric with what a test sees of it."""
    row = {"metric": base.metric, "kind": base.kind, "value": base.value, "sd": base.sd, "n": base.customers, "events": base.events, "correlation": base.correlation}  # fmt: skip
    effect = share * base.value if base.speaks else np.nan
    # A share cannot rise above 1: there the wish of another metric is no wish of this one.
    effect = np.nan if base.kind == "share" and not 0 < base.value + effect < 1 else effect
    row["effect"] = effect
    for name, adjusted in (("", False), ("_before", True)):
        known = not adjusted or not np.isnan(base.correlation)
        seen = design.smallest_effect(base, customers, share < 0, adjusted) if known else np.nan
        wished = known and not np.isnan(effect)
        row[f"detectable{name}"] = seen
        row[f"detectable_relative{name}"] = abs(seen) / base.value if base.speaks else np.nan
        row[f"needed{name}"] = design.customers(base, effect, adjusted) if wished else np.nan
        is_enough = wished and customers >= design.least(base)
        row[f"power{name}"] = design.power_of(base, effect, customers, adjusted) if is_enough else np.nan
    return row | {"best": np.fmin(row["detectable_relative"], row["detectable_relative_before"])}


def curve_of(base: Baseline, design: Design, customers: float, down: bool) -> pd.DataFrame:
    """The smallest visible effect by customers."""
    middle = design.least(base) * REACH if np.isnan(customers) else customers
    least = max(middle / REACH, np.ceil(design.least(base)))
    most = max(middle, least) * REACH
    sizes = np.unique(np.round([*np.geomspace(least, most, POINTS), *([middle] if middle >= least else [])]))
    curve = pd.DataFrame({"customers": sizes})
    for name, adjusted in (("", False), ("_before", True)):
        known = not adjusted or not np.isnan(base.correlation)
        seen = [design.smallest_effect(base, size, down, adjusted) if known else np.nan for size in sizes]
        curve[f"detectable{name}"] = seen
        curve[f"detectable_relative{name}"] = curve[f"detectable{name}"].abs() / base.value
    return curve


def alternatives_to(
    orders: Orders | None,
    table: pd.DataFrame,
    design: Design,
    customers: float,
    metric: str,
    days: int,
    best: float,
    share: float,
) -> pd.DataFrame:
    """What would see smaller effects than the plan: another metric, a longer window, half of the customers held back."""
    rows = []

    def add(change: str, row: dict[str, object], days: int, holdout: float) -> None:
        effect = row["detectable"] if np.isnan(row["detectable_before"]) else row["detectable_before"]
        rows.append((change, row["metric"], days, holdout, row["value"], effect, row["best"]))

    for row in table[table["metric"] != metric].to_dict("records"):
        add("metric", row, days, design.control)
    if orders is not None:
        for window in WINDOWS:
            if window > days and (longer := _longer(orders, metric, window)):
                add("window", metric_row(longer, design, customers, share), window, design.control)
    if design.others == 1 and design.control != HALF:
        half = Design(HALF, HALF, design.alpha, design.power)
        own = table.set_index("metric").loc[metric]
        base = Baseline(metric, own["value"], own["sd"], own["correlation"], own["n"], own["events"])
        add("holdout", metric_row(base, half, customers, share), days, HALF)
    columns = ["change", "metric", "days", "holdout", "value", "detectable", "detectable_relative"]
    found = pd.DataFrame(rows, columns=columns)
    better = found["detectable_relative"].notna() & ~(found["detectable_relative"] >= best)
    return found[better].sort_values(["detectable_relative", "change", "metric", "days"], ignore_index=True)


def _longer(orders: Orders, metric: str, days: int) -> Baseline | None:
    """The same metric over a longer window, where enough customers had bought before it."""
    try:
        base = baselines(orders, days)[metric]
    except EmptyError:
        return None
    return base if base.customers >= ENOUGH and base.speaks else None
