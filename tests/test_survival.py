"""Kaplan–Meier on counts, beside numbers worked out by hand and beside scikit-survival."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sksurv.nonparametric import kaplan_meier_estimator

from benchmarks import coverage
from retention.survival import kaplan_meier, kaplan_meier_of_parts

# Freireich et al. (1963), remission of leukaemia under 6-MP, 21 patients: weeks of relapse and of censoring.
RELAPSED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
CENSORED = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]


def counted(days, length=None):
    return np.bincount(np.asarray(days, dtype=int), minlength=length or 1 + max(RELAPSED + CENSORED))


def test_the_published_example():
    """Kalbfleisch & Prentice (1980), Table 1.3; the median is 23, its interval from 13 without an upper end (R: survfit)."""
    found = kaplan_meier(counted(RELAPSED), counted(CENSORED))
    np.testing.assert_allclose(
        found.share[[6, 7, 10, 13, 16, 22, 23]], [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], atol=6e-4
    )
    np.testing.assert_allclose((found.share * found.error)[[6, 10, 23]], [0.0764, 0.0963, 0.1346], atol=6e-5)
    assert found.day_by(0.5) == 23
    low, high = found.days_by(0.5)
    assert low == 13
    assert np.isnan(high)
    assert np.isnan(found.day_by(0.6))
    assert (found.last_day(5), found.last_day(21), found.last_day(22)) == (32, 6, None)


def test_a_half_that_is_only_almost_one_half_in_floating_point():
    found = kaplan_meier(np.ones(24, dtype=int), np.zeros(24, dtype=int))
    assert found.share[11] > 0.5
    assert found.day_by(0.5) == 11


def test_nobody_and_everybody_have_no_interval():
    nobody = kaplan_meier(np.zeros(3, int), np.array([0, 0, 5]))
    assert (nobody.share == 1).all()
    assert np.isnan(nobody.interval()).all()
    everybody = kaplan_meier(np.array([0, 5]), np.zeros(2, int))
    assert everybody.share[-1] == 0
    assert np.isnan(everybody.interval()[0][-1])
    assert everybody.day_by(0.5) == 1


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=60))
def test_agrees_with_scikit_survival(times):
    days, returned = np.array([day for day, _ in times]), np.array([event for _, event in times])
    length = days.max() + 1
    found = kaplan_meier(counted(days[returned], length), counted(days[~returned], length))
    at, share, (low, high) = kaplan_meier_estimator(returned, days, conf_type="log-log")
    at = at.astype(int)
    np.testing.assert_allclose(found.share[at], share, atol=1e-9)
    inside = (share > 1e-9) & (
        share < 1 - 1e-9
    )  # outside scikit-survival gives an interval without width, we give none
    ours = found.interval()
    np.testing.assert_allclose(ours[0][at][inside], low[inside], atol=1e-9)
    np.testing.assert_allclose(ours[1][at][inside], high[inside], atol=1e-9)


def test_the_error_from_parts():
    """One independent time a part: the variance of a share p is p(1 − p) ÷ (n − 1). Copies within a part change nothing."""
    days = np.arange(10)
    one = np.eye(10, dtype=int)[days]
    found = kaplan_meier_of_parts(one, np.zeros_like(one))
    p = 1 - (days[:-1] + 1) / 10
    np.testing.assert_allclose(found.error[:-1], np.sqrt(p * (1 - p) / 9) / p)
    copies = kaplan_meier_of_parts(one * 4, np.zeros_like(one))
    np.testing.assert_allclose(copies.error[:-1], found.error[:-1])
    assert (kaplan_meier(one.sum(axis=0) * 4, np.zeros(10, int)).error[:-1] < 0.6 * found.error[:-1]).all()
    assert found.deviations == pytest.approx(2.2622, abs=1e-4)  # Student's t with 9 degrees of freedom


def test_parts_that_are_empty_do_not_count_and_one_part_says_nothing():
    one = np.eye(10, dtype=int)
    empty = np.vstack([one, np.zeros((5, 10), dtype=int)])
    np.testing.assert_allclose(
        kaplan_meier_of_parts(empty, np.zeros_like(empty)).interval(),
        kaplan_meier_of_parts(one, np.zeros_like(one)).interval(),
    )
    alone = kaplan_meier_of_parts(one[:1], one[1:2])
    assert np.isnan(alone.interval()).all()


@pytest.mark.parametrize("kind", coverage.KINDS)
def test_the_interval_of_the_median_holds_the_truth(kind):
    """Forty shops; `python -m benchmarks.coverage` takes five hundred. Of 40 trials at 95 %, 34 or fewer come once in 100 times."""
    held = coverage.coverage(40, lambda seed: coverage.holds(coverage.one_gap_each(kind, seed), coverage.TRUE_MEDIAN))
    assert held >= 35 / 40


def test_the_interval_of_all_gaps_holds_the_truth():
    true = coverage.all_gaps(seed=0, customers=200_000)[0].day_by(0.5)
    assert coverage.coverage(40, lambda seed: coverage.holds(coverage.all_gaps(seed + 1)[1], true)) >= 35 / 40


def test_the_same_interval_when_the_shop_is_read_from_a_file():
    assert coverage.read_shop(1) == coverage.one_gap_each(coverage.EXPONENTIAL, 1).days_by(0.5)
