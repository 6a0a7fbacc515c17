"""How exactly the values of two arms are known, against many draws of the arms themselves."""

import numpy as np
import pytest

from benchmarks.outcomes import sums
from retention.experiment.estimates import all_the_same, estimates, lifted
from retention.experiment.sums import Metric

CUPED = Metric("revenue", "mean", "revenue", before="before")
AOV = Metric("aov", "ratio", "revenue", per="orders")


def test_what_cuped_leaves_of_both_values_and_of_what_they_share():
    """2,500 pairs of arms: the variance of a value is its own and the common one, the covariance of the two the common one."""
    rng = np.random.default_rng(4)
    values, found = [], []
    for _ in range(2_500):
        arms = []
        for n in (40, 80):
            before = rng.normal(50, 10, n)
            arms.append(sums({"before": before, "revenue": 20 + before + rng.normal(0, 5, n)}))
        each = estimates(*arms, CUPED)
        values.append(each.values)
        found.append((*each.variances, each.common))
    spread, (control, treatment, common) = np.cov(np.array(values).T), np.mean(found, axis=0)
    assert common == pytest.approx(100 / 120, rel=0.03)  # θ = 1, variance of before 100, over 120 units
    assert (control, treatment) == pytest.approx((25 / 40, 25 / 80), rel=0.05)
    assert spread[0, 1] == pytest.approx(common, rel=0.1)
    assert (spread[0, 0], spread[1, 1]) == pytest.approx((control + common, treatment + common), rel=0.1)


def test_lifted_sums_are_the_sums_of_lifted_values():
    rng = np.random.default_rng(5)
    orders, revenue, before = rng.poisson(2, 90) + 1.0, rng.gamma(2, 20, 90), rng.gamma(2, 20, 90)
    columns = {"revenue": revenue, "orders": orders, "before": before}
    for metric, added in ((CUPED, 1.0), (AOV, orders)):
        found, expected = lifted(sums(columns), metric, -7.5), sums({**columns, "revenue": revenue - 7.5 * added})
        for part in ("mean", "var"):
            assert getattr(found, part)["revenue"] == pytest.approx(getattr(expected, part)["revenue"])
        pair = tuple(sorted(metric.columns))
        assert found.cov[pair] == pytest.approx(expected.cov[pair])


def test_values_that_differ_by_rounding_only_are_the_same():
    ones = np.ones(100)
    for values, same in (
        (ones * 7.1, True),
        (ones * 7.1 + np.arange(100) * 1e-9, True),
        (ones * 7.1 + np.arange(100) / 100, False),
    ):
        assert (
            all_the_same(sums({"revenue": values}), sums({"revenue": values}), Metric("revenue", "mean", "revenue"))
            is same
        )
    many, few = sums({"revenue": np.arange(9.0)}), sums({"revenue": ones})
    assert not all_the_same(few, many, Metric("revenue", "mean", "revenue"))
