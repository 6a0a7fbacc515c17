"""The months as they are forecast and as they would be, in two tables of one shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.act.buyers import Buyers
from retention.predict.forecast import RevenueForecast

ENDS = ("net", "low", "high")
SUMMED = ("net", "orders", "customers", "new_customers", "profit", "fixed")
SHOWN = (*ENDS, "orders", "customers", "new_customers", "profit", "profit_low", "profit_high")
Grid = dict[str, np.ndarray]  # column → months × parts, the total last


@dataclass(frozen=True)
class Outcome:
    """parts: part → column → its months, of `parts`; buyers: of those parts whose orders name somebody."""

    parts: dict[str, dict[str, np.ndarray]]
    buyers: dict[str, Buyers]


def side_by_side(forecast: RevenueForecast, before: Outcome, after: Outcome) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every month, and all of them: now, which is the forecast itself, and changed.

    The range of a changed month reaches as far as that of the forecast, relative to what is forecast; that of the profit as far,
    relative to the profit before what is spent whatever is sold.
    """
    months = forecast.table["month"].unique()
    by_month = {end: forecast.table[end].to_numpy().reshape(len(months), -1) for end in ENDS}
    in_all = {end: forecast.totals[end].to_numpy()[None] for end in ENDS}
    table, totals = [], []
    for rows, seen, grid in ((table, by_month, _months), (totals, in_all, _whole)):
        now, changed = grid(before), grid(after)
        rows.append(_rows("now", before, now | seen))
        rows.append(_rows("changed", after, changed | _ends(seen, changed["net"])))
    for rows in table:
        rows.insert(1, "month", np.repeat(months, len(rows) // len(months)))
    return pd.concat(table, ignore_index=True), pd.concat(totals, ignore_index=True)


def _months(outcome: Outcome) -> Grid:
    each = [
        columns | {"customers": outcome.buyers[part].by_month if part in outcome.buyers else 0.0 * columns["net"]}
        for part, columns in outcome.parts.items()
    ]
    grid = {name: np.column_stack([columns[name] for columns in each]) for name in SUMMED}
    return {name: np.column_stack([values, values.sum(axis=1)]) for name, values in grid.items()}


def _whole(outcome: Outcome) -> Grid:
    """Everything adds up over the months but the customers, who may buy in several."""
    grid = {name: values.sum(axis=0)[None] for name, values in _months(outcome).items()}
    in_all = [outcome.buyers[part].in_all if part in outcome.buyers else 0.0 for part in outcome.parts]
    return grid | {"customers": np.array([[*in_all, sum(in_all)]])}


def _ends(seen: Grid, net: np.ndarray) -> Grid:
    """The range around another net. What a change costs is a part without revenue of its own."""
    if net.shape != seen["net"].shape:
        seen = {end: np.insert(values, -1, 0.0, axis=1) for end, values in seen.items()}
    times = np.abs(np.divide(net, seen["net"], out=np.ones_like(net), where=seen["net"] != 0))
    return {end: net + (seen[end] - seen["net"]) * times for end in ("low", "high")}


def _rows(state: str, outcome: Outcome, grid: Grid) -> pd.DataFrame:
    grid = grid | _profit_ends(grid)
    columns = {name: grid[name].ravel() for name in SHOWN}
    return pd.DataFrame({"state": state, "part": [*outcome.parts, "total"] * len(grid["net"]), **columns})


def _profit_ends(grid: Grid) -> Grid:
    """What is sold is off as the net revenue is; what is spent whatever is sold is not."""
    net, earned = grid["net"], grid["profit"] + grid["fixed"]
    of_each = np.divide(earned, net, out=np.zeros_like(net), where=net != 0)
    ends = [grid["profit"] + of_each * (grid[end] - net) for end in ("low", "high")]
    return {"profit_low": np.minimum(*ends), "profit_high": np.maximum(*ends)}
