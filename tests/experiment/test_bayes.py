"""P(better) and expected loss against closed forms, numeric integration and draws."""

import numpy as np
import pytest
from scipy import integrate, stats
from scipy.special import betaln

from retention.experiment.bayes import better_normal, better_shares

CASES = [
    ((48, 80), (56, 70)),
    ((100, 1000), (130, 1100)),
    ((10, 5000), (31, 90)),
    ((700, 1000), (2, 40)),
    ((0, 5), (5, 5)),
]


def miller(control, n_control, treatment, n_treatment):
    """P(B > A) = Σ over i < α_B of B(α_A + i, β_A + β_B) ÷ ((β_B + i) · B(1 + i, β_B) · B(α_A, β_A)), by Evan Miller (2015)."""
    a, b = (1 + control, 1 + n_control - control), (1 + treatment, 1 + n_treatment - treatment)
    i = np.arange(b[0])
    return np.exp(betaln(a[0] + i, a[1] + b[1]) - np.log(b[1] + i) - betaln(1 + i, b[1]) - betaln(*a)).sum()


@pytest.mark.parametrize(("control", "treatment"), CASES)
def test_probability_is_evan_millers_closed_form(control, treatment):
    chance, _ = better_shares(*control, *treatment)
    assert chance == pytest.approx(miller(*control, *treatment), abs=1e-10)


@pytest.mark.parametrize(("control", "treatment"), CASES)
def test_losses_of_either_choice_differ_by_the_difference_of_the_posterior_means(control, treatment):
    """E[max(A − B, 0)] − E[max(B − A, 0)] = E[A] − E[B], with E[A] = (1 + successes) ÷ (2 + n)."""
    _, keep = better_shares(*control, *treatment)
    _, back = better_shares(*treatment, *control)
    means = [(1 + hits) / (2 + n) for hits, n in (control, treatment)]
    assert keep - back == pytest.approx(means[0] - means[1], abs=1e-12)
    assert min(keep, back) >= 0


@pytest.mark.parametrize(("control", "treatment"), CASES[:2])
def test_loss_against_integration_over_both_posteriors(control, treatment):
    a, b = (stats.beta(1 + hits, 1 + n - hits) for hits, n in (control, treatment))
    middle = a.ppf(1e-14), a.isf(1e-14)
    expected, _ = integrate.dblquad(
        lambda y, x: (x - y) * a.pdf(x) * b.pdf(y), *middle, b.ppf(1e-14), lambda x: x, epsabs=1e-11
    )
    assert better_shares(*control, *treatment)[1] == pytest.approx(expected, abs=1e-9)


def test_two_arms_without_any_data_are_even():
    """Both flat: P = 1/2, E[max(A − B, 0)] = 1/6."""
    assert better_shares(0, 0, 0, 0) == pytest.approx((1 / 2, 1 / 6), abs=1e-12)


@pytest.mark.parametrize(("control", "treatment"), CASES)
def test_lower_is_better_is_the_question_with_the_arms_exchanged(control, treatment):
    assert better_shares(*control, *treatment, lower_is_better=True) == pytest.approx(
        better_shares(*treatment, *control), abs=1e-12
    )


def test_a_million_units_are_no_harder():
    chance, loss = better_shares(30_000, 1_000_000, 30_500, 1_000_000)
    effect, error = 0.0005, np.sqrt((0.03 * 0.97 + 0.0305 * 0.9695) / 1e6)
    assert (chance, loss) == pytest.approx(better_normal(effect, error), rel=0.01)
    assert chance == pytest.approx(stats.norm.cdf(effect / error), abs=1e-4)


def test_arms_far_apart():
    chance, loss = better_shares(100, 10_000, 9_000, 10_000)
    assert chance == pytest.approx(1, abs=1e-12)
    assert loss == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("effect", "error"), [(0.0, 2.0), (3.0, 2.0), (-3.0, 2.0), (40.0, 2.0)])
@pytest.mark.parametrize("lower_is_better", [False, True])
def test_normal_against_integration(effect, error, lower_is_better):
    sign = -1 if lower_is_better else 1
    posterior = stats.norm(sign * effect, error)
    loss, _ = integrate.quad(
        lambda d: -d * posterior.pdf(d), sign * effect - 40 * error, 0, points=[sign * effect - 4 * error]
    )
    if sign * effect - 40 * error >= 0:
        loss = 0
    found = better_normal(effect, error, lower_is_better)
    assert found == pytest.approx((posterior.sf(0), loss), abs=1e-9)
