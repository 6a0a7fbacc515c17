"""The page of results says what compare_variants says, keeps it, and brings back what was kept."""

import pytest

PAGE = "pages/experiment/results.py"


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def type_totals(page, arms):
    page.choose("outcome_source", "totals")
    for arm, (visitors, conversions) in arms.items():
        page.choose(f"totals_{arm}_visitors", visitors).choose(f"totals_{arm}_conversions", conversions)
    return page


def test_typed_totals(page, shop):
    type_totals(page, {"A": (5000, 400), "B": (5000, 475)})
    assert page.headline == "B raised the conversion rate by 1.5 points, between 0.4 and 2.6 (from 8.0% to 9.5%)."
