"""Outcomes against scipy, statsmodels, the formulas in numpy, and splits of a generated shop whose truth is known."""

from dataclasses import astuple, fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.power import NormalIndPower, TTestIndPower
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from benchmarks import outcomes
from benchmarks.outcomes import sums
from retention.experiment import outcome
from retention.experiment.outcome import (
    adjusted,
    compare_arms,
    many_p_values,
    power_of,
    sample_ratio_p,
    value_interval,
)
from retention.experiment.sums import ArmSums, Metric

REPEAT = Metric("repeat", "share", "bought")
REVENUE = Metric("revenue", "mean", "revenue")
CUPED = replace(REVENUE, before="before")
AOV = Metric("aov", "ratio", "revenue", per="orders")
RUNS = 200


def bought(customers, n):
    return ArmSums(n, {"bought": customers / n}, {}, {}, {"bought": customers})


def draw(n, seed, more=0.0):
    """Customers whose revenue depends on what they spent before, some of whom bought nothing."""
    rng = np.random.default_rng(seed)
    before, orders = rng.gamma(2, 20, n), rng.integers(0, 4, n).astype(float)
    return {"revenue": orders * (before / 2 + rng.gamma(1, 30, n)) + more, "orders": orders, "before": before}


@pytest.fixture(scope="module")
def units():
    return draw(300, 1), draw(350, 2, more=6)


@pytest.fixture(scope="module")
def arms(units):
    return tuple(sums(columns) for columns in units)


def welch(control, treatment):
    test = stats.ttest_ind(treatment, control, equal_var=False)
    interval = test.confidence_interval()
    return test.pvalue, interval.low, interval.high


def read(found):
    return found.p, found.low, found.high


@pytest.mark.parametrize(
    ("control", "treatment"),
    [((48, 80), (56, 70)), ((100, 1000), (130, 1100)), ((10, 5000), (31, 5000)), ((20, 40), (20, 40))],
)
def test_shares_agree_with_statsmodels(control, treatment):
    found = compare_arms(bought(*control), bought(*treatment), REPEAT)
    counts, sizes = zip(treatment, control, strict=True)
    assert found.p == pytest.approx(proportions_ztest(counts, sizes)[1], abs=1e-9)
    expected = confint_proportions_2indep(*treatment, *control, method="newcomb", compare="diff")
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-9)
    assert found.effect == pytest.approx(treatment[0] / treatment[1] - control[0] / control[1], abs=1e-15)
    assert found.method == "two-sided z-test of shares"


def test_another_level_of_shares_agrees_with_statsmodels():
    found = compare_arms(bought(100, 1000), bought(130, 1100), REPEAT, alpha=0.01)
    expected = confint_proportions_2indep(130, 1100, 100, 1000, method="newcomb", compare="diff", alpha=0.01)
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-9)


def test_newcombes_own_example():
    """Newcombe (1998), Statistics in Medicine 17, 873–890, table II: 56/70 − 48/80 by method 10 is 0.0524 to 0.3339."""
    found = compare_arms(bought(48, 80), bought(56, 70), REPEAT)
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


def test_means_agree_with_scipy(units, arms):
    found = compare_arms(*arms, REVENUE)
    assert read(found) == pytest.approx(welch(units[0]["revenue"], units[1]["revenue"]), abs=1e-9)
    assert found.value - found.control_value == found.effect
    assert found.effect == pytest.approx(units[1]["revenue"].mean() - units[0]["revenue"].mean(), abs=1e-9)
    assert np.isnan(found.variance_reduction)


def test_means_agree_with_scipy_from_sums():
    """The sums of the example in the documentation of ttest_ind_from_stats."""
    sides = [(11, 12.0, 39.0), (13, 15.0, 87.5)]
    arms = [ArmSums(n, {"revenue": mean}, {"revenue": var}, {}, {"revenue": n}) for n, mean, var in sides]
    expected = stats.ttest_ind_from_stats(15.0, np.sqrt(87.5), 13, 12.0, np.sqrt(39.0), 11, equal_var=False)
    assert compare_arms(*arms, REVENUE).p == pytest.approx(expected.pvalue, abs=1e-9)


def test_cuped_is_welch_of_values_adjusted_by_hand(units, arms):
    """Deng et al. (2013): y − θ(x − x̄), θ = cov(x, y) ÷ var(x), here of both arms together as one sample."""
    y, x = (np.concatenate([columns[name] for columns in units]) for name in ("revenue", "before"))
    theta = np.cov(y, x)[0, 1] / x.var(ddof=1)
    control, treatment = (columns["revenue"] - theta * (columns["before"] - x.mean()) for columns in units)
    found = compare_arms(*arms, CUPED)
    assert read(found) == pytest.approx(welch(control, treatment), abs=1e-9)
    assert (found.control_value, found.value) == pytest.approx((control.mean(), treatment.mean()), abs=1e-9)
    assert found.standard_error**2 == pytest.approx(control.var(ddof=1) / 300 + treatment.var(ddof=1) / 350, abs=1e-9)
    plain = compare_arms(*arms, REVENUE)
    assert found.variance_reduction == pytest.approx(1 - found.standard_error**2 / plain.standard_error**2, abs=1e-12)
    assert found.variance_reduction == pytest.approx(np.corrcoef(y, x)[0, 1] ** 2, abs=0.01)
    assert "CUPED" in found.method


def test_ratios_agree_with_the_delta_method_in_numpy(units, arms):
    """Over those with an order or revenue: who did neither add to the sums nor to what they are divided by says nothing about the ratio."""
    means, variances, n = [], [], []
    for columns in units:
        x, y = (columns[name][(columns["orders"] > 0) | (columns["revenue"] > 0)] for name in ("revenue", "orders"))
        n.append(len(x))
        gradient = np.array([1 / y.mean(), -x.mean() / y.mean() ** 2])
        means.append(x.mean() / y.mean())
        variances.append(gradient @ np.cov(x, y) @ gradient)
    expected = stats.ttest_ind_from_stats(
        means[1], np.sqrt(variances[1]), n[1], means[0], np.sqrt(variances[0]), n[0], equal_var=False
    )
    found = compare_arms(*arms, AOV)
    assert found.p == pytest.approx(expected.pvalue, abs=1e-9)
    assert (found.control_value, found.value) == pytest.approx(means, abs=1e-9)
    assert found.standard_error == pytest.approx(np.sqrt(variances[0] / n[0] + variances[1] / n[1]), abs=1e-9)
    parts = np.array(variances) / n
    half = found.standard_error * stats.t.ppf(0.975, parts.sum() ** 2 / (parts**2 / (np.array(n) - 1)).sum())
    assert (found.low, found.high) == pytest.approx((found.effect - half, found.effect + half), abs=1e-9)


def test_people_without_orders_change_nothing_about_a_ratio(arms):
    """The same arms with 5,000 more customers each who did not order."""
    none = np.zeros(5_000)
    more = []
    for seed, n in ((1, 300), (2, 350)):
        columns = draw(n, seed)
        more.append(
            (
                {name: columns[name] for name in AOV.columns},
                {name: np.append(columns[name], none) for name in AOV.columns},
            )
        )
    few, many = (compare_arms(*(sums(columns) for columns in pair), AOV) for pair in zip(*more, strict=True))
    assert read(many) == pytest.approx(read(few), rel=1e-9)
    assert many.standard_error == pytest.approx(few.standard_error, rel=1e-9)


def test_means_close_to_zero_or_below_still_agree_with_scipy():
    """tea-tasting's relative effect overflows here; the rows are refunds against purchases."""
    rng = np.random.default_rng(3)
    control, treatment = rng.normal(0, 100, 12), rng.normal(0, 100, 14)
    for middle in (0.0, 1e-9, -80.0):
        values = control - control.mean() + middle
        found = compare_arms(sums({"revenue": values}), sums({"revenue": treatment}), REVENUE)
        assert read(found) == pytest.approx(welch(values, treatment), abs=1e-9)
        assert np.isnan([found.relative, found.relative_low, found.relative_high]).all()
        assert found.relative_reason.startswith("The value of control")


def test_before_that_says_nothing_or_everything_is_passed_over(units):
    plain = compare_arms(*(sums({"revenue": columns["revenue"]}) for columns in units), REVENUE)
    for before in ([np.zeros(300), np.zeros(350)], [columns["revenue"] * 2 for columns in units]):
        arms = [
            sums({"revenue": columns["revenue"], "before": known}) for columns, known in zip(units, before, strict=True)
        ]
        assert_same(compare_arms(*arms, CUPED), plain)


def assert_same(found, expected):
    texts = [(each.method, each.reason, each.relative_reason) for each in (found, expected)]
    assert texts[0] == texts[1]
    numbers = [[value for value in astuple(each) if not isinstance(value, str)] for each in (found, expected)]
    assert numbers[0] == pytest.approx(numbers[1], nan_ok=True)


def test_before_leaves_shares_and_ratios_as_they_are(arms):
    for metric, pair in ((AOV, arms), (REPEAT, (bought(100, 1000), bought(120, 1000)))):
        with_before = compare_arms(*pair, replace(metric, before="before"))
        assert_same(with_before, compare_arms(*pair, metric))


@pytest.mark.parametrize("metric", [REVENUE, CUPED, AOV])
def test_the_relative_interval_agrees_with_the_test_about_zero(metric):
    """Fieller leaves out 0 exactly when Welch's p is below 5 %."""
    for more in np.linspace(0, 25, 26):
        arms = sums(draw(300, 1)), sums(draw(350, 2, more=more))
        found = compare_arms(*arms, metric)
        assert (found.relative_low > 0 or found.relative_high < 0) == (found.p < 0.05)
        assert found.relative == pytest.approx(found.effect / found.control_value)


@pytest.mark.parametrize(
    ("control", "treatment", "reason"),
    [
        ((0, 0), (20, 100), outcome.FEW_UNITS),
        ((1, 1), (20, 100), outcome.FEW_UNITS),
        ((20, 100), (9, 100), outcome.FEW_EVENTS),
        ((20, 100), (91, 100), outcome.FEW_OTHERS),
        ((0, 100), (0, 100), outcome.FEW_EVENTS),
    ],
)
def test_shares_without_enough_say_so(control, treatment, reason):
    arms = [
        ArmSums(n, {"bought": hits / n if n else np.nan}, {}, {}, {"bought": hits}) for hits, n in (control, treatment)
    ]
    refused(compare_arms(*arms, REPEAT), reason)


def test_ten_events_are_enough():
    assert compare_arms(bought(10, 100), bought(90, 100), REPEAT).reason == ""


def refused(found, reason):
    assert found.reason == reason
    numbers = [getattr(found, field.name) for field in fields(found) if field.type == "float"]
    assert len(numbers) == 16
    assert np.isnan(numbers).all()
    assert found.method


def test_means_and_ratios_without_enough_say_so():
    nine = np.array([5.0] * 9 + [0.0] * 91)
    many, orders = np.arange(100.0), np.ones(100)
    refused(compare_arms(sums({"revenue": nine}), sums({"revenue": many}), REVENUE), outcome.FEW_EVENTS)
    one = ArmSums(1, {"revenue": 5.0}, {"revenue": np.nan}, {}, {"revenue": 1})
    refused(compare_arms(one, sums({"revenue": many}), REVENUE), outcome.FEW_UNITS)
    refused(
        compare_arms(sums({"revenue": orders * 7.1}), sums({"revenue": orders * 7.1}), REVENUE), outcome.ALL_THE_SAME
    )
    unknown = ArmSums(100, {"revenue": 10.0}, {"revenue": np.nan}, {}, {"revenue": 50})
    refused(compare_arms(unknown, sums({"revenue": many}), REVENUE), outcome.NO_SPREAD_KNOWN)
    nobody = sums({"revenue": many, "orders": orders * 0})
    refused(compare_arms(nobody, sums({"revenue": many, "orders": orders}), AOV), outcome.NO_DENOMINATOR)
    sevens = sums({"revenue": 7.1 * (many + 1), "orders": many + 1})
    refused(compare_arms(sevens, sevens, AOV), outcome.ALL_THE_SAME)


def test_one_arm_may_be_all_the_same():
    many = np.arange(50.0)
    found = compare_arms(sums({"revenue": np.full(50, 3.0)}), sums({"revenue": many}), REVENUE)
    expected = stats.ttest_1samp(many, 3.0)  # Welch's degrees of freedom are then those of the other arm
    assert (found.p, found.low) == pytest.approx((expected.pvalue, expected.confidence_interval().low - 3), abs=1e-9)


def test_lower_is_better_turns_probability_and_loss_round(arms):
    for metric, pair in ((REPEAT, (bought(100, 1000), bought(130, 1000))), (REVENUE, arms)):
        higher, lower = compare_arms(*pair, metric), compare_arms(*pair, replace(metric, lower_is_better=True))
        assert higher.probability_better + lower.probability_better == pytest.approx(1, abs=1e-9)
        assert lower.expected_loss - higher.expected_loss == pytest.approx(higher.effect, rel=0.01)  # E[B − A]
        assert (higher.effect, higher.p) == (lower.effect, lower.p)


def test_changing_places_turns_the_effect_round(arms):
    for metric in (REVENUE, CUPED, AOV):
        there, back = compare_arms(*arms, metric), compare_arms(*arms[::-1], metric)
        assert (back.effect, back.low, back.high, back.p) == pytest.approx(
            (-there.effect, -there.high, -there.low, there.p)
        )


@settings(max_examples=25, deadline=None)
@given(st.floats(0.01, 1000))
def test_the_unit_of_money_does_not_matter(factor):
    euros, cents = [sums(draw(200, seed)) for seed in (5, 6)], []
    for seed in (5, 6):
        columns = draw(200, seed)
        cents.append(sums({**columns, "revenue": columns["revenue"] * factor}))
    for metric in (CUPED, AOV):
        small, large = compare_arms(*euros, metric), compare_arms(*cents, metric)
        assert large.p == pytest.approx(small.p)
        assert large.low == pytest.approx(small.low * factor)
        assert (large.relative_low, large.relative_high) == pytest.approx((small.relative_low, small.relative_high))


def test_value_interval_of_every_kind(units, arms):
    expected = stats.binomtest(30, 200).proportion_ci(0.95, method="wilson")
    assert value_interval(bought(30, 200), REPEAT) == pytest.approx((expected.low, expected.high), abs=1e-9)
    values = units[0]["revenue"]
    expected = stats.t.interval(0.95, len(values) - 1, values.mean(), stats.sem(values))
    assert value_interval(arms[0], REVENUE) == pytest.approx(expected, abs=1e-9)
    x, y = (units[0][name][units[0]["orders"] > 0] for name in ("revenue", "orders"))
    half = 1.959963984540054 * (x - x.sum() / y.sum() * y).std(ddof=1) / np.sqrt(len(x)) / y.mean()
    assert value_interval(arms[0], AOV) == pytest.approx((x.sum() / y.sum() - half, x.sum() / y.sum() + half), abs=1e-9)
    assert np.isnan(value_interval(ArmSums(1, {"bought": 1.0}, {}, {}, {"bought": 1}), REPEAT)).all()


def test_detectable_is_seen_in_80_of_100_tests(arms):
    found = compare_arms(*arms, REVENUE)
    assert power_of(found.detectable, found.standard_error) == pytest.approx(0.8, abs=1e-5)
    equal = sums(draw(400, 8)), sums(draw(400, 9))
    found, deviation = compare_arms(*equal, REVENUE), np.sqrt((equal[0].var["revenue"] + equal[1].var["revenue"]) / 2)
    expected = TTestIndPower().solve_power(nobs1=400, alpha=0.05, power=0.8) * deviation
    assert found.detectable == pytest.approx(expected, rel=0.002)  # theirs is of t
    found = compare_arms(bought(200, 2000), bought(200, 2000), REPEAT)
    expected = NormalIndPower().solve_power(nobs1=2000, alpha=0.05, power=0.8) * 0.3
    assert found.detectable == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("z", [0.0, 0.5, 2.0, 3.5])
def test_power_agrees_with_statsmodels(z):
    expected = NormalIndPower().power(effect_size=z / 10, nobs1=200, alpha=0.05)
    assert power_of(-z * 3.0, 3.0) == pytest.approx(expected, abs=1e-9)


def test_sample_ratio_over_all_arms():
    assert sample_ratio_p([490, 510], [0.5, 0.5]) == pytest.approx(stats.chi2.sf(0.4, 1), abs=1e-12)
    assert sample_ratio_p([300, 300, 400], [1, 1, 2]) == pytest.approx(stats.chi2.sf(40, 2), abs=1e-12)
    assert np.isnan(sample_ratio_p([0, 0], [0.5, 0.5]))


def test_holm_by_hand_and_without_the_missing():
    """Holm (1979): sorted p times what is left of the family, never falling: .01 · 4, .02 · 3, .03 · 2 (raised to .06), .5."""
    found = adjusted([0.03, np.nan, 0.01, 0.5, 0.02])
    assert found == pytest.approx([0.06, np.nan, 0.04, 0.5, 0.06], nan_ok=True)
    assert np.isnan(adjusted([np.nan, np.nan])).all()
    assert len(adjusted([])) == 0


def test_many_p_values_are_those_of_compare_arms(arms):
    pairs = [(sums(draw(80, seed)), sums(draw(90, 100 + seed, more=seed))) for seed in range(8)]
    numbers = [
        np.array([(arm.n, arm.mean["revenue"], arm.var["revenue"]) for arm in side]).T
        for side in zip(*pairs, strict=True)
    ]
    expected = [compare_arms(*pair, REVENUE).p for pair in pairs]
    assert many_p_values(*numbers[0], *numbers[1], kind="mean") == pytest.approx(expected, abs=1e-12)
    hits = np.array([20, 35, 50])
    expected = [compare_arms(bought(30, 300), bought(hit, 400), REPEAT).p for hit in hits]
    assert many_p_values(300, 0.1, None, 400, hits / 400, None, kind="share") == pytest.approx(expected, abs=1e-12)
    assert np.isnan(many_p_values(300, 0.0, None, 400, 0.0, None, kind="share"))
    assert np.isnan(many_p_values(300, 5.0, 0.0, 400, 5.0, 0.0, kind="mean"))


@pytest.fixture(scope="module")
def splits():
    """200 splits without an effect, and 200 with one; 4,000 of each: python -m benchmarks.outcomes"""
    return {works: outcomes.outcomes(RUNS, seed=11 + works, arm=1_000, works=works) for works in (False, True)}


def test_false_alarms_are_about_five_in_a_hundred(splits):
    """Of 200 at 5 %, 1 or none, or 21 or more, come twice in 1,000 times."""
    alarms = splits[False].groupby("metric")["p"].agg(lambda p: (p < 0.05).sum())
    assert len(alarms) == 4
    assert alarms.between(2, 20).all()


@pytest.mark.parametrize("works", [False, True])
def test_intervals_hold_the_truth(splits, works):
    """Of 200 at 95 %, 179 or fewer come once in 1,000 times."""
    held = splits[works].groupby("metric")[["held", "relative_held"]].sum()
    assert (held >= 180).all(axis=None)
