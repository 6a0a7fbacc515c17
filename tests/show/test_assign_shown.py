"""Assignments in words, pictures and tables."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import retention as rt
from retention.show import charts, sentences
from retention.show.i18n import use_language
from retention.show.measures import group_name
from retention.show.tables.assign import assigned_rows, balance_rows


@pytest.fixture(scope="module")
def thirds(shop):
    return rt.assign_variants(shop, {"control": 0.4, "A": 0.3, "B": 0.3}, name="x", seed=1)


def with_counts(result, *counts):
    return replace(result, arms=result.arms.assign(customers=counts))


def test_two_arms_and_three_arms(thirds):
    two = replace(thirds, arms=pd.DataFrame({"arm": ["control", "A"], "customers": [954, 1000]}))
    assert sentences.who_gets_it(two) == "1,954 customers: 1,000 get the offer, 954 are held back."
    assert sentences.who_gets_it(with_counts(thirds, 954, 600, 400)) == (
        "1,954 customers: 600 get A, 400 get B, 954 are held back."
    )


def test_who_is_left_out_is_counted_or_not_mentioned(thirds):
    assert sentences.who_is_left_out(replace(thirds, unreachable=1200)).endswith("refused marketing: 1,200 customers.")
    assert sentences.who_is_left_out(replace(thirds, unreachable=0)) == ""


def test_an_effect_that_is_too_small_to_be_seen_is_said(thirds):
    small = replace(thirds, repeat_rate=0.2, detectable=0.02)
    assert sentences.how_small_an_effect(small) == (
        "Of 100 customers like these, 20.0 ordered in the last 60 days. This test can see it if the offer changes that by 2.0 or "
        "more; a smaller effect would probably go unnoticed."
    )
    large = replace(small, detectable=0.06)
    assert sentences.how_small_an_effect(large).endswith("choose more customers, or hold more of them back.")
    halves = replace(large, arms=large.arms.assign(planned_share=[0.5, 0.25, 0.25]))
    assert sentences.how_small_an_effect(halves).endswith("or let their orders count for longer.")
    assert sentences.how_small_an_effect(with_counts(small, 100, 100, 29)).startswith("Fewer than 30 customers")
    assert sentences.how_small_an_effect(replace(small, detectable=np.nan)) == ""


def test_what_differs_is_named(thirds):
    alike = replace(thirds, balance=thirds.balance.assign(alike=True))
    assert sentences.how_alike(alike).startswith("The groups are alike:")
    apart = thirds.balance.assign(alike=~thirds.balance["group"].isin(["PL"]))
    assert sentences.how_alike(replace(thirds, balance=apart)) == (
        "The groups differ somewhat, by chance, in: Country PL."
    )


def test_the_dots_lie_at_the_differences_and_next_to_nothing_looks_like_it(thirds):
    balance = thirds.balance.assign(difference=[0.004 * n for n in range(len(thirds.balance))])
    spec = charts.balance_dots(replace(thirds, balance=balance)).to_dict(validate=True)
    dots = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "point")
    rows = spec["datasets"][dots["data"]["name"]]
    assert [row["difference"] for row in rows] == pytest.approx(balance["difference"].tolist())
    assert dots["encoding"]["x"]["scale"]["domain"][1] == 0.2
    assert (
        f"control {balance.loc[0, 'mean_control']:.2f} · A {balance.loc[0, 'mean_A']:.2f} · B " in spec["description"]
    )


def test_a_difference_without_end_still_draws(thirds):
    charts.balance_dots(replace(thirds, balance=thirds.balance.assign(difference=np.inf))).to_dict(validate=True)


def test_tables_say_what_the_result_holds(thirds):
    shown = balance_rows(thirds)
    assert list(shown.columns) == ["What is compared", "control", "A", "B", "Standardised difference", "Alike"]
    assert shown["A"].iloc[0] == f"{thirds.balance.loc[0, 'mean_A']:.2f}"
    assert shown["Alike"].eq("yes").tolist() == thirds.balance["alike"].tolist()
    people = assigned_rows(thirds)
    assert len(people) == 100
    assert people["Group"].tolist() == thirds.table["variant"].head(100).tolist()
    use_language("pl")
    try:
        assert assigned_rows(thirds).iloc[:, 3].iloc[0].partition(" · ")[0] == group_name(
            thirds.table["strata"][0][:-4]
        )
    finally:
        use_language("en")
    assert thirds.table["strata"][0][-4:-1] == " · "
