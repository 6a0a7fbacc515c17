"""The formulas beside lifetimes' own, beside their sums, and beside customers drawn at random."""

import numpy as np
import pandas as pd
import pytest

from retention.predict.laws import DropOutAfterPurchase, DropOutAnyTime, NoDropOut
from retention.predict.models import lifetimes

MBG = DropOutAfterPurchase(0.5, 30.0, 0.8, 2.0)
BG = DropOutAfterPurchase(0.5, 30.0, 0.8, 2.0, after_first=False)
PARETO = DropOutAnyTime(0.5, 30.0, 0.6, 50.0)
PARETO_TURNED = DropOutAnyTime(0.5, 50.0, 0.6, 30.0)
NBD = NoDropOut(0.5, 30.0)
LAWS = {"MBG": MBG, "BG": BG, "Pareto": PARETO, "Pareto turned": PARETO_TURNED, "NBD": NBD}


@pytest.fixture(scope="module")
def histories():
    rng = np.random.default_rng(0)
    T = rng.integers(10, 500, 100).astype(float)
    x = rng.integers(0, 8, 100)
    return x, np.where(x > 0, np.floor(T * rng.random(100)), 0.0), T


def theirs(law):
    library = lifetimes()
    if isinstance(law, DropOutAnyTime):
        fitter, names = library.ParetoNBDFitter(), ("r", "alpha", "s", "beta")
    else:
        fitter = library.ModifiedBetaGeoFitter() if law.after_first else library.BetaGeoFitter()
        names = ("r", "alpha", "a", "b")
    fitter.params_ = pd.Series({name: getattr(law, name) for name in names})
    return fitter


@pytest.mark.parametrize("name", [name for name in LAWS if name != "NBD"])
def test_the_same_as_lifetimes(name, histories):
    law, (x, t, T) = LAWS[name], histories
    fitter = theirs(law)
    np.testing.assert_allclose(law.p_alive(x, t, T), fitter.conditional_probability_alive(x, t, T), rtol=1e-9)
    expected = fitter.conditional_expected_number_of_purchases_up_to_time(200.0, x, t, T)
    np.testing.assert_allclose(law.p_alive(x, t, T) * law.orders_if_alive(200.0, x, T), expected, rtol=1e-8)
    nothing = np.zeros(1)
    np.testing.assert_allclose(
        law.p_alive(nothing, nothing, nothing) * law.orders_if_alive(200.0, nothing, nothing),
        fitter.expected_number_of_purchases_up_to_time(200.0),
    )


@pytest.mark.parametrize("name", LAWS)
def test_the_chances_of_one_two_three_orders_add_up_to_the_expectation(name, histories):
    x, _t, T = histories
    chances = sum(LAWS[name].chance_if_alive(np.float64(n), 200.0, x, T) for n in range(1, 250))
    np.testing.assert_allclose(chances, LAWS[name].orders_if_alive(200.0, x, T), rtol=1e-6)


def test_the_chances_are_those_of_customers_drawn_at_random():
    """Two purchases in 100 days, then 200 days more: rate ~ Gamma(2.5, 130), leaving ~ Beta(0.8, 5) for MBG."""
    rng = np.random.default_rng(1)
    due = rng.poisson(rng.gamma(2.5, 1 / 130, 200_000) * 200)
    orders = np.minimum(due, rng.geometric(rng.beta(0.8, 5, 200_000)))
    for number in (1, 2, 3, 6):
        chance = MBG.chance_if_alive(np.float64(number), 200.0, np.array([2.0]), np.array([100.0]))[0]
        assert (orders >= number).mean() == pytest.approx(chance, abs=0.004)


@pytest.mark.parametrize("name", LAWS)
def test_the_chances_of_short_times_one_after_the_other_add_up_to_the_expectation(name, histories):
    x, _t, T = histories
    chances = sum(LAWS[name].chance_after_if_alive(start, 0.1, x, T) for start in np.arange(1.0, 200.0, 2.0)) * 20
    np.testing.assert_allclose(chances, LAWS[name].orders_if_alive(200.0, x, T), rtol=0.01)
    now, later = LAWS[name].chance_after_if_alive(0.0, 60.0, x, T), LAWS[name].chance_after_if_alive(60.0, 60.0, x, T)
    np.testing.assert_allclose(now, LAWS[name].chance_if_alive(1, 60.0, x, T), rtol=1e-9)
    assert (later <= now + 1e-12).all()


def test_finite_for_a_customer_of_hundreds_of_orders():
    x, T = np.array([0.0, 300.0, 2000.0]), np.full(3, 700.0)
    for law in (*LAWS.values(), DropOutAfterPurchase(0.5, 30.0, 1.0, 2.0), DropOutAnyTime(0.5, 30.0, 1.0, 50.0)):
        assert np.isfinite(law.orders_if_alive(365.0, x, T)).all()
        later = law.chance_after_if_alive(365.0, 30.0, x, T)
        assert ((later > 0) & (later <= 1)).all()
        chance = law.p_alive(x, np.array([0.0, 100.0, 699.0]), T)
        assert ((chance >= 0) & (chance <= 1)).all()


def test_who_bought_once_has_left_with_some_chance_unless_by_bg():
    once = np.zeros(1), np.zeros(1), np.array([500.0])
    assert BG.p_alive(*once) == 1
    assert 0 < MBG.p_alive(*once)[0] < 1
    assert NBD.p_alive(*once) == 1
