"""How many different customers buy: as customers drawn from the law do, as those of last year did, and by every lever."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retention as rt
from retention.act.buyers import buyers
from retention.act.levers import check_changes
from retention.act.outcome import parts, with_retention
from retention.act.simulation import _baseline
from tests.act.test_simulation import ODD, few, of


@pytest.fixture(scope="module")
def base(shop):
    return _baseline(shop, 12)


@pytest.fixture(scope="module")
def now(base):
    return buyers(base, {})


def drawn(rng, law, there, begins, ends, pace=1.0):
    """In which months customers order who have not left. there: orders so far and age, one row a customer; begins: how long
    after now each begins. They order `pace` times as often, and leave when they would have left anyway."""
    frequency, age = there.T
    rate = rng.gamma(law.r + frequency, 1 / (law.alpha + age))
    leaves = rng.beta(law.a, law.b + frequency + 1) / pace
    time, who, bought = begins.copy(), np.arange(len(there)), np.zeros((len(there), len(ends) - 1), bool)
    while len(who):
        time[who] += rng.exponential(1 / (rate[who] * pace))
        who = who[time[who] < ends[-1]]
        bought[who, np.searchsorted(ends, time[who], side="right") - 1] = True
        who = who[rng.random(len(who)) >= leaves[who]]
    return bought


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"retention": 0.2, "frequency": 0.5},
        {"second_order": 0.3, "new_customers": -0.2, "frequency": -0.1},
        {"discount": 0.1, "discount_uplift": 0.4, "discount_to": "returning", "retention": -0.2},
    ],
)
def test_as_many_as_of_customers_drawn_from_the_law(base, changes):
    rng, times = np.random.default_rng(5), 12
    pace = (1 + changes.get("frequency", 0)) * (1 + changes.get("discount_uplift", 0))
    law, groups, ends = (
        with_retention(base.drivers.model.law, changes.get("retention", 0)),
        base.drivers.groups,
        base.drivers.ends,
    )
    each = groups.loc[groups.index.repeat(groups["customers"] * times)]
    alive = base.drivers.model.p_alive(each["frequency"], each["recency"], each["T"])
    there = each.loc[rng.random(len(each)) < alive, ["frequency", "T"]].to_numpy()
    bought = drawn(rng, law, there, np.zeros(len(there)), ends, pace)
    found = buyers(base, changes)
    np.testing.assert_allclose(found["existing"].by_month, bought.sum(axis=0) / times, rtol=0.06)
    assert found["existing"].in_all == pytest.approx(bought.any(axis=1).sum() / times, rel=0.02)
    # those to come, in the middle of their months
    arriving = rng.poisson(base.drivers.arriving * (1 + changes.get("new_customers", 0)) * times)
    came = np.repeat(np.arange(12), arriving)
    stays = rng.random(len(came)) < law.b / (law.a + law.b) * (1 + changes.get("second_order", 0))
    bought = np.zeros((len(came), 12), bool)
    bought[stays] = drawn(rng, law, np.zeros((stays.sum(), 2)), ((ends[:-1] + ends[1:]) / 2)[came[stays]], ends, pace)
    bought[np.arange(len(came)), came] = True
    np.testing.assert_allclose(found["new"].by_month, bought.sum(axis=0) / times, rtol=0.06)
    assert found["new"].in_all == pytest.approx(len(came) / times, rel=0.02)


def test_as_many_as_came_last_year(shop):
    made = of(rt.simulate_change(shop.filter(end="2024-12-31")), "now").loc["total", "customers"]
    year = shop.filter(start="2025-01-01", end="2025-12-31")
    came = year.frame(year.orders.filter(year.orders.is_purchase))["customer_id"].nunique()
    assert shop.as_of > date(2025, 12, 31)
    assert made == pytest.approx(came, rel=0.05)


def test_the_table_has_them_by_month_and_once_over_all_months(shop, now):
    result = rt.simulate_change(shop)
    for state in ("now", "changed"):
        table = result.table[result.table["state"] == state].set_index("part")["customers"]
        assert table["existing"].tolist() == now["existing"].by_month.tolist()
        assert table["new"].tolist() == now["new"].by_month.tolist()
        assert table["total"].tolist() == (now["existing"].by_month + now["new"].by_month).tolist()
        totals = of(result, state)
        assert totals["customers"].to_dict() == {
            "existing": now["existing"].in_all,
            "new": pytest.approx(totals.loc["new", "new_customers"]),
            "unknown": 0.0,
            "total": now["existing"].in_all + now["new"].in_all,
        }
        assert totals.loc["total", "customers"] < 0.7 * table["total"].sum()


def test_levers_move_those_they_name(base, now):
    first = base.drivers.arriving
    more = buyers(base, {"new_customers": 0.1})
    np.testing.assert_allclose(more["new"].by_month, 1.1 * now["new"].by_month)
    assert more["new"].in_all == pytest.approx(1.1 * now["new"].in_all)
    assert more["existing"] is now["existing"]
    second = buyers(base, {"second_order": 0.1})
    np.testing.assert_allclose(second["new"].by_month - first, 1.1 * (now["new"].by_month - first))
    assert second["new"].in_all == now["new"].in_all and second["existing"] is now["existing"]
    often = buyers(base, {"frequency": 0.1})
    code = {"discount": 0.2, "discount_uplift": 0.1}
    returning = buyers(base, code | {"discount_to": "returning"})
    for part in ("existing", "new"):
        assert returning[part].by_month.tolist() == often[part].by_month.tolist()
    of_all, of_new = buyers(base, code), buyers(base, code | {"discount_to": "new"})
    assert of_all["existing"].by_month.tolist() == often["existing"].by_month.tolist()
    assert of_new["existing"] is now["existing"]
    for changed in (of_all, of_new):
        np.testing.assert_allclose(changed["new"].by_month, 1.1 * now["new"].by_month)
    of_second = buyers(base, code | {"discount_to": "second"})
    np.testing.assert_allclose(of_second["new"].by_month, second["new"].by_month)
    kept = buyers(base, {"retention": 0.1})
    assert (kept["existing"].by_month[1:] > now["existing"].by_month[1:]).all()
    assert kept["existing"].in_all == pytest.approx(now["existing"].in_all)  # the same people, in more months
    for changes in ({"aov": 0.2}, {"discount": 0.3}, {"cost": 5.0}, {"margin": 0.9}):
        for part, counted in buyers(base, check_changes(changes)).items():
            assert counted.by_month.tolist() == now[part].by_month.tolist()


LEVERS = {
    "new_customers": st.floats(-0.9, 1.5),
    "second_order": st.floats(-0.9, 1.5),
    "retention": st.floats(-0.5, 0.4),
    "frequency": st.floats(-0.9, 1.5),
    "discount_uplift": st.floats(0, 4),
}


@few
@given(
    changes=st.fixed_dictionaries(
        LEVERS | {"discount": st.just(0.1), "discount_to": st.sampled_from(["all", "new", "returning", "second"])}
    ),
    lever=st.sampled_from(list(LEVERS)),
    more=st.floats(0, 0.1),
)
def test_more_are_never_fewer_and_never_more_than_orders_or_people(base, changes, lever, more):
    less, many = buyers(base, changes), buyers(base, changes | {lever: changes[lever] + more})
    made, people = parts(base, changes), base.drivers.groups["customers"].sum()
    for part, counted in less.items():
        assert (many[part].by_month >= counted.by_month * (1 - 1e-6)).all()
        assert many[part].in_all >= counted.in_all * (1 - 1e-6)
        assert (counted.by_month <= made[part]["orders"] * (1 + 1e-6)).all()
        assert counted.by_month.max() <= counted.in_all * (1 + 1e-9)
        assert counted.in_all <= counted.by_month.sum() * (1 + 1e-9)
    assert less["existing"].in_all <= people
    assert less["new"].in_all == pytest.approx(made["new"]["new_customers"].sum())


def test_without_a_model_only_new_customers_are_counted():
    for name in ("one customer", "three customers"):
        result = rt.simulate_change(ODD[name])
        assert of(result)["customers"].isna().to_dict() == {"existing": True, "new": False, "total": True}
        assert any("only new ones are counted" in note for note in result.notes)
    once = rt.simulate_change(ODD["everyone once"], {"new_customers": 0.5})
    assert of(once).loc["total", "customers"] == pytest.approx(12 * 12 * 1.5)
    nobody = rt.simulate_change(ODD["nobody named"])
    assert of(nobody)["customers"].tolist() == [0.0] * 4
    for result in (once, nobody):
        assert not any("only new ones are counted" in note for note in result.notes)
