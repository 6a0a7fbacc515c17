"""What a test starts from, against answers worked out by hand and plain pandas."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

import retention as rt
from retention.experiment.baseline import baselines, outcomes, traffic
from retention.periods import day_number
from tests.measure.shops import bought, read

# The window is March from the 2nd on: ann buys twice in it and bob sends something back; dee is new, nobody is nobody.
FOUR = """
1,2025-01-01,paid,ann,web,phone,1,10,,
2,2025-01-05,paid,bob,web,phone,3,10,,
3,2025-01-06,paid,bob,web,phone,1,10,,
4,2025-02-01,paid,cyd,web,phone,1,20,,
5,2025-03-02,paid,ann,web,phone,1,10,,
6,2025-03-10,paid,dee,web,phone,1,10,,
7,2025-03-15,paid,ann,web,phone,1,20,,
8,2025-03-20,paid,bob,web,phone,-1,10,,
9,2025-03-31,paid,,web,phone,1,10,,
"""


@pytest.fixture(scope="module")
def four():
    return read(FOUR)


def test_figures_by_hand(four):
    found = baselines(four, 30)
    assert list(found) == ["repeat", "orders", "revenue", "aov"]
    assert {base.customers for base in found.values()} == {3}
    repeat, orders, revenue, aov = found.values()
    assert (repeat.value, repeat.events) == (pytest.approx(1 / 3), 1)
    assert repeat.sd == pytest.approx(np.sqrt(2) / 3)
    assert np.isnan(repeat.correlation) and np.isnan(aov.correlation)
    spent, before = [30, -10, 0], [10, 40, 20]
    assert (orders.value, orders.sd) == (pytest.approx(2 / 3), pytest.approx(np.std([2, 0, 0], ddof=1)))
    assert orders.correlation == pytest.approx(np.corrcoef([2, 0, 0], [1, 2, 1])[0, 1])
    assert (revenue.value, revenue.sd, revenue.events) == (
        pytest.approx(20 / 3),
        pytest.approx(np.std(spent, ddof=1)),
        2,
    )
    assert revenue.correlation == pytest.approx(np.corrcoef(spent, before)[0, 1])
    assert revenue.adjusted_sd == pytest.approx(revenue.sd * np.sqrt(1 - revenue.correlation**2))
    # 20 in 2 orders; a customer's part is (spent − 10 · orders) ÷ (2/3)
    assert (aov.value, aov.sd) == (pytest.approx(10), pytest.approx(np.std([15, -15, 0], ddof=1)))


def test_one_row_a_customer(four):
    each = outcomes(four, 30)
    assert each[["orders", "orders_before", "revenue", "revenue_before"]].to_numpy().tolist() == [
        [2, 1, 30, 10],
        [0, 2, -10, 40],
        [0, 1, 0, 20],
    ]


def test_a_margin_brings_profit(four):
    profit, revenue = (baselines(four.with_margin(0.4), 30)[name] for name in ("profit", "revenue"))
    assert (profit.value, profit.sd) == (pytest.approx(0.4 * revenue.value), pytest.approx(0.4 * revenue.sd))
    assert profit.correlation == pytest.approx(revenue.correlation)


def test_the_sample_agrees_with_plain_pandas(shop):
    cut_off = day_number(shop.as_of) - 60
    rows = shop.frame(shop.orders)
    rows = rows[(rows["is_purchase"] | rows["is_return"]) & rows["customer_id"].notna()]
    past, window = rows[(rows["day"] < cut_off)], rows[rows["day"] >= cut_off]
    who = past.loc[past["is_purchase"], "customer_id"].unique()
    spent = window.groupby("customer_id")["net"].sum().reindex(who, fill_value=0) / 100
    before = past[past["day"] >= cut_off - 365].groupby("customer_id")["net"].sum().reindex(who, fill_value=0) / 100
    revenue = baselines(shop, 60)["revenue"]
    assert (revenue.customers, revenue.value) == (len(who), pytest.approx(spent.mean()))
    assert (revenue.sd, revenue.correlation) == (pytest.approx(spent.std()), pytest.approx(spent.corr(before)))
    months = pd.to_datetime(rows["ordered_at"]).dt.to_period("M")
    new = rows["is_purchase"] & (rows["order_number"] == 1) & (months >= pd.Period("2025-01"))
    assert traffic(shop) == (rows.loc[rows["is_purchase"], "customer_id"].nunique(), pytest.approx(new.sum() / 12))


def test_only_complete_months_tell_how_many_new_customers_come():
    orders = bought(("ann", "2025-01-15"), ("bob", "2025-02-01"), ("cyd", "2025-02-28"), ("dee", "2025-04-10"))
    assert traffic(orders) == (4, 1.0)  # two in February, none in March; January began late, April is not over
    assert np.isnan(traffic(bought(("ann", "2025-01-15"), ("bob", "2025-02-20")))[1])


def test_a_rule_is_settled_by_what_was_known_when_the_window_began():
    """Bob becomes one of two orders in the window: looked up today he would be in, and the share would be all."""
    orders = bought(
        ("ann", "2025-01-01"), ("ann", "2025-01-02"), ("cyd", "2025-01-03"), ("cyd", "2025-01-04"), ("bob", "2025-01-05"),
        ("bob", "2025-03-20"), ("ann", "2025-03-21"), ("dee", "2025-03-31"),
    )  # fmt: skip
    several = rt.rule_of({"all": [{"field": "orders", "test": "at least", "value": 2}]})
    repeat = baselines(orders.filter(customers=several), 30)["repeat"]
    assert (repeat.customers, repeat.value) == (2, 0.5)  # ann and cyd, of whom ann came
    assert traffic(orders.filter(customers=several))[0] == 3  # today bob is one of them


def test_other_filters_choose_purchases(shop):
    store = shop.filter(channels="store")
    rows = store.frame(store.orders.filter(store.orders.is_purchase, store.orders.customer_id.notnull()))
    cut_off = day_number(shop.as_of) - 60
    who = set(rows.loc[rows["day"] < cut_off, "customer_id"])
    again = who & set(rows.loc[rows["day"] >= cut_off, "customer_id"])
    repeat = baselines(store, 60)["repeat"]
    assert (repeat.customers, repeat.events) == (len(who), len(again))


@pytest.mark.parametrize(
    ("orders", "said"),
    [
        (bought(("", "2025-01-01"), ("", "2025-03-01")), "No customer can be told apart"),
        (bought(("ann", "2025-01-01")), "The orders cover 1 days, too few for a window of 30 days"),
        (bought(("ann", "2025-01-01"), ("bob", "2025-01-30")), "The orders cover 30 days"),
        (bought(("", "2025-01-01"), ("bob", "2025-03-01")), "Nobody who passes these filters had bought 30 days before"),
    ],
    ids=["nobody named", "all on one day", "a window as long as the orders", "nobody named before"],
)  # fmt: skip
def test_a_shop_without_a_past_is_told_so(orders, said):
    with pytest.raises(rt.EmptyError, match=said):
        baselines(orders, 30)


def test_the_day_before_the_window_counts_and_its_first_day_does_not():
    last = date(2025, 3, 31)
    first = last + timedelta(days=1) - timedelta(days=30)
    orders = bought(("ann", str(first - timedelta(days=1))), ("bob", str(first)), ("cyd", str(last)))
    assert baselines(orders, 30)["repeat"].customers == 1
    long_ago = first - timedelta(days=366)
    aged = bought(("ann", str(long_ago)), ("ann", str(long_ago + timedelta(days=1))), ("cyd", str(last)))
    assert outcomes(aged, 30)["orders_before"].tolist() == [1]
