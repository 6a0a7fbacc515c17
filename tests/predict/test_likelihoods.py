"""Likelihoods and gradients beside lifetimes' own, differentiated by autograd."""

import numpy as np
import pytest
from autograd import hessian, value_and_grad

from retention.predict import likelihoods
from retention.predict.models import lifetimes

LOGS = np.log([0.5, 0.2, 0.8, 2.0])


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(0)
    T, x = rng.integers(10, 500, 300) / 500, rng.integers(0, 8, 300)
    return x, np.where(x > 0, T * rng.random(300), 0.0), T, rng.integers(1, 4, 300)


@pytest.mark.parametrize(("name", "after_first"), [("ModifiedBetaGeoFitter", True), ("BetaGeoFitter", False)])
@pytest.mark.parametrize("penalizer", [0.0, 0.01])
def test_of_purchases(drawn, name, after_first, penalizer):
    function = getattr(lifetimes(), name)._negative_log_likelihood
    ours = likelihoods.of_purchases(*drawn, penalizer, after_first)
    value, gradient = value_and_grad(function)(LOGS, *drawn, penalizer)
    np.testing.assert_allclose(ours(LOGS)[0], value, rtol=1e-12)
    np.testing.assert_allclose(ours(LOGS)[1], gradient, atol=1e-12)
    np.testing.assert_allclose(likelihoods.curvature(ours, LOGS), hessian(function)(LOGS, *drawn, penalizer), atol=1e-7)


def test_of_spend(drawn):
    x, weights = drawn[0][drawn[0] > 0].astype(float), drawn[3][drawn[0] > 0]
    spend, logs = np.random.default_rng(1).gamma(3, 10, len(x)), np.log([6.0, 3.7, 15.0])
    value, gradient = value_and_grad(lifetimes().GammaGammaFitter._negative_log_likelihood)(
        logs, x, spend, weights, 0.01
    )
    found = likelihoods.of_spend(x, spend, weights, 0.01)(logs)
    np.testing.assert_allclose(found[0], value, rtol=1e-12)
    np.testing.assert_allclose(found[1], gradient, atol=1e-12)
