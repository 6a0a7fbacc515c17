"""Alerts over a million lines, beside the key figures they are made from; over ten million, their memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.inputs import million
from benchmarks.tables import kpis


def alerts(folder: Path, name: str = "million") -> Callable[[], object]:
    """`kpi_alerts`: `kpi_table` and seven fits."""
    import retention as rt

    orders = million(folder, name)
    return lambda: rt.kpi_alerts(orders)


def alerts_of_ten_million(folder: Path) -> Callable[[], object]:
    """`kpi_alerts` over ten million lines."""
    return alerts(folder, "ten_million")


CASES = {"kpi_alerts": (alerts, 5), "kpi_table": (kpis, 5), "kpi_alerts: ten million": (alerts_of_ten_million, 3)}
COMPARED = (("kpi_alerts", "kpi_table", None),)
SECONDS = ()
MEGABYTES = (("kpi_alerts: ten million", 1_250),)  # kpi_table alone takes 1,150; statsmodels comes on top
ROUNDS = 3
