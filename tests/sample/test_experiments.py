"""The sample shop's three tests: one works, one does nothing, one cannot be judged."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from scipy.stats import chisquare, norm, ttest_ind
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from retention.sample.experiments import BANNER, CARD, REMINDER, make_experiments
from retention.sample.shop import make_shop


@pytest.fixture(scope="module")
def invented():
    return make_shop()


@pytest.fixture(scope="module")
def units(invented):
    """Every person of every test with what they bought in the 60 days from the assignment on, and in the year before."""
    rows, lines = make_experiments(invented), invented.lines
    rows["who"] = rows["email"].fillna(rows["customer_id"])
    lines = lines[lines["status"].isin(["paid", "returned"])]
    lines = lines.assign(
        who=lines["email"].fillna(lines["customer_id"]), net=lines["quantity"] * lines["unit_price"] - lines["discount"]
    )
    each = rows[["experiment", "who", "assigned_at"]].merge(lines, on="who")
    each["order_id"] = each["order_id"].where(each["status"] == "paid")
    days = (each["ordered_at"].dt.normalize() - each["assigned_at"]).dt.days
    for suffix, inside in (("", (days >= 0) & (days < 60)), ("_before", (days < 0) & (days >= -365))):
        sums = each[inside].groupby(["experiment", "who"]).agg(orders=("order_id", "nunique"), revenue=("net", "sum"))
        rows = rows.join(sums.add_suffix(suffix), on=["experiment", "who"])
    values = ["orders", "revenue", "orders_before", "revenue_before"]
    return rows.assign(**rows[values].fillna(0), repeat=rows["orders"] > 0)


def arms(units, name):
    test = units[units["experiment"] == name]
    is_control = test["variant"] == "control"
    return test[~is_control], test[is_control]


def bought(*arms):
    return [arm["repeat"].sum() for arm in arms], [len(arm) for arm in arms]


def test_equal_seeds_give_equal_tests_and_the_file_holds_them(invented, sample_data):
    rows = make_experiments(invented)
    assert_frame_equal(rows, make_experiments(invented))
    assert not rows["variant"].equals(make_experiments(invented, seed=2)["variant"])
    written = pd.read_csv(sample_data / "assignments.csv", parse_dates=["assigned_at"])
    assert_frame_equal(rows, written, check_dtype=False)


def test_everybody_is_a_customer_in_one_arm_of_a_test_and_known_before_it(invented, shop, units):
    assert not units.duplicated(["experiment", "who"]).any()
    firsts = invented.lines[invented.lines["status"] == "paid"]
    firsts = firsts.groupby(firsts["email"].fillna(firsts["customer_id"]))["ordered_at"].min()
    assert (units["who"].map(firsts) < units["assigned_at"]).all()
    read = shop.frame(shop.assignments)
    assert read["customer_id"].notna().all()
    assert read.groupby("experiment")["customer_id"].nunique().equals(units.groupby("experiment")["who"].nunique())


def test_the_reminder_goes_to_people_who_agreed(invented, units):
    people = invented.customers
    agreed = people.set_index(people["email"].fillna(people["customer_id"]))["consent"]
    reminded = units[units["experiment"] == REMINDER]
    assert reminded["who"].map(agreed).all()
    assert len(reminded) == 1622


def test_the_reminder_works_and_the_interval_holds_the_truth(units):
    reminder, control = arms(units, REMINDER)
    assert (bought(reminder, control)) == ([131, 83], [826, 796])
    assert proportions_ztest(*bought(reminder, control))[1] == pytest.approx(0.00123, abs=1e-5)
    (hits, others), (n, m) = bought(reminder, control)
    low, high = confint_proportions_2indep(hits, n, others, m, compare="ratio", method="log")
    assert low < 1.5 < high
    assert low > 1.1


def test_the_reminder_multiplies_buyers_by_one_and_a_half_over_many_seeds(invented):
    """The mean of 20 draws; the standard error of one is about 0.16."""
    paid = invented.lines[invented.lines["status"] == "paid"]
    inside = paid[paid["ordered_at"].between("2025-10-01", "2025-11-30", inclusive="left")]
    buyers = set(inside["email"].fillna(inside["customer_id"]))
    ratios = []
    for seed in range(20):
        rows = make_experiments(invented, seed=seed)
        rows = rows[rows["experiment"] == REMINDER]
        share = rows["email"].fillna(rows["customer_id"]).isin(buyers).groupby(rows["variant"]).mean()
        ratios.append(np.log(share["reminder"] / share["control"]))
    assert np.exp(np.mean(ratios)) == pytest.approx(1.5, abs=0.1)


def test_the_banner_changes_nothing(units):
    banner, control = arms(units, BANNER)
    assert abs(len(banner) - len(control)) <= 1
    assert proportions_ztest(*bought(banner, control))[1] > 0.3
    for metric in ("orders", "revenue"):
        assert ttest_ind(banner[metric], control[metric], equal_var=False).pvalue > 0.1


def test_the_card_looks_as_if_it_worked_but_its_arm_lost_people(units):
    card, control = arms(units, CARD)
    assert (len(card), len(control)) == (692, 1004)
    assert chisquare([len(card), len(control)]).pvalue < 1e-10
    z, p = proportions_ztest(*bought(card, control))
    assert z > 0
    assert p < 0.001
    # Had all cards arrived, as many more silent people would stand in that arm, and nothing would be left of it.
    (hits, others), _ = bought(card, control)
    gap = (hits - others) / len(control)
    assert 2 * norm.sf(abs(gap) / np.sqrt(2 * others / len(control) ** 2)) > 0.2


@pytest.mark.parametrize("name", [REMINDER, BANNER])
@pytest.mark.parametrize("value", ["orders_before", "revenue_before"])
def test_the_arms_of_a_sound_test_were_alike_before(units, name, value):
    one, other = arms(units, name)
    spread = np.sqrt((one[value].var() + other[value].var()) / 2)
    assert abs(one[value].mean() - other[value].mean()) / spread < 0.1


def test_a_shop_of_one_customer_has_tests():
    assert len(make_experiments(make_shop(customers=1, seed=3))) <= 3
