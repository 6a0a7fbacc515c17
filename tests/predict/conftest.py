"""What the tests of predictions share: models of the sample, fitted once."""

import pytest

import retention as rt


@pytest.fixture(scope="session")
def risk(shop):
    """What hangs on customers of the sample who are slipping away, with the scores behind it."""
    return rt.value_at_risk(shop)
