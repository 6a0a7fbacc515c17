"""The values of two arms and how exactly they are known, before any test: shares, means with CUPED, ratios by the delta method."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

from retention.experiment.sums import ArmSums, Metric

_SAME = 1e-12  # variance ÷ mean square at or below which values differ by rounding only


class Estimates(NamedTuple):
    """Control first. values; variances: of the values, standard errors squared, but for `common`, what both values err by together,
    which does not touch their difference; before: the column CUPED used, "" without; variance_reduction: the share of the variance of the
    effect that it took out, missing without."""

    values: tuple[float, float]
    variances: tuple[float, float]
    common: float = 0.0
    before: str = ""
    variance_reduction: float = math.nan

    @property
    def standard_error(self) -> float:
        return math.sqrt(sum(self.variances))


def estimates(control: ArmSums, treatment: ArmSums, metric: Metric) -> Estimates:
    """What is known of a metric in two arms.

    Share p: variance p·(1 − p) ÷ n. Mean: variance ÷ n; with `before`, value − θ·(before − its mean over both arms), with θ = cov ÷ var over
    both arms together as one sample, and variance (var − 2θ·cov + θ²·var of before) ÷ n; both values then err together by θ
    times the error of that mean of `before`, common = θ² · its variance ÷ n of both. Ratio r = mean value ÷ mean per: variance (var − 2r·cov + r²·var of
    per) ÷ (mean per² · n), over the units with a value or a divisor other than 0: the others say nothing about it, and counted in n they would
    make few buyers among many customers look like many (7 false alarms in 100 with 20 buyers an arm, not 5). Sources: Deng et al. (2013), WSDM; Deng et al. (2018), KDD.
    """
    arms, value = (control, treatment), metric.value
    means = tuple(float(arm.mean[value]) for arm in arms)
    if metric.kind == "share":
        return Estimates(means, tuple(mean * (1 - mean) / arm.n for arm, mean in zip(arms, means, strict=True)))
    if metric.kind == "ratio":
        arms = tuple(_with_any(arm, metric) for arm in arms)
        ratios = tuple(float(arm.mean[value] / arm.mean[metric.per]) for arm in arms)
        return Estimates(ratios, tuple(_ratio_variance(*pair, metric) for pair in zip(arms, ratios, strict=True)))
    plain, before = tuple(float(arm.var[value]) / arm.n for arm in arms), metric.before
    if not before or not _varies(_together(control, treatment, before, before), control.mean[before]):
        return Estimates(means, plain)
    spread, n = _together(control, treatment, before, before), control.n + treatment.n
    theta = _together(control, treatment, value, before) / spread
    middle = sum(arm.n * arm.mean[before] for arm in arms) / n
    variances = tuple(
        float(variance + (theta**2 * arm.var[before] - 2 * theta * _covariance(arm, value, before)) / arm.n)
        for arm, variance in zip(arms, plain, strict=True)
    )
    if sum(variances) <= _SAME * sum(plain):  # before says it all
        return Estimates(means, plain)
    return Estimates(
        tuple(float(mean - theta * (arm.mean[before] - middle)) for arm, mean in zip(arms, means, strict=True)),
        variances,
        float(theta**2 * spread / n),
        before,
        1 - sum(variances) / sum(plain),
    )


def all_the_same(control: ArmSums, treatment: ArmSums, metric: Metric) -> bool:
    """Whether the values of either arm differ by no more than rounding, each arm by itself."""
    plain = estimates(control, treatment, replace(metric, before=""))
    spread = zip((control, treatment), plain.variances, plain.values, strict=True)
    return not any(_varies(variance * arm.n, value) for arm, variance, value in spread)


def lifted(arm: ArmSums, metric: Metric, by: float) -> ArmSums:
    """The sums of value + by, for a ratio of value + by · per: what is compared rises by the same in both arms, so that their
    difference and its variance stay as they are; for a ratio over the units that count."""
    value, per = metric.value, metric.per if metric.kind == "ratio" else ""
    if not per:
        return ArmSums(arm.n, {**arm.mean, value: arm.mean[value] + by}, arm.var, arm.cov, arm.events)
    arm = _with_any(arm, metric)
    covariance, spread = _covariance(arm, value, per), arm.var[per]
    return ArmSums(
        arm.n,
        {**arm.mean, value: arm.mean[value] + by * arm.mean[per]},
        {**arm.var, value: arm.var[value] + 2 * by * covariance + by**2 * spread},
        {**arm.cov, tuple(sorted((value, per))): covariance + by * spread},
        arm.events,
    )


def _with_any(arm: ArmSums, metric: Metric) -> ArmSums:
    """The sums over the units with a value or a divisor other than 0."""
    columns, n, m = (metric.value, metric.per), arm.n, max(arm.events[metric.value], arm.events[metric.per])
    mean = {column: arm.mean[column] * n / m for column in columns}

    def spread(left: str, right: str) -> float:
        squares = _covariance(arm, left, right) * (n - 1) + n * arm.mean[left] * arm.mean[right]
        return (squares - m * mean[left] * mean[right]) / (m - 1)

    var = {column: spread(column, column) for column in columns}
    return ArmSums(m, mean, var, {tuple(sorted(columns)): spread(*columns)}, arm.events)


def _covariance(arm: ArmSums, left: str, right: str) -> float:
    return arm.var[left] if left == right else arm.cov[tuple(sorted((left, right)))]


def _ratio_variance(arm: ArmSums, ratio: float, metric: Metric) -> float:
    value, per = metric.value, metric.per
    residual = arm.var[value] - 2 * ratio * _covariance(arm, value, per) + ratio**2 * arm.var[per]
    return float(max(residual, 0.0) / arm.mean[per] ** 2 / arm.n)


def _together(control: ArmSums, treatment: ArmSums, left: str, right: str) -> float:
    """The covariance over both arms as one sample."""
    n, m = control.n, treatment.n
    apart = (control.mean[left] - treatment.mean[left]) * (control.mean[right] - treatment.mean[right])
    within = _covariance(control, left, right) * (n - 1) + _covariance(treatment, left, right) * (m - 1)
    return float((within + apart * n * m / (n + m)) / (n + m - 1))


def _varies(variance: float, mean: float) -> bool:
    return variance > _SAME * (variance + mean * mean)
