"""A shop whose customers follow the model, and what it is expected to bring."""

import pytest

import retention as rt
from benchmarks import simulated


@pytest.fixture(scope="session")
def model_shop() -> rt.Orders:
    """600 customers over 500 days."""
    return simulated.shop(simulated.purchases(seed=1), until=500)


@pytest.fixture(scope="session")
def value(model_shop):
    """A year ahead, at a margin of 40 %."""
    return rt.predict_clv(model_shop, months=12, margin=0.4)
