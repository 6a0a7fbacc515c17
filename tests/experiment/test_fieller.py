"""Fieller's interval against the test it turns round, on a grid, and against draws whose truth is known."""

import numpy as np
import pytest
from scipy import stats

from retention.experiment.fieller import NOT_ABOVE_ZERO, TOUCHES_ZERO, fieller

T = stats.t.ppf(0.975, 18)


def not_rejected(control, treatment, critical, covariance, ratios):
    """The ratios r for which treatment − r · control is no further from 0 than `critical` standard errors."""
    (a, variance_a), (b, variance_b) = control, treatment
    return ratios[
        np.abs(b - ratios * a) <= critical * np.sqrt(variance_b - 2 * ratios * covariance + ratios**2 * variance_a)
    ]


@pytest.mark.parametrize("correlation", [0.0, 0.5, -0.4])
@pytest.mark.parametrize(
    ("control", "treatment"),
    [((100, 4), (110, 9)), ((20, 16), (15, 25)), ((10, 8), (-3, 9)), ((3.0, 0.25), (3.0, 0.25))],
)
def test_it_holds_what_the_t_test_does_not_reject(control, treatment, correlation):
    covariance = correlation * np.sqrt(control[1] * treatment[1])
    found = fieller(control, treatment, T, covariance)
    grid = np.linspace(found.low - 1, found.high + 1, 200_001) + 1
    kept = not_rejected(control, treatment, T, covariance, grid)
    step = grid[1] - grid[0]
    assert (found.low, found.high) == pytest.approx((kept.min() - 1, kept.max() - 1), abs=1.5 * step)
    assert found.value == pytest.approx(treatment[0] / control[0] - 1)
    assert found.reason == ""


def test_by_hand():
    """a = 10 ± 1, b = 12 ± 1, z = 2: (100 − 4)r² − 240r + (144 − 4) ≤ 0, so r = (120 ± √(14400 − 96 · 140)) ÷ 96 = 1.25 ± √960 ÷ 96."""
    found = fieller((10, 1), (12, 1), 2.0)
    assert (found.low, found.high) == pytest.approx((0.25 - np.sqrt(960) / 96, 0.25 + np.sqrt(960) / 96), abs=1e-12)
    assert found.value == pytest.approx(0.2)


def test_a_baseline_known_exactly_gives_the_interval_of_the_treatment():
    found = fieller((50, 0), (60, 4), 2.0)
    assert (found.low, found.high) == pytest.approx((56 / 50 - 1, 64 / 50 - 1), abs=1e-12)


@pytest.mark.parametrize("control", [0.0, -5.0, float("-inf")])
def test_a_baseline_that_is_not_above_zero_is_refused(control):
    found = fieller((control, 0.01), (5, 1), 2.0)
    assert np.isnan(found[:3]).all()
    assert found.reason == NOT_ABOVE_ZERO


def test_a_baseline_whose_interval_touches_zero_is_refused():
    assert fieller((2.001, 1), (5, 1), 2.0).reason == ""
    found = fieller((2.0, 1), (5, 1), 2.0)
    assert np.isnan(found[:3]).all()
    assert found.reason == TOUCHES_ZERO


def test_the_interval_of_a_weak_baseline_reaches_further_up():
    found = fieller((10, 4), (12, 4), 1.96)
    assert found.high - found.value > 1.5 * (found.value - found.low)


def test_it_holds_the_truth_95_times_in_100():
    """20,000 draws of two normal estimates that err together in part; the baseline is 6 standard errors from 0."""
    rng = np.random.default_rng(1)
    together, control, treatment = rng.normal(0, 0.6, 20_000), rng.normal(6, 0.8, 20_000), rng.normal(7.2, 1.2, 20_000)
    held, offered = 0, 0
    for a, b in zip(control + together, treatment + together, strict=True):
        found = fieller((a, 1.0), (b, 1.8), 1.959963984540054, 0.36)
        offered += found.reason == ""
        held += found.low <= 0.2 <= found.high
    assert offered > 19_990
    assert held / offered == pytest.approx(0.95, abs=0.006)
