"""What was known on a day, against answers worked out by hand and plain pandas; nothing later may change it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from retention.periods import day_number
from retention.predict.features import MANY, buyers_between, features_at
from tests.measure.shops import CORNER_SHOP, bought, read
from tests.measure.test_laws import few, shops
from tests.measure.test_laws import read as read_frame


def by_ref(orders, cut_off, **options):
    known = features_at(orders, cut_off, **options)
    refs = orders.frame(orders.customers.select("customer_id", "customer_ref"))
    return known.merge(refs, on="customer_id").set_index("customer_ref").drop(columns="customer_id").sort_index()


def test_the_corner_shop_by_hand():
    known = by_ref(read(CORNER_SHOP), date(2025, 4, 4))
    assert list(known.index) == ["ann", "bob"]  # cyd cancelled, dee comes a day later
    ann, bob = known.loc["ann"], known.loc["bob"]
    assert ann[["recency_days", "purchase_days", "tenure_days", "own_gap", "lately"]].tolist() == [1, 2, 93, 92, 1]
    assert ann[["paid", "aov", "categories"]].tolist() == [178, 89, 2]  # 120 − 2 and 60, over two purchases
    assert (ann["discount_share"], ann["return_share"]) == (2 / 180, 10 / 178)
    assert (ann["channel"], bob["channel"]) == ("store", "store")
    assert ann["silence_own"] == 1 / 92
    assert bob[["recency_days", "purchase_days", "paid", "aov"]].tolist() == [84, 1, 80, 40]  # twice on one day
    assert np.isnan(bob["own_gap"])
    assert np.isnan(bob["silence_own"])
    assert bob["peers_gap"] == 92  # ann's gap is the only one
    assert bob["return_share"] == 30 / 80


def test_a_return_is_unknown_before_its_day_and_a_refund_without_a_day_for_ever():
    orders = read(CORNER_SHOP)
    assert by_ref(orders, date(2025, 2, 14)).loc["bob", "return_share"] == 0
    assert by_ref(orders, date(2025, 2, 15)).loc["bob", "return_share"] == 30 / 80
    assert by_ref(orders, date(2025, 5, 11)).loc["dee", "return_share"] == 0  # 5 were paid back, nobody knows when


def test_the_own_gap_is_a_median():
    orders = bought(
        *(("ann", f"2025-01-{day:02}") for day in (1, 3, 13, 14)),
        *(("bob", f"2025-01-{day:02}") for day in (1, 3, 13)),
        ("zed", "2025-01-31"),
    )
    known = by_ref(orders, date(2025, 2, 1))
    assert known.loc[["ann", "bob"], "own_gap"].tolist() == [2, 6]


def test_peers_are_those_with_as_many_purchase_days():
    """Thirty came back after 5 days, and thirty of these once more after 20."""
    orders = bought(
        *((f"c{n}", day) for n in range(30) for day in ("2025-01-01", "2025-01-06", "2025-01-26")),
        ("once", "2025-01-20"),
    )
    known = by_ref(orders, date(2025, 1, 27))
    assert known.loc["once", ["peers_gap", "silence_peers"]].tolist() == [5, 7 / 5]
    assert known.loc["c0", "peers_gap"] == 5  # nobody has gone on from the third: all gaps, half of them 5 days
    assert by_ref(orders, date(2025, 1, 25)).loc["c0", "peers_gap"] == 5  # the gap of 20 days has not ended


def test_the_sample_agrees_with_plain_pandas(shop):
    cut_off = date(2025, 6, 1)
    known = features_at(shop, cut_off, silent_up_to=180).set_index("customer_id")
    rows = shop.frame(shop.orders.filter(shop.orders.is_purchase, shop.orders.customer_id.notnull()))
    rows = rows[rows["day"] < day_number(cut_off)].sort_values("order_id")
    each = rows.groupby("customer_id")
    last = each["day"].max()
    ids = last.index[day_number(cut_off) - last <= 180]
    assert list(known.index) == list(ids)
    paid = (each["gross"].sum() - each["discounts"].sum()) / 100
    np.testing.assert_allclose(known["paid"], paid[ids])
    np.testing.assert_allclose(known["aov"], (paid / each.size())[ids])
    assert known["channel"].tolist() == each["channel"].last()[ids].tolist()
    days = rows.drop_duplicates(["customer_id", "day"])
    gaps = days.groupby("customer_id")["day"].diff()
    np.testing.assert_allclose(known["own_gap"], gaps.groupby(days["customer_id"]).median()[ids])
    number = days.groupby("customer_id").cumcount().clip(upper=MANY)
    first = gaps[number == 1]
    assert known.loc[known["purchase_days"] == 1, "peers_gap"].unique() == [first.quantile(0.5, "lower")]
    lately = days[days["day"] >= day_number(cut_off) - 90].groupby("customer_id").size().reindex(ids, fill_value=0)
    assert known["lately"].tolist() == lately.tolist()
    lines = shop.frame(shop.lines.filter(shop.lines.quantity > 0)).merge(rows[["order_id", "customer_id"]])
    kinds = lines.groupby("customer_id")[["category", "product_id"]].nunique().loc[ids]
    np.testing.assert_array_equal(known[["categories", "products"]], kinds)


@settings(few, max_examples=3)
@given(shops())
def test_what_comes_later_changes_nothing(rows):
    cut_off = date(2024, 3, 1)
    earlier = rows[rows["ordered_at"] < cut_off.isoformat()]
    longer, shorter = (by_ref(read_frame(part), cut_off) for part in (rows, earlier))
    pd.testing.assert_frame_equal(longer, shorter)


def test_who_bought_between_two_days():
    orders = bought(("ann", "2025-01-01"), ("bob", "2025-01-05"), ("", "2025-01-06"), ("cyd", "2025-01-09"))
    refs = orders.frame(orders.customers).set_index("customer_id")["customer_ref"]
    assert set(refs[buyers_between(orders, date(2025, 1, 5), date(2025, 1, 9))]) == {"bob"}


def test_a_share_of_the_customers_is_drawn_by_number_and_seed(shop):
    whole = features_at(shop, shop.as_of)
    some, same, other = (features_at(shop, shop.as_of, share=0.25, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(some, same)
    assert set(some["customer_id"]) != set(other["customer_id"])
    assert len(some) / len(whole) == pytest.approx(0.25, abs=0.02)
    own = [name for name in some if "peers" not in name]
    chosen = whole[whole["customer_id"].isin(some["customer_id"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(some[own], chosen[own])


def test_nobody_is_known_before_the_first_purchase():
    orders = bought(("ann", "2025-01-10"))
    assert features_at(orders, date(2025, 1, 10)).empty
    assert len(features_at(orders, orders.as_of)) == 1
    assert features_at(orders, orders.as_of + timedelta(9), silent_up_to=9).empty
