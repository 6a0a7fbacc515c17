"""Is the last complete period out of the ordinary, measured by its own history?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.errors import OptionError, check_option
from retention.intervals import ENOUGH
from retention.measure.kpis import KINDS, figures_by_period, rests_on
from retention.orders import Orders

WATCHED = ("net", "orders", "customers", "new_customers", "aov", "returning_customer_rate", "retention_rate")
JUDGED = (
    *WATCHED,
    "returning_customers",
    "units",
    "gross",
    "purchase_frequency",
    "revenue_per_customer",
    "repeat_rate",
)
LEVEL = 0.05
SHORTEST = 17
SEASONS = {"month": 12, "week": 52}
SHORTEST_WITH_SEASON = {"month": 22, "week": 102}
LONGEST = {"month": 49, "week": 209}  # four years of changes: how a shop grew when it was new says little about it now


@dataclass(frozen=True)
class KpiAlerts:
    """What `kpi_alerts` returns.

    table: one row a key figure: kpi, period (first day of the period judged), value, expected, low, high, n (periods of
    history), seasonal, outside (missing where nothing can be said), direction ("above", "below" or ""), p (corrected for
    the number of key figures judged), note
    level: how often, at most, a table of a shop in which nothing happened is to hold an alarm
    """

    table: pd.DataFrame
    period: str
    level: float
    currency: str
    notes: tuple[str, ...] = ()


def kpi_alerts(orders: Orders, period: str = "month", kpis: Sequence[str] = WATCHED) -> KpiAlerts:
    """Whether the last complete month or week of every key figure is outside what its own history makes likely.

    What is expected is the period before, moved on by the change that is usual between these two periods of the year: by
    the average change of any two neighbouring periods while there are less than two years. The range around it is a
    prediction interval for one new observation, from the spread of those changes in the past (least squares on the
    changes of the logarithm, of the log odds for rates; Student's t). A rate that rests on fewer customers than usual gets
    a wider range. The ranges are widened for the number of key figures that are judged together (Bonferroni), so that
    at most about 5 of 100 looks at the whole table raise an alarm although nothing happened. Measured in generated shops: 3 of
    100 with two years and more, 5 of 100 with 18 months. Where the customers fell by half, 9 of 10 such falls raised an
    alarm after two years; of falls by 30 % not half did, of falls by 20 % one in five.

    Periods that the data cover only in part are left out. The history is the unbroken run of periods of 30 customers or
    orders and more before the period that is judged, at most four years of it. 17 periods are needed, and 22 months or 102
    weeks before the season is taken into account.

    Returns a KpiAlerts; its table has one row a key figure: kpi, period, value, expected, low, high, n (periods of
    history), seasonal, outside, direction, p (corrected), note. Money in currency units, rates as shares. What cannot be
    judged is missing, and its note says why. Raises OptionError for an unknown period or key figure.

    Source: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd edition, 5.2 (drift method), 5.5 and
    7.4 (seasonal dummies).

    When not to trust it: after a month out of the ordinary the next ordinary one looks like a change, since it is
    measured from there. Holidays that move, such as Easter, count as chance. With less than two years a Christmas month
    can raise an alarm. A slow decline raises none: compare with a year before.

    >>> import retention as rt
    >>> alerts = rt.kpi_alerts(rt.load_sample("cdnow"), kpis=("orders", "aov"))
    >>> alerts.table[["kpi", "value", "n", "outside"]].to_string(index=False).splitlines()[1].split()
    ['orders', '172.000000', '17', 'False']
    """
    check_option("period", period, tuple(SEASONS))
    for kpi in kpis:
        check_option("kpis", kpi, JUDGED)
    if not kpis:
        raise OptionError("No key figure to judge.", "Name at least one in kpis.")
    table, notes = judged(figures_by_period(orders, period), period, tuple(kpis))
    return KpiAlerts(table, period, LEVEL, orders.currency, notes)


def judged(table: pd.DataFrame, period: str, kpis: Sequence[str]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The rows and notes of `kpi_alerts` from a `kpi_table`."""
    whole = table[table["complete"]]
    found = [_forecast(whole, kpi, period) for kpi in kpis]
    tested = sum(not row["note"] for row in found)
    rows = pd.DataFrame([_row(row, tested) for row in found]).astype({"outside": "boolean"})
    notes = []
    if tested and any(row["seasonal"] for row in found):
        notes.append("Measured: in generated shops in which nothing had happened, 3 of 100 looks raised an alarm.")
    elif tested:
        notes.append("There are less than two years of history, so the time of year is not taken into account.")
        notes.append(
            "Measured: in generated shops of 18 months in which nothing had happened, 5 of 100 looks raised one."
        )
    return rows, tuple(notes)


def _forecast(whole: pd.DataFrame, kpi: str, period: str) -> dict:
    """What is expected of the last period, and how sure that is, on the scale on which changes add up."""
    notes = []
    last = whole.iloc[-1] if len(whole) else None
    row = {"kpi": kpi, "period": pd.NaT if last is None else last["period"]}
    row |= {"value": np.nan if last is None else float(last[kpi]), "n": 0, "seasonal": False}
    sizes, kind = whole[rests_on(kpi)].astype(float).to_numpy(), KINDS[kpi]
    values = whole[kpi].astype(float).to_numpy()
    usable = (sizes[:-1] >= ENOUGH) & ((values[:-1] > 0) | (kind == "share")) & np.isfinite(values[:-1])
    unbroken = int(np.argmin(usable[::-1])) if len(usable) and not usable.all() else len(usable)
    row["n"] = min(unbroken, LONGEST[period])
    if row["n"] < SHORTEST:
        notes.append("too short a history")
    elif kind != "count" and kpi not in ("net", "gross") and not sizes[-1] >= ENOUGH:
        notes.append("too few to tell")
    if not notes:
        row |= _fitted(
            values[-row["n"] - 1 :], sizes[-row["n"] - 1 :], whole["period"].iloc[-row["n"] - 1 :], kind, period
        )
        if not row["error"] > 1e-9:
            notes.append("a history that never varies")
    return row | {"note": notes[0] if notes else ""}


def _fitted(values: np.ndarray, sizes: np.ndarray, begins: pd.Series, kind: str, period: str) -> dict:
    """Least squares on the changes, a mean for each time of the year, and the prediction for the last of them."""
    from statsmodels.regression.linear_model import OLS

    if kind == "share":
        yes, no = values * sizes + 0.5, (1 - values) * sizes + 0.5
        scaled, noise = np.log(yes / no), 1 / yes + 1 / no
    else:
        scaled, noise = np.log(np.where(values > 0, values, np.nan)), np.zeros(len(values))
    changes = np.diff(scaled)[:-1]
    season = _season(begins, period)[1:]
    seasonal = len(changes) + 1 >= SHORTEST_WITH_SEASON[period] and season[-1] in season[:-1]
    times = season if seasonal else np.zeros(len(season), dtype=int)
    columns = (times[:, None] == np.unique(times)[None, :]).astype(float)
    fit = OLS(changes, columns[:-1]).fit()
    prediction = fit.get_prediction(columns[-1:])
    expected = scaled[-2] + float(prediction.predicted_mean[0])
    variance = float(prediction.se_obs[0]) ** 2
    if kind == "share":
        odds = np.exp(expected)
        now = (1 + odds) ** 2 / odds / sizes[-1] + noise[-2]
        variance += max(0.0, now - float(np.mean(noise[1:-1] + noise[:-2])))
    return {
        "seasonal": seasonal,
        "centre": expected,
        "error": float(np.sqrt(variance)),
        "freedom": float(fit.df_resid),
        "scaled": scaled[-1] if values[-1] > 0 or kind == "share" else -np.inf,
        "size": sizes[-1] if kind == "share" else None,
    }


def _season(begins: pd.Series, period: str) -> np.ndarray:
    """The time of the year of every period: the month, or which of 52 equal parts of the year a week begins in."""
    if period == "month":
        return begins.dt.month.to_numpy() - 1
    days = (begins - pd.Timestamp("1970-01-01")).dt.days.to_numpy()
    return np.floor(days % 365.25 / 365.25 * SEASONS["week"]).astype(int)


def _row(found: dict, tested: int) -> dict:
    """A row of the result: range and verdict at the level that all key figures share."""
    from scipy.stats import t

    row = {name: found[name] for name in ("kpi", "period", "value")}
    row |= dict.fromkeys(("expected", "low", "high"), np.nan) | {"n": found["n"], "seasonal": found["seasonal"]}
    row |= {"outside": pd.NA, "direction": "", "p": np.nan, "note": found["note"]}
    if found["note"]:
        return row
    reach = t.isf(LEVEL / tested / 2, found["freedom"]) * found["error"]
    ends = {"expected": found["centre"], "low": found["centre"] - reach, "high": found["centre"] + reach}
    row |= {name: _unscaled(end, found["size"]) for name, end in ends.items()}
    away = (found["scaled"] - found["centre"]) / found["error"]
    row["p"] = min(1.0, tested * 2 * float(t.sf(abs(away), found["freedom"])))
    row["outside"] = bool(abs(found["scaled"] - found["centre"]) > reach)
    if row["outside"]:
        row["direction"] = "above" if away > 0 else "below"
    return row


def _unscaled(value: float, size: float | None) -> float:
    """Back from the logarithm, or from the log odds of a share of so many customers."""
    if size is None:
        return float(np.exp(value))
    return float(np.clip(((size + 1) / (1 + np.exp(-value)) - 0.5) / size, 0, 1))
