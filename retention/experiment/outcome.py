"""The outcome of one metric in two arms: effect, interval, p, and what else can be said of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from retention.experiment.bayes import better_normal, better_shares
from retention.experiment.estimates import Estimates, all_the_same, estimates, lifted
from retention.experiment.fieller import NOT_ABOVE_ZERO, TOUCHES_ZERO, fieller
from retention.experiment.sequential import valid_interval
from retention.experiment.sums import ArmSums, Metric
from retention.intervals import newcombe, ratio_of_sums, wilson

if TYPE_CHECKING:
    from tea_tasting.aggr import Aggregates

MIN_UNITS, MIN_EVENTS, POWER = 2, 10, 0.8
FEW_UNITS = "Fewer than 2 units in an arm."
FEW_EVENTS = "Fewer than 10 events in an arm."
FEW_OTHERS = "Fewer than 10 units without the event in an arm."
NO_DENOMINATOR = "What is divided by is not above 0 in an arm."
NO_SPREAD_KNOWN = "It is not known how much the values of the units differ."
ALL_THE_SAME = "Every value is the same in both arms."
REASONS = (
    FEW_UNITS,
    FEW_EVENTS,
    FEW_OTHERS,
    NO_DENOMINATOR,
    NO_SPREAD_KNOWN,
    ALL_THE_SAME,
    NOT_ABOVE_ZERO,
    TOUCHES_ZERO,
)
SHARES = "two-sided z-test of shares"
MEANS = "two-sided Welch t-test of means"
MEANS_CUPED = "two-sided Welch t-test of means, with CUPED"
RATIOS = "two-sided Welch t-test of ratios, by the delta method"
METHODS = (SHARES, MEANS, MEANS_CUPED, RATIOS)


@dataclass(frozen=True)
class Comparison:
    """What `compare_arms` returns; every number is missing where `reason` says why.

    control_value, value: of either arm, with CUPED the adjusted means; effect: value − control_value; low, high: its interval; relative,
    relative_low, relative_high: effect ÷ control_value, missing where `relative_reason` says why; p, and the method that gave it;
    standard_error: of the effect; variance_reduction: share of the variance that CUPED took out, missing without; probability_better,
    expected_loss: see `bayes`; valid_low, valid_high: see `sequential`; detectable: the smallest effect seen in 80 of 100 such tests.
    """

    method: str
    control_value: float = math.nan
    value: float = math.nan
    effect: float = math.nan
    low: float = math.nan
    high: float = math.nan
    relative: float = math.nan
    relative_low: float = math.nan
    relative_high: float = math.nan
    p: float = math.nan
    variance_reduction: float = math.nan
    probability_better: float = math.nan
    expected_loss: float = math.nan
    valid_low: float = math.nan
    valid_high: float = math.nan
    detectable: float = math.nan
    standard_error: float = math.nan
    reason: str = ""
    relative_reason: str = ""


def compare_arms(
    control: ArmSums,
    treatment: ArmSums,
    metric: Metric,
    alpha: float = 0.05,
    planned_n: int | None = None,
    share: float = 0.5,
) -> Comparison:
    """Two arms beside each other on one metric: treatment − control, with everything that can be said of it.

    Shares: p by the two-sided z-test with pooled variance and no continuity correction; interval by Newcombe from the two Wilson
    intervals, which fits rare events better than one turned out of that test; at the very edge of significance p, interval and relative
    interval may therefore disagree. Means: Welch's t-test; with `before`, CUPED first: value − θ·(before − its mean over both arms), θ = cov ÷
    var of both arms together; shares, ratios and a `before` without variance go without. Ratios: Welch's t-test with the variance of Σvalue
    ÷ Σper by the delta method, over the units with either. Relative effect by Fieller; expected loss and P(better) in the unit and direction of the metric; always-valid
    interval for `planned_n` units in both arms together, `share` of them in the treatment arm. detectable = (z of 1 − α/2 + z of 0.8) ·
    standard error. No number below 2 units or 10 events in an arm (shares: units with and units without; else units with a value
    other than 0), where a ratio divides by 0, or where all values are the same: `reason` says so. Sources: Newcombe (1998), Statistics in Medicine
    17, 873–890; Welch (1947), Biometrika 34, 28–35; Deng et al. (2013), WSDM, and (2018), KDD. When not to trust it: when units influence
    each other, when a unit is counted more than once, or when the day of the look was chosen because of what was seen (then only
    the always-valid interval holds).

    >>> shares = {"bought": 0.10}, {"bought": 0.125}
    >>> arms = [ArmSums(2000, mean, {"bought": 0.1}, {}, {"bought": round(2000 * mean["bought"])}) for mean in shares]
    >>> found = compare_arms(*arms, Metric("repeat", "share", "bought"))
    >>> print(round(found.effect, 3), round(found.low, 4), round(found.high, 4), round(found.p, 4))
    0.025 0.0054 0.0446 0.0124
    >>> compare_arms(*arms[:1], ArmSums(50, {"bought": 0.1}, {}, {}, {"bought": 5}), Metric("repeat", "share", "bought")).reason
    'Fewer than 10 events in an arm.'
    """
    from scipy.special import ndtri

    method = {"share": SHARES, "mean": MEANS, "ratio": RATIOS}[metric.kind]
    if reason := _reason(control, treatment, metric):
        return Comparison(method, reason=reason)
    known = estimates(control, treatment, metric)
    effect, error = known.values[1] - known.values[0], known.standard_error
    if metric.kind == "share":
        p, low, high, critical = _shares(control, treatment, metric, alpha)
        events = _events(control, metric), _events(treatment, metric)
        better = better_shares(events[0], control.n, events[1], treatment.n, metric.lower_is_better)
    else:
        p, low, high, critical = _means(control, treatment, metric, known, alpha)
        better = better_normal(effect, error, metric.lower_is_better)
    either = ((value, variance + known.common) for value, variance in zip(known.values, known.variances, strict=True))
    relative = fieller(*either, critical, covariance=known.common)
    valid = valid_interval(effect, error, control.n, treatment.n, planned_n, share, alpha=alpha)
    return Comparison(
        method=MEANS_CUPED if known.before else method,
        control_value=known.values[0],
        value=known.values[1],
        effect=effect,
        low=low,
        high=high,
        relative=relative.value,
        relative_low=relative.low,
        relative_high=relative.high,
        p=p,
        variance_reduction=known.variance_reduction,
        probability_better=better[0],
        expected_loss=better[1],
        valid_low=float(valid[0]),
        valid_high=float(valid[1]),
        detectable=float(ndtri(1 - alpha / 2) + ndtri(POWER)) * error,
        standard_error=error,
        relative_reason=relative.reason,
    )


def value_interval(arm: ArmSums, metric: Metric) -> tuple[float, float]:
    """The 95 % interval of the value of one arm: Wilson for shares, t for means, delta method for ratios; missing below 2 units.

    >>> low, high = value_interval(ArmSums(100, {"bought": 0.1}, {}, {}, {"bought": 10}), Metric("repeat", "share", "bought"))
    >>> print(round(low, 4), round(high, 4))
    0.0552 0.1744
    """
    from scipy.special import stdtrit

    if arm.n < MIN_UNITS:
        return math.nan, math.nan
    n, mean, rest = arm.n, arm.mean[metric.value], arm.n - 1
    if metric.kind == "share":
        low, high = wilson(_events(arm, metric), n)
    elif metric.kind == "mean":
        half = stdtrit(rest, 0.975) * math.sqrt(arm.var[metric.value] / n)
        low, high = mean - half, mean + half
    else:
        per, any_of = arm.mean[metric.per], max(arm.events[metric.value], arm.events[metric.per])
        together = arm.cov[tuple(sorted((metric.value, metric.per)))]
        squares = (arm.var[metric.value] * rest + n * mean**2, arm.var[metric.per] * rest + n * per**2)
        low, high = ratio_of_sums(any_of, n * mean, n * per, *squares, together * rest + n * mean * per)
    return float(low), float(high)


def power_of(effect: float, standard_error: float, alpha: float = 0.05) -> float:
    """How often a test with this standard error sees such an effect: P(|Z + effect ÷ standard error| > z of 1 − α/2).

    >>> print(round(power_of(2.8, 1.0), 3))
    0.8
    """
    from scipy.special import ndtr, ndtri

    z, critical = abs(effect) / standard_error, ndtri(1 - alpha / 2)
    return float(ndtr(z - critical) + ndtr(-z - critical))


def sample_ratio_p(counts: ArrayLike, shares: ArrayLike) -> float:
    """How likely the arms are at least so far from their planned shares by chance: χ² over all arms; missing without units.

    Source: Fabijan et al. (2019), KDD, on sample-ratio mismatch. When not to trust it: with fewer than about 5 units planned for an arm.

    >>> print(round(sample_ratio_p([821588, 815482], [1, 1]), 8))
    1.82e-06
    """
    from scipy.stats import chisquare

    counts, shares = np.asarray(counts, dtype=float), np.asarray(shares, dtype=float)
    n = counts.sum()
    return float(chisquare(counts, n * shares / shares.sum()).pvalue) if n else math.nan


def adjusted(p_values: ArrayLike) -> np.ndarray:
    """p-values after Holm's correction for looking at several; missing ones stay missing and do not count.

    Source: Holm (1979), Scandinavian Journal of Statistics 6, 65–70.

    >>> print(adjusted([0.01, float("nan"), 0.04, 0.03]))
    [0.03  nan 0.06 0.06]
    """
    from statsmodels.stats.multitest import multipletests

    p_values = np.array(p_values, dtype=float)
    if (known := ~np.isnan(p_values)).any():
        p_values[known] = multipletests(p_values[known], method="holm")[1]
    return p_values


def many_p_values(
    n_control: ArrayLike,
    mean_control: ArrayLike,
    var_control: ArrayLike,
    n_treatment: ArrayLike,
    mean_treatment: ArrayLike,
    var_treatment: ArrayLike,
    kind: str,
) -> np.ndarray:
    """The p of `compare_arms` for many pairs of arms at once: pooled z for "share", else Welch (for ratios with n, value and
    variance by the delta method of the units with a value or a divisor). Missing where nothing varies; how many events there are is not asked. Shares need no variances.

    >>> print(many_p_values(2000, 0.10, None, 2000, [0.10, 0.125], None, "share").round(4))
    [1.     0.0124]
    """
    from scipy.special import ndtr, stdtr

    n = [np.asarray(value, dtype=float) for value in (n_control, n_treatment)]
    mean = [np.asarray(value, dtype=float) for value in (mean_control, mean_treatment)]
    effect = np.abs(mean[1] - mean[0])
    with np.errstate(divide="ignore", invalid="ignore"):
        if kind == "share":
            pooled = (mean[0] * n[0] + mean[1] * n[1]) / (n[0] + n[1])
            return 2 * ndtr(-effect / np.sqrt(pooled * (1 - pooled) * (1 / n[0] + 1 / n[1])))
        var = [np.asarray(v, dtype=float) / count for v, count in zip((var_control, var_treatment), n, strict=True)]
        freedom = (var[0] + var[1]) ** 2 / (var[0] ** 2 / (n[0] - 1) + var[1] ** 2 / (n[1] - 1))
        return 2 * stdtr(freedom, -effect / np.sqrt(var[0] + var[1]))


def _events(arm: ArmSums, metric: Metric) -> int:
    """Of a share the units with 1, else the units with a value other than 0."""
    return round(arm.n * arm.mean[metric.value]) if metric.kind == "share" else arm.events[metric.value]


def _reason(control: ArmSums, treatment: ArmSums, metric: Metric) -> str:
    """Why nothing is said of two arms, or ""."""
    arms = (control, treatment)
    if any(arm.n < MIN_UNITS for arm in arms):
        return FEW_UNITS
    if metric.kind == "ratio" and not all(arm.mean[metric.per] > 0 for arm in arms):
        return NO_DENOMINATOR
    if any(_events(arm, metric) < MIN_EVENTS for arm in arms):
        return FEW_EVENTS
    if metric.kind == "share":
        return FEW_OTHERS if any(arm.n - _events(arm, metric) < MIN_EVENTS for arm in arms) else ""
    if any(math.isnan(arm.var[metric.value]) for arm in arms):
        return NO_SPREAD_KNOWN
    return ALL_THE_SAME if all_the_same(control, treatment, metric) else ""


def _shares(control: ArmSums, treatment: ArmSums, metric: Metric, alpha: float) -> tuple[float, float, float, float]:
    """p, the interval, and the quantile of z by which it reaches out."""
    from scipy.special import ndtri
    from tea_tasting.metrics.proportion import Proportion

    test = Proportion(metric.value, method="norm", correction=False, equal_var=True)
    p = test.analyze_aggregates(_aggregates(control, metric.value), _aggregates(treatment, metric.value)).pvalue
    z = float(ndtri(1 - alpha / 2))
    low, high = newcombe(*(part for arm in (treatment, control) for part in (_events(arm, metric), arm.n)), z)
    return p, float(low), float(high), z


def _means(
    control: ArmSums, treatment: ArmSums, metric: Metric, known: Estimates, alpha: float
) -> tuple[float, float, float, float]:
    """The same with the quantile of t. Both arms are lifted well above 0 first: tea-tasting also works out a relative effect on the scale of logarithms, which overflows there."""
    from tea_tasting.metrics.mean import RatioOfMeans

    per, before = metric.per if metric.kind == "ratio" else None, known.before or None
    test = RatioOfMeans(metric.value, per, before, use_t=True, equal_var=False, confidence_level=1 - alpha)
    by = 10 * known.standard_error - min(known.values)
    columns = [column for column in (metric.value, per, before) if column]
    found = test.analyze_aggregates(*(_aggregates(lifted(arm, metric, by), *columns) for arm in (control, treatment)))
    low, high = float(found.effect_size_ci_lower), float(found.effect_size_ci_upper)
    return found.pvalue, low, high, (high - low) / (2 * known.standard_error)


def _aggregates(arm: ArmSums, *columns: str) -> Aggregates:
    from tea_tasting.aggr import Aggregates

    return Aggregates(
        count_=int(arm.n),
        mean_={column: float(arm.mean[column]) for column in columns},
        var_={column: float(value) for column, value in arm.var.items() if column in columns},
        cov_={pair: float(value) for pair, value in arm.cov.items() if set(pair) <= set(columns)},
    )
