"""Replenishment against answers worked out by hand and plain pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import retention as rt
from retention.survival import kaplan_meier
from tests.measure.shops import same

HEADER = "order_id,ordered_at,email,product_id,product,category,quantity,unit_price"


def sold(*rows: tuple[str, str, str]) -> rt.Orders:
    """A shop from (customer, day, product): one piece for 10 each."""
    text = "\n".join(
        f"{n},{day},{who and who + '@example.com'},{what[:1]},{what},food,1,10"
        for n, (who, day, what) in enumerate(rows, 1)
    )
    return rt.read_orders(f"{HEADER}\n{text}\n".encode())


COFFEE = (
    ("ann", "2025-01-01", "coffee"),
    ("ann", "2025-01-11", "coffee"),
    ("ann", "2025-01-11", "coffee"),  # the same day: one purchase
    ("bob", "2025-01-01", "coffee"),
    ("bob", "2025-01-21", "coffee"),
    ("cyd", "2025-01-01", "coffee"),
    ("dee", "2025-01-31", "coffee"),
    ("", "2025-01-15", "coffee"),
    ("", "2025-01-25", "coffee"),
    ("eve", "2025-02-10", "kettle"),
)


def test_days_allow_for_those_who_have_not_bought_again_yet():
    """Intervals over: 10, 20. Still open: 30, 20, 40, 10. Of six, 1/6 back by day 10, 3/8 by day 20, nobody later.

    A quarter of 3/8 is back by day 10, half of it by day 20. The middle of those that are over alone would be 15.
    """
    result = rt.replenishment_table(sold(*COFFEE))
    (row,) = result.table.to_dict("records")
    assert (row["product_id"], row["product"]) == ("c", "coffee")
    assert (row["buyers"], row["bought_again"], row["intervals"]) == (4, 2, 2)
    assert (row["lower_quartile"], row["median_days"], row["upper_quartile"], row["horizon"]) == (10, 20, 20, 40)
    assert (row["share_again"], row["low"], row["high"]) == pytest.approx((0.5, 0.1500, 0.8500), abs=1e-4)
    assert np.isnan(row["within_year"])  # nobody was watched for a year
    assert not row["enough"]
    assert result.products == 2
    assert result.due.empty
    assert "too few to tell who is due" in result.notes[0]


def test_a_category_takes_every_product_of_it():
    table = rt.replenishment_table(sold(*COFFEE, ("eve", "2025-02-11", "coffee")), by="category").table
    assert list(table.columns[:4]) == ["category", "buyers", "bought_again", "intervals"]
    assert table.loc[0, ["category", "buyers", "bought_again", "intervals"]].tolist() == ["food", 5, 3, 3]


def test_within_a_year_counts_the_first_wait_of_everybody():
    """Two come back on day 100, one on day 400; one is seen for 50 days only: 1 − (1 − 2/3) by day 365."""
    rows = [
        ("ann", "2024-01-01", "coffee"),
        ("ann", "2024-04-10", "coffee"),
        ("bob", "2024-01-01", "coffee"),
        ("bob", "2024-04-10", "coffee"),
        ("cyd", "2024-01-01", "coffee"),
        ("cyd", "2025-02-04", "coffee"),
        ("dee", "2024-12-16", "coffee"),
    ]
    (row,) = rt.replenishment_table(sold(*rows)).table.to_dict("records")
    assert row["within_year"] == pytest.approx(2 / 3)
    reach = 1.959964 * np.sqrt(2 / 3) / np.log(3)  # Greenwood: 2 ÷ (3 · 1), on the scale of log(−log)
    ends = (1 - 3 ** -np.exp(-reach), 1 - 3 ** -np.exp(reach))
    assert (row["within_year_low"], row["within_year_high"]) == pytest.approx(ends, abs=1e-6)


@pytest.fixture(scope="module")
def waits(shop):
    """Every day on which a customer bought a product, with the next, in plain pandas."""
    lines = shop.frame(shop.lines.filter(shop.lines.quantity > 0, shop.lines.unit_price > 0))
    placed = shop.frame(shop.orders.filter(shop.orders.is_purchase, shop.orders.customer_id.notnull()))
    days = lines.merge(placed[["order_id", "customer_id", "day"]])[["product_id", "customer_id", "day"]]
    days = days.drop_duplicates().sort_values("day")
    days["next"] = days.groupby(["product_id", "customer_id"])["day"].shift(-1)
    days["wait"] = (
        days["next"].fillna((pd.Timestamp(shop.as_of) - pd.Timestamp("1970-01-02")).days) - days["day"]
    ).astype(int)
    return days


@pytest.fixture(scope="module")
def sample(shop):
    return rt.replenishment_table(shop)


def curve_of(waits, product):
    own = waits[waits["product_id"] == product]
    grids = (np.bincount(own.loc[own["next"].notna() == over, "wait"], minlength=800) for over in (True, False))
    return kaplan_meier(*grids)


def test_the_sample_agrees_with_the_curve_of_one_product_at_a_time(sample, waits):
    assert len(sample.table) > 50
    for row in sample.table.head(12).itertuples():
        curve = curve_of(waits, row.product_id)
        assert row.horizon == curve.last_day(30)
        returned = 1 - curve.share[: int(row.horizon) + 1]
        for part, day in ((0.25, row.lower_quartile), (0.5, row.median_days), (0.75, row.upper_quartile)):
            assert day == np.argmax(returned >= part * returned[-1] - 1e-9)
        own = waits[waits["product_id"] == row.product_id]
        assert row.buyers == own["customer_id"].nunique()
        assert row.intervals == own["next"].notna().sum()


def test_due_is_who_bought_last_between_the_quartiles_ago(sample, waits, shop):
    enough = sample.table[sample.table["enough"]].set_index("product_id")
    last = waits[waits["next"].isna()].join(
        enough[["lower_quartile", "upper_quartile", "median_days"]], on="product_id"
    )
    last["waited"] = last["wait"] + 1  # the day after the data is today
    last = last[(last["waited"] >= last["lower_quartile"]) & (last["waited"] <= last["upper_quartile"])]
    expected = set(zip(last["customer_id"], last["product_id"], strict=True))
    due = sample.due
    assert set(zip(due["customer_id"], due["product_id"], strict=True)) == expected
    assert due["chance"].is_monotonic_decreasing
    today = pd.Timestamp(shop.as_of)
    for row in due.iloc[[0, 50, -1]].itertuples():
        waited = (today - row.last_day).days
        share = curve_of(waits, row.product_id).share
        assert row.chance == pytest.approx(1 - share[waited + 29] / share[waited - 1])
        assert row.due_day - row.last_day == pd.Timedelta(days=enough.loc[row.product_id, "median_days"])
        assert row.days_over == (today - row.due_day).days


def test_a_filter_asks_only_for_what_passes_it(shop, sample):
    store = rt.replenishment_table(shop.filter(channels="store"))
    assert 0 < store.table["intervals"].sum() < sample.table["intervals"].sum()


def test_row_order_changes_nothing():
    whole, turned = (rt.replenishment_table(sold(*rows)) for rows in (COFFEE, COFFEE[::-1]))
    same(turned.table, whole.table)


def test_products_without_a_number_are_told_apart_by_name():
    text = "order_id,ordered_at,email,product,quantity,unit_price\n1,2025-01-01,a@x.com,Pad,1,10\n2,2025-01-05,a@x.com,Pad,1,10\n"
    table = rt.replenishment_table(rt.read_orders(text.encode())).table
    assert table.loc[0, ["product_id", "product", "median_days"]].tolist() == ["Pad", "Pad", 4]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((("", "2025-01-01", "coffee"), ("", "2025-02-01", "coffee")), "No purchase of a customer"),
        ((("ann", "2025-01-01", "coffee"), ("bob", "2025-02-01", "coffee")), "Nobody has bought the same thing"),
        ((("ann", "2025-01-01", "coffee"), ("ann", "2025-01-01", "coffee")), "Nobody has bought the same thing"),
        ((("ann", "2025-01-01", "coffee"), ("ann", "2025-02-01", "tea")), "Nobody has bought the same thing"),
    ],
    ids=["nobody is known", "once each", "all on one day", "one of each"],
)
def test_shops_without_replenishment_say_so(rows, said):
    result = rt.replenishment_table(sold(*rows))
    assert result.table.empty
    assert result.due.empty
    assert result.notes[0].startswith(said)
    assert "median_days" in result.table


def test_orders_that_name_no_product_say_so():
    result = rt.replenishment_table(rt.load_sample("cdnow"))
    assert result.table.empty
    assert result.notes == ("No purchase of a customer who can be told apart names what was bought.",)


def test_an_unknown_group_is_refused(shop):
    with pytest.raises(rt.OptionError, match="by='colour'"):
        rt.replenishment_table(shop, by="colour")
