"""The season of a shop, and a clock that runs faster when more is bought."""

from __future__ import annotations

import numpy as np

from retention.orders import Orders
from retention.periods import day_number, period_start
from retention.predict.monthly import complete_months, monthly_sums

SHORTEST = 12  # months; with fewer nothing can be said of a year
BUSY = 1.15  # times an average month, from which a season is pointed out
FEWEST = 10  # new customers a month: under it chance hides the season
# Standard deviations of logarithms: between the months of a year, of a year's growth, of a month beyond chance, of the level.
SWING, GROWTH, NOISE, ANY = 0.3, 0.15, 0.1, 10.0


def shows_seasons(counts: np.ndarray) -> bool:
    """Whether there are enough months, and enough customers in each, to tell a season."""
    return len(counts) >= SHORTEST and np.min(counts) >= FEWEST


def season(months: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Twelve factors, January first, with mean 1: how much more is bought in a calendar month than in an average one.

    log(count) = level + growth × years + month + noise, all normal (Bayesian regression): growth is about 15 % a year, noise
    10 % and what chance adds to a count, and months differ by about 30 % or not at all, whichever makes the counts
    likelier. A shape seen once is so believed in part, one that comes back every year almost whole, and what chance explains not
    at all. All 1 with fewer than 12 months or where one brought fewer than 10.

    months: month numbers, one after the other; counts: of new customers.

    >>> season(np.arange(24), np.tile([100] * 11 + [300], 2)).round(1)[[0, 10, 11]].tolist()
    [0.9, 0.9, 2.4]
    """
    if not shows_seasons(counts):
        return np.ones(12)
    logs = np.log(counts) - np.mean(np.log(counts))
    years = (np.arange(len(counts)) - len(counts) + 1) / 12
    is_month = (np.asarray(months)[:, None] % 12 == np.arange(12)).astype(float)
    without = np.diag(NOISE**2 + 1 / np.asarray(counts, float)) + ANY + GROWTH**2 * np.outer(years, years)
    with_season = without + SWING**2 * is_month @ is_month.T
    if _log_likelihood(logs, with_season) <= _log_likelihood(logs, without):
        return np.ones(12)
    factors = np.exp(SWING**2 * is_month.T @ np.linalg.solve(with_season, logs))
    return factors / factors.mean()


def _log_likelihood(values: np.ndarray, covariance: np.ndarray) -> float:
    return float(-(values @ np.linalg.solve(covariance, values) + np.linalg.slogdet(covariance)[1]) / 2)


class Clock:
    """Days counted by the season: in a month of factor 2 a day passes for two.

    Models of buying take rates to stay the same; by this clock they do, as far as the season makes them change.
    """

    def __init__(self, factors: np.ndarray, first_day: int, last_month: int) -> None:
        self.first_month = int(month_of(first_day))
        months = np.arange(self.first_month, last_month + 2)
        self.begins = np.array([day_number(period_start(month, "month")) for month in months])
        self.rates = factors[months % 12]
        passed = np.cumsum(np.diff(self.begins) * self.rates[:-1])
        self.passed = np.concatenate([[0.0], passed])

    def at(self, days: np.ndarray) -> np.ndarray:
        """What the clock says when a day begins."""
        days = np.asarray(days)
        place = np.searchsorted(self.begins, days, side="right") - 1
        return self.passed[place] + (days - self.begins[place]) * self.rates[place]


def month_of(day: int) -> int:
    """The month number of a day number."""
    year_month = np.datetime64(int(day), "D").astype("datetime64[M]").astype(int)
    return int(year_month) + 1970 * 12


def season_notes(orders: Orders) -> list[str]:
    """What to say where the last two complete months lie in a season, which the model takes for lasting."""
    notes: list[str] = []
    first, stop = complete_months(orders)
    sums = monthly_sums(orders).groupby("month")["new_customers"].sum()
    counts = sums.reindex(range(first, stop), fill_value=0).to_numpy(float)
    if not len(counts) or not shows_seasons(counts):
        return notes
    now = season(np.arange(first, stop), counts)[[(stop - 2) % 12, (stop - 1) % 12]].mean()
    if now >= BUSY:
        notes.append(
            "The orders end in a busy season, which the model takes for lasting: it expects too much. The forecast of revenue "
            "allows for the season."
        )
    elif now <= 1 / BUSY:
        notes.append(
            "The orders end in a quiet season, which the model takes for lasting: it expects too little. The forecast of revenue "
            "allows for the season."
        )
    return notes
