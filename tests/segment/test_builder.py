"""Who meets a rule and what they are worth; a rule as a filter."""

from __future__ import annotations

import pandas as pd
import pytest

import retention as rt
from retention.intervals import wilson
from retention.segment.builder import known_fields, known_words, starting_rules
from retention.segment.conditions import Condition
from retention.segment.rules import Rule
from tests.measure.shops import CORNER_SHOP, bought, read

TWICE = {"all": [{"field": "orders", "test": "at least", "value": 2}]}
PHONE_NO_CASE = {
    "all": [
        {"field": "categories", "test": "any of", "value": "phone"},
        {"field": "categories", "test": "none of", "value": "case"},
    ]
}


@pytest.fixture(scope="module")
def corner():
    """ann: 1 and 8, net 98 + 20 − 10 + 60 ...; bob: 2, 3, 11; dee: 9, 10. The data end on May 10."""
    return read(CORNER_SHOP)


def refs(result):
    return result.table["customer_ref"].tolist()


def test_the_figures_of_the_chosen_are_theirs(corner):
    """ann brought 100 + 20 − 2 − 10 + 60 = 168, bob 50 + 30 − 30 + 70 = 120, dee 40 − 5 + 20 = 55; nobody's 40 is not in it."""
    found = rt.select_customers(corner, {"any": [{"field": "net", "test": "at least", "value": 120}]})
    assert refs(found) == ["ann", "bob"]
    assert (found.customers, found.all_customers, found.share) == (2, 3, 2 / 3)
    assert (found.net, found.share_of_net) == (288, 288 / 343)
    assert found.table["net"].tolist() == [168, 120]
    assert found.table["orders"].tolist() == [2, 3]
    assert found.table["last_order"].tolist() == [pd.Timestamp("2025-04-03"), pd.Timestamp("2025-05-10")]
    assert found.table["days_since_order"].tolist() == [38, 1]
    assert found.repeat_rate == 1
    assert [found.repeat_rate_low, found.repeat_rate_high] == [float(end) for end in wilson(2, 2)]


def test_a_limit_shortens_the_table_and_no_figure(shop):
    rule = {"any": [TWICE, {"all": [{"field": "segment", "test": "any of", "value": "Champions"}]}]}
    every, some = rt.select_customers(shop, rule), rt.select_customers(shop, rule, limit=7)
    pd.testing.assert_frame_equal(some.table, every.table.head(7))
    pd.testing.assert_frame_equal(some.conditions, every.conditions)
    told = ("customers", "share", "net", "share_of_net", "repeat_rate", "reachable", "untold", "notes")
    assert [getattr(some, name) for name in told] == [getattr(every, name) for name in told]
    assert every.reachable == (every.table["contactable"] & every.table["consent"].eq(True)).sum() > 7


def test_the_conditions_stand_by_themselves_and_the_rule_last(corner):
    table = rt.select_customers(corner, PHONE_NO_CASE).conditions
    assert table["customers"].tolist() == [2, 0, 0]  # ann and bob bought a phone, and everybody a case
    assert table["share"].tolist() == [2 / 3, 0, 0]
    assert table["missing"].tolist() == [0, 0, 0]
    assert table["field"].tolist()[:2] == ["categories", "categories"]


def test_who_can_be_written_to(tmp_path):
    rows = [("a@example.com", "yes"), ("b@example.com", "no"), ("c@example.com", "")]
    lines = [f"{n},2025-01-0{n},{email},,{consent},1,10" for n, (email, consent) in enumerate(rows, start=1)]
    lines.append("4,2025-01-04,,+48600700800,yes,1,10")
    orders = rt.read_orders(
        ("order_id,ordered_at,email,phone,consent,quantity,unit_price\n" + "\n".join(lines) + "\n").encode()
    )
    found = rt.select_customers(orders, {"all": [{"field": "orders", "test": "at least", "value": 1}]})
    assert (found.customers, found.reachable) == (4, 1)
    agreed = rt.select_customers(orders, {"all": [{"field": "consent", "test": "is", "value": False}]})
    assert (agreed.customers, agreed.untold) == (1, 1)
    assert any("not known" in note for note in agreed.notes)


def test_a_filter_chooses_among_the_customers_and_does_not_change_them(corner):
    """Through the store came bob and ann, each with one order there; both have ordered more than once."""
    store = corner.filter(channels="store")
    found = rt.select_customers(store, TWICE)
    assert refs(found) == ["ann", "bob"]
    assert found.table["orders"].tolist() == [2, 3]
    assert found.all_customers == 2


def test_the_last_day_of_a_filter_ends_what_a_rule_knows(corner):
    """At the end of April bob had bought twice, ann and dee too; a month earlier only bob."""
    assert refs(rt.select_customers(corner.filter(end="2025-03-31"), TWICE)) == ["bob"]
    silent = {"all": [{"field": "days_since_order", "test": "at most", "value": 1}]}
    assert refs(rt.select_customers(corner.filter(end="2025-01-10"), silent)) == ["bob"]


def test_which_orders_count_changes_what_a_rule_knows(corner):
    cyd = {"all": [{"field": "net", "test": "more than", "value": 400}]}
    assert rt.select_customers(corner, cyd).customers == 0
    assert refs(rt.select_customers(corner.filter(count="cancelled"), cyd)) == ["cyd"]
    assert len(corner.filter(count="cancelled", customers=rt.rule_of(cyd)).frame(corner.orders)) > 0


def order_refs(orders):
    return sorted(orders.frame(orders.orders)["order_ref"], key=int)


def test_orders_filtered_by_a_rule_are_those_of_its_customers(corner):
    big = rt.rule_of({"all": [{"field": "net", "test": "at least", "value": 120}]})
    chosen = corner.filter(customers=big)
    assert order_refs(chosen) == ["1", "2", "3", "6", "7", "8", "11"]
    assert sorted(chosen.frame(chosen.customers)["customer_ref"]) == ["ann", "bob"]
    assert len(chosen.frame(chosen.lines)) == 8
    assert rt.kpi_table(chosen, period="year")["net"].sum() == 288
    assert corner.selection.customers == ()


def test_a_rule_goes_with_the_other_filters_in_any_order(corner):
    big = rt.rule_of({"all": [{"field": "net", "test": "at least", "value": 120}]})
    twice = rt.rule_of(TWICE)
    at_once = corner.filter(customers=(big, twice), channels="web", start="2025-01-05")
    one_by_one = corner.filter(customers=twice).filter(channels="web").filter(start="2025-01-05", customers=[big])
    assert order_refs(at_once) == order_refs(one_by_one) == ["2", "6", "11"]
    category = corner.filter(customers=big, categories="case")
    assert category.frame(category.orders)["net"].sum() == 100 * (20 - 2 - 10 + 30 - 30)


def test_the_filter_is_written_so_that_a_notebook_gives_it_again(corner):
    chosen = corner.filter(customers=rt.rule_of(TWICE))
    again = corner.filter(customers=eval(repr(chosen.selection.customers), {"rt": rt}))
    assert again.selection == chosen.selection
    assert hash(again.selection) == hash(chosen.selection)


def test_a_rule_that_leaves_nobody_and_what_is_no_rule(corner):
    with pytest.raises(rt.EmptyError, match="No order matches these filters"):
        corner.filter(customers=rt.rule_of({"all": [{"field": "net", "test": "at least", "value": 1e9}]}))
    with pytest.raises(rt.OptionError, match=r"customers='ann' is not a rule\. Make one of it with rt\.rule_of\."):
        corner.filter(customers="ann")


def test_a_rule_that_nobody_meets_has_no_rate(corner):
    found = rt.select_customers(corner, {"all": [{"field": "net", "test": "at least", "value": 1e9}]})
    assert (found.customers, found.share, found.net, found.reachable) == (0, 0, 0, 0)
    assert pd.isna(found.repeat_rate)
    assert pd.isna(found.repeat_rate_low)
    assert found.table.empty


def test_shops_that_break_naive_code():
    with pytest.raises(rt.EmptyError, match="No order names a customer"):
        rt.select_customers(bought(("", "2025-01-01"), ("", "2025-01-02")), TWICE)
    alone = rt.select_customers(
        bought(("ann", "2025-01-01")), {"all": [{"field": "net", "test": "at least", "value": 10}]}
    )
    assert (alone.customers, alone.share, alone.share_of_net) == (1, 1, 1)
    refunded = read("1,2025-01-01,paid,ann,web,phone,1,10,,\n2,2025-01-02,paid,ann,web,phone,-3,10,,")
    found = rt.select_customers(refunded, {"all": [{"field": "net", "test": "less than", "value": 0}]})
    assert (refs(found), found.net) == (["ann"], -20)
    assert pd.isna(found.share_of_net)


@pytest.mark.parametrize(
    "orders",
    [
        bought(("", "2025-01-01")),
        bought(("ann", "2025-01-01")),
        bought(("ann", "2025-01-01"), ("bob", "2025-01-02"), ("cyd", "2025-01-03")),
        read("1,2025-01-01,paid,ann,web,phone,1,10,,\n2,2025-01-02,paid,ann,web,phone,-3,10,,"),
    ],
    ids=["nobody", "one", "three", "refunds"],
)
def test_every_shop_has_rules_to_start_from(orders):
    rules = starting_rules(orders)
    assert list(rules)[:1] == ["big_and_silent"]
    assert rules["big_and_silent"].conditions[0].value >= 1
    if "bought_one_not_other" in rules:
        assert len(known_words(orders, "categories")) > 1


def test_rules_to_start_from_use_the_shops_own_numbers(shop, corner):
    """On average a customer of the corner shop brings 343 ÷ 3 = 114.33; twice that is 228.67, said as 230."""
    assert starting_rules(corner)["big_and_silent"].conditions[0] == Condition("net", "at least", 230)
    assert starting_rules(corner)["bought_one_not_other"].parts == (
        Condition("categories", "any of", "case"),
        Condition("categories", "none of", "phone"),
    )
    for rule in starting_rules(shop).values():
        assert 0 < rt.select_customers(shop, rule).customers < 4000


def test_only_what_the_shop_knows_can_be_asked(shop, corner):
    assert (
        set(known_fields(corner)) & {"city", "gender", "age", "tags", "profit", "score", "consent", "products"} == set()
    )
    assert {"net", "orders", "categories", "channels", "segment"} <= set(known_fields(corner))
    assert {"city", "age", "score", "consent", "products"} <= set(known_fields(shop))
    assert "profit" in known_fields(shop.with_margin(0.3))
    assert known_words(corner, "channels") == ["web", "store"]
    assert known_words(shop, "products", 3) == known_words(shop, "products")[:3]


def test_a_rule_says_that_it_chooses_by_the_outcome(corner):
    assert any("asks for orders" in note for note in rt.select_customers(corner, TWICE).notes)
    assert not rt.select_customers(corner, PHONE_NO_CASE).notes
    assert Rule("all", (Condition("net", "at least", 1),)).conditions[0].field == "net"
