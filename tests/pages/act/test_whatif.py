"""The page on what-if says what simulate_change says, and its levers, presets and scenarios work."""

import json

import pytest

import retention as rt
from retention.show.forecast import about

PAGE = "pages/act/whatif.py"


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


@pytest.fixture
def earning(page):
    """The page at a margin of 35 %, as the sidebar sets it."""
    return page.choose("margin_from", "one").choose("margin", 35.0)


def said(x):
    return about(x, "EUR")


def count(x):
    return f"{round(x, -1):,.0f}"


def of_total(result):
    totals = result.totals[result.totals["part"] == "total"].set_index("state")
    return totals.loc["now"], totals.loc["changed"]


def test_as_now_says_the_forecast_and_the_strongest_lever(page, shop):
    result = rt.simulate_change(shop)
    now, _changed = of_total(result)
    most = result.tornado.set_index("lever").loc["aov", "net_more"]
    assert page.headline == (
        f"As things are, the next 12 months bring {said(now['net'])}. Of all levers a tenth more of “Average order value” moves "
        f"most: {said(most)} more net revenue."
    )
    assert f"In four of five cases it is between {said(now['low'])} and {said(now['high'])}." in " ".join(page.texts)
    months = result.table.query("state == 'now' and part == 'total'")["customers"].mean()
    assert (
        f"{count(now['customers'])} different customers buy in these 12 months, {months:.0f} in an average month."
        in " ".join(page.texts)
    )
    assert "Profit after costs is then" not in " ".join(page.texts)
    assert len(page.charts) == 2 and page.test.get_by_key("whatif_retention").value == 0


def test_a_lever_moves_the_answer_the_pictures_and_the_file(earning, shop):
    earning.choose("whatif_second_order", 10)
    result = rt.simulate_change(shop.with_margin(0.35), {"second_order": 0.1})
    now, changed = of_total(result)
    assert earning.headline == (
        f"Second orders +10%: {said(changed['net'])} instead of {said(now['net'])} in the next 12 months, "
        f"{said(changed['net'] - now['net'])} more net revenue. That is {said(changed['profit'] - now['profit'])} more profit."
    )
    months, steps, _tornado = (json.loads(chart.spec)["description"] for chart in earning.charts)
    assert f"Changed: €{changed['net']:,.0f} in all these months." in months
    assert f"Second orders: +€{changed['profit'] - now['profit']:,.0f}" in steps
    assert (
        f"Profit after costs is then between {said(changed['profit_low'])} and {said(changed['profit_high'])}."
        in " ".join(earning.texts)
    )
    header, *rows = earning.downloads["what_if.csv"].decode().splitlines()
    assert {"customers", "profit_low", "profit_high"} < set(header.split(",")) and len(rows) == 2 * 4 * 12
    table = result.table.query("part == 'total'").groupby("state")["customers"]
    shown = next(frame.value for frame in earning.test.dataframe if "Customers changed" in frame.value)
    assert shown["Customers changed"].tolist() == [f"{x:,.0f}" for x in table.get_group("changed")]
    average = table.mean()
    assert (
        f"{count(now['customers'])} different customers buy in these 12 months, as many as without it, but "
        f"{average['changed']:.0f} instead of {average['now']:.0f} in an average month."
    ) in " ".join(earning.texts)
    earning.choose("whatif_measure", "net")
    assert f"Second orders: +€{changed['net'] - now['net']:,.0f}" in json.loads(earning.charts[1].spec)["description"]


def test_a_second_order_code_says_what_it_takes_to_pay(earning, shop):
    earning.press("A second-order code")
    result = rt.simulate_change(shop.with_margin(0.35), {"discount": 0.1, "discount_to": "second"})
    even = result.break_even.set_index("lever").loc["discount_uplift"]
    assert earning.headline == (
        "10% off the second order pays if the share of new customers who order again within a year rises from "
        f"{even['now']:.1%} to {even['needed']:.1%} or more."
    )
    assert any(
        f"that would have come anyway: {said(result.anyway)}." in text for text in " ".join(earning.texts).split("\n- ")
    )
    earning.choose("whatif_discount_uplift", 40.0)
    assert "more profit" in earning.headline
    earning.press("As now")
    assert earning.headline.startswith("As things are") and earning.test.get_by_key("whatif_discount").value is None


def test_common_wisdom_is_put_to_the_test(page, shop):
    page.press("5 % more customers kept")
    now, changed = of_total(rt.simulate_change(shop, {"retention": 0.05}))
    assert f"Here it is +{changed['net'] / now['net'] - 1:.1%} net revenue in 12 months." in " ".join(page.texts)
    page.press("Winning or keeping")
    known = rt.simulate_change(shop).win_or_keep
    assert f"a new customer costs €{known.cac:.2f}, and the code alone takes €{known.code:.2f}" in " ".join(page.texts)
    page.press("Free shipping")
    assert page.headline == f"Free shipping from €70: {said(now['net'])} in the next 12 months, as without it."
    assert "From €100 on hardly any order pays for shipping as it is." in " ".join(page.texts)
    page.choose("whatif_margin", 40.0)
    assert (
        page.headline
        == "Free shipping from €70 does not pay, even if every order between €53 and €70 grew to reach it."
    )


def test_scenarios_stand_beside_each_other_and_come_back(page, shop):
    page.choose("whatif_aov", 10).choose("scenario_name", "Dearer").press("Keep this scenario")
    page.press("5 % more customers kept").choose("scenario_name", "Kept").press("Keep this scenario")
    beside = page.test.dataframe[-1].value.set_index("Scenario")
    assert list(beside.columns) == ["As now", "Dearer", "Kept"]
    for name, changes in (("Dearer", {"aov": 0.1}), ("Kept", {"retention": 0.05})):
        _now, changed = of_total(rt.simulate_change(shop, changes))
        assert beside.loc["Net revenue", name] == f"€{changed['net']:,.0f}"
        assert beside.loc["Customers", name] == f"{changed['customers']:,.0f}"
    page.test.get_by_key("open_scenario_Dearer").click().run()
    assert page.headline.startswith("Average order value +10%:")
    file = page.downloads["scenarios.json"]
    page.test.get_by_key("drop_scenario_Dearer").click().run()
    page.test.get_by_key("drop_scenario_Kept").click().run()
    assert "scenarios.json" not in page.downloads
    page.drop(("scenarios.json", file))
    assert list(page.test.dataframe[-1].value.columns) == ["Scenario", "As now", "Dearer", "Kept"]
    page.drop(("other.json", b"[1]"))
    assert page.errors == ["This is no file of scenarios. Bring one that was saved on this page."]


def test_more_new_customers_are_more_who_buy(page, shop):
    page.choose("whatif_new_customers", 20)
    result = rt.simulate_change(shop, {"new_customers": 0.2})
    now, changed = of_total(result)
    average = result.table.query("part == 'total'").groupby("state")["customers"].mean()
    assert (
        f"{count(changed['customers'])} different customers buy in these 12 months instead of {count(now['customers'])}; in an "
        f"average month {average['changed']:.0f} instead of {average['now']:.0f}."
    ) in " ".join(page.texts)


def test_the_notebook_gives_the_screen_again(earning, execute):
    earning.press("5 % more customers kept")
    printed = execute(
        earning.notebook, "from retention.show.sentences import what_would_come\nprint(what_would_come(changed))"
    )
    assert printed.strip() == earning.headline


def test_a_shop_without_repeats_has_levers_that_stand_still(visitor):
    rows = "".join(f"{n},2025-{n // 28 + 1:02}-{n % 28 + 1:02},c{n}@example.com,1,10\n" for n in range(1, 250))
    text = f"order_id,ordered_at,email,quantity,unit_price\n{rows}"
    visitor.open("pages/start/data.py").drop(("orders.csv", text.encode())).open(PAGE)
    assert visitor.headline.startswith("As things are")
    assert visitor.test.get_by_key("whatif_retention").disabled and not visitor.test.get_by_key("whatif_aov").disabled
    assert "A second-order code" not in {button.label for button in visitor.test.main.button}
