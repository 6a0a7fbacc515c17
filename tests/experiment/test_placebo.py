"""Tests in which nothing happens, against the laws of chance and against scipy on one split."""

from __future__ import annotations

import numpy as np
import pytest

import retention as rt
from retention.experiment import placebo
from retention.experiment.baseline import baselines, outcomes
from retention.experiment.outcome import many_p_values
from tests.measure.shops import bought

METRICS = ("repeat", "orders", "revenue", "aov")


@pytest.fixture(scope="module")
def many(shop):
    return {metric: rt.run_aa_test(shop, metric, splits=4000, seed=5) for metric in METRICS}


def test_it_keeps_its_promise_on_the_sample(many):
    for metric, test in many.items():
        assert test.splits == 4000
        assert 0.043 <= test.share <= 0.057, metric
        assert test.low < test.share < test.high
        assert test.alarms == pytest.approx(4000 * test.share)


def test_p_values_spread_evenly(many):
    for test in many.values():
        assert test.table["splits"].sum() == test.splits
        assert test.table["expected"].tolist() == [200.0] * 20
        assert test.table["p_from"].tolist() == pytest.approx(np.arange(20) / 20)
        chi_square = ((test.table["splits"] - 200) ** 2 / 200).sum()
        assert chi_square < 43.8  # one of a thousand with 19 degrees of freedom
        assert test.table["splits"].iloc[0] == test.alarms


def test_value_and_widest_difference(many, shop):
    found = baselines(shop, 60)
    for metric, test in many.items():
        base = found[metric]
        assert (test.customers, test.days) == (base.customers, 60)
        assert test.value == pytest.approx(base.value)
        error = (base.sd if metric in ("repeat", "aov") else base.adjusted_sd) * np.sqrt(4 / base.customers)
        assert 3 * error < abs(test.widest) < 5.5 * error  # the widest of 4,000
        half = test.value + abs(test.widest)
        assert abs(test.widest) / half < abs(test.widest_relative) < abs(test.widest) / (test.value - abs(test.widest))


@pytest.mark.parametrize("metric", ["repeat", "revenue"])
def test_one_split_agrees_with_scipy(metric, shop, monkeypatch):
    """Every customer has a coin of their own here; the same coins put the same customers into B."""
    from scipy.stats import ttest_ind
    from statsmodels.stats.proportion import proportions_ztest

    monkeypatch.setattr(placebo, "CROWD", 10**9)
    each = outcomes(shop, 60)
    values, _per = placebo._values(each, metric)
    seen = {}
    monkeypatch.setattr(placebo, "many_p_values", lambda *sums: seen.setdefault("p", many_p_values(*sums)))

    rt.run_aa_test(shop, metric, splits=20, seed=7)
    values = np.sort(values)
    coins = np.random.default_rng(7).integers(0, 256, (20, -(-len(values) // 8)), dtype=np.uint8)
    for p, row in zip(seen["p"], np.unpackbits(coins, axis=1, count=len(values)).astype(bool), strict=True):
        a, b = values[~row], values[row]
        if metric == "repeat":
            expected = proportions_ztest([b.sum(), a.sum()], [len(b), len(a)])[1]
        else:
            expected = ttest_ind(b, a, equal_var=False).pvalue
        assert p == pytest.approx(expected, rel=1e-7)


def test_what_is_known_from_before_is_taken_out(shop):
    each = outcomes(shop, 60)
    adjusted, _ones = placebo._values(each, "orders")
    base = baselines(shop, 60)["orders"]
    assert adjusted.mean() == pytest.approx(base.value)
    assert adjusted.std(ddof=1) == pytest.approx(base.adjusted_sd)


def test_the_same_seed_gives_the_same(shop):
    one = rt.run_aa_test(shop, "revenue", splits=50)
    assert one.widest == rt.run_aa_test(shop, "revenue", splits=50).widest
    assert one.widest != rt.run_aa_test(shop, "revenue", splits=50, seed=2).widest


def test_too_little_to_split_is_a_sentence(shop):
    once = bought(*((f"c{n}", "2025-01-01") for n in range(70)), ("new", "2025-06-01"))
    with pytest.raises(rt.EmptyError, match="There are 70 customers, 0 of them with an order in the last 60 days"):
        rt.run_aa_test(once)
    few = bought(*((f"c{n}", "2025-01-01") for n in range(80)), *((f"c{n}", "2025-06-01") for n in range(39)))
    with pytest.raises(rt.EmptyError, match="80 customers, 39 of them"):
        rt.run_aa_test(few)
    alike = bought(*((f"c{n}", f"2025-0{month}-01") for month in (1, 6) for n in range(70)))
    for metric in METRICS:
        with pytest.raises(rt.EmptyError, match="the same value"):
            rt.run_aa_test(alike, metric)
    for options in ({"splits": 0}, {"metric": "conversion"}, {"metric": "profit"}, {"metric": "clicks"}):
        with pytest.raises(rt.OptionError):
            rt.run_aa_test(shop, **options)


def test_splits_without_ten_events_a_half_are_left_out_and_said():
    """Of 64 customers 40 came: often fewer than 10 of the 24 others fall into one half."""
    orders = bought(*((f"c{n}", "2025-01-01") for n in range(64)), *((f"c{n}", "2025-06-01") for n in range(40)))
    test = rt.run_aa_test(orders)
    assert 500 < test.splits < 900
    assert test.table["splits"].sum() == test.splits
    assert "They are left out." in test.notes[0]
