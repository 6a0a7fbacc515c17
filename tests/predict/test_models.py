"""Fits beside the published ones, and what becomes of shops that have no fit."""

import numpy as np
import pytest

import retention as rt
from benchmarks import recovery
from retention.predict.models import MODELS, fit_activity
from tests.predict.published import cdnow

# Fader, Hardie & Lee (2005), table 2 and figure 4; Pareto/NBD as they compare it with.
PUBLISHED = {
    "BG/NBD": ({"r": 0.2426, "alpha": 4.4136, "a": 0.7929, "b": 2.4259}, -9582.429, 1653.4),
    "Pareto/NBD": ({"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}, -9594.98, 1665.5),
}


@pytest.fixture(scope="module")
def fits():
    data = cdnow()
    return {name: fit_activity(data["frequency"], data["recency"], data["T"], model=name) for name in MODELS}


@pytest.mark.parametrize("name", PUBLISHED)
def test_cdnow_as_published(fits, name):
    parameters, log_likelihood, holdout = PUBLISHED[name]
    found, data = fits[name], cdnow()
    assert found.name == name
    assert found.converged
    assert found.customers == 2357
    assert dict(found.parameters[["parameter", "value"]].to_numpy()) == pytest.approx(parameters, rel=0.005)
    assert found.log_likelihood == pytest.approx(log_likelihood, abs=0.01)
    assert found.aic == pytest.approx(8 - 2 * log_likelihood, abs=0.02)
    assert found.bic == pytest.approx(4 * np.log(2357) - 2 * log_likelihood, abs=0.02)
    later = found.expected_orders(39, data["frequency"], data["recency"], data["T"])
    assert later.sum() == pytest.approx(holdout, rel=0.002)


def test_standard_errors_are_those_of_lifetimes(fits):
    from retention.predict.models import lifetimes

    data = cdnow()
    theirs = lifetimes().BetaGeoFitter().fit(data["frequency"], data["recency"], data["T"])
    np.testing.assert_allclose(fits["BG/NBD"].parameters["value"], theirs.params_, rtol=1e-4)
    np.testing.assert_allclose(fits["BG/NBD"].parameters["standard_error"], theirs.standard_errors_, rtol=2e-3)


@pytest.mark.parametrize("name", MODELS)
def test_the_unit_of_time_changes_rates_and_nothing_else(fits, name):
    """In days the rates are a seventh; a density of x moments falls by 7 to the x."""
    data = cdnow()
    days = fit_activity(data["frequency"], data["recency"] * 7, data["T"] * 7, model=name)
    factor = np.where(days.parameters["parameter"].isin(["alpha", "beta"]), 7, 1)
    np.testing.assert_allclose(days.parameters["value"], fits[name].parameters["value"] * factor, rtol=1e-3)
    assert days.log_likelihood == pytest.approx(
        fits[name].log_likelihood - data["frequency"].sum() * np.log(7), abs=0.01
    )


def test_equal_customers_may_be_counted_and_rows_shuffled(fits):
    data = cdnow().sample(frac=1, random_state=3)
    counted = data.groupby(["frequency", "recency", "T"]).size().reset_index(name="n")
    found = fit_activity(counted["frequency"], counted["recency"], counted["T"], counted["n"])
    other = fit_activity(data["frequency"], data["recency"], data["T"])
    np.testing.assert_array_equal(found.parameters["value"], fits["MBG/NBD"].parameters["value"])
    np.testing.assert_array_equal(other.parameters["value"], fits["MBG/NBD"].parameters["value"])


@pytest.mark.parametrize("name", ["MBG/NBD", "BG/NBD"])
def test_known_parameters_come_back(name):
    """Twenty shops of 2,000; all two hundred of 4,000: python -m benchmarks.recovery."""
    held, chances, happened = [], [], []
    for seed in range(20):
        table = recovery.customers(name, seed, size=2_000)
        found = recovery.fit(table, name)
        held.append(recovery.covered(found, recovery.TRUTH))
        chances.append(found.p_alive(table["frequency"], table["recency"], table["T"]))
        happened.append(table["is_alive"])
    assert 0.85 <= np.mean(held) <= 1
    assert recovery.calibration_error(np.concatenate(chances), np.concatenate(happened)) <= 0.02


def test_a_generated_shop_gives_its_parameters_back():
    found = recovery.fit(recovery.shop_customers(1, as_sold=False), "MBG/NBD")
    assert recovery.covered(found, recovery.SHOP_TRUTH).all()


@pytest.mark.parametrize("name", ["MBG/NBD", "BG/NBD", "Pareto/NBD"])
def test_where_nobody_leaves_nobody_is_said_to_have_left(name):
    """Rates between customers differ, but all go on: a model with drop-out has no better likelihood than one without."""
    rng = np.random.default_rng(2)
    T = rng.integers(200, 400, 400).astype(float)
    x = rng.poisson(rng.gamma(3, 1 / 60, 400) * T)
    t = np.where(x > 0, np.floor(T * rng.random(400) ** (1 / np.maximum(x, 1))), 0)
    found = fit_activity(x, t, T, model=name)
    assert found.name == "NBD"
    assert found.notes[0].startswith("No drop-out detectable")
    assert (found.p_alive(x, t, T) == 1).all()
    assert dict(found.parameters[["parameter", "value"]].to_numpy()) == pytest.approx({"r": 3, "alpha": 60}, rel=0.2)


def test_too_few_who_came_back_is_said():
    with pytest.raises(rt.EmptyError) as raised:
        fit_activity([0] * 100 + [1] * 29, [0] * 100 + [5] * 29, [10] * 129)
    assert raised.value.facts == {"repeaters": 29, "needed": 30}


def test_a_model_that_does_not_exist_is_refused():
    with pytest.raises(rt.OptionError, match="model"):
        fit_activity([1], [1], [2], model="BG")
