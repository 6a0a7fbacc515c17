"""Kaplan–Meier on counts by day: how many have returned by a day, when not everybody has been watched for as long.

All arrays run over the days 0, 1, 2, … without a hole. Who is censored on a day was still watched on it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from retention.intervals import Z95

_EXACT = 1e-9  # a share of exactly one half may come out of a product a last digit beside it


@dataclass(frozen=True, eq=False)
class Survival:
    """share: of those who have not returned by the end of each day. error: the standard error of its logarithm.

    deviations: how many of them the interval reaches to either side.
    """

    at_risk: np.ndarray
    events: np.ndarray
    share: np.ndarray
    error: np.ndarray
    deviations: float = Z95

    def interval(self) -> tuple[np.ndarray, np.ndarray]:
        """The 95 % interval of the share on every day, on the scale of log(−log): share^exp(± z · error ÷ ln share).

        Missing where nobody or everybody has returned. Source: Kalbfleisch & Prentice (1980), The Statistical Analysis of Failure
        Time Data, 1.3.
        """
        inside = (self.share > _EXACT) & (self.share < 1 - _EXACT)
        share = np.where(inside, self.share, np.nan)
        reach = self.deviations * self.error / np.abs(np.log(share))
        return share ** np.exp(reach), share ** np.exp(-reach)

    def day_by(self, returned: float) -> float:
        """The first day by whose end so large a share has returned; missing when the curve does not get there."""
        return _first(self.share <= 1 - returned + _EXACT)

    def days_by(self, returned: float) -> tuple[float, float]:
        """The 95 % interval of that day: the days on which the interval of the share holds 1 − returned.

        Source: Brookmeyer & Crowley (1982), Biometrics 38, 29–41, with the log(−log) interval, as `survfit` in R gives it with
        conf.type = "log-log".
        """
        low, high = self.interval()
        return _first(low <= 1 - returned + _EXACT), _first(high <= 1 - returned + _EXACT)

    def last_day(self, observed: int) -> int | None:
        """The last day for which at least so many were observed, returned or not: at risk ÷ the share that had not returned before.

        Up to it a single return moves the curve by no more than 1 ÷ observed.
        """
        before = np.concatenate([[1.0], self.share[:-1]])
        days = np.flatnonzero((self.at_risk > 0) & (self.at_risk >= observed * before - _EXACT))
        return int(days[-1]) if len(days) else None


def kaplan_meier(events: np.ndarray, censored: np.ndarray) -> Survival:
    """The share that has not returned by each day, with its standard error by Greenwood.

    share(t) = Π (1 − events ÷ at risk) over the days up to t; error² = Σ events ÷ (at risk · (at risk − events)). At risk on a
    day is who returned or was censored on it or later. Sources: Kaplan & Meier (1958), JASA 53, 457–481; Greenwood (1926).
    """
    events = np.asarray(events, dtype=np.int64)
    leaving = events + np.asarray(censored, dtype=np.int64)
    at_risk = np.cumsum(leaving[::-1])[::-1]
    staying = (at_risk - events).astype(float)
    below = np.where(events > 0, at_risk * staying, 1.0)
    terms = np.divide(events, below, out=np.full(len(events), np.inf), where=below > 0)
    return Survival(at_risk, events, _product(events, at_risk), np.sqrt(np.cumsum(terms)))


def kaplan_meier_of_parts(events: np.ndarray, censored: np.ndarray) -> Survival:
    """The same share, with a standard error that holds when times in one part depend on each other.

    events and censored have a row a part; parts are independent. The share is that of all rows together; its variance is
    (g − 1) ÷ g · Σ (share without a part − the mean of these)² over the g parts that are not empty, and the interval takes
    Student's t with g − 1 degrees of freedom. Sources: Kott (2001), Journal of Official Statistics 17, 521–526, for the
    jackknife over parts; Williams (1995), Lifetime Data Analysis 1, 171–186, on Greenwood's error being too small here.
    """
    whole = kaplan_meier(events.sum(axis=0), censored.sum(axis=0))
    filled = (events + censored).sum(axis=1) > 0
    parts = int(filled.sum())
    if parts < 2:
        return replace(whole, error=np.full(len(whole.share), np.nan))
    from scipy.special import stdtrit

    fewer = whole.events - events[filled]
    leaving = fewer + censored.sum(axis=0) - censored[filled]
    shares = _product(fewer, np.cumsum(leaving[:, ::-1], axis=1)[:, ::-1])
    variance = (parts - 1) / parts * ((shares - shares.mean(axis=0)) ** 2).sum(axis=0)
    error = np.divide(np.sqrt(variance), whole.share, out=np.full(len(variance), np.inf), where=whole.share > 0)
    return replace(whole, error=error, deviations=float(stdtrit(parts - 1, 0.975)))


def _product(events: np.ndarray, at_risk: np.ndarray) -> np.ndarray:
    hazard = np.divide(events, at_risk, out=np.zeros(events.shape), where=at_risk > 0)
    return np.cumprod(1 - hazard, axis=-1)


def _first(reached: np.ndarray) -> float:
    days = np.flatnonzero(reached)
    return float(days[0]) if len(days) else np.nan
