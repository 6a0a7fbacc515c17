"""The page on next orders says what predict_next_orders and replenishment_table say."""

import pytest

import retention as rt
from retention.show import sentences

PAGE = "pages/predict/next_orders.py"


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def test_headline(page):
    print(page.headline)
    print("\n".join(page.texts))
    assert 0
