"""Rules and their customers as words, pictures and tables: what a person reads."""

import pandas as pd
import pytest

import retention as rt
from retention.segment.builder import starting_rules
from retention.segment.conditions import Condition
from retention.segment.fields import FIELDS, TESTS
from retention.segment.rules import Rule
from retention.show import charts, sentences
from retention.show.rules import condition_text, field_name, how_asked, rule_text, start_name
from retention.show.tables.builder import condition_rows, customer_rows
from tests.measure.shops import CORNER_SHOP, read

PHONES = Condition("categories", "any of", "phone")


@pytest.fixture(scope="module")
def corner():
    return read(CORNER_SHOP)


def select(orders, *conditions, how="all"):
    return rt.select_customers(orders, Rule(how, conditions))


def rows_of(chart):
    spec = chart.to_dict()
    return pd.DataFrame(next(iter(spec["datasets"].values())))


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Condition("net", "at least", 500), "Net revenue: at least €500"),
        (Condition("net", "less than", 99.5, 30), "Net revenue in the last 30 days: less than €99.50"),
        (Condition("orders", "between", (2, 5)), "Orders: between 2 – 5"),
        (Condition("discount_share", "more than", 0.25), "Discount in % of gross revenue: more than 25%"),
        (Condition("last_order", "before", "2025-05-01"), "Last order: before May 1, 2025"),
        (Condition("country", "none of", ("HU", "PL")), "Country: is none of HU, PL"),
        (Condition("products", "all of", tuple("abcde")), "Products bought: all of these a, b, c, 2 more"),
        (Condition("consent", "is", False), "Consent to marketing: no"),
        (Condition("score", "at most", 2.5), "Last rating: at most 2.5"),
    ],
)
def test_conditions_in_words(condition, words):
    assert condition_text(condition, "EUR") == words


def test_a_rule_in_words_has_brackets_around_what_belongs_together():
    rule = Rule("all", (Condition("orders", "at least", 2), Rule("any", (PHONES, Condition("guest", "is", True)))))
    assert (
        rule_text(rule, "")
        == "Orders: at least 2 and (Categories bought: any of these phone or Bought without an account: yes)"
    )


def test_every_field_test_and_start_has_a_name(shop):
    names = [field_name(name) for name in FIELDS]
    assert len(set(names)) == len(FIELDS)
    assert all(how_asked(test, kind) for kind, tests in TESTS.items() for test in tests)
    assert [start_name(name, rule, "EUR") for name, rule in starting_rules(shop).items()] == [
        "Spent €500 or more, silent for over 90 days",
        "Bought Phone accessories, never Computer accessories",
        "One order, 30 to 60 days ago",
        "Never paid full price",
        "Agreed to e-mails, silent for over 180 days",
    ]


def test_who_is_reached_in_words(corner, shop):
    few = select(corner, Condition("net", "at least", 120))
    assert (
        sentences.who_is_reached(few)
        == "2 of 3 customers meet these conditions (66.7%). They brought 288, 84.0% of the net revenue."
    )
    assert sentences.what_they_are_like(few).endswith("They are too few to tell how many of such customers come back.")
    none = select(corner, Condition("net", "at least", 1e6))
    assert sentences.who_is_reached(none) == "None of the 3 customers meets these conditions."
    assert sentences.what_they_are_like(none).startswith("Loosen a condition")
    many = select(shop, Condition("score", "at most", 5))
    assert sentences.what_they_are_like(many) == (
        f"You may write to {many.reachable} of them: they agreed to marketing and have an e-mail address of their own. "
        f"Of 100 of them, {many.repeat_rate * 100:.0f} bought more than once (between {many.repeat_rate_low * 100:.0f} and "
        f"{many.repeat_rate_high * 100:.0f}). Customers of whom this cannot be told: {many.untold:,}."
    )


def test_a_shop_that_earned_nothing_has_no_share_of_it():
    refunded = read("1,2025-01-01,paid,ann,web,phone,1,10,,\n2,2025-01-02,paid,ann,web,phone,-3,10,,")
    found = select(refunded, Condition("net", "less than", 0))
    assert sentences.who_is_reached(found) == "1 of 1 customers meet these conditions (100.0%). They brought -20."


def test_bars_show_each_condition_and_the_rule(corner):
    chart = charts.condition_bars(select(corner, PHONES, Condition("orders", "at least", 3)))
    rows = rows_of(chart)
    assert rows["share"].tolist() == pytest.approx([2 / 3, 1 / 3, 1 / 3])
    assert rows["line"].tolist()[0] == "Categories bought: any of these phone: 2 (66.7%)"
    assert rows["kind"].tolist() == ["one", "one", "rule"]
    assert chart.description.startswith("Customers who meet each condition: Categories bought: any of these phone: 2")
    assert chart.description.endswith("The whole rule: 1 (33.3%).")
    chart.to_dict(validate=True)


def test_a_single_condition_is_the_whole_rule(corner):
    chart = charts.condition_bars(select(corner, PHONES))
    assert rows_of(chart)["line"].tolist() == ["Categories bought: any of these phone: 2 (66.7%)"]


def test_the_tables_hold_what_the_function_found(corner):
    found = select(corner, PHONES)
    assert condition_rows(found).to_numpy().tolist() == [
        ["Categories bought: any of these phone", "2", "66.7%", "0"],
        ["The whole rule", "2", "66.7%", "0"],
    ]
    rows = customer_rows(found)
    assert rows["Customer"].tolist() == ["ann", "bob"]
    assert rows["Own e-mail address"].tolist() == ["no", "no"]
    assert rows["Consent to marketing"].tolist() == ["–", "–"]
