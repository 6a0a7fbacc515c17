"""The page on what-if says what simulate_change says, and its levers, presets and scenarios work."""

import pytest

import retention as rt
from retention.show.forecast import about

PAGE = "pages/act/whatif.py"


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def of_total(result):
    totals = result.totals[result.totals["part"] == "total"].set_index("state")
    return totals.loc["now"], totals.loc["changed"]


def test_as_now_says_the_forecast_and_the_strongest_lever(page, shop):
    now, _changed = of_total(rt.simulate_change(shop))
    assert page.headline.startswith(f"As things are, the next 12 months bring {about(now['net'], 'EUR')}.")
    print(page.headline, page.texts)
    assert len(page.charts) == 2
