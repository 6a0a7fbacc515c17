"""Forecasts as tables to read."""

from __future__ import annotations

import pandas as pd

from retention.predict.forecast import METHODS, RevenueForecast
from retention.show.forecast import method_name, part_name
from retention.show.i18n import _, interval, money, number, period_label
from retention.show.measures import measure_name


def forecast_rows(result: RevenueForecast) -> pd.DataFrame:
    """A row a coming month: the whole with its range, then the parts."""
    by_part = dict(list(result.table.groupby("part", sort=False)))
    total = by_part.pop("total")

    def written(x: float) -> str:
        return money(x, result.currency, 0)

    shown = pd.DataFrame({_("Month"): [period_label(month, "month") for month in total["month"]]})
    shown[measure_name("net")] = [written(x) for x in total["net"]]
    shown[_("80 % range")] = [
        interval(low, high, written) for low, high in zip(total["low"], total["high"], strict=True)
    ]
    for part, rows in by_part.items():
        shown[part_name(part)] = [written(x) for x in rows["net"]]
    shown[measure_name("orders")] = [number(x) for x in total["orders"]]
    shown[measure_name("new_customers")] = [number(x) for x in total["new_customers"]]
    return shown


def backtest_rows(result: RevenueForecast) -> pd.DataFrame:
    """A row a month of the test: what came, and what the methods said."""
    shown = pd.DataFrame({_("Month"): [period_label(month, "month") for month in result.backtest["month"]]})
    for name in ("actual", *METHODS):
        shown[method_name(name)] = [money(x, result.currency, 0) for x in result.backtest[name]]
    return shown
