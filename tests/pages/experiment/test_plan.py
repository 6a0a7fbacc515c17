"""The page for planning a test says what plan_experiment and run_aa_test say."""

import json

import pytest

import retention as rt
from retention.show import sentences

PAGE = "pages/experiment/plan.py"


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def test_headline_says_how_small_an_effect_can_be_seen(page, shop):
    plan = rt.plan_experiment(shop, effect=0.1)
    row = plan.chosen
    reached = row["value"] + row["detectable"]
    assert page.headline == (
        f"Share of customers who buy within 60 days: with 4,000 customers, 50% of them held back, a test would see a rise from "
        f"{row['value']:.1%} to {reached:.1%} or more in 80 of 100 cases ({row['detectable'] * 100:.1f} points, "
        f"+{row['detectable_relative']:.1%})."
    )
    said = " ".join(page.texts)
    assert f"would be seen in {row['power'] * 100:.0f} of 100 such tests" in said
    assert f"it takes {plan.needed:,.0f} customers: {plan.needed / 2:,.0f} who get nothing" in said
    assert f"about {plan.new_a_month:.0f} a month" in said
    assert "Your shop is too small for this test. What you could do instead:" in said
    longest = plan.alternatives.iloc[0]
    assert f"within 180 days: a change by {longest['detectable_relative']:.1%} is visible" in said
    assert (
        f"By e-mail you may write to {plan.reachable:,.0f} of them; a test with these would see a change by {plan.reachable_relative:.1%}"
        in said
    )
    (picture,) = [json.loads(chart.spec)["description"] for chart in page.charts]
    assert f"The dot is the shop, 4,000 customers: +{row['detectable_relative']:.1%}." in picture
    shown = page.test.dataframe[0].value
    assert shown["Customers it takes"].iloc[0] == f"{plan.needed:,.0f}"


def test_choices_reach_the_plan_and_the_notebook(page, shop, execute):
    page.choose("plan_metric", "orders").choose("plan_days", "90").choose("plan_holdout", "0.2")
    page.choose("plan_effect", 60.0).choose("plan_aa", True)
    plan = rt.plan_experiment(shop, "orders", 0.6, days=90, holdout=0.2)
    assert page.headline == sentences.smallest_visible(plan)
    said = " ".join(page.texts)
    assert plan.needed < plan.customers and "What you could do instead" not in said
    assert f"takes out {plan.chosen['correlation'] ** 2:.1%} of what they differ in" in said
    assert f"so {plan.months_for_new:.1f} months until there are {plan.needed:,.0f}" in said
    aa = rt.run_aa_test(shop, "orders", 90)
    assert f"there were {aa.alarms} false alarms: {aa.share:.1%} (between {aa.low:.1%} and {aa.high:.1%})" in said
    assert f"in the luckiest of 1,000 tests B looked {abs(aa.widest_relative):.1%}" in said
    assert len(page.charts) == 2
    assert f"1,000 tests, {aa.alarms} of them a false alarm" in json.loads(page.charts[1].spec)["description"]
    assert execute(page.notebook, "print(plan.needed, aa.alarms)") == f"{plan.needed} {aa.alarms}\n"


def test_visitors_are_planned_from_typed_figures(page, execute):
    page.choose("plan_metric", "conversion").choose("plan_effect", 20.0).choose("plan_visitors", 5000)
    plan = rt.plan_experiment(metric="conversion", baseline=0.03, effect=0.2, customers=5000)
    assert plan.needed == 2 * 13914
    said = " ".join(page.texts)
    assert page.headline.startswith("With a month's 5,000 visitors, of whom 50% see nothing new")
    assert "it takes 27,828 visitors, which come in 5.6 months" in said
    assert "customers" not in page.headline and "What to test instead" not in said
    assert "5,000 visitors: +" in json.loads(page.charts[0].spec)["description"]
    assert execute(page.notebook, "print(plan.needed)") == f"{plan.needed}\n"


def test_no_wish_is_a_plan_too(page, shop):
    page.choose("plan_effect", 0.0)
    assert page.headline == sentences.smallest_visible(rt.plan_experiment(shop))
    assert not any("you hope for" in text for text in page.texts)


def dropped(visitor, rows):
    text = "order_id,ordered_at,email,quantity,unit_price\n" + "\n".join(rows)
    return visitor.open("pages/start/data.py").drop(("orders.csv", text.encode())).open(PAGE)


def test_a_shop_of_three_is_told_that_it_is_too_small(visitor):
    dropped(visitor, [f"{n},2025-0{n}-01,c{n % 3}@example.com,1,10" for n in range(1, 8)])
    assert visitor.headline.endswith("are too few for any test to say something.")
    said = " ".join(visitor.texts)
    assert "Your shop is too small to see anything but a very large effect here." in said
    assert "too few to tell" in said
    visitor.choose("plan_aa", True)
    assert "too few to split them at random" in visitor.test.info[0].value


def test_nobody_named_and_nobody_again_are_sentences(visitor):
    dropped(visitor, [f"{n},2025-0{n}-01,,1,10" for n in (1, 2, 3, 4, 5)])
    assert "No customer can be told apart" in visitor.test.info[0].value
    dropped(visitor, [f"{n},2025-0{n}-01,c{n}@example.com,1,10" for n in (1, 2, 3, 4, 5)])
    assert "Nobody who had bought before bought in the last 60 days" in visitor.test.info[0].value
