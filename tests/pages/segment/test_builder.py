"""The segment builder says what select_customers says, keeps rules, and filters the other screens."""

import json

import pytest

import retention as rt
from retention.segment.builder import starting_rules
from retention.show.files import csv_bytes
from retention.show.sentences import who_is_reached

PAGE = "pages/segment/builder.py"


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def rule_on(page):
    (text,) = [content for name, content in page.downloads.items() if name.endswith(".json")]
    return rt.rule_of(text.decode())


def keys_of(page, part):
    """The keys of the controls whose name ends so, in their order on the page."""
    kinds = ("selectbox", "number_input", "multiselect", "button", "radio", "date_input")
    found = [control.key for kind in kinds for control in page.test.main.get(kind) if control.key]
    return [key for key in found if key.endswith(part)]


def test_headline_and_table_are_those_of_the_function(page, shop):
    rule = starting_rules(shop)["big_and_silent"]
    chosen = rt.select_customers(shop, rule)
    assert rule_on(page) == rule
    assert page.headline == who_is_reached(chosen)
    assert page.headline.startswith(
        f"{chosen.customers} of 4,000 customers meet these conditions ({chosen.share:.1%})."
    )
    conditions, customers = (frame.value for frame in page.test.dataframe)
    assert conditions.iloc[-1].tolist() == ["The whole rule", f"{chosen.customers}", f"{chosen.share:.1%}", "0"]
    assert customers["Customer"].tolist() == chosen.table["customer_ref"].head(100).tolist()
    assert page.downloads["customers.csv"].decode("utf-8-sig").count("\n") == chosen.customers + 1
    assert any(f"You may write to {chosen.reachable} of them" in text for text in page.texts)


def test_the_count_follows_every_change(page, shop):
    (value,) = keys_of(page, "_net")
    page.choose(value, 1000.0)
    rule = {
        "all": [
            {"field": "net", "test": "at least", "value": 1000},
            {"field": "days_since_order", "test": "more than", "value": 90},
        ]
    }
    assert page.headline == who_is_reached(rt.select_customers(shop, rule))
    page.choose(keys_of(page, "_net_test")[0], "less than").choose(keys_of(page, "_net_days")[0], 365)
    page.choose(keys_of(page, "_how")[0], "any")
    rule["all"][0] |= {"test": "less than", "days": 365}
    assert page.headline == who_is_reached(rt.select_customers(shop, {"any": rule["all"]}))
    page.choose(keys_of(page, "_field")[1], "country")
    assert rule_on(page) == rt.rule_of({"any": rule["all"][:1]})  # no country is chosen yet
    page.choose(keys_of(page, "_country")[0], ["HU", "PL"])
    rule["all"][1] = {"field": "country", "test": "any of", "value": ["HU", "PL"]}
    assert page.headline == who_is_reached(rt.select_customers(shop, {"any": rule["all"]}))


def test_conditions_and_groups_come_and_go(page):
    page.press("Add a condition")
    assert len(keys_of(page, "_field")) == 3
    page.choose(keys_of(page, "_orders")[0], 2.0)
    assert [condition.field for condition in rule_on(page).conditions] == ["net", "days_since_order", "orders"]
    page.press("Add a group")
    page.choose(keys_of(page, "_field")[3], "consent")
    rule = rule_on(page)
    assert [part.how for part in rule.parts] == ["all", "all"]
    page.choose(next(key for key in keys_of(page, "") if key.startswith("rule_how_")), "any")
    assert rule_on(page).how == "any"
    for _left in range(3):
        page.test.get_by_key(keys_of(page, "_remove")[0]).click()
        page.test.run()
    assert [condition.field for condition in rule_on(page).conditions] == ["consent"]
    page.test.get_by_key(keys_of(page, "_remove")[0]).click()
    page.test.run()
    assert page.test.main.info[0].value == "Give a condition its value, and the customers are counted."
    assert not page.test.exception


def test_a_rule_is_kept_under_a_name_and_opened_again(page, shop):
    saved = rule_on(page)
    page.choose("rule_name", "Big <and> silent").press("Save")
    page.test.get_by_key("start_one_order").click()
    page.test.run()
    assert rule_on(page) == starting_rules(shop)["one_order"]
    page.open("pages/measure/kpis.py").open(PAGE)
    page.test.get_by_key("open_Big <and> silent").click()
    page.test.run()
    assert rule_on(page) == saved


def test_a_rule_comes_from_a_file_and_a_wrong_one_says_what_is_wrong(page):
    rule = {
        "any": [
            {"all": [{"field": "city", "test": "none of", "value": ["Ur"]}]},
            {"field": "age", "test": "at most", "value": 30},
        ]
    }
    page.test.file_uploader[0].set_value([("rule.json", json.dumps(rule).encode(), "application/json")])
    page.test.run()
    assert rule_on(page) == rt.rule_of({"any": [rule["any"][0], {"all": [rule["any"][1]]}]})
    page.test.file_uploader[0].set_value([("rule.json", b'{"all": [{"field": "x"}]}', "application/json")])
    page.test.run()
    assert page.errors[0].startswith("This is no rule.")
    assert rule_on(page).how == "any"


def test_values_from_elsewhere_do_not_stop_the_page(page):
    """A date before the data, a negative count, a share that no float holds exactly, words with marks."""
    parts = [
        {"field": "last_order", "test": "before", "value": "1999-01-01"},
        {"field": "first_order", "test": "between", "value": ["2024-02-03", "2090-01-01"]},
        {"field": "orders", "test": "more than", "value": -5},
        {"field": "discount_share", "test": "at least", "value": 0.29},
        {"field": "categories", "test": "any of", "value": ["*Audio* $1 [x](y)"]},
    ]
    page.test.file_uploader[0].set_value([("rule.json", json.dumps({"any": parts}).encode(), "application/json")])
    page.test.run()
    assert not page.test.exception
    assert rule_on(page) == rt.rule_of({"any": parts})
    page.choose("rule_as_filter", True)
    assert r"\*Audio\* \$1" in page.test.sidebar.caption[-1].value


def test_a_segment_by_profit_without_the_margin_is_a_sentence(page):
    rule = {"all": [{"field": "profit", "test": "at least", "value": 100}]}
    page.test.file_uploader[0].set_value([("rule.json", json.dumps(rule).encode(), "application/json")])
    page.test.run()
    said = (
        "Profit needs the gross margin of the shop. Say which share of net revenue is left when the goods are paid. "
        "The sidebar has a place for it: “Margin and lapse”."
    )
    assert page.errors == [said]
    page.choose("margin_from", "one").choose("margin", 40.0)
    assert not page.errors
    page.choose("rule_as_filter", True).choose("margin_from", "")
    page.open("pages/measure/channels.py")
    assert page.errors == [said]
    page.press("Clear the filters")
    assert not page.errors


def test_a_rule_filters_every_screen_and_the_notebook_until_it_is_cleared(page, shop, monkeypatch):
    rule = rule_on(page)
    headline = page.headline
    page.choose("rule_as_filter", True)
    assert page.headline == headline  # here everybody stays in sight
    assert any(
        text.startswith("Only customers of this segment: Net revenue: at least €500 and")
        for text in [text.value for text in page.test.sidebar.caption]
    )
    page.open("pages/measure/channels.py")
    chosen = shop.filter(customers=rule)
    assert list(page.test.dataframe[0].value["Orders"]) == [f"{n:,}" for n in rt.channel_table(chosen).table["orders"]]
    assert any(text.endswith("filtered") for text in page.texts)
    code = "\n".join(cell.source for cell in page.notebook.cells)
    assert f"orders = orders.filter(customers=({rule!r},))" in code
    monkeypatch.setattr(rt, "load_sample", lambda name: shop)
    again = {}
    exec("\n".join(cell.source for cell in page.notebook.cells if cell.cell_type == "code"), again)
    assert csv_bytes(again["channels"].table) == page.downloads["channels.csv"]
    page.press("Clear the filters")
    assert list(page.test.dataframe[0].value["Orders"]) == [f"{n:,}" for n in rt.channel_table(shop).table["orders"]]
    assert not page.open(PAGE).test.get_by_key("rule_as_filter").value


def test_other_data_forget_the_filter_and_keep_the_rule(page):
    page.choose("rule_as_filter", True)
    page.open("pages/start/data.py").press("Open CDNOW, a real shop").open(PAGE)
    assert "of 2,349 customers" in page.headline
    assert not page.test.get_by_key("rule_as_filter").value


@pytest.mark.parametrize("who", ["", "ann@example.com"])
def test_a_shop_of_one_customer_and_of_nobody(visitor, who):
    lines = f"order_id,ordered_at,email,quantity,unit_price\n1,2025-01-01,{who},1,10\n"
    visitor.open("pages/start/data.py").drop(("orders.csv", lines.encode())).open(PAGE)
    if who:
        assert visitor.headline == "None of the 1 customers meets these conditions."
    else:
        assert visitor.test.info[0].value.startswith("No order names a customer who can be told apart.")
