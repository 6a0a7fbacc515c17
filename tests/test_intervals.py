"""Intervals against scipy, against the formula written out, and against a bootstrap."""

import numpy as np
import pytest
from scipy.stats import binomtest

from retention.intervals import ratio_of_sums, wilson


@pytest.mark.parametrize(("successes", "n"), [(0, 1), (1, 1), (0, 30), (15, 30), (30, 30), (3, 1000), (4337, 4338)])
def test_wilson_against_scipy(successes, n):
    low, high = wilson(successes, n)
    expected = binomtest(successes, n).proportion_ci(0.95, method="wilson")
    assert (float(low), float(high)) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_wilson_of_nobody_is_missing():
    low, high = wilson([0, 1], [0, 2])
    assert np.isnan([low[0], high[0]]).all()
    assert not np.isnan([low[1], high[1]]).any()


@pytest.fixture(scope="module")
def customers():
    """Orders and net of 400 customers: many with one order, a few with much money."""
    rng = np.random.default_rng(7)
    orders = rng.geometric(0.6, 400).astype(float)
    return rng.gamma(2, 20, 400) * orders, orders


def sums(x, y):
    return len(x), x.sum(), y.sum(), (x * x).sum(), (y * y).sum(), (x * y).sum()


def test_ratio_of_sums_against_the_delta_method_written_out(customers):
    x, y = customers
    covariance = np.cov(x, y)
    gradient = np.array([1 / y.mean(), -x.mean() / y.mean() ** 2])
    half = 1.959963984540054 * np.sqrt(gradient @ covariance @ gradient / len(x))
    low, high = ratio_of_sums(*sums(x, y))
    assert (float(low), float(high)) == pytest.approx((x.sum() / y.sum() - half, x.sum() / y.sum() + half), rel=1e-9)


def test_ratio_of_sums_against_a_bootstrap(customers):
    x, y = customers
    weights = np.random.default_rng(1).multinomial(len(x), np.full(len(x), 1 / len(x)), size=5000)
    expected = np.quantile((weights @ x) / (weights @ y), [0.025, 0.975])
    assert np.array(ratio_of_sums(*sums(x, y))) == pytest.approx(expected, rel=0.01)


def test_ratio_of_sums_does_not_depend_on_the_unit(customers):
    x, y = customers
    cents = np.array(ratio_of_sums(*sums(x * 100, y)))
    assert cents / 100 == pytest.approx(np.array(ratio_of_sums(*sums(x, y))))


def test_ratio_of_sums_without_enough_is_missing():
    assert np.isnan(ratio_of_sums(1, 10, 1, 100, 1, 10)).all()
    assert np.isnan(ratio_of_sums(5, 10, 0, 100, 0, 0)).all()


def test_ratio_of_sums_where_all_are_alike_has_no_width():
    low, high = ratio_of_sums(3, 30, 3, 300, 3, 30)
    assert (float(low), float(high)) == (10, 10)
