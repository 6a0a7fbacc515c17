"""The ranked list of opportunities and their people: the sample by plain pandas, odd shops, and laws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import retention as rt
from retention.act.measured import KEYS
from retention.intervals import wilson
from tests.measure.shops import bought, same, to_the_same_end
from tests.measure.shops import read as read_rows
from tests.measure.test_laws import few, read, shops


@pytest.fixture(scope="module")
def found(shop):
    return rt.rank_opportunities(shop)


@pytest.fixture(scope="module")
def lists(shop, found):
    return {key: rt.opportunity_customers(shop, key) for key in found.table["key"]}


@pytest.fixture(scope="module")
def purchases(shop):
    rows = shop.frame(shop.orders.filter(shop.orders.is_purchase, shop.orders.customer_id.notnull()))
    rows["cheap"] = (rows["discounts"] > 0) | (rows["discount_code"].fillna("").str.strip() != "")
    return rows.astype({"customer_id": "int64"})


@pytest.fixture(scope="module")
def today(shop):
    return (shop.as_of - pd.Timestamp("1970-01-01").date()).days


def row(found, key):
    return found.table.set_index("key").loc[key]


def test_all_kinds_are_there_the_most_valuable_first(found):
    assert set(found.table["key"]) == set(KEYS)
    ranked = found.ranked
    assert ranked["rank"].tolist() == list(range(1, len(ranked) + 1))
    assert ranked["value"].is_monotonic_decreasing
    assert (ranked["people"] >= 30).all()
    assert found.table.loc[found.table["rank"].isna(), "value"].isna().all()
    assert ((ranked["value_low"] < ranked["value"]) & (ranked["value"] < ranked["value_high"])).all()
    assert "bit" not in found.table


def test_first_time_buyers_who_are_due_agree_with_plain_pandas(found, lists, purchases, today):
    facts, who = found.facts["second_order"], lists["second_order"]

    def due(day):
        before = purchases[purchases["day"] < day].groupby("customer_id")["day"].agg(["min", "size"])
        before["silent"] = day - before["min"]
        return before.index[(before["size"] == 1) & before["silent"].between(facts["first"], facts["last"])]

    assert set(who["customer_id"]) == set(due(today))
    chosen = bought_then = 0
    for day in (today - 30, today - 60, today - 90):
        window = purchases[purchases["day"].between(day, day + 29)]["customer_id"]
        chosen += len(due(day))
        bought_then += due(day).isin(window).sum()
    assert row(found, "second_order")["chance_n"] == chosen
    assert row(found, "second_order")["chance"] == bought_then / chosen


def test_ages_are_the_quartiles_of_those_who_come_back_later(found, shop):
    waited = rt.time_to_next_order(shop)
    assert found.facts["second_order"]["first"] == waited.message_day
    assert waited.late_after < found.facts["second_order"]["last"]


def test_other_kinds_agree_with_plain_pandas(found, lists, shop, purchases, today):
    scores = rt.rfm_segments(shop).table.set_index("customer_id")
    each = purchases.groupby("customer_id").agg(
        first=("day", "min"), last=("day", "max"), days=("day", "nunique"), orders=("day", "size"), cheap=("cheap", "sum")
    )  # fmt: skip
    silent, gap = today - each["last"], (each["last"] - each["first"]) / (each["days"] - 1).where(each["days"] > 1)
    lapse = rt.lapse_threshold(shop).days
    best = scores["segment"].isin(["Champions", "Loyal Customers"]).reindex(each.index)
    expected = {
        "slipping_best": best & (each["days"] >= 3) & (silent > 2 * gap),
        "lapsed_valuable": (silent > lapse) & (scores["m"].reindex(each.index) == 5),
        "full_price": (each["orders"] >= 3) & (each["cheap"] == 0) & (silent <= lapse),
        "habits": (each["days"] >= 2) & (each["cheap"] == each["orders"]) & (silent >= gap) & (silent <= lapse),
    }
    customers = shop.frame(shop.customers).set_index("customer_id").reindex(each.index)
    written = customers["contactable"].fillna(False).astype(bool) & customers["consent"].ne(False).fillna(True)
    by_app = purchases["channel"].eq("app").groupby(purchases["customer_id"]).all()
    expected["one_channel"] = by_app & written & (each["days"] >= 2) & (silent >= gap) & (silent <= lapse)
    assert found.facts["one_channel"] == {"channel": "app", "main": purchases["channel"].mode()[0]}
    for key, mask in expected.items():
        assert set(lists[key]["customer_id"]) == set(each.index[mask]), key
        assert row(found, key)["people"] == mask.sum() > 0
    due = rt.replenishment_table(shop).due
    assert set(lists["replenishment"]["customer_id"]) == set(due["customer_id"])


def test_the_message_day_is_the_weekday_on_which_these_people_order_most(found, lists, purchases, shop):
    for key in ("second_order", "full_price"):
        orders = purchases[purchases["customer_id"].isin(lists[key]["customer_id"])]
        counts = pd.to_datetime(orders["day"], unit="D").dt.day_of_week.value_counts().sort_index()
        line = row(found, key)
        assert line["weekday"] == counts.idxmax()
        assert line["weekday_share"] == counts.max() / counts.sum()
        assert line["stands_out"] == (wilson(counts.max(), counts.sum(), 2.690)[0] > 1 / 7)
        assert line["send_on"].weekday() == line["weekday"]
        assert 0 <= (line["send_on"].date() - shop.as_of).days < 7


def test_what_others_bought_in_their_second_order_is_shown_to_first_time_buyers(found, shop, purchases, today):
    second = purchases[(purchases["order_number"] == 2) & (purchases["day"] >= today - 365)]
    lines = shop.frame(shop.lines.filter(shop.lines.quantity > 0, shop.lines.unit_price > 0))
    counts = lines[lines["order_id"].isin(second["order_id"])]["product"].value_counts()
    shown = row(found, "second_order")["products"].split("; ")
    assert [counts[name] for name in shown] == counts.head(3).tolist()
    assert row(found, "unanswered_ratings")["products"] == row(found, "losing_products")["products"] == ""


def test_nobody_is_counted_twice(found, lists):
    seen, value, low = set(), 0.0, 0.0
    for line in found.ranked.itertuples():
        people = lists[line.key]
        assert line.overlap == people["customer_id"].isin(seen).sum()
        new = people[people["reachable"] & ~people["customer_id"].isin(seen)]
        value += line.value * len(new) / line.reachable
        low += line.value_low * len(new) / line.reachable
        seen |= set(people["customer_id"])
    assert found.total["people"] == len(seen)
    assert found.total[["value", "value_low"]].tolist() == pytest.approx([value, low])
    assert found.total["value"] < found.ranked["value"].sum()


def test_a_list_sums_to_its_opportunity_and_gives_nothing_to_whom_one_may_not_write(found, lists):
    for line in found.ranked.itertuples():
        people = lists[line.key]
        assert len(people) == line.people
        assert people["reachable"].sum() == line.reachable
        assert people["expected_value"].sum() == pytest.approx(line.value)
        assert (people.loc[~people["reachable"], "expected_value"] == 0).all()
        assert people["expected_value"].is_monotonic_decreasing
        assert (people["reachable"] == (people["contactable"] & people["consent"].ne(False))).all()
    first = lists["second_order"].iloc[0]
    assert {"name", "email", "phone", "country", "city", "usual_gap", "product", "send_on"} <= set(first.index)
    assert lists["replenishment"]["product"].nunique() > 3


def test_rewards_are_never_a_discount(found):
    assert set(found.table["reward"]) <= {"points", "gift", "none"}
    assert row(found, "full_price")["reward"] == "gift"


def test_another_uplift_changes_value_and_ranks_and_nothing_else(shop, found):
    doubled = rt.rank_opportunities(shop, uplift={"slipping_best": 1.0})
    assert row(doubled, "slipping_best")["value"] == pytest.approx(5 * row(found, "slipping_best")["value"])
    assert row(doubled, "slipping_best")["rank"] < row(found, "slipping_best")["rank"]
    assert row(doubled, "slipping_best")["at_stake"] == row(found, "slipping_best")["at_stake"]
    assert row(doubled, "full_price")["value"] == row(found, "full_price")["value"]
    assert rt.rank_opportunities(shop, uplift=0).total["value"] == 0


def test_what_is_left_out_counts_nowhere(shop, found, lists):
    first, *rest = found.ranked["key"]
    left = rt.rank_opportunities(shop, leave_out=[first])
    assert left.ranked["key"].tolist() == rest
    assert row(left, rest[0])["overlap"] == 0
    assert left.total["people"] == len(set().union(*(lists[key]["customer_id"] for key in rest)))
    assert left.left_out == (first,)
    with pytest.raises(rt.OptionError, match="leave_out='nobody'"):
        rt.rank_opportunities(shop, leave_out=["nobody"])


def test_a_margin_gives_profit_and_lapse_days_who_has_lapsed(shop, found):
    with_margin = rt.rank_opportunities(shop.with_margin(0.3))
    np.testing.assert_allclose(with_margin.table["profit"], 0.3 * with_margin.table["value"])
    assert with_margin.total["profit"] == pytest.approx(0.3 * found.total["value"])
    assert found.table["profit"].isna().all()
    late = rt.rank_opportunities(shop, lapse_days=200)
    assert row(late, "lapsed_valuable")["people"] < row(found, "lapsed_valuable")["people"]
    assert late.facts["lapsed_valuable"]["lapse_days"] == 200


@pytest.mark.parametrize("options", [{"days": 5}, {"days": 7.5}, {"lapse_days": 0}, {"uplift": 3}])
def test_options_that_cannot_be_are_refused(shop, options):
    with pytest.raises(rt.OptionError, match="is not possible"):
        rt.rank_opportunities(shop, **options)


def test_a_key_that_is_none_is_refused_and_one_without_data_says_why():
    with pytest.raises(rt.OptionError, match="second_order"):
        rt.opportunity_customers(bought(("ann", "2025-01-01")), "second")
    with pytest.raises(rt.EmptyError, match="no file of ratings or reviews was added"):
        rt.opportunity_customers(bought(("ann", "2025-01-01")), "unanswered_ratings")


@pytest.mark.parametrize(
    ("orders", "note"),
    [
        (bought(("ann", "2025-01-01"), ("bob", "2025-01-05"), ("cyd", "2025-02-20")), "fewer than 30 customers came back"),
        (bought(("ann", "2025-01-01")), "fewer than 30"),
        (bought(*((f"c{n}", "2025-01-01") for n in range(40))), "fewer than 30"),
        (bought(("", "2025-01-01"), ("", "2025-02-01")), "No customer can be told apart in these orders."),
        (
            read_rows("1,2025-01-01,paid,ann,web,phone,1,10,,\n2,2025-01-05,paid,ann,web,phone,-3,10,,\n3,2025-02-20,paid,bob,web,phone,1,5,,"),
            "no order had a discount",
        ),
    ],
    ids=["three", "one", "all on one day", "nobody known", "more returned than bought"],
)  # fmt: skip
def test_tiny_shops_recommend_nothing_and_say_why(orders, note):
    found = rt.rank_opportunities(orders)
    assert found.ranked.empty
    assert found.total["value"] == 0
    assert any(note in each for each in found.notes)


def test_a_shop_where_everybody_bought_once_has_nobody_to_write_to_about_a_rhythm():
    found = rt.rank_opportunities(bought(*((f"c{n}", f"2025-0{1 + n % 6}-{1 + n % 28:02d}") for n in range(200))))
    assert set(found.table["key"]) == set()
    assert len(found.notes) >= len(KEYS)


def test_a_filter_that_leaves_no_first_order_leaves_the_other_kinds():
    often = [("ann", "2025-01-01"), ("ann", "2025-03-01"), ("bob", "2025-01-02"), ("bob", "2025-03-02")]
    found = rt.rank_opportunities(bought(*often).filter(start="2025-02-01"))
    assert "second_order" not in set(found.table["key"])
    assert any("Due for a second order" in note for note in found.notes)


def test_without_addresses_everybody_counts_and_the_note_says_so():
    found = rt.rank_opportunities(
        read_rows("1,2025-01-01,paid,ann,web,phone,1,10,2,\n2,2025-03-20,paid,bob,web,phone,1,5,,")
    )
    assert not found.has_addresses
    assert (found.table["reachable"] == found.table["people"]).all()
    assert any("holds no e-mail address" in note for note in found.notes)


@settings(few, max_examples=3)
@given(shops())
def test_row_order_is_irrelevant_and_nobody_is_overlapped_beyond_the_people(rows):
    found = rt.rank_opportunities(read(to_the_same_end(rows)))
    assert (found.table["overlap"] <= found.table["people"]).all()
    assert (found.table["reachable"] <= found.table["people"]).all()
    same(rt.rank_opportunities(read(to_the_same_end(rows).iloc[::-1])).table, found.table)
