"""The cells of a cohort table that have not happened yet, from what older cohorts did at that age."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from retention.errors import check_option
from retention.measure.cohorts import RetentionTable, retention_table
from retention.orders import Orders
from retention.periods import PERIODS, period_number

HIDDEN = 3  # diagonals that the backtest hides
ROUNDS = 100  # of the fit, which settles in a few dozen
CYCLE = {"month": 12, "quarter": 4}  # periods of a year; a week of the year is too short to have a season of its own
LOW, HIGH = 0.1, 0.9  # the ends of an 80 % range


@dataclass(frozen=True)
class CohortForecast:
    """What `forecast_cohorts` returns.

    table: one row a cohort and age
    backtest: one row a cell of the last three periods, which were hidden and forecast
    error, naive_error: how far the forecast and the plain average were off a cell on average (0 to 1); missing without a backtest
    """

    table: pd.DataFrame
    backtest: pd.DataFrame = field(repr=False)
    error: float
    naive_error: float
    period: str
    notes: tuple[str, ...] = ()


def forecast_cohorts(orders: Orders, period: str = "month") -> CohortForecast:
    """The cohort table completed: the share of a cohort that will buy at the ages it has not reached yet.

    Expected share = what cohorts do at that age × the level of this cohort × the season. What cohorts do at an age = Σ who
    bought ÷ Σ (size × level × season) over the cohorts that have been observed to the end of it. The level says how much
    more a cohort bought than the others at the same ages, drawn towards 1 the fewer purchases it rests on: (k + Σ who
    bought) ÷ (k + Σ who were expected), where k comes from how much cohorts differ beyond chance. The season is the same of
    a calendar month or quarter, from a year and a half of complete ones on. All are solved together. Actuaries call this
    a chain ladder with credibility.

    The test: the last three complete periods are hidden and forecast from the rest, for the cohorts that began before them.
    Error = Σ size × |actual − forecast| ÷ Σ size over the hidden cells, beside the error of the plain average of the older
    cohorts at that age. low and high hold the truth in four of five cases: they come from a count that varies around its
    expectation as much as the hidden cells did.

    Returns a CohortForecast. table: cohort (first day of its period), age, customers (its size), share (0 to 1), low, high
    (missing for facts), is_forecast, complete (false for a fact that is not observed to its end). backtest: cohort, age,
    customers, actual, forecast, naive. Facts are those of `retention_table`; an age that no cohort has reached stays missing.

    Raises OptionError for an unknown period and EmptyError when nobody can be told apart.

    Source: Mack (1993), ASTIN Bulletin 23, 213–225, for the chain ladder; Bühlmann and Gisler (2005), A Course in Credibility
    Theory, chapter 4, for the level.

    When not to trust it: without a year and a half of data the season is not in it, so Decembers come out too low and summers
    too high. The oldest ages rest on one or two cohorts. Ranges come from three periods ahead; far ahead they are too
    narrow. Nothing in it knows of a change in the shop.

    >>> import retention as rt
    >>> forecast = rt.forecast_cohorts(rt.load_sample("cdnow"))
    >>> forecast.table["is_forecast"].value_counts().to_dict()
    {False: 51, True: 3}
    """
    check_option("period", period, PERIODS)
    facts = retention_table(orders, period)
    counts, partial = facts.counts.to_numpy(), facts.partial.to_numpy()
    size = facts.table["customers"].to_numpy(dtype=float)[:, None]
    ages = np.arange(counts.shape[1])
    at = np.array([period_number(day.date(), period) for day in facts.table.index])[:, None] + ages
    known = ~np.isnan(counts) & ~partial & (ages > 0)
    cut = np.max(at[known], initial=0) - HIDDEN
    hidden = known & (at > cut)
    tested = _completed(counts, size, known & ~hidden, _season(at, known & ~hidden, period))
    naive = _pattern(counts, size, known & ~hidden)
    hidden &= ~np.isnan(tested) & (at[:, :1] <= cut)
    spread = 1.0
    if hidden.any():
        expected = (tested * size)[hidden]
        spread = max(1.0, float(np.mean((counts[hidden] - expected) ** 2 / np.maximum(expected, 0.5))))
    shares = _completed(counts, size, known, _season(at, known, period))
    coming = np.isnan(counts) & ~np.isnan(shares) & (ages > 0)
    backtest = _cells(facts, hidden, actual=counts / size, forecast=tested, naive=naive + 0 * tested)
    error, naive_error = (_error(backtest, name) for name in ("forecast", "naive"))
    return CohortForecast(
        table=_table(facts, coming, shares, spread),
        backtest=backtest,
        error=error,
        naive_error=naive_error,
        period=period,
        notes=_notes(coming, backtest, error, naive_error),
    )


def _season(at: np.ndarray, known: np.ndarray, period: str) -> np.ndarray:
    """Which part of the year every cell lies in; all in the same where a year and a half is not known."""
    cycle = CYCLE.get(period, 1)
    return at % (cycle if len(np.unique(at[known])) >= 1.5 * cycle else 1)


def _pattern(counts: np.ndarray, weights: np.ndarray, known: np.ndarray) -> np.ndarray:
    """What cohorts do at each age; missing where none is known."""
    below = np.where(known, weights, 0).sum(axis=0)
    above = np.where(known, counts, 0).sum(axis=0)
    return np.divide(above, below, out=np.full(len(below), np.nan), where=below > 0)


def _completed(counts: np.ndarray, size: np.ndarray, known: np.ndarray, season: np.ndarray) -> np.ndarray:
    """Pattern × level × season for every cell."""
    bought = np.where(known, counts, 0)
    rows = np.broadcast_to(np.arange(len(size))[:, None], season.shape)
    factors = {"level": np.ones(season.shape), "season": np.ones(season.shape)}
    strengths: dict[str, float] = {}
    for _round in range(ROUNDS):
        for name, groups in (("level", rows), ("season", season)):
            other = factors["season" if name == "level" else "level"]
            pattern = _pattern(counts, size * factors["level"] * factors["season"], known)
            expected = np.where(known, size * pattern * other, 0)
            above, below = (np.bincount(groups.ravel(), grid.ravel()) for grid in (bought, expected))
            k = strengths.setdefault(name, _strength(above, below))
            factors[name] = (np.ones(len(above)) if np.isinf(k) else (k + above) / (k + below))[groups]
    pattern = _pattern(counts, size * factors["level"] * factors["season"], known)
    return np.minimum(pattern * factors["level"] * factors["season"], 1)


def _strength(bought: np.ndarray, expected: np.ndarray) -> float:
    """How many purchases a group needs to be believed half: 1 ÷ the variance of levels beyond chance."""
    bought, expected = bought[expected > 0], expected[expected > 0]
    if len(expected) < 2:
        return np.inf
    beyond = ((bought - expected) ** 2 / expected).sum() - (len(expected) - 1)
    below = expected.sum() - (expected**2).sum() / expected.sum()
    return below / beyond if beyond > 0 else np.inf


def _table(facts: RetentionTable, coming: np.ndarray, shares: np.ndarray, spread: float) -> pd.DataFrame:
    is_fact = facts.counts.notna().to_numpy()
    seen = facts.table.drop(columns="customers").to_numpy(dtype=float)
    low, high = _range(shares * facts.table["customers"].to_numpy(dtype=float)[:, None], spread)
    size = facts.table["customers"].to_numpy()[:, None]
    return _cells(
        facts,
        is_fact | coming,
        share=np.where(is_fact, seen, shares),
        low=np.where(coming, low / size, np.nan),
        high=np.where(coming, np.minimum(high / size, 1), np.nan),
        is_forecast=coming,
        complete=is_fact & ~facts.partial.to_numpy(),
    )


def _range(expected: np.ndarray, spread: float) -> tuple[np.ndarray, np.ndarray]:
    """Where a count of this expectation lies in 80 of 100 cases, if its variance is `spread` times that of chance."""
    from scipy.stats import nbinom, poisson

    if spread <= 1:
        return poisson.ppf(LOW, expected), poisson.ppf(HIGH, expected)
    shape = np.maximum(expected, 1e-9) / (spread - 1)
    return nbinom.ppf(LOW, shape, 1 / spread), nbinom.ppf(HIGH, shape, 1 / spread)


def _cells(facts: RetentionTable, where: np.ndarray, **grids: np.ndarray) -> pd.DataFrame:
    """One row a cell, by cohort and age."""
    row, age = np.nonzero(where)
    cells = {"cohort": facts.table.index[row], "age": age, "customers": facts.table["customers"].to_numpy()[row]}
    return pd.DataFrame(cells | {name: grid[row, age] for name, grid in grids.items()})


def _error(backtest: pd.DataFrame, name: str) -> float:
    if backtest.empty:
        return float("nan")
    missed = (backtest["actual"] - backtest[name]).abs()
    return float((missed * backtest["customers"]).sum() / backtest["customers"].sum())


def _notes(coming: np.ndarray, backtest: pd.DataFrame, error: float, naive_error: float) -> tuple[str, ...]:
    notes = []
    if not coming.any():
        notes.append("No cohort is old enough yet to say how the younger ones will go on.")
    elif backtest.empty:
        notes.append("There are too few months to test the forecast; its ranges only cover chance.")
    elif error > naive_error:
        notes.append("The plain average of older cohorts would have come closer than this forecast.")
    return tuple(notes)
