"""Lifetime value: worked out again another way, its parts add up, and shops that have none."""

import os

import numpy as np
import pytest

import retention as rt
from benchmarks import simulated
from retention.predict.activity import activity
from retention.predict.expectation import DAYS_A_MONTH
from tests.measure.shops import bought, read

ONLINE_RETAIL = os.environ.get("RETENTION_ONLINE_RETAIL")


@pytest.fixture(scope="module")
def online_retail():
    return rt.read_orders(ONLINE_RETAIL)


def test_the_value_of_customers_worked_out_another_way(model_shop, value):
    """Month by month with lifetimes' formulas, discounted by the middle of the month."""
    from retention.predict.models import lifetimes

    fitter = lifetimes().ModifiedBetaGeoFitter()
    fitter.params_ = value.model.parameters.set_index("parameter")["value"]
    table = activity(model_shop)
    history = table["frequency"], table["recency"], table["T"]
    until = [
        fitter.conditional_expected_number_of_purchases_up_to_time(month * DAYS_A_MONTH, *history)
        for month in range(1, 13)
    ]
    months = np.diff(np.array([0 * until[0], *until]), axis=0)
    rates = 1.1 ** (-(np.arange(12) + 0.5) / 12)
    p, q, v = value.spend.parameters["value"]
    x, own = table["frequency"], table["monetary"].fillna(0)
    an_order = (p * x * own + p * v) / (p * x + q - 1)
    np.testing.assert_allclose(value.table["expected_orders"], until[-1], rtol=1e-9)
    np.testing.assert_allclose(value.table["expected_spend"], an_order, rtol=1e-9)
    np.testing.assert_allclose(value.table["clv"], (months.T @ rates) * an_order * 0.4, rtol=1e-9)
    np.testing.assert_allclose(value.table["p_alive"], fitter.conditional_probability_alive(*history), rtol=1e-9)


def test_between_low_and_high_lie_95_of_100_such_customers(model_shop, value):
    """Drawn at random: rates, chances to leave and orders of a year, for the customers who bought once, often and most."""
    table, rng = activity(model_shop), np.random.default_rng(0)
    r, alpha, a, b = value.model.parameters["value"]
    for place in (table["frequency"].argmin(), table["frequency"].argmax(), 7):
        x, T = table.loc[place, ["frequency", "T"]]
        here = value.table.loc[place]
        due = rng.poisson(rng.gamma(r + x, 1 / (alpha + T), 40_000) * 12 * DAYS_A_MONTH)
        orders = np.minimum(due, rng.geometric(rng.beta(a, b + x + 1, 40_000)))
        orders *= rng.random(40_000) < here["p_alive"]
        worth = here["clv"] / here["expected_orders"]
        assert orders.mean() == pytest.approx(here["expected_orders"], rel=0.05)
        assert here["low"] / worth == pytest.approx(np.quantile(orders, 0.025, method="inverted_cdf"), abs=1)
        assert here["high"] / worth == pytest.approx(np.quantile(orders, 0.975, method="inverted_cdf"), abs=1)


def test_the_parts_add_up(value):
    summary = value.summary
    base = summary[summary["part"] == "base"].iloc[0]
    assert base["customers"] == len(value.table)
    assert base["value"] == pytest.approx(value.table["clv"].sum())
    assert base["value_each"] == pytest.approx(value.table["clv"].mean())
    segments = summary[summary["part"] == "segment"]
    assert segments["customers"].sum() == base["customers"]
    assert segments["value"].sum() == pytest.approx(base["value"])
    assert (summary["low"] <= summary["value"]).all()
    assert (summary["value"] <= summary["high"]).all()
    assert "first channel" not in set(summary["part"])  # the file has none


def test_by_first_channel(shop):
    summary = rt.predict_clv(shop, months=6).summary
    channels = summary[summary["part"] == "first channel"]
    first = shop.frame(shop.orders.filter(shop.orders.order_number == 1, shop.orders.is_purchase))
    assert channels.set_index("group")["customers"].to_dict() == first["channel"].value_counts().to_dict()


def test_orders_that_end_before_christmas_are_warned_of_and_so_are_those_that_end_after_a_lull(shop):
    """In the sample shop December brings twice as many as an average month, January to March fewer."""
    assert any("busy season" in note for note in rt.predict_clv(shop).notes)
    assert any("quiet season" in note for note in rt.predict_clv(shop.filter(end="2025-03-31")).notes)
    middling = rt.predict_clv(shop.filter(end="2025-10-31")).notes
    assert not any("season" in note for note in middling)


def test_margin_scales_money_and_nothing_else(model_shop, value):
    revenue = rt.predict_clv(model_shop)
    assert revenue.margin is None
    np.testing.assert_allclose(value.table["clv"], revenue.table["clv"] * 0.4)
    np.testing.assert_allclose(value.summary[["low", "high"]], revenue.summary[["low", "high"]] * 0.4)
    assert value.new_customer["value"] == pytest.approx(revenue.new_customer["value"] * 0.4)
    own = rt.predict_clv(model_shop.with_margin(0.4))
    np.testing.assert_allclose(own.table["clv"], value.table["clv"])


def test_a_longer_time_brings_more_and_a_discount_less(model_shop, value):
    longer, undiscounted = rt.predict_clv(model_shop, 24, 0.4), rt.predict_clv(model_shop, 12, 0.4, discount_rate=0)
    assert (longer.table["clv"] >= value.table["clv"]).all()
    assert (undiscounted.table["clv"] >= value.table["clv"]).all()
    np.testing.assert_allclose(
        undiscounted.table["clv"], undiscounted.table["expected_orders"] * undiscounted.table["expected_spend"] * 0.4
    )


def test_the_new_customer_is_one_without_history(model_shop, value):
    new = value.new_customer
    assert new["expected_orders"] == pytest.approx(value.model.expected_orders_of_new(12 * DAYS_A_MONTH))
    purchases = model_shop.frame(model_shop.orders.filter(model_shop.orders.order_number == 1))
    assert new["first_order"] == pytest.approx(purchases["net"].mean() / 100 * 0.4)
    assert new["low"] < new["value"] < new["high"]


def test_same_call_same_numbers_and_rows_in_any_order(value):
    found = simulated.purchases(seed=1)
    other = rt.predict_clv(simulated.shop(found.sample(frac=1, random_state=2), until=500), margin=0.4)
    np.testing.assert_array_equal(np.sort(other.table["clv"]), np.sort(value.table["clv"]))


def test_every_model_answers(model_shop):
    totals = {
        name: rt.predict_clv(model_shop, model=name).summary["value"][0] for name in ("BG/NBD", "Pareto/NBD", "NBD")
    }
    assert totals["Pareto/NBD"] == pytest.approx(totals["BG/NBD"], rel=0.15)
    assert totals["NBD"] > totals["BG/NBD"]


@pytest.mark.parametrize(
    "wrong", [{"months": 0}, {"months": 61}, {"months": 1.5}, {"margin": 2}, {"discount_rate": -0.1}, {"model": "best"}]
)
def test_what_cannot_be_meant_is_refused(model_shop, wrong):
    with pytest.raises(rt.OptionError):
        rt.predict_clv(model_shop, **wrong)


SHOPS = {
    "everyone bought once": bought(*((f"c{n}", f"2024-0{1 + n % 9}-01") for n in range(50))),
    "one customer": bought(*(("ann", f"2024-0{n}-01") for n in range(1, 10))),
    "all on one day": bought(*((f"c{n % 40}", "2024-01-01") for n in range(90))),
    "three customers": bought(*((f"c{n % 3}", f"2024-0{1 + n % 9}-01") for n in range(30))),
}


@pytest.mark.parametrize("name", SHOPS)
def test_shops_without_repeat_buyers_get_a_sentence(name):
    with pytest.raises(rt.EmptyError) as raised:
        rt.predict_clv(SHOPS[name])
    assert raised.value.facts["repeaters"] < 30


@pytest.mark.skipif(not ONLINE_RETAIL, reason="RETENTION_ONLINE_RETAIL does not name the file")
@pytest.mark.parametrize("end", ["2011-06-30", "2011-09-30", None])
def test_online_retail_at_three_cut_offs(online_retail, end):
    """Nobody there leaves by the models, as is known of these data: it is said, and every number is finite."""
    found = rt.predict_clv(online_retail if end is None else online_retail.filter(end=end))
    assert found.model.name == "NBD"
    assert any(note.startswith("No drop-out detectable") for note in found.notes)
    numbers = [found.table, found.summary.select_dtypes("number"), found.new_customer.to_frame(), found.backtest.errors]
    assert all(np.isfinite(part.select_dtypes("number")).all(axis=None) for part in numbers)


def test_returns_beyond_purchases_leave_a_finite_value():
    """Sixty customers who sent back more than they kept."""
    rows = []
    for n in range(60):
        for day in ("2024-01-05", "2024-03-05", f"2024-0{4 + n % 5}-11"):
            rows.append(f"{len(rows)},{day},paid,c{n},web,phone,1,10,,12")
    found = rt.predict_clv(read("\n".join(rows)), months=3)
    assert found.spend.excluded == 60
    assert np.isfinite(found.table["clv"]).all()
