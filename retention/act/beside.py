"""The months as they are forecast and as they would be, in two tables of one shape."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retention.predict.forecast import RevenueForecast

ENDS = ("net", "low", "high")
SUMMED = ("net", "orders", "new_customers", "profit")
Made = dict[str, dict[str, np.ndarray]]  # part → column → its months
Grid = dict[str, np.ndarray]  # column → months × parts, the total last


def side_by_side(forecast: RevenueForecast, before: Made, after: Made) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every month, and all of them: now, which is the forecast itself, and changed.

    The range of a changed month reaches as far as that of the forecast, relative to what is forecast.
    """
    months = forecast.table["month"].unique()
    by_month = {end: forecast.table[end].to_numpy().reshape(len(months), -1) for end in ENDS}
    in_all = {end: forecast.totals[end].to_numpy()[None] for end in ENDS}
    now, changed = _grid(before), _grid(after)
    table, totals = [], []
    for rows, seen, sums in ((table, by_month, lambda grid: grid), (totals, in_all, _summed)):
        rows.append(_rows("now", before, sums(now) | seen))
        rows.append(_rows("changed", after, sums(changed) | _ends(seen, sums(changed)["net"])))
    for rows in table:
        rows.insert(1, "month", np.repeat(months, len(rows) // len(months)))
    return pd.concat(table, ignore_index=True), pd.concat(totals, ignore_index=True)


def _grid(made: Made) -> Grid:
    grid = {name: np.column_stack([made[part][name] for part in made]) for name in SUMMED}
    return {name: np.column_stack([values, values.sum(axis=1)]) for name, values in grid.items()}


def _summed(grid: Grid) -> Grid:
    return {name: values.sum(axis=0)[None] for name, values in grid.items()}


def _ends(seen: Grid, net: np.ndarray) -> Grid:
    """The range around another net. What a change costs is a part without revenue of its own."""
    if net.shape != seen["net"].shape:
        seen = {end: np.insert(values, -1, 0.0, axis=1) for end, values in seen.items()}
    times = np.abs(np.divide(net, seen["net"], out=np.ones_like(net), where=seen["net"] != 0))
    return {end: net + (seen[end] - seen["net"]) * times for end in ("low", "high")}


def _rows(state: str, made: Made, grid: Grid) -> pd.DataFrame:
    count = len(grid["net"])
    columns = {name: grid[name].ravel() for name in (*ENDS, *SUMMED[1:])}
    return pd.DataFrame({"state": state, "part": [*made, "total"] * count, **columns})
