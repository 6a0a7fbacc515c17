"""A planned test and tests in which nothing happened, as they are shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import retention as rt
from retention.show import sentences
from retention.show.tables.plan import alternative_rows, metric_rows, p_value_rows


@pytest.fixture(scope="module")
def revenue(shop):
    return rt.plan_experiment(shop, "revenue", 0.1, holdout=0.1)


@pytest.fixture(scope="module")
def aa(shop):
    return rt.run_aa_test(shop, splits=200)


def test_a_fall_is_said_as_a_fall():
    plan = rt.plan_experiment(metric="conversion", baseline=0.2, effect=-0.1, customers=2000)
    low = 0.2 + plan.chosen["detectable"]
    assert sentences.smallest_visible(plan) == (
        f"With a month's 2,000 visitors, of whom 50% see nothing new, a test would see the share who buy fall from 20.0% to "
        f"{low:.1%} or less in 80 of 100 cases ({-100 * plan.chosen['detectable']:.1f} points, "
        f"-{plan.chosen['detectable_relative']:.1%})."
    )
    assert "hoped for: -10.0%" in str(rt.charts.smallest_effect_curve(plan).to_dict())


def test_both_kinds_of_test_are_drawn_where_the_past_helps(revenue):
    spec = rt.charts.smallest_effect_curve(revenue).to_dict()
    domain = spec["layer"][0]["encoding"]["color"]["scale"]["domain"]
    assert domain == ["With what is known from before", "Without what is known from before"]
    rows = next(data for data in spec["datasets"].values() if "relative" in data[0] and len(data) > 2)
    drawn = {(row["customers"], row["kind"]): row["relative"] for row in rows}
    assert drawn[4000.0, domain[0]] == pytest.approx(revenue.chosen["detectable_relative_before"])
    assert drawn[4000.0, domain[1]] == pytest.approx(revenue.chosen["detectable_relative"])
    assert f"With 32,000 customers: +{revenue.curve['detectable_relative_before'].iloc[-1]:.1%}." in spec["description"]


def test_what_else_could_be_tested_stands_once_a_kind(revenue):
    said = sentences.what_instead(revenue)
    assert said[0] == "Your shop is too small to see anything but a very large effect here. What you could do instead:"
    assert [line.split(".")[0].split(":")[0] for line in said[1:4]] == [
        "Hold back half of the customers",
        "Compare something else",
        "Wait longer",
    ]
    assert said[-1] == f"Come back when there are more customers: this one takes {revenue.needed:,.0f}."
    table = alternative_rows(revenue)
    assert len(table) == len(revenue.alternatives)
    best = revenue.alternatives.iloc[0]
    assert table["Smallest visible effect"].iloc[0] == f"{best['detectable_relative']:.1%} (€{best['detectable']:.2f})"


def test_metrics_stand_beside_each_other(revenue):
    table, numbers = metric_rows(revenue).set_index("What is compared"), revenue.table.set_index("metric")
    row = table.loc["Net revenue per order within 60 days"]
    assert row["Now"] == f"€{numbers.loc['aov', 'value']:.2f}"
    assert row["With what is known from before"] == "–"
    orders = table.loc["Orders per customer within 60 days"]
    assert orders["Customers it takes"] == f"{numbers.loc['orders', 'needed_before']:,.0f}"
    assert "Customers it takes" not in metric_rows(replace(revenue, effect=np.nan, relative_effect=np.nan))


def test_false_alarms_beside_the_promise(aa):
    said = sentences.false_alarms(aa)
    assert said == (
        f"In 200 tests in which nothing happened there were {aa.alarms} false alarms: {aa.share:.1%} "
        f"(between {aa.low:.1%} and {aa.high:.1%}). Promised are 5%."
    )
    assert sentences.false_alarms(replace(aa, low=0.06)).endswith(
        "That is more than promised: do not rely on this metric."
    )
    assert sentences.false_alarms(replace(aa, high=0.04)).endswith("so on the safe side.")
    assert p_value_rows(aa)["Tests"].astype(int).sum() == 200


def test_the_luckiest_split_in_words(aa):
    said = "Share of customers who buy within 60 days: in the luckiest of 200 tests B looked 9.0% {} than A, by chance alone."
    assert sentences.luckiest(replace(aa, widest=0.01, widest_relative=0.09)) == said.format("better")
    assert sentences.luckiest(replace(aa, widest=-0.01, widest_relative=-0.09)) == said.format("worse")
    assert "the halves differed by 1.0 points" in sentences.luckiest(replace(aa, widest=0.01, widest_relative=np.nan))


def test_where_the_wish_is_seen_nothing_else_is_advised():
    bold = rt.plan_experiment(metric="conversion", baseline=0.03, effect=2, power=0.99, alpha=0.001, customers=4000)
    assert bold.too_small and sentences.what_instead(bold) == []
    assert not any("you would learn nothing" in line for line in sentences.about_the_wish(bold))
    none = rt.plan_experiment(metric="revenue", baseline=1, sd=1e6, effect=0.01, customers=50)  # more than anybody has
    said = "Your shop is too small to see anything but a very large effect here."
    assert sentences.what_instead(none) == [said]
    unknown = rt.plan_experiment(metric="conversion", baseline=0.03)
    assert sentences.smallest_visible(unknown).startswith("Share of visitors who buy: say how many there are")
    assert sentences.what_instead(unknown) == []
