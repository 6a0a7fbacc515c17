"""What an order brings: the published fit, and customers whom the model cannot read."""

import numpy as np
import pytest

from retention.predict.spend import fit_spend
from tests.predict.published import cdnow


def test_cdnow_as_published():
    """Fader & Hardie (2013), "The Gamma-Gamma Model of Monetary Value": 946 repeat customers, p 6.25, q 3.74, γ 15.44."""
    data = cdnow()
    found = fit_spend(data["frequency"], data["monetary"])
    values = dict(found.parameters[["parameter", "value"]].to_numpy())
    assert values == pytest.approx({"p": 6.25, "q": 3.74, "v": 15.44}, rel=0.005)
    assert (found.customers, found.excluded) == (946, 0)
    assert found.mean == pytest.approx(6.25 * 15.44 / 2.74, rel=0.005)
    assert found.correlation == pytest.approx(0.11, abs=0.01)
    assert found.notes == ()


def test_the_currency_changes_the_scale_and_nothing_else():
    data = cdnow()
    euro, forint = (fit_spend(data["frequency"], data["monetary"] * rate) for rate in (1, 390))
    np.testing.assert_allclose(forint.parameters["value"], euro.parameters["value"] * [1, 1, 390], rtol=1e-4)
    assert forint.log_likelihood == pytest.approx(euro.log_likelihood - 946 * np.log(390))


def test_the_more_orders_the_more_a_customer_s_own_mean_counts():
    """(p x × own + (q − 1) × mean of all) ÷ (p x + q − 1)."""
    data = cdnow()
    found = fit_spend(data["frequency"], data["monetary"])
    p, q, v = found.parameters["value"]
    expected = found.expected_spend([0, 1, 10, 3], [np.nan, 100, 100, -5])
    by_hand = [(p * x * 100 + p * v) / (p * x + q - 1) for x in (1, 10)]
    assert expected.tolist() == pytest.approx([found.mean, *by_hand, found.mean])


def test_customers_who_got_everything_back_are_counted_and_left_out():
    data = cdnow()
    found = fit_spend([*data["frequency"], 2, 3], [*data["monetary"], 0.0, -4.0])
    assert (found.customers, found.excluded) == (946, 2)
    assert any("got back" in note for note in found.notes)


def test_frequency_and_spend_that_go_together_are_pointed_out():
    rng = np.random.default_rng(0)
    x = rng.integers(1, 10, 300)
    assert any("more often" in note for note in fit_spend(x, x * rng.gamma(5, 2, 300)).notes)


@pytest.mark.parametrize(("x", "spend", "mean"), [([1] * 40, [20.0] * 40, 20), ([1, 3], [10.0, 30.0], 25)])
def test_all_alike_or_too_few_are_given_their_mean(x, spend, mean):
    found = fit_spend([0, *x], [np.nan, *spend])
    assert found.parameters.empty
    assert found.mean == pytest.approx(mean)
    assert (found.expected_spend([0, 5], [np.nan, 99.0]) == found.mean).all()
    assert found.notes[-1].startswith("Too few")
