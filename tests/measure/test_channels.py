"""Channels against answers worked out by hand, the trap of several channels, and laws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import retention as rt
from retention.measure.channels import CHANNELS, ONE, SEVERAL
from retention.measure.first_orders import difference, share_of_sums
from tests.measure.shops import CORNER_SHOP, bought, same, to_the_same_end
from tests.measure.shops import read as read_rows
from tests.measure.test_laws import few, read, shops

# ann begins on the web, stays there once and then uses the app; bob changes with the second order; the order of dee names no
# channel, and one on the web names nobody; ann sends one piece back.
FIVE = """
1,2025-01-01,paid,ann,web,phone,1,100,,
2,2025-01-02,paid,ann,web,phone,1,20,,
3,2025-01-03,paid,ann,app,phone,1,30,,
4,2025-01-04,paid,bob,web,phone,1,50,,
5,2025-01-05,paid,bob,app,phone,1,10,,
6,2025-01-06,paid,cyd,app,phone,1,40,,
7,2025-01-07,paid,dee,,phone,1,60,,
8,2025-01-08,paid,,web,phone,1,70,,
9,2025-01-09,paid,eve,store,phone,1,25,,
10,2025-01-10,paid,eve,store,phone,1,35,,
11,2025-01-11,paid,ann,web,phone,-1,20,,
"""
MISSING = float("nan")


@pytest.fixture(scope="module")
def orders():
    return read_rows(FIVE)


@pytest.fixture(scope="module")
def result(orders):
    return rt.channel_table(orders)


def check(table, by_hand):
    for name, expected in by_hand.items():
        np.testing.assert_allclose(table[name].astype(float), expected, rtol=1e-12, err_msg=name)


def test_channels_by_hand(result):
    assert result.table["channel"].tolist() == ["app", "web", "store", "unknown"]
    by_hand = {
        "customers": [3, 2, 1, 1],
        "new_customers": [1, 2, 1, 1],
        "new_share": [0.2, 0.4, 0.2, 0.2],
        "orders": [3, 3, 2, 1],
        "unidentified_orders": [0, 1, 0, 0],
        "net": [80, 150, 60, 60],
        "aov": [80 / 3, 150 / 3, 30, 60],
        "repeat_rate_to_date": [0, 1, 1, 0],
        "clv_to_date": [40, (130 + 60) / 2, 60, 60],  # ann's order in the app belongs to the web, where she began
        "days_observed": [6, (11 + 8) / 2, 3, 5],
    }
    check(result.table, by_hand)
    assert result.table["profit_per_customer"].isna().all()
    app = result.table.iloc[0]
    half = 1.959964 * np.sqrt((30 - 80 / 3) ** 2 + (10 - 80 / 3) ** 2 + (40 - 80 / 3) ** 2) * np.sqrt(3 / 2) / 3
    assert app[["aov_low", "aov_high"]].tolist() == pytest.approx([80 / 3 - half, 80 / 3 + half], rel=1e-6)


def test_combinations_by_hand(result):
    rows = result.combinations
    assert rows["name"].tolist() == ["app + web", "app", "store", "unknown", "others", ONE, SEVERAL]
    assert rows["kind"].tolist() == ["combination"] * 4 + ["others"] + ["summary"] * 2
    by_hand = {
        "customers": [2, 1, 1, 1, 0, 3, 2],
        "share": [0.4, 0.2, 0.2, 0.2, 0, 0.6, 0.4],
        "repeaters": [2, 0, 1, 0, 0, 1, 2],
        "aov": [190 / 5, MISSING, 30, MISSING, MISSING, 30, 190 / 5],
        "clv_to_date": [95, MISSING, 60, MISSING, MISSING, 60, 95],
        "third_order_rate_n": [1, 0, 1, 0, 1, 2, 1],  # ann's first two were both on the web, which nobody used alone
        "third_order_rate": [0, MISSING, 0, MISSING, 1, 1 / 2, 0],
    }
    check(rows, by_hand)


def test_flow_by_hand(result):
    flow = result.flow.set_index(["from", "to"])
    assert list(flow.index.unique(level="from")) == ["web", "store"]  # nobody else came back
    assert flow.loc["web", "orders"].to_dict() == {"app": 2, "web": 1, "store": 0, "unknown": 0}
    to_app = flow.loc[("web", "app")]
    assert to_app[["customers", "later_orders", "n"]].tolist() == [2, 3, 2]
    half = 1.959964 * np.sqrt(2 / 9 * 2) / 3  # ann: 1 of 2, bob: 1 of 1, residuals ∓1/3
    assert to_app[["share", "low", "high"]].tolist() == pytest.approx([2 / 3, 2 / 3 - half, 1], rel=1e-6)
    none = flow.loc[("web", "store")]
    assert (none["share"], none["low"]) == (0, 0)
    assert none["high"] > 0.6  # two customers do not prove that nobody ever will


def test_a_margin_turns_value_into_profit(orders):
    table = rt.channel_table(orders.with_margin(0.25)).table
    np.testing.assert_allclose(table["profit_per_customer"], table["clv_to_date"] / 4)
    np.testing.assert_allclose(table["profit_per_customer_low"], table["clv_to_date_low"] / 4)
    rows = rt.channel_table(orders.with_margin(0.25)).combinations
    np.testing.assert_allclose(rows["profit_per_customer"], rows["clv_to_date"] / 4)


def test_no_rate_of_several_channels_is_certain_by_definition():
    """Everybody picks a channel by lot for every order: several channels then tell nothing about who stays."""
    rng = np.random.default_rng(7)
    rows = [
        (f"c{who}", f"2025-{1 + n // 28:02}-{1 + n % 28:02}", rng.choice(["web", "store"]))
        for who, count in enumerate(rng.geometric(0.4, 700))
        for n in range(count)
    ]
    text = "\n".join(f"{n},{day},paid,{who},{channel},phone,1,10,," for n, (who, day, channel) in enumerate(rows))
    summary = rt.channel_table(read_rows(text)).combinations.set_index("name").loc[[ONE, SEVERAL]]
    _gap, low, high = difference(summary.loc[SEVERAL], summary.loc[ONE], "third_order_rate")
    assert low < 0 < high
    people = pd.DataFrame(rows, columns=["who", "day", "channel"]).groupby("who")["channel"].agg(["nunique", "count"])
    thirds = people[people["count"] > 1].groupby("nunique")["count"].apply(lambda count: (count > 2).mean())
    assert thirds.loc[2] - thirds.loc[1] > 0.15  # what counting every channel ever used would have claimed
    assert (people.loc[people["nunique"] == 2, "count"] > 1).all()


def test_many_channels_are_taken_together():
    text = "\n".join(f"{n},2025-01-01,paid,c{n},s{n % 40:02},phone,1,10,," for n in range(75))
    table = rt.channel_table(read_rows(text)).table
    assert len(table) == CHANNELS + 1
    assert table.loc[table["channel"] == "others", "orders"].tolist() == [75 - 2 * CHANNELS]  # s00 … s34 have two each
    assert table["orders"].sum() == 75
    rows = rt.channel_table(read_rows(text)).combinations
    assert rows["name"].tolist()[9:11] == ["s08", "others"]
    assert rows.loc[rows["kind"] != "summary", "customers"].sum() == 75


def test_a_file_without_channels_has_one_that_is_unknown():
    result = rt.channel_table(rt.load_sample("cdnow"))
    assert result.table["channel"].tolist() == ["unknown"]
    assert int(result.table["new_customers"].iloc[0]) == 2349


def test_nobody_known_is_an_error_and_the_notes_say_what_is_left_out(result):
    with pytest.raises(rt.EmptyError, match="No customer can be told apart"):
        rt.channel_table(bought(("", "2025-01-01")))
    assert any("not what a channel causes" in note and "hold-out" in note for note in result.notes)
    assert "Orders that name nobody are left out: nobody can say who came back." in result.notes
    assert "Orders that name no channel are taken together as unknown." in result.notes


def test_new_customers_are_those_whose_first_purchase_passes(orders):
    late = rt.channel_table(orders.filter(start="2025-01-03")).table.set_index("channel")
    assert late.loc["web", ["customers", "new_customers"]].tolist() == [1, 1]  # bob; ann began before
    assert late.loc["app", ["customers", "new_customers"]].tolist() == [3, 1]


def test_the_interval_of_all_or_none_is_not_a_point():
    low, high = share_of_sums([50], [0], [80], [0], [160], [0])
    assert low[0] == 0
    assert high[0] == pytest.approx(0.0713, abs=1e-4)  # Wilson, none of 50


@settings(few, max_examples=8)
@given(shops())
def test_parts_add_up_and_agree_with_plain_pandas(rows):
    orders = read(to_the_same_end(rows))
    result = rt.channel_table(orders)
    table, sets, flow = result.table, result.combinations, result.flow
    frame = orders.frame(orders.orders.filter(lambda t: t.is_purchase | t.is_return))
    bought, known = frame[frame["is_purchase"]], frame[frame["customer_id"].notna()]
    assert table["orders"].sum() + table["unidentified_orders"].sum() == len(bought)
    assert table["net"].sum() == pytest.approx(known["net"].sum() / 100)
    people = bought.groupby("customer_id")
    assert table["new_customers"].sum() == people.ngroups == sets.loc[sets["kind"] != "summary", "customers"].sum()
    summary = sets[sets["kind"] == "summary"]
    assert summary["customers"].sum() == people.ngroups
    assert summary["third_order_rate_n"].sum() == (people.size() > 1).sum()
    assert sets.loc[sets["kind"] != "summary", "third_order_rate_n"].sum() == (people.size() > 1).sum()
    first = bought[bought["order_number"] == 1].set_index("customer_id")["channel"]
    for row in table.itertuples():
        began = first.index[first == row.channel]
        if len(began):
            assert row.repeat_rate_to_date == pytest.approx((people.size()[began] > 1).mean())
            value = known.loc[known["customer_id"].isin(began), "net"].sum() / 100
            assert row.clv_to_date == pytest.approx(value / len(began))
    later = known[known["is_purchase"] & (known["order_number"] > 1)]
    assert flow["orders"].sum() == len(later)
    if len(flow):
        np.testing.assert_allclose(flow.groupby("from")["share"].sum(), 1)
        assert ((flow["low"] <= flow["share"] + 1e-12) & (flow["share"] <= flow["high"] + 1e-12))[flow["n"] > 1].all()
    web = rt.channel_table(orders.filter(channels=["web"])).table.set_index("channel")
    columns = ["customers", "new_customers", "orders", "unidentified_orders", "net", "aov", "aov_low", "aov_high"]
    same(web[columns], table.set_index("channel").loc[["web"], columns])


def test_row_order_is_irrelevant():
    lines = CORNER_SHOP.strip().splitlines()
    one, other = rt.channel_table(read_rows("\n".join(lines))), rt.channel_table(read_rows("\n".join(lines[::-1])))
    for part in ("table", "combinations", "flow"):
        same(getattr(one, part), getattr(other, part))
