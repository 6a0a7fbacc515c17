"""Movement between segments against answers worked out by hand, plain pandas, and laws."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import retention as rt
from retention.segment.movement import NEW, ranking
from retention.segment.schemes import SCHEMES, SEASONAL, codes
from tests.measure.shops import bought, same, to_the_same_end
from tests.measure.shops import read as read_rows
from tests.measure.test_laws import few, read, shops


def scheme(names, **cuts):
    """Two levels; names is asked with the scores of recency, frequency and monetary."""
    return rt.RfmScheme("own", 2, segments={code: names(*map(int, code)) for code in codes(2)}, **cuts)


def silent_active_loyal(r, f, _m):
    return "Silent" if r == 1 else "Loyal" if f == 2 else "Active"


FIXED = scheme(silent_active_loyal, recency=(30,), frequency=(2,), monetary=(0,))
FIVE = bought(
    ("ann", "2025-01-01"),
    ("eve", "2025-01-02"),
    ("eve", "2025-01-03"),
    ("bob", "2025-01-05"),
    ("ann", "2025-01-10"),
    ("cyd", "2025-01-20"),
    ("ann", "2025-02-28"),  # 31 days before the end
    ("dee", "2025-03-10"),
    ("bob", "2025-03-20"),
    ("eve", "2025-03-30"),
)


@pytest.fixture(scope="module")
def five():
    return rt.segment_movement(FIVE, "2025-02-01", "2025-04-01", FIXED)


def test_flows_by_hand(five):
    columns = ["from", "to", "direction", "customers", "n", "bought", "changed", "cut_offs", "both"]
    assert five.table[columns].to_numpy().tolist() == [
        ["Loyal", "Loyal", "stayed", 1, 2, 1, 0, 0, 0],  # eve
        ["Loyal", "Silent", "down", 1, 2, 1, 1, 0, 0],  # ann, who bought and then fell silent
        ["Active", "Loyal", "up", 1, 2, 1, 1, 0, 0],  # bob
        ["Active", "Silent", "down", 1, 2, 0, 1, 0, 0],  # cyd
        [NEW, "Active", "new", 1, 1, 1, 0, 0, 0],  # dee
    ]
    assert five.table["share"].tolist() == [0.5, 0.5, 0.5, 0.5, 1]
    low, high = 0.0945, 0.9055  # Wilson, one of two
    assert five.table.loc[0, ["low", "high"]].tolist() == pytest.approx([low, high], abs=1e-4)
    assert (five.then, five.now, five.best) == (date(2025, 2, 1), date(2025, 3, 31), "Loyal")


def test_what_became_of_every_segment_by_hand(five):
    kept = five.kept.set_index("segment")
    assert list(kept.index) == ["Loyal", "Active", "Silent"]
    assert kept["customers"].tolist() == [2, 2, 0]
    assert kept["customers_now"].tolist() == [2, 1, 2]
    assert kept["bought"].tolist() == [2, 1, 0]
    np.testing.assert_array_equal(kept["retention"], [1, 0.5, np.nan])
    assert kept.loc["Loyal", ["retention_low", "retention_high"]].tolist() == pytest.approx([0.3424, 1], abs=1e-4)
    assert kept[["up", "stayed", "down", "aside"]].to_numpy().tolist() == [[0, 1, 1, 0], [1, 0, 1, 0], [0, 0, 0, 0]]
    assert not kept["enough"].any()


def test_who_left_the_best_is_named(five):
    (row,) = five.left.to_dict("records")
    assert (row["customer_ref"], row["segment"], row["why"], row["bought"]) == ("ann", "Silent", "changed", True)
    assert (row["recency_days"], row["frequency"], row["monetary"]) == (31, 3, 30)


def test_who_did_not_change_moved_because_the_cut_off_did():
    """Of four, ann bought most in January; then the others overtake her."""
    january = [("ann", "2025-01-01"), ("ann", "2025-01-02"), *((who, "2025-01-03") for who in ("bob", "cyd", "dee"))]
    later = [(who, f"2025-02-0{day}") for day in (1, 2, 3) for who in ("bob", "cyd")]
    orders = bought(*january, *later, ("dee", "2025-02-04"), ("dee", "2025-02-05"))
    names = scheme(lambda r, f, m: "Big" if f == 2 else "Small", recency=(1000,), monetary=(0,))
    moved = rt.segment_movement(orders, "2025-02-01", "2025-02-06", names)
    # Half of them are worse than the third: the cut-off rises from 2 orders to 4.
    assert moved.scheme.frequency == (2,)
    rows = moved.table.set_index(["from", "to"])
    assert rows.loc[("Big", "Small"), ["customers", "changed", "cut_offs", "both"]].tolist() == [1, 0, 1, 0]
    assert rows.loc[("Small", "Big"), ["customers", "changed", "cut_offs", "both"]].tolist() == [2, 2, 0, 0]
    assert rows.loc[("Small", "Small"), ["customers", "cut_offs"]].tolist() == [1, 1]  # dee, held: 3 were enough before
    assert moved.left["why"].tolist() == ["cut_offs"]
    assert "The cut-offs moved for them." in moved.notes[0]


def test_who_changed_while_the_cut_off_moved_did_both():
    january = [("ann", "2025-01-01"), ("ann", "2025-01-02"), *((who, "2025-01-03") for who in ("bob", "cyd"))]
    march = [(who, f"2025-03-0{day}") for day in (1, 2, 3) for who in ("bob", "cyd")]
    orders = bought(*january, *march)
    names = scheme(lambda r, f, m: f"{'silent' if r == 1 else 'awake'} {f}", recency=(30,), monetary=(0,))
    rows = rt.segment_movement(orders, "2025-02-01", "2025-03-04", names).table.set_index(["from", "to"])
    assert rows.loc[("awake 2", "silent 1"), ["changed", "cut_offs", "both"]].tolist() == [0, 0, 1]


def test_cut_points_of_ones_own_do_not_move(shop):
    moved = rt.segment_movement(shop, scheme=rt.rfm_segments(shop).scheme)
    assert moved.table[["cut_offs", "both"]].to_numpy().sum() == 0
    assert not any("cut-offs" in note for note in moved.notes)


def test_the_sample_agrees_with_plain_pandas(shop):
    then, now = date(2025, 10, 1), date(2026, 1, 1)
    moved = rt.segment_movement(shop, then, now)
    before = rt.rfm_segments(shop.filter(end="2025-09-30")).table.set_index("customer_id")["segment"].astype(str)
    after = rt.rfm_segments(shop).table.set_index("customer_id")["segment"].astype(str)
    begin = before.reindex(after.index).fillna(NEW)
    counts = pd.crosstab(begin, after).stack()
    counts = counts[counts > 0]
    assert moved.table.set_index(["from", "to"])["customers"].to_dict() == counts.to_dict()
    rows = shop.frame(shop.orders.filter(shop.orders.is_purchase))
    days = pd.to_datetime(rows["day"], unit="D")
    active = set(rows.loc[(days >= pd.Timestamp(then)) & (days < pd.Timestamp(now)), "customer_id"].dropna())
    again = before.index.isin(active)
    shares = pd.Series(again, before.index).groupby(before).mean()
    np.testing.assert_allclose(moved.kept.set_index("segment")["retention"].reindex(shares.index), shares)
    gone = before.index[(before == "Champions") & (after.reindex(before.index) != "Champions")]
    assert set(moved.left["customer_id"]) == set(gone)
    assert moved.left["monetary"].is_monotonic_decreasing


def test_nothing_after_then_is_known_then(shop):
    """The same day seen in a longer and in a shorter history of the shop gives the same segments."""
    long, short = (
        rt.segment_movement(orders, "2025-03-01", "2025-06-01") for orders in (shop, shop.filter(end="2025-05-31"))
    )
    pd.testing.assert_frame_equal(long.table, short.table)


def test_a_filter_asks_only_for_the_purchases_that_pass(shop):
    store = shop.filter(channels="store", start="2024-06-01")
    moved = rt.segment_movement(store)
    assert moved.table["customers"].sum() == len(rt.rfm_segments(store).table)
    first = store.frame(store.orders.filter(store.orders.is_purchase)).groupby("customer_id")["day"].min()
    new = moved.table.loc[moved.table["from"] == NEW, "customers"].sum()
    assert new == (pd.to_datetime(first, unit="D") >= pd.Timestamp(moved.then)).sum() > 0


def test_segments_stand_in_the_order_in_which_people_slip():
    assert ranking(SCHEMES["quintile"]) == [
        "Champions", "Loyal Customers", "Potential Loyalists", "Need Attention", "At Risk", "New Customers",
        "Promising", "Cannot Lose Them", "About to Sleep", "Hibernating", "Lost", SEASONAL,
    ]  # fmt: skip
    names = ["Champions", "Loyal", "Recent", "Needs Attention", "At Risk", "Inactive", SEASONAL]
    assert ranking(SCHEMES["klaviyo"]) == names


def test_by_default_it_is_the_last_complete_month(shop):
    moved = rt.segment_movement(shop)
    assert (moved.then, moved.now) == rt.last_months(shop)
    half = rt.segment_movement(shop, now="2025-12-31")
    assert (half.then, half.now) == (date(2025, 11, 30), date(2025, 12, 31))
    late = rt.segment_movement(shop, then="2025-12-01", now="2030-01-01")
    assert late.now == shop.as_of


@pytest.mark.parametrize("days", [("2025-04-01", "2025-02-01"), ("2025-03-01", "2025-03-01"), ("2030-01-01", None)])
def test_days_that_do_not_follow_each_other_are_refused(days):
    with pytest.raises(rt.OptionError, match="does not lie before"):
        rt.segment_movement(FIVE, *days)


def test_before_the_first_purchase_nobody_can_have_moved():
    for then in ("2025-01-01", "2024-05-01"):
        with pytest.raises(rt.EmptyError, match=f"had bought before {then}"):
            rt.segment_movement(FIVE, then, "2025-04-01")
    nameless_at_first = bought(("", "2025-01-01"), ("ann", "2025-02-01"))
    with pytest.raises(rt.EmptyError, match="had bought before 2025-01-15"):
        rt.segment_movement(nameless_at_first, "2025-01-15", "2025-02-02")
    with pytest.raises(rt.EmptyError, match="had bought before 2025-01-15"):
        rt.segment_movement(bought(("", "2025-01-01"), ("", "2025-02-01")), "2025-01-15", "2025-02-02")


@pytest.mark.parametrize(
    "orders",
    [
        bought(("ann", "2025-01-01"), ("bob", "2025-01-05"), ("cyd", "2025-02-20")),  # once each, alike
        bought(("ann", "2025-01-01"), ("ann", "2025-02-20")),
        read_rows(
            "1,2025-01-01,paid,ann,web,phone,1,10,,\n2,2025-01-05,paid,ann,web,phone,-3,10,,\n3,2025-02-20,paid,bob,web,phone,1,5,,"
        ),
    ],
    ids=["three alike", "one customer", "more returned than bought"],
)
def test_tiny_shops_have_an_answer_and_say_that_it_is_tiny(orders):
    moved = rt.segment_movement(orders, "2025-02-01", "2025-02-21")
    assert moved.table["customers"].sum() == len(rt.rfm_segments(orders).table)
    assert "Fewer than 30 customers had bought by the first of the two days: too few to tell." in moved.notes


def test_a_time_without_purchases_is_said():
    orders = bought(("ann", "2025-01-01"), ("bob", "2025-01-05"), ("", "2025-02-20"))
    moved = rt.segment_movement(orders, "2025-02-01", "2025-02-21")
    assert "Nobody bought between the two days." in moved.notes
    assert moved.kept["bought"].sum() == 0


@settings(few, max_examples=5)
@given(shops())
def test_flows_partition_the_customers_and_parts_add_up(rows):
    orders = read(to_the_same_end(rows))
    then = orders.since + timedelta(days=60)
    moved = rt.segment_movement(orders, then, orders.as_of)
    table, kept = moved.table, moved.kept
    now = rt.rfm_segments(orders).table
    before = rt.rfm_segments(orders.filter(end=then - timedelta(days=1))).table
    assert table["customers"].sum() == len(now) == kept["customers_now"].sum()
    assert table.loc[table["from"] != NEW, "customers"].sum() == len(before) == kept["customers"].sum()
    assert not table.duplicated(["from", "to"]).any()
    has_moved = table["direction"].isin(["up", "down", "aside"])
    assert (table[["changed", "cut_offs", "both"]].sum(axis=1) == table["customers"])[has_moved].all()
    assert (kept[["up", "stayed", "down", "aside"]].sum(axis=1) == kept["customers"]).all()
    assert (table["bought"] == table["customers"])[table["from"] == NEW].all()
    np.testing.assert_allclose(table.groupby("from")["share"].sum(), 1)
    shuffled = rt.segment_movement(read(to_the_same_end(rows).iloc[::-1]), then, orders.as_of)
    same(shuffled.table, table)
    same(shuffled.kept, kept)
