"""The lapse threshold comes from the shop's own gaps."""

from datetime import date, timedelta

import numpy as np
import pytest

import retention as rt
from tests.measure.shops import bought

NEW_YEAR = date(2024, 1, 1)


def shop(*histories):
    """Customers from the days on which they bought, counted from 1 January 2024."""
    return bought(
        *((f"c{n}", (NEW_YEAR + timedelta(days=day)).isoformat()) for n, days in enumerate(histories) for day in days)
    )


def test_the_day_by_which_80_of_100_gaps_were_over():
    gaps = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]
    threshold = rt.lapse_threshold(shop(*((0, gap) for gap in gaps), (5,)))
    assert (threshold.days, threshold.at_risk_from, threshold.gaps) == (80, 40, 10)
    assert threshold.notes == ("The lapse threshold rests on fewer than 30 gaps between purchases: too few to tell.",)


def test_orders_on_one_day_are_no_gap():
    threshold = rt.lapse_threshold(shop((0, 0, 0, 50, 50, 150)))
    assert (threshold.days, threshold.at_risk_from, threshold.gaps) == (100, 50, 2)


def test_never_below_thirty_days():
    threshold = rt.lapse_threshold(shop(*([range(0, 70, 7)] * 4)))
    assert (threshold.days, threshold.at_risk_from, threshold.gaps) == (30, 7, 36)
    assert threshold.notes == (
        "Most gaps between purchases are shorter than 30 days; the lapse threshold is never set below that.",
    )


def test_nobody_came_back():
    threshold = rt.lapse_threshold(shop((0,), (1, 1), (2,)))
    assert (threshold.days, threshold.at_risk_from, threshold.gaps) == (30, None, 0)
    assert threshold.notes[0].startswith("Nobody has bought on two days")


def test_gaps_lie_between_purchases_that_pass_the_filter():
    orders = shop((0, 60, 160, 200))
    assert rt.lapse_threshold(orders.filter(start="2024-02-01")).gaps == 2
    assert rt.lapse_threshold(orders.filter(end="2024-03-05")).days == 60


@pytest.mark.parametrize("name", ["shop", "cdnow"])
def test_agrees_with_numpy(name):
    orders = rt.load_sample(name)
    days = orders.frame(orders.orders.filter(lambda t: t.is_purchase & t.customer_id.notnull()))
    days = days[["customer_id", "day"]].drop_duplicates().sort_values(["customer_id", "day"])
    gaps = days.groupby("customer_id")["day"].diff().dropna()
    threshold = rt.lapse_threshold(orders)
    assert threshold.gaps == len(gaps)
    assert threshold.days == np.quantile(gaps, 0.8, method="inverted_cdf")
    assert threshold.at_risk_from == np.quantile(gaps, 0.4, method="inverted_cdf")
