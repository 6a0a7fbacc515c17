"""Behaviour groups as charts, sentences and tables: what a person reads."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import retention as rt
from retention.segment.clusters import WHO, WORDS, ClusterSegments
from retention.show import charts, i18n, sentences
from retention.show.clusters import cluster_name, feature_name
from retention.show.messages import messages
from retention.show.tables.clusters import cluster_rows, score_rows
from tests.measure.shops import bought


@pytest.fixture
def two():
    """Eighty who buy for little and twenty who buy for much."""
    table = pd.DataFrame(
        {"customer_id": range(100), "aov": [10.0] * 80 + [500.0] * 20, "discounted_share": [0.5] * 100}
    )
    names = ["One-time buyers: smaller orders", "Repeat buyers: larger orders"]
    summary = pd.DataFrame({"cluster": names, "customers": [80, 20], "share": [0.8, 0.2], "net": [800.0, 20_000.0]})
    summary = summary.assign(
        share_of_net=summary["net"] / 20_800, median_aov=[10.0, 500.0], difference_aov=[-0.5, 2.0],
        median_discounted_share=[0.0, 1.0], mean_discounted_share=[0.45, 0.7], difference_discounted_share=[-0.4, 0.49],
        repeat_rate=[0.0, 1.0], repeat_rate_low=[0.0, 0.84], repeat_rate_high=[0.05, 1.0], enough=[True, False],
    )  # fmt: skip
    scores = pd.DataFrame({"k": [2, 3], "silhouette": [0.71234, 0.5], "smallest_share": [0.2, 0.05]})
    features = ("aov", "discounted_share")
    table["cluster"] = pd.Categorical.from_codes([0] * 80 + [1] * 20, names)
    return ClusterSegments(table, summary, scores, features, ("frequency",), 0.712, 0.45, 0.93, 2, "EUR")


def rows_of(chart, layer=0):
    spec = chart.to_dict()
    return pd.DataFrame(spec["datasets"][spec["layer"][layer]["data"]["name"]])


def test_the_profile_marks_what_is_clearly_more_or_less(two):
    chart = charts.cluster_profile(two)
    cells = rows_of(chart)
    assert cells["short"].tolist() == ["€10", "50%", "▼ €10", "45%", "▲ €500", "70%"]
    assert cells["difference"].tolist() == [0, 0, -0.5, -0.4, 0, 0]  # twenty are too few to be coloured
    assert chart.description == (
        "What sets each group apart. All customers: Average order value €10.00, Discounted orders 50%. "
        "One-time buyers: smaller orders: Average order value €10.00, Discounted orders 45%. "
        "Repeat buyers: larger orders: Average order value €500.00, Discounted orders 70%. "
        "Groups in grey have fewer than 30 customers."
    )
    chart.to_dict(validate=True)


def test_the_sizes_stand_beside_the_revenue(two):
    chart = charts.cluster_sizes(two)
    assert rows_of(chart)["line"].tolist() == [
        "One-time buyers: smaller orders\n80.0% of customers, 3.8% of net revenue",
        "Repeat buyers: larger orders\n20.0% of customers, 96.2% of net revenue",
    ]
    assert "Repeat buyers: larger orders: 20.0% of customers, 96.2% of net revenue." in chart.description
    chart.to_dict(validate=True)
    lost = replace(two, summary=two.summary.assign(share_of_net=np.nan))
    assert rows_of(charts.cluster_sizes(lost))["share_of_net"].isna().all()
    assert "20.0% of customers, – of net revenue" in charts.cluster_sizes(lost).description


def test_one_group_has_nothing_to_set_it_apart():
    alike = rt.cluster_segments(bought(*((f"c{n}", "2025-01-01") for n in range(3))))
    assert "nothing to show" in charts.cluster_profile(alike).description
    assert sentences.which_kinds(alike) == "Customers here: 3, too few to look for groups."
    assert sentences.how_firm(alike) == sentences.how_clear(alike) == ""
    assert cluster_rows(alike)["Group"].tolist() == ["All customers"]


def test_the_headline_names_who_brings_most_or_the_largest(two):
    assert sentences.which_kinds(two) == (
        "The 100 customers fall into 2 groups. Most revenue comes from “Repeat buyers: larger orders”: 20 of 100 customers bring "
        "96% of it."
    )
    lost = replace(two, summary=two.summary.assign(share_of_net=np.nan))
    assert sentences.which_kinds(lost) == (
        "The 100 customers fall into 2 groups. The largest is “One-time buyers: smaller orders”, 80 of 100 customers."
    )
    assert sentences.which_kinds(replace(two, best_k=1)).endswith("but the data show no clear borders between them.")
    assert sentences.which_kinds(replace(two, best_k=3)).endswith("the data themselves part into 3.")


@pytest.mark.parametrize(
    ("stability", "words"), [(0.9, "are stable"), (0.7, "somewhat stable"), (0.2, "are not stable")]
)
def test_how_firm_the_groups_are(two, stability, words):
    assert words in sentences.how_firm(replace(two, stability=stability))
    assert sentences.how_firm(replace(two, stability=stability, best_k=1)) == ""


def test_the_numbers_are_there_for_those_who_want_them(two):
    assert sentences.how_clear(two) == (
        "Silhouette 0.71; a made-up crowd that differs by degrees only reaches 0.45. Stability (adjusted Rand index) 0.93."
    )
    assert score_rows(two)["Silhouette"].tolist() == ["0.712", "0.500"]
    assert sentences.nobody_differs_in(two).endswith("not in the data: Orders.")
    shown = cluster_rows(two)
    assert shown["Discounted orders (average)"].tolist() == ["45%", "70%"]
    assert shown["Repeat purchase rate"].tolist() == ["0.0% (0.0% – 5.0%)", "100.0% (too few to tell)"]


def test_every_part_of_a_name_is_translated_by_itself(monkeypatch):
    said = messages()
    assert {*WHO, *(text for pair in WORDS.values() for text in pair)} <= set(said)
    monkeypatch.setattr("retention.show.clusters._", str.upper)
    assert cluster_name("Repeat buyers: larger orders, fewer discounts (2)") == (
        "REPEAT BUYERS: LARGER ORDERS, FEWER DISCOUNTS (2)"
    )
    assert cluster_name("Repeat buyers") == "REPEAT BUYERS"


def test_every_feature_has_a_name():
    assert i18n.language() == "en"
    assert all(feature_name(name)[0].isupper() and "_" not in feature_name(name) for name in WORDS)
