"""How many customers a test takes, and how small an effect it sees: the powers are those of statsmodels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, log, sqrt

import numpy as np

from retention.experiment.baseline import Baseline
from retention.experiment.outcome import MIN_EVENTS

MOST = 1e10  # customers beyond which no test is thought of
FAR = 8.0  # standard errors beyond which every effect is seen


@dataclass(frozen=True)
class Design:
    """Control and one other arm: their shares of all customers, how often chance alone may raise an alarm, how often a true effect is seen.

    relative and absolute effects are of `treatment` over `control`; sd and value come from a `Baseline`.
    """

    control: float
    treatment: float
    alpha: float
    power: float

    @property
    def others(self) -> int:
        """How many arms there are besides control, all as large as each other."""
        return round((1 - self.control) / self.treatment)

    def power_of(self, base: Baseline, effect: float, customers: float, adjusted: bool = False) -> float:
        """How often a test with so many customers in all sees this effect (in the unit of the metric).

        Shares: two-sided z-test, variance pooled where nothing differs, unpooled where it does (statsmodels'
        power_proportions_2indep). Means and ratios: two-sided t-test (statsmodels' TTestIndPower). adjusted: what is known from
        before is taken out.
        """
        from statsmodels.stats.power import TTestIndPower
        from statsmodels.stats.proportion import power_proportions_2indep

        n, ratio = customers * self.treatment, self.control / self.treatment
        if base.kind == "share":
            return float(power_proportions_2indep(effect, base.value, n, ratio, alpha=self.alpha, return_results=False))
        size = abs(effect) / (base.adjusted_sd if adjusted else base.sd)
        if size > FAR * self._error(customers):  # the non-central t has no numbers there
            return 1.0
        return float(TTestIndPower().power(size, n, self.alpha, ratio))

    def least(self, base: Baseline) -> float:
        """The customers below which `compare_arms` gives no number: 10 events in every arm."""
        return MIN_EVENTS / min(self.control, self.treatment) / base.event_share

    def customers(self, base: Baseline, effect: float, adjusted: bool = False) -> float:
        """How many customers in all it takes to see this effect as often as `power` says; whole ones in every arm."""
        least = self.least(base)

        def missing(size: float) -> float:
            return self.power_of(base, effect, np.exp(size), adjusted) - self.power

        if missing(log(least)) >= 0:
            return self._whole(least)
        return self._whole(np.exp(_root(missing, log(least), log(MOST))))

    def smallest_effect(self, base: Baseline, customers: float, down: bool = False, adjusted: bool = False) -> float:
        """The smallest effect, in the unit of the metric, seen as often as `power` says; missing where none is so large."""
        if not base.speaks or customers < self.least(base):
            return np.nan
        sign = -1.0 if down else 1.0
        if base.kind == "share":
            most = (base.value if down else 1 - base.value) * (1 - 1e-9)
        else:
            most = 1.01 * FAR * self._error(customers) * base.sd

        def missing(effect: float) -> float:
            return self.power_of(base, sign * effect, customers, adjusted) - self.power

        return sign * _root(missing, most * 1e-9, most)

    def _whole(self, customers: float) -> float:
        """With whole customers in every arm."""
        if np.isnan(customers):
            return np.nan
        control, treatment = (ceil(round(customers * share, 6)) for share in (self.control, self.treatment))
        return float(control + self.others * treatment)

    def _error(self, customers: float) -> float:
        """The standard error of a difference of means, in standard deviations."""
        return sqrt((1 / self.control + 1 / self.treatment) / customers)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function is 0; missing where it is nowhere between the two."""
    from scipy.optimize import brentq

    if not function(low) < 0 <= function(high):
        return np.nan
    return float(brentq(function, low, high, xtol=1e-12, rtol=1e-10))
