"""Shops and what is predicted of them, fitted once for all tests."""

import pytest

import retention as rt
from benchmarks import simulated


@pytest.fixture(scope="session")
def model_shop() -> rt.Orders:
    """600 customers over 500 days, who follow the model."""
    return simulated.shop(simulated.purchases(seed=1), until=500)


@pytest.fixture(scope="session")
def value(model_shop):
    """A year ahead, at a margin of 40 %."""
    return rt.predict_clv(model_shop, months=12, margin=0.4)


@pytest.fixture(scope="session")
def risk(shop):
    """What hangs on customers of the sample who are slipping away, with the scores behind it."""
    return rt.value_at_risk(shop)
