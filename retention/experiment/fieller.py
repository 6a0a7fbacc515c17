"""The relative effect of two estimates, with an interval that knows that the baseline is an estimate too."""

from __future__ import annotations

import math
from typing import NamedTuple

NOT_ABOVE_ZERO = "The value of control is not above 0, so nothing can be told relative to it."
TOUCHES_ZERO = "The value of control cannot be told from 0, so nothing can be told relative to it."


class Relative(NamedTuple):
    """value = treatment ÷ control − 1 and its interval, as shares; all missing where `reason` says why."""

    value: float
    low: float
    high: float
    reason: str = ""


def fieller(
    control: tuple[float, float], treatment: tuple[float, float], critical: float, covariance: float = 0.0
) -> Relative:
    """The relative effect, treatment ÷ control − 1, with the interval by Fieller.

    Each estimate is its value and its variance (standard error squared). The interval of the quotient holds every r with (treatment − r·control)² ≤ critical² · (variance of treatment − r · 2 covariance
    + r² · variance of control), so it leaves out 1 exactly when |treatment − control| is more than `critical` standard errors.
    `critical` is the quantile of z or t; covariance is 0 for
    independent estimates, and not with CUPED, which draws both arms towards the same mean. Not offered when control is 0 or less, or when
    its own interval touches 0: then the quotient can be anything. Source: Fieller (1954), JRSS B 16, 175–185. When not to trust
    it: when an estimate is far from normal, as with a handful of events.

    >>> found = fieller((100, 4), (110, 4), 1.96)
    >>> print(round(found.value, 3), round(found.low, 3), round(found.high, 3))
    0.1 0.043 0.16
    >>> fieller((1, 4), (2, 4), 1.96).reason
    'The value of control cannot be told from 0, so nothing can be told relative to it.'
    """
    (control, control_variance), (treatment, treatment_variance) = control, treatment
    if control <= 0:
        return Relative(math.nan, math.nan, math.nan, NOT_ABOVE_ZERO)
    square = critical * critical
    below = control * control - square * control_variance
    if below <= 0:
        return Relative(math.nan, math.nan, math.nan, TOUCHES_ZERO)
    middle = control * treatment - square * covariance
    above = treatment * treatment - square * treatment_variance
    half = math.sqrt(max(middle * middle - below * above, 0.0))
    return Relative(treatment / control - 1, (middle - half) / below - 1, (middle + half) / below - 1)
