"""Plans of tests against statsmodels, published numbers, simulation, and laws."""

from __future__ import annotations

import numpy as np
import pytest

import retention as rt
from retention.experiment.baseline import Baseline, baselines, outcomes
from retention.experiment.sizes import Design
from tests.measure.shops import bought, read

EVEN = Design(0.5, 0.5, 0.05, 0.8)
TENTH = Design(0.1, 0.9, 0.05, 0.8)


@pytest.fixture(scope="module")
def plan(shop):
    return rt.plan_experiment(shop, effect=0.1)


def test_the_published_sample_size():
    """From 3 % to 3.6 % takes about 13,900 in each arm (Evan Miller's and statsmodels' calculators)."""
    plan = rt.plan_experiment(metric="conversion", baseline=0.03, effect=0.006, relative=False)
    assert plan.needed == 2 * 13_914
    assert rt.plan_experiment(metric="conversion", baseline=0.03, effect=0.2).needed == plan.needed
    assert (plan.effect, plan.relative_effect) == (pytest.approx(0.006), pytest.approx(0.2))


@pytest.mark.parametrize(("design", "ratio"), [(EVEN, 1.0), (TENTH, 1 / 9)])
@pytest.mark.parametrize(("value", "effect"), [(0.03, 0.006), (0.14, 0.014), (0.14, -0.03), (0.6, 0.05)])
def test_shares_agree_with_statsmodels(design, ratio, value, effect):
    from statsmodels.stats.proportion import power_proportions_2indep, samplesize_proportions_2indep_onetail

    base = Baseline("repeat", value, np.sqrt(value * (1 - value)))
    in_the_arm = samplesize_proportions_2indep_onetail(effect, value, 0.8, ratio, 0.05, alternative="two-sided")
    found = design.customers(base, effect)
    assert found == pytest.approx(in_the_arm * (1 + ratio), abs=2.1 + 1e-4 * found)  # every arm is rounded up
    power = power_proportions_2indep(effect, value, in_the_arm, ratio, alpha=0.05, return_results=False)
    assert design.power_of(base, effect, in_the_arm * (1 + ratio)) == pytest.approx(power, abs=1e-9)
    assert design.smallest_effect(base, found, effect < 0) == pytest.approx(effect, rel=2e-3)


@pytest.mark.parametrize(("design", "ratio"), [(EVEN, 1.0), (TENTH, 1 / 9)])
@pytest.mark.parametrize("effect", [0.5, 2.5, 40.0])
def test_means_agree_with_statsmodels(design, ratio, effect):
    from statsmodels.stats.power import tt_ind_solve_power

    base = Baseline("revenue", 25.0, 115.0, 0.6, 1000, 400)
    in_the_arm = tt_ind_solve_power(effect / 115, alpha=0.05, power=0.8, ratio=ratio)
    assert design.customers(base, effect) == pytest.approx(in_the_arm * (1 + ratio), abs=2.1)
    adjusted = tt_ind_solve_power(effect / (115 * 0.8), alpha=0.05, power=0.8, ratio=ratio)
    assert design.customers(base, effect, adjusted=True) == pytest.approx(adjusted * (1 + ratio), abs=2.1)
    assert design.smallest_effect(base, in_the_arm * (1 + ratio)) == pytest.approx(effect, rel=1e-4)


def test_so_many_tests_see_the_smallest_effect(shop):
    """4,000 tests on customers drawn from the shop, with the smallest visible rise of the share who buy."""
    base = baselines(shop, 60)["repeat"]
    effect, n = EVEN.smallest_effect(base, 4000), 2000
    rng = np.random.default_rng(3)
    a, b = (rng.binomial(n, share, 4000) / n for share in (base.value, base.value + effect))
    middle = (a + b) / 2
    z = (b - a) / np.sqrt(middle * (1 - middle) * 2 / n)
    assert np.mean(np.abs(z) > 1.96) == pytest.approx(0.8, abs=0.02)


def test_what_the_plan_promises_is_what_the_comparison_finds(shop):
    """The customers of the baseline in two halves, compared: the smallest visible effect is the planned one."""
    each = outcomes(shop, 60)
    coins = np.random.default_rng(1).integers(0, 2, len(each))
    rows = each[["revenue", "revenue_before"]].assign(variant=np.where(coins, "b", "a"), repeat=each["orders"] > 0)
    found = rt.compare_variants(rows=rows.astype({"repeat": int}), metrics=["repeat", "revenue"]).table
    found = found[found["arm"] == "b"].set_index("metric")
    base = baselines(shop, 60)
    repeat = EVEN.smallest_effect(base["repeat"], len(each))
    revenue = EVEN.smallest_effect(base["revenue"], len(each), adjusted=True)
    assert found.loc["repeat", "detectable"] == pytest.approx(repeat, rel=0.07)  # the plan allows for the larger share
    assert found.loc["revenue", "detectable"] == pytest.approx(revenue, rel=0.01)


def test_the_plan_of_the_sample(plan, shop):
    found = baselines(shop, 60)
    assert set(plan.table["metric"]) == set(found)
    row, base = plan.chosen, found["repeat"]
    assert (plan.customers, plan.control, plan.treatment, plan.from_history) == (4000, 0.5, 0.5, True)
    assert row["detectable"] == pytest.approx(EVEN.smallest_effect(base, 4000))
    assert row["detectable_relative"] == pytest.approx(row["detectable"] / base.value)
    assert row["needed"] == plan.needed == EVEN.customers(base, 0.1 * base.value)
    assert row["power"] == pytest.approx(EVEN.power_of(base, 0.1 * base.value, 4000))
    assert np.isnan(row["needed_before"])  # the test of shares makes no use of it
    orders = plan.table.set_index("metric").loc["orders"]
    assert orders["needed_before"] / orders["needed"] == pytest.approx(1 - found["orders"].correlation ** 2, rel=1e-3)
    assert plan.months_for_new == pytest.approx(plan.needed / plan.new_a_month)
    assert plan.table["effect"].tolist() == pytest.approx((0.1 * plan.table["value"]).tolist())
    smallest = np.fmin(plan.table["detectable_relative"], plan.table["detectable_relative_before"])
    assert smallest.is_monotonic_increasing


def test_the_curve_falls_and_goes_through_the_shop(plan):
    curve = plan.curve
    assert curve["customers"].is_monotonic_increasing
    assert curve["detectable_relative"].is_monotonic_decreasing
    own = curve[curve["customers"] == plan.customers]
    assert own["detectable"].tolist() == [plan.chosen["detectable"]]


def test_alternatives_would_show_less(plan, shop):
    assert set(plan.alternatives["change"]) == {"window"}
    assert (plan.alternatives["detectable_relative"] < plan.chosen["detectable_relative"]).all()
    tenth = rt.plan_experiment(shop, "revenue", 0.1, holdout=0.1)
    assert tenth.too_small and not plan.too_small
    assert set(tenth.alternatives["change"]) == {"metric", "window", "holdout"}
    half = tenth.alternatives.set_index("change").loc["holdout"]
    row = rt.plan_experiment(shop, "revenue", 0.1).chosen
    assert half["detectable_relative"] == pytest.approx(row["detectable_relative_before"])
    window = tenth.alternatives.query("change == 'window' and days == 180").iloc[0]
    longer = rt.plan_experiment(shop, "revenue", 0.1, holdout=0.1, days=180).chosen
    assert window["detectable_relative"] == pytest.approx(longer["detectable_relative_before"])


def test_a_fall_is_planned_too(shop):
    plan = rt.plan_experiment(shop, effect=-0.2)
    assert plan.effect < 0 and plan.chosen["detectable"] < 0
    assert (plan.curve["detectable"] < 0).all()


def test_several_arms_share_alpha_and_customers():
    plan = rt.plan_experiment(metric="conversion", baseline=0.1, effect=0.1, arms=3)
    pair = Design(1 / 3, 1 / 3, 0.025, 0.8)
    base = Baseline("conversion", 0.1, 0.3)
    each = Design(0.5, 0.5, 0.025, 0.8).customers(base, 0.01) / 2
    assert plan.needed == pytest.approx(3 * each, abs=3)
    assert plan.needed == pair.customers(base, 0.01)
    assert "Several arms are compared with control" in plan.notes[0]


def test_without_a_wish_it_tells_what_can_be_seen(shop):
    plan = rt.plan_experiment(shop)
    assert np.isnan([plan.effect, plan.relative_effect, plan.needed, plan.months_for_new]).all()
    assert plan.chosen["detectable"] > 0


def test_typed_figures_need_no_orders_and_come_before_them(shop):
    typed = rt.plan_experiment(metric="revenue", baseline=25, sd=115, effect=0.1, customers=4000)
    assert not typed.from_history and typed.alternatives.empty and np.isnan(typed.new_a_month)
    beside = rt.plan_experiment(shop, "revenue", 0.1, baseline=25, sd=115)
    assert beside.customers == 4000
    assert beside.chosen["detectable"] == typed.chosen["detectable"]
    visitors = rt.plan_experiment(shop, "conversion", baseline=0.02)  # a shop's customers are no visitors
    assert np.isnan(visitors.customers) and np.isnan(visitors.chosen["detectable"]) and not visitors.too_small
    assert visitors.curve["detectable"].notna().all()


def test_below_ten_events_an_arm_there_is_no_number():
    plan = rt.plan_experiment(metric="conversion", baseline=0.1, customers=199)
    assert plan.too_small and np.isnan(plan.chosen["detectable"])
    assert "fewer than 10 buyers" in plan.notes[0]
    enough = rt.plan_experiment(metric="conversion", baseline=0.1, customers=200)
    assert enough.chosen["detectable"] > 0
    lopsided = rt.plan_experiment(metric="conversion", baseline=0.1, customers=900, holdout=0.9)
    assert np.isnan(lopsided.chosen["detectable"])  # 90 get the offer, 9 buy
    bold = rt.plan_experiment(metric="conversion", baseline=0.1, effect=7)  # one would see it of fewer, but not be told
    assert bold.needed == 200


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"metric": "clicks"}, "metric='clicks'"),
        ({}, "There is nothing to plan with"),
        ({"baseline": 0.1, "alpha": 0}, "alpha=0 is not between"),
        ({"baseline": 0.1, "power": 1}, "power=1 is not between"),
        ({"baseline": 0.1, "power": 0.04}, "power=0.04 is not above alpha"),
        ({"baseline": 0.1, "holdout": 1.5}, "holdout=1.5"),
        ({"baseline": 0.1, "days": 0}, "days=0"),
        ({"baseline": 0.1, "arms": 1}, "arms=1"),
        ({"baseline": 0.1, "customers": 0}, "customers=0"),
        ({"baseline": 0}, "baseline=0 is no share"),
        ({"baseline": 1.2}, "baseline=1.2 is no share"),
        ({"baseline": -3, "metric": "revenue", "sd": 5}, "baseline=-3 is not above 0"),
        ({"baseline": 3, "metric": "revenue"}, "needs to know how much customers differ"),
        ({"baseline": 0.1, "effect": 0}, "An effect of 0"),
        ({"baseline": 0.01, "effect": 11}, "1100% of the baseline"),
        ({"baseline": 0.5, "effect": 1.0}, "From 0.5 such an effect would lead to 1"),
        ({"baseline": 0.1, "effect": -0.1, "relative": False}, "would lead to 0"),
    ],
)  # fmt: skip
def test_figures_that_cannot_be_are_refused(options, said):
    with pytest.raises(rt.OptionError, match=said):
        rt.plan_experiment(**options)


def test_what_orders_do_not_hold_is_refused(shop):
    with pytest.raises(rt.OptionError, match="Visitors are not in an order file"):
        rt.plan_experiment(shop, "conversion")
    with pytest.raises(rt.OptionError, match="gross margin"):
        rt.plan_experiment(shop, "profit")
    with pytest.raises(rt.EmptyError, match="too few for a window of 5000 days"):
        rt.plan_experiment(shop, days=5000)
    assert rt.plan_experiment(shop.with_margin(0.3), "profit").chosen["value"] > 0


PAST = [(f"c{n}", "2025-01-01") for n in range(40)]


@pytest.mark.parametrize(
    ("orders", "metric", "said"),
    [
        (bought(*PAST, ("new", "2025-06-01")), "repeat", "Nobody who had bought before bought in the last 60 days"),
        (bought(*PAST, *((who, "2025-06-01") for who, _ in PAST)), "repeat", "Everybody who had bought before"),
        (bought(*PAST, *((who, "2025-06-01") for who, _ in PAST)), "revenue", "All customers have the same value"),
        (bought(*PAST, *((who, "2025-06-01") for who, _ in PAST)), "aov", "All customers have the same value"),
        (read("1,2025-01-01,paid,ann,web,phone,1,50,,\n2,2025-05-20,paid,ann,web,phone,-1,50,,\n3,2025-06-01,paid,ann,web,phone,1,20,,"), "revenue", "More was refunded than bought"),
    ],
    ids=["once each", "all came back", "all spent the same", "every order the same", "refunds larger than purchases"],
)  # fmt: skip
def test_a_shop_with_nothing_to_raise_is_told_why(orders, metric, said):
    with pytest.raises(rt.EmptyError, match=said):
        rt.plan_experiment(orders, metric)


def test_three_customers_are_too_few():
    orders = bought(("ann", "2025-01-01"), ("bob", "2025-01-02"), ("ann", "2025-06-01"), ("cyd", "2025-06-02"))
    plan = rt.plan_experiment(orders, effect=0.1)
    assert plan.too_small and np.isnan(plan.chosen["detectable"])
    assert plan.needed > 1000
    assert "Fewer than 30 customers had bought before the window: too few to tell." in plan.notes
    assert len(plan.curve) and plan.curve["detectable"].notna().all()


def test_the_order_of_the_rows_changes_nothing():
    rows = [
        f"{n},2025-{1 + n % 6:02}-{1 + n % 28:02},paid,c{n * n % 37},web,phone,1,{10 + n % 7},," for n in range(150)
    ]
    one, other = (rt.plan_experiment(read("\n".join(lines)), "revenue") for lines in (rows, rows[::-1]))
    np.testing.assert_allclose(one.table.iloc[:, 2:].astype(float), other.table.iloc[:, 2:].astype(float), rtol=1e-9)


def test_those_who_may_be_written_to_see_less(shop):
    plan = rt.plan_experiment(shop)
    customers = shop.frame(shop.customers)
    assert plan.reachable == (customers["contactable"] & customers["consent"].ne(False)).sum()
    same = rt.plan_experiment(shop, customers=int(plan.reachable))
    assert plan.reachable_relative == pytest.approx(same.chosen["detectable_relative"], rel=1e-9)
    assert np.isnan(same.reachable)
