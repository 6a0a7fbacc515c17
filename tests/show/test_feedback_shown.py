"""Feedback and definitions as charts and sentences: what is grey, what is left out, what is not claimed."""

from dataclasses import replace

import pandas as pd
import pytest

import retention as rt
from retention.show import sentences
from retention.show.charts.feedback import rates_with_notes


@pytest.fixture(scope="module")
def feedback(shop):
    return rt.feedback_table(shop)


def groups(**columns):
    known = {"name": ["A", "B", "C"], "share": [0.2, 0.5, None], "low": [0.1, 0.3, None], "high": [0.3, 0.7, None]}
    return pd.DataFrame(known | {"n": [40, 29, 0]} | columns)


def layers(chart):
    spec = chart.to_dict()
    return [pd.DataFrame(spec["datasets"][layer.get("data", spec.get("data"))["name"]]) for layer in spec["layer"]]


def test_few_are_grey_and_not_observed_has_words_only():
    chart = rates_with_notes(groups(note=["", "", "not observed"]), "Rate")
    _halo, words, whiskers, dots = layers(chart)
    assert words["line"].tolist() == ["A: 20.0%", "B: too few to tell", "C: not observed"]
    assert dots["kind"].tolist() == whiskers["kind"].tolist() == ["main", "few"]
    assert chart.description == "Rate. A: 20.0% (10.0% – 30.0%; Customers: 40); B: too few to tell; C: not observed."
    assert chart.to_dict()["layer"][2]["encoding"]["x"]["scale"]["domain"] == [0, 0.8]


def test_nothing_observed_and_no_groups():
    assert len(layers(rates_with_notes(groups().iloc[2:], "Rate"))) == 2
    assert "nothing to show" in rates_with_notes(groups().iloc[:0], "Rate").description


def test_every_chart_describes_itself_and_fills_its_column(feedback, shop):
    drawn = [draw(feedback) for draw in (rt.charts.feedback_rates, rt.charts.reply_rates, rt.charts.complaint_rates)]
    drawn += [rt.charts.score_bars(feedback), rt.charts.vendor_dots(rt.vendor_rates(shop))]
    for chart in drawn:
        spec = chart.to_dict()
        assert spec["width"] == "container" and len(spec["description"]) > 20 and "background" not in spec


def test_score_bars_draw_the_scale_with_most_ratings(feedback):
    scores = pd.concat([feedback.scores, pd.DataFrame([(0.0, 10.0, 7.0, 5)], columns=feedback.scores.columns)])
    other = feedback.nps.assign(scale_low=0.0, scale_high=10.0, n=5)
    chart = rt.charts.score_bars(replace(feedback, scores=scores, nps=pd.concat([feedback.nps, other])))
    assert layers(chart)[0]["label"].tolist() == ["1", "2", "3", "4", "5"]
    assert chart.description.endswith("Ratings on other scales are not drawn.")


def test_rules_lie_in_the_order_of_their_rates(shop):
    _halo, words, _whiskers, dots = layers(rt.charts.vendor_dots(rt.vendor_rates(shop)))
    assert dots["share"].is_monotonic_decreasing
    ours = words["line"].str.startswith("Here: ")
    assert dots.loc[ours, "kind"].eq("main").all() and dots.loc[~ours, "kind"].eq("other").all()


def test_a_product_like_the_others_is_not_blamed(feedback):
    mild = replace(feedback, products=feedback.products.iloc[2:].reset_index(drop=True))
    assert sentences.complaints(mild) == "No product has clearly more low ratings than the shop as a whole."
    assert sentences.complaints(replace(feedback, products=feedback.products.iloc[:0])) == ""


def test_few_happy_customers_are_not_compared_with(feedback):
    table = feedback.table.assign(n=[84, 192, 29])
    assert sentences.after_feedback(replace(feedback, table=table)) == (
        "Of 100 customers with a low rating, 20 bought again within 90 days."
    )


def test_one_rule_is_no_span(shop):
    rates = rt.vendor_rates(shop)
    one = replace(rates, table=rates.table.assign(customers=[40, *[29] * 7]))
    assert sentences.depends_on_the_rule(one) == "Only one rule has enough customers: 27%."
    none = replace(rates, table=rates.table.assign(rate=0.0))
    assert sentences.depends_on_the_rule(none) == "By every rule with enough customers, 0% of the customers come back."
