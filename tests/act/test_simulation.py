"""What-if: as now is the forecast, money adds up, and every lever does what one can work out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import retention as rt
from retention.act.levers import LEVERS, check_changes
from retention.act.outcome import sums
from retention.act.simulation import _baseline
from tests.measure.shops import bought, read

RELATIVE = ("new_customers", "second_order", "retention", "frequency", "aov")


@pytest.fixture(scope="module")
def earning(shop):
    """The sample at a margin of 40 %."""
    return shop.with_margin(0.4)


@pytest.fixture(scope="module")
def now(earning):
    """What it brings as things are: part → row."""
    return of(rt.simulate_change(earning), "now")


def of(result, state="changed"):
    totals = result.totals
    return totals[totals["state"] == state].set_index("part").drop(columns="state")


@pytest.mark.parametrize(("name", "months"), [("sample", 12), ("three customers", 5), ("nobody named", 36)])
def test_as_now_is_the_forecast(shop, name, months):
    orders = ODD.get(name, shop)
    result, forecast = rt.simulate_change(orders, {}, months), rt.forecast_revenue(orders, months)
    for state in ("now", "changed"):
        table = result.table[result.table["state"] == state].reset_index(drop=True)
        pd.testing.assert_frame_equal(table[list(forecast.table)], forecast.table, rtol=1e-9, atol=1e-9)
        totals = of(result, state).reset_index()[["part", "net", "low", "high"]]
        pd.testing.assert_frame_equal(totals, forecast.totals[list(totals)], rtol=1e-9, atol=1e-9)
    assert result.waterfall.empty and result.break_even.empty and result.anyway == 0


def test_profit_is_revenue_at_its_margin_less_what_new_customers_cost(earning, now, sample_data):
    spend = pd.read_csv(sample_data / "spend.csv")
    months = rt.kpi_table(earning, period="month").set_index("period").loc["2025"]
    cac = spend.loc[spend["month"].astype(str).str.startswith("2025"), "amount"].sum() / months["new_customers"].sum()
    for part in ("existing", "unknown"):
        assert now.loc[part, "profit"] == pytest.approx(0.4 * now.loc[part, "net"])
    new = now.loc["new"]
    assert new["profit"] == pytest.approx(0.4 * new["net"] - cac * new["new_customers"])
    assert now["profit"].drop("total").sum() == pytest.approx(now.loc["total", "profit"])
    dearer = of(rt.simulate_change(earning, {"cac": cac + 1}))
    assert now.loc["total", "profit"] - dearer.loc["total", "profit"] == pytest.approx(new["new_customers"])


def test_the_profit_may_be_off_as_far_as_what_is_sold(shop, earning, now):
    table = rt.simulate_change(earning, {"cac": 0.0}).table.query("state == 'changed'")
    np.testing.assert_allclose(table["profit_low"], 0.4 * table["low"])
    np.testing.assert_allclose(table["profit_high"], 0.4 * table["high"])
    spent = now.loc["new", "new_customers"] * rt.simulate_change(earning).win_or_keep.cac
    assert now.loc["total", "profit_low"] == pytest.approx(0.4 * now.loc["total", "low"] - spent)
    assert now.loc["existing", "profit_high"] == pytest.approx(0.4 * now.loc["existing", "high"])
    # half the price off: 40 % of what is sold at its usual price, less half of it
    dear = of(rt.simulate_change(earning, {"discount": 0.5, "cost": 1000.0}))
    assert dear.loc["cost", ["profit", "profit_low", "profit_high"]].tolist() == pytest.approx([-1000.0] * 3)
    low, high = (-0.1 / 0.5 * dear.loc["existing", end] for end in ("high", "low"))
    assert dear.loc["existing", ["profit_low", "profit_high"]].tolist() == pytest.approx([low, high])
    total = 1000 + spent
    assert dear.loc["total", "profit_high"] == pytest.approx(-0.1 / 0.5 * dear.loc["total", "low"] - total)
    unknown = rt.simulate_change(shop).totals
    assert unknown[["profit_low", "profit_high"]].isna().all(axis=None)


def test_simple_levers_scale_what_they_name(earning, now):
    won = of(rt.simulate_change(earning, {"new_customers": 0.1}))
    assert (won / now).loc["new", ["net", "orders", "new_customers", "profit"]].tolist() == pytest.approx([1.1] * 4)
    assert won.loc["existing"].equals(now.loc["existing"])
    worth = of(rt.simulate_change(earning, {"aov": 0.1}))
    np.testing.assert_allclose(worth[["net", "low", "high"]], 1.1 * now[["net", "low", "high"]])
    assert worth["orders"].equals(now["orders"])
    often = of(rt.simulate_change(earning, {"frequency": 0.1}))
    assert (often / now).loc["existing", ["net", "orders"]].tolist() == pytest.approx([1.1, 1.1])
    later = now.loc["new", "orders"] - now.loc["new", "new_customers"]
    assert often.loc["new", "orders"] - now.loc["new", "orders"] == pytest.approx(0.1 * later)
    second = of(rt.simulate_change(earning, {"second_order": 0.1}))
    pd.testing.assert_series_equal(second.loc["new"], often.loc["new"])
    assert second.loc["existing"].equals(now.loc["existing"])
    richer = of(rt.simulate_change(earning, {"margin": 0.5}))
    assert richer.loc["existing", "profit"] == pytest.approx(0.5 * now.loc["existing", "net"])


def test_no_more_come_for_a_second_order_than_came(earning):
    stay = rt.simulate_change(earning).levers.set_index("lever").loc["retention", "now"]
    most = 1 / stay - 1
    assert 0.5 < most < 2
    at_most, beyond = (of(rt.simulate_change(earning, {"second_order": move})) for move in (most, 2.0))
    np.testing.assert_allclose(at_most.loc["new", "orders"], beyond.loc["new", "orders"])


def test_retention_moves_the_odds_of_leaving_by_one_factor_and_brings_nobody_back(shop):
    result = rt.simulate_change(shop, {"retention": 0.1})
    base = _baseline(shop, 12).drivers
    law, groups = base.model.law, base.groups
    stay = 1.1 * law.b / (law.a + law.b)
    moved = type(law)(law.r, law.alpha, law.b * (1 / stay - 1), law.b)
    levers = result.levers.set_index("lever")
    assert levers.loc["retention", ["now", "changed"]].tolist() == pytest.approx([stay / 1.1, stay])
    # customer by customer: who is there by the law as it was, what comes by the new one
    alive = law.p_alive(groups["frequency"], groups["recency"], groups["T"])
    each = alive * moved.orders_if_alive(base.ends[-1], groups["frequency"], groups["T"])
    assert of(result).loc["existing", "orders"] == pytest.approx((each * groups["customers"]).sum())
    # somebody new of the first month, who came in its middle
    time = base.ends[-1] - base.ends[1] / 2
    of_new = stay * moved.orders_if_alive(time, np.zeros(1), np.zeros(1))[0]
    assert of_new > base.model.expected_orders_of_new(np.array([time]))[0]
    assert any("99 of 100" in note for note in rt.simulate_change(shop, {"retention": 0.5}).notes) == (
        stay * 1.5 / 1.1 > 0.99
    )
    assert not any("99 of 100" in note for note in result.notes)


def test_returns_scale_the_revenue_that_stays(earning, now, shop):
    rows = shop.frame(shop.orders.filter(shop.orders.is_purchase | shop.orders.is_return))
    year = rows[rows["ordered_at"] >= "2025-01-01"]
    share = year["refunds"].sum() / (year["gross"] - year["discounts"]).sum()
    result = rt.simulate_change(earning, {"returns": 0.02})
    assert result.levers.set_index("lever").loc["returns", "now"] == pytest.approx(share)
    np.testing.assert_allclose(of(result)["net"], now["net"] * 0.98 / (1 - share))


@pytest.mark.parametrize("to", ["all", "new", "returning"])
def test_a_discount_takes_off_what_comes_anyway_and_what_comes_for_it(earning, now, to):
    changes = {"discount": 0.2, "discount_share": 0.5, "discount_uplift": 0.3, "discount_to": to}
    result = rt.simulate_change(earning, changes)
    base = _baseline(earning, 12).drivers
    first = now.loc["new", "new_customers"] * base.first_value[0] * base.kept[0]
    later = now.loc["new", "net"] - first
    meant = {"all": now.loc["total", "net"], "new": first, "returning": later + now.loc["existing", "net"]}[to]
    follow = later if to == "new" else 0.0
    net = meant * (-0.2 * 0.5 + 0.3 * 0.8) + 0.3 * follow
    change = of(result).loc["total"] - now.loc["total"]
    assert change["net"] == pytest.approx(net)
    assert change["profit"] == pytest.approx(meant * (-0.2 * 0.5 + 0.3 * (0.4 - 0.2)) + 0.4 * 0.3 * follow)
    assert result.anyway == pytest.approx(0.1 * meant)
    steps = result.waterfall.set_index("lever")["net"]
    assert steps.index.tolist() == ["discount", "discount_uplift"]
    assert steps["discount"] == pytest.approx(-result.anyway, abs=0.01)


def test_a_code_for_the_second_order_is_taken_off_second_orders(earning, now):
    base = _baseline(earning, 12).drivers
    law, time = base.model.law, np.maximum(base.ends[-1] - (base.ends[:-1] + base.ends[1:]) / 2, 0)
    second = base.arriving @ (law.b / (law.a + law.b) * law.chance_if_alive(1, time, 0 * time, 0 * time))
    assert second < now.loc["new", "orders"] - now.loc["new", "new_customers"]
    result = rt.simulate_change(earning, {"discount": 0.1, "discount_to": "second"})
    cost = 0.1 * second * base.later_value[0] * base.kept[1]
    assert result.anyway == pytest.approx(cost)
    even = result.break_even.set_index("lever").loc["discount_uplift"]
    rate = rt.simulate_change(earning).levers.set_index("lever").loc["second_order", "now"]
    assert even["now"] == pytest.approx(rate) and even["needed"] == pytest.approx(rate * (1 + even["change"]))
    # what more later orders earn = the code on those who come anyway and on those who come for it
    later = 0.4 * (now.loc["new", "net"] - now.loc["new", "new_customers"] * base.first_value[0] * base.kept[0])
    assert even["change"] * later == pytest.approx(cost * (1 + even["change"]))


def test_free_shipping_costs_what_orders_above_pay_now(earning, now, shop):
    rows = shop.frame(shop.orders.filter(shop.orders.is_purchase))
    year = rows[rows["ordered_at"] >= "2025-01-01"]
    basket = (year["gross"] - year["discounts"]) / 100
    above, below = basket >= 70, (basket >= 52.5) & (basket < 70)
    below &= basket >= 53  # orders are looked at in whole currency units
    paid = year["shipping"] / 100
    result = rt.simulate_change(earning, {"free_shipping": 70, "topped_up": 0.5})
    per_order = paid[above].sum() / len(year)
    assert result.shipping.above == pytest.approx(above.mean())
    assert result.shipping.below == pytest.approx(below.mean())
    assert result.anyway == pytest.approx(per_order * now.loc["total", "orders"])
    rise = 0.5 * (70 - basket[below]).sum() / basket.sum()
    assert of(result).loc["total", "net"] == pytest.approx(now.loc["total", "net"] * (1 + rise))
    lost = now.loc["total", "orders"] * (per_order + 0.5 * paid[below].sum() / len(year))
    profit = now.loc["total", "profit"] + 0.4 * rise * now.loc["total", "net"] - lost
    assert of(result).loc["total", "profit"] == pytest.approx(profit)
    assert result.shipping.free_from == 100  # where the sample ships for nothing


def test_a_threshold_meets_orders_of_the_value_that_they_have_then(earning, shop):
    rows = shop.frame(shop.orders.filter(shop.orders.is_purchase))
    year = rows[rows["ordered_at"] >= "2025-01-01"]
    basket, paid = (year["gross"] - year["discounts"]) / 100, year["shipping"] / 100
    worth = np.floor(basket) * 1.2  # orders are looked at in whole currency units
    above, below = worth >= 70, (worth >= 52.5) & (worth < 70)
    changes = {"free_shipping": 70, "aov": 0.2}
    result, dearer = rt.simulate_change(earning, changes), of(rt.simulate_change(earning, {"aov": 0.2})).loc["total"]
    assert result.shipping.above == pytest.approx(above.mean()) and above.mean() > (basket >= 70).mean()
    assert result.shipping.below == pytest.approx(below.mean())
    assert result.shipping.lacking == pytest.approx((70 - 1.2 * basket[below]).mean())
    lost = dearer["orders"] * paid[above].sum() / len(year)
    assert of(result).loc["total", "profit"] == pytest.approx(dearer["profit"] - lost)
    grown = of(rt.simulate_change(earning, changes | {"topped_up": 0.5})).loc["total", "net"]
    assert grown == pytest.approx(dearer["net"] * (1 + 0.5 * (70 - 1.2 * basket[below]).sum() / (1.2 * basket.sum())))


def test_break_even_pays_exactly_and_the_impossible_is_missing(earning, now):
    costs = {"discount": 0.1, "discount_to": "new", "cost": 2000.0}
    table = rt.simulate_change(earning, costs | {"aov": 0.3}).break_even  # what is hoped for pays nothing yet
    assert set(table["lever"]) == {*RELATIVE, "discount_uplift"}
    for row in table.dropna().itertuples():
        paid = of(rt.simulate_change(earning, costs | {row.lever: row.change}))
        assert paid.loc["total", "profit"] == pytest.approx(now.loc["total", "profit"], abs=0.01)
    dear = rt.simulate_change(earning, {"discount": 0.5}).break_even.set_index("lever")
    assert np.isnan(dear.loc["discount_uplift", "needed"])  # every order that comes for it loses money
    assert rt.simulate_change(earning, {"aov": 0.1}).break_even.empty


def test_what_a_new_customer_may_cost_at_most(earning):
    most = rt.simulate_change(earning).win_or_keep.earned
    nothing = of(rt.simulate_change(earning, {"cac": most}))
    assert nothing.loc["new", "profit"] == pytest.approx(0, abs=1e-6)


def test_the_tornado_is_one_lever_at_a_time(earning, now):
    tornado = rt.simulate_change(earning, {"aov": 0.3}).tornado.set_index("lever")
    for lever in RELATIVE:
        more = of(rt.simulate_change(earning, {lever: 0.1})).loc["total"] - now.loc["total"]
        assert tornado.loc[lever, ["net_more", "profit_more"]].tolist() == pytest.approx(
            more[["net", "profit"]].tolist()
        )
    assert tornado.loc["margin", "profit_more"] == pytest.approx(0.04 * now.loc["total", "net"])
    assert tornado["profit_more"].abs().max() == abs(tornado["profit_more"].iloc[0])


def test_without_a_margin_profit_is_missing_and_a_margin_given_holds_for_both(shop, now):
    plain = rt.simulate_change(shop, {"discount": 0.1})
    assert plain.totals["profit"].isna().all() and plain.break_even.empty
    assert any("Without the gross margin" in note for note in plain.notes)
    told = rt.simulate_change(shop, {"margin": 0.4, "aov": 0.1})
    pd.testing.assert_frame_equal(of(told, "now"), now)
    assert told.waterfall["lever"].tolist() == ["aov"]


def test_a_margin_by_category_is_that_of_the_last_year(shop):
    names = shop.frame(shop.lines.select("category").distinct())["category"].dropna()
    mixed = shop.with_margin({name: 0.2 + 0.05 * n for n, name in enumerate(sorted(names))} | {"": 0.5})
    months = rt.kpi_table(mixed, period="month").set_index("period").loc["2025"]
    assert rt.simulate_change(mixed).margin == pytest.approx(months["profit"].sum() / months["net"].sum())


moves = st.fixed_dictionaries(
    {},
    optional={
        key: st.floats(max(lever.low, -0.9), min(lever.high, 1.0)) for key, lever in LEVERS.items() if lever.high <= 5
    }
    | {
        "discount_to": st.sampled_from(["all", "new", "returning", "second"]),
        "free_shipping": st.sampled_from([30.0, 70.0, 120.0]),
        "cac": st.floats(0, 80),
        "cost": st.floats(0, 50_000),
    },
)
few = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@few
@given(changes=moves)
def test_money_adds_up_lever_by_lever_and_part_by_part(earning, now, changes):
    result = rt.simulate_change(earning, changes)
    after = of(result)
    for column in ("net", "profit"):
        whole = round(after.loc["total", column], 2) - round(now.loc["total", column], 2)
        assert result.waterfall[column].sum() == pytest.approx(whole, abs=1e-6)
        assert after[column].drop("total").sum() == pytest.approx(after.loc["total", column])
    table = result.table[result.table["state"] == "changed"]
    np.testing.assert_allclose(
        table.groupby("part")[["net", "orders", "profit"]].sum().loc[after.index],
        after[["net", "orders", "profit"]],
        atol=1e-6,
    )
    for low, middle, high in (("low", "net", "high"), ("profit_low", "profit", "profit_high")):
        assert (table[low] <= table[middle] + 1e-6).all() and (table[middle] <= table[high] + 1e-6).all()
    assert result.anyway >= 0


@few
@given(changes=moves, more=st.floats(0, 0.3))
def test_more_is_never_less_where_it_must_not_be(earning, changes, more):
    base = _baseline(earning, 12)

    def moved(**to):
        return sums(base, check_changes(changes | to))

    less = moved(retention=min(changes.get("retention", 0), 0.2))
    kept = moved(retention=min(changes.get("retention", 0), 0.2) + more)
    assert kept["orders"] >= less["orders"] * (1 - 1e-6)
    for lever in ("second_order", "frequency", "new_customers"):
        low = changes.get(lever, 0)
        assert moved(**{lever: low + more})["orders"] >= moved(**{lever: low})["orders"] - 1e-6
    margin = min(changes.get("margin", 0.4), 0.7)
    assert moved(margin=margin + more)["profit"] >= moved(margin=margin)["profit"] - 1e-6
    returned = min(changes.get("returns", 0.05), 0.6)
    assert moved(returns=returned + more)["net"] <= moved(returns=returned)["net"] + 1e-6


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"price": 1}, "price"),
        ({"aov": 3}, "aov=3 is not possible"),
        ({"aov": True}, "aov=True"),
        ({"retention": float("nan")}, "retention=nan"),
        ({"discount_to": "cats"}, "discount_to"),
    ],
)
def test_what_is_no_lever_is_refused(shop, changes, said):
    with pytest.raises(rt.OptionError, match=said):
        rt.simulate_change(shop, changes)


def test_what_moves_nothing_is_left_out():
    assert check_changes({"discount_uplift": 0.2, "discount_to": "new", "topped_up": 0.3, "cost": 0}) == {}
    assert check_changes({"discount": 0.1, "discount_share": 1, "discount_to": "all"}) == {"discount": 0.1}


MONTHS = range(1, 9)
ODD = {
    "one customer": bought(*(("ann", f"2025-{month:02}-01") for month in MONTHS)),
    "three customers": bought(
        *((who, f"2025-{month:02}-{day}") for month in MONTHS for who, day in (("a", "01"), ("b", 11), ("c", 27)))
    ),
    "everyone once": bought(*((f"c{month}{n}", f"2025-{month:02}-{n}") for month in MONTHS for n in range(10, 22))),
    "nobody named": bought(*(("", f"2025-{month:02}-01") for month in MONTHS)),
    "more returned than bought": read(
        "\n".join(
            f"{m},2025-{m:02}-01,paid,c{m},web,phone,1,10,,\nr{m},2025-{m:02}-02,paid,c{m},web,phone,-3,10,,"
            for m in MONTHS
        )
        + "\n99,2025-09-02,paid,z,web,phone,1,10,,"
    ),
}


SENSIBLE = {
    "one customer": {"win_or_keep"},
    "three customers": {"win_or_keep"},
    "everyone once": {"welcome_code"},
    "nobody named": set(),
    "more returned than bought": set(),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_shops_have_a_what_if(name):
    orders = ODD[name].with_margin(0.3)
    result = rt.simulate_change(orders, {"aov": 0.1, "new_customers": 0.2, "discount": 0.1, "cost": 5})
    assert np.isfinite(result.totals[["net", "low", "high", "orders", "profit"]].to_numpy()).all()
    assert np.isfinite(result.waterfall[["net", "profit"]].to_numpy()).all()
    with pytest.raises(rt.EmptyError, match="Too few customers have come back"):
        rt.simulate_change(orders, {"retention": 0.05})
    assert not {"retention", "second_order"} & set(result.tornado["lever"])
    with pytest.raises(rt.OptionError, match="do not say what customers paid for shipping"):
        rt.simulate_change(orders, {"free_shipping": 20})
    assert set(result.presets) == SENSIBLE[name]
    assert (
        of(result).loc["total", "net"]
        <= of(rt.simulate_change(orders, {"aov": 0.1, "new_customers": 0.2})).loc["total", "net"]
    )


def test_a_short_history_is_told_what_is_missing():
    with pytest.raises(rt.EmptyError, match="at least 6 complete months"):
        rt.simulate_change(bought(("ann", "2025-01-01"), ("bob", "2025-02-28")))
