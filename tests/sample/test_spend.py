"""The sample shop's marketing spend: plausible beside its customers, and the same on every run."""

import pandas as pd
from pandas.testing import assert_frame_equal

import retention as rt
from retention.sample.shop import make_shop
from retention.sample.spend import COST, make_spend


def test_equal_seeds_give_equal_spend_and_the_file_holds_it(sample_data):
    shop = make_shop()
    spend = make_spend(shop)
    assert_frame_equal(spend, make_spend(shop))
    assert not spend["amount"].equals(make_spend(shop, seed=2)["amount"])
    assert_frame_equal(spend, pd.read_csv(sample_data / "spend.csv"), check_dtype=False)


def test_a_new_customer_costs_eight_to_twenty_euros(shop):
    result = rt.retention_table(shop.with_margin("products"), value="payback")
    assert result.payback["cac"].between(8, 20).all()
    assert result.payback["customers"].sum() == 4000
    by_channel = rt.retention_table(shop.with_margin("products"), value="payback", by="channel").payback
    assert set(by_channel.index) == set(COST)
    assert by_channel["cac"].between(8, 20).all()


def test_a_tiny_shop_has_spend():
    spend = make_spend(make_shop(customers=1, months=1, seed=3))
    assert len(spend) == 1
    assert spend["amount"].gt(0).all()
