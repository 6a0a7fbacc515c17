"""Forecasts of revenue: they add up, know nothing of what came later, and own up to what they missed."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

import retention as rt
from benchmarks import simulated
from retention.periods import day_number, month_number
from retention.predict.projection import _of_new
from retention.predict.season import Clock, season
from tests.measure.shops import bought, same
from tests.measure.shops import read as read_rows

BEGIN = date(2024, 1, 1)


def steady(months, rng=7, extra=()):
    """Every second day somebody new, who buys for 10 and comes back at random for a while, for 30 each time."""
    draw, rows = np.random.default_rng(rng), []
    end = (pd.Timestamp(BEGIN) + pd.DateOffset(months=months)).date()
    for n in range((end - BEGIN).days):
        day, spend = BEGIN + timedelta(days=n), 10
        while n % 2 == 0 and day < end:
            rows.append((day, f"c{n}", spend))
            if draw.random() < 0.4:
                break
            day, spend = day + timedelta(days=1 + int(draw.exponential(40))), 30
    rows.append((end - timedelta(days=1), "last", 10))
    rows = sorted([*rows, *extra])
    return "\n".join(f"{n},{day},paid,{who},web,phone,1,{spend},," for n, (day, who, spend) in enumerate(rows))


@pytest.fixture(scope="module")
def forecast(shop):
    return rt.forecast_revenue(shop)


@pytest.fixture(scope="module")
def seven():
    """What seven steady months forecast."""
    return rt.forecast_revenue(read_rows(steady(7)))


@pytest.fixture(scope="module")
def net(shop):
    """Net revenue by month."""
    months = rt.kpi_table(shop, period="month")
    return months.set_index("period")["net"]


def test_parts_add_up_to_the_total(forecast):
    wide = forecast.table.pivot(index="month", columns="part", values="net")
    np.testing.assert_allclose(wide[["existing", "new", "unknown"]].sum(axis=1), wide["total"])
    totals = forecast.totals.set_index("part")
    np.testing.assert_allclose(wide.sum()[totals.index], totals["net"])
    assert totals["share"].drop("total").sum() == pytest.approx(1)
    assert (forecast.table["low"] <= forecast.table["net"]).all()
    assert (forecast.table["net"] <= forecast.table["high"]).all()
    assert wide.index[0] == pd.Timestamp("2026-01-01") and len(wide) == 12


def test_history_is_the_revenue_that_came_split_by_who_had_bought_before(forecast, shop, net):
    by_month = forecast.history.groupby("month")["net"].sum()
    np.testing.assert_allclose(by_month, net.reindex(by_month.index))
    assert len(by_month) == 24
    rows = shop.frame(shop.orders.filter(shop.orders.is_purchase | shop.orders.is_return))
    march = rows[(rows["month"] == month_number(date(2025, 3, 1))) & rows["customer_id"].notna()]
    had = march["first_month"] < month_number(date(2025, 1, 1))
    seen = forecast.history.set_index(["month", "part"]).loc[pd.Timestamp("2025-03-01")]
    assert seen.loc["existing", "net"] == pytest.approx(march.loc[had, "net"].sum() / 100)
    assert seen.loc["new", "net"] == pytest.approx(march.loc[~had, "net"].sum() / 100)


def test_the_test_is_last_years_forecast_beside_two_plain_methods(forecast, shop, net):
    then = rt.forecast_revenue(shop.filter(end="2024-12-31")).table
    said = then.loc[then["part"] == "total", "net"]
    np.testing.assert_allclose(forecast.backtest["forecast"], said)
    came, before = net["2025"].to_numpy(), net["2024"].to_numpy()
    np.testing.assert_allclose(forecast.backtest["actual"], came)
    errors = [abs(method - came).sum() / came.sum() for method in (said, before, before[-3:].mean())]
    np.testing.assert_allclose(forecast.methods["error"], errors)
    assert errors[0] < min(errors[1:]) and not any("plain method" in note for note in forecast.notes)


def test_the_range_is_how_far_earlier_forecasts_were_off(forecast, shop, net):
    missed = []
    for end, months in (("2025-09-30", 3), ("2025-06-30", 6), ("2025-03-31", 9), ("2024-12-31", 12)):
        said = rt.forecast_revenue(shop.filter(end=end), months).totals.set_index("part").loc["total", "net"]
        missed.append(1 - net[net.index > end].sum() / said)
    assert forecast.tested == 4
    whole = forecast.totals.set_index("part").loc["total"]
    reach = t.ppf(0.9, 4) * np.sqrt(np.mean(np.square(missed))) * whole["net"]
    assert (whole["low"], whole["high"]) == pytest.approx((whole["net"] - reach, whole["net"] + reach))


def test_a_steady_flow_goes_on_as_it_was():
    """1,000 customers in 731 days, who buy and leave as the model has it, for 20 each time."""
    found = simulated.purchases(seed=6, customers=1000, days=731).assign(price=20.0)
    until = (date(2024, 7, 1) - date(2023, 1, 1)).days
    made = rt.forecast_revenue(simulated.shop(found, until), months=6)
    came = found[found["day"] >= until]
    total = made.totals.set_index("part").loc["total"]
    assert total["net"] == pytest.approx(20 * len(came), rel=0.1)
    assert total["low"] < 20 * len(came) < total["high"]
    orders = made.table.groupby("part")["orders"].sum()
    had = came["customer"].isin(found.loc[found["day"] < until, "customer"])
    assert orders["existing"] == pytest.approx(had.sum(), rel=0.1)
    assert orders["new"] == pytest.approx((~had).sum(), rel=0.1)
    new = made.table.loc[made.table["part"] == "new", "new_customers"]
    assert new.sum() == pytest.approx(1000 * 184 / 731, rel=0.1)


def test_orders_after_the_cut_off_change_nothing(seven):
    later = [(date(2024, 8, day), f"late{day}", 500) for day in range(1, 20)]
    long = read_rows(steady(7, extra=later))
    same(rt.forecast_revenue(long.filter(end="2024-07-31")).table, seven.table)
    running = rt.forecast_revenue(long)  # August is not over: nothing of it is used
    same(running.table, seven.table)
    assert (
        "The last month is not over: it is forecast as a whole, and what it brought so far is left out."
        in running.notes
    )


def test_row_order_changes_nothing(seven):
    backwards = "\n".join(steady(7).splitlines()[::-1])
    same(rt.forecast_revenue(read_rows(backwards)).table, seven.table)


def test_returns_lower_what_an_order_brings(seven):
    returned = [f"r{n},2024-07-{n},paid,c{n * 2},web,phone,-1,30,," for n in range(10, 20)]
    less = rt.forecast_revenue(read_rows("\n".join([steady(7), *returned])))
    share = 300 / seven.history["net"].sum()
    np.testing.assert_allclose((less.totals["net"] / seven.totals["net"]).dropna(), 1 - share)


def test_what_lost_to_a_plain_method_says_so():
    """Everybody of the CDNOW file came in its first three months, which no forecast could know."""
    lost = rt.forecast_revenue(rt.load_sample("cdnow"))
    assert lost.methods.set_index("method")["error"].idxmin() == "last_months"
    assert "A plain method would have come closer than this forecast last time: trust it less." in lost.notes
    assert lost.methods["error"].isna().tolist() == [False, True, False]  # a year before there are no data


@pytest.mark.parametrize(
    "purchases",
    [
        [("ann", f"2025-{month:02}-01") for month in range(1, 9)],
        [
            (who, f"2025-{month:02}-{day}")
            for month in range(1, 9)
            for who, day in (("ann", "01"), ("bob", 11), ("cyd", 27))
        ],
    ],
    ids=["one customer", "three customers"],
)
def test_tiny_shops_have_a_forecast_that_does_not_explode(purchases):
    made = rt.forecast_revenue(bought(*purchases))
    totals = made.totals.set_index("part")
    month = 10 * len(purchases) / 8
    assert 6 * month < totals.loc["total", "net"] < 18 * month
    assert np.isfinite(made.table[["net", "low", "high", "orders"]].to_numpy()).all()
    assert any("too little history" in note for note in made.notes)
    assert any("Too few customers have come back" in note for note in made.notes)


def test_where_everyone_bought_once_only_first_orders_are_forecast():
    made = rt.forecast_revenue(
        bought(*((f"c{month}{n}", f"2025-{month:02}-{n}") for month in range(1, 9) for n in range(10, 22)))
    )
    totals = made.totals.set_index("part")["net"]
    assert totals["existing"] == 0
    # March to August brought 12 new ones a month, January begins after the first and is no complete month
    assert totals["new"] == pytest.approx(12 * 12 * 10)
    assert "Nobody has come back lately, so only first orders are forecast." in made.notes


def test_orders_that_name_nobody_are_a_part_of_their_own():
    made = rt.forecast_revenue(bought(*(("", f"2025-{month:02}-01") for month in range(1, 9))))
    assert made.totals.set_index("part")["net"].to_dict() == {"existing": 0, "new": 0, "unknown": 120, "total": 120}


def test_more_returned_than_bought_is_no_crash():
    rows = "\n".join(
        f"{month},2025-{month:02}-01,paid,c{month},web,phone,1,10,,\nr{month},2025-{month:02}-02,paid,c{month},web,phone,-3,10,,"
        for month in range(1, 9)
    )
    made = rt.forecast_revenue(read_rows(f"{rows}\n99,2025-08-31,paid,zed,web,phone,1,10,,"))
    total = made.totals.set_index("part").loc["total"]
    assert total["low"] <= total["net"] < 0 and np.isnan(total["share"])


@pytest.mark.parametrize(
    ("orders", "months"),
    [
        (bought(("ann", "2025-01-01"), ("bob", "2025-02-28")), 2),
        (bought(("ann", "2025-01-01"), ("bob", "2025-01-01")), 0),
        (bought(("ann", "2025-01-02"), ("bob", "2025-06-30")), 5),
    ],
    ids=["two months", "one day", "five and a half"],
)
def test_a_short_history_is_told_what_is_missing(orders, months):
    with pytest.raises(rt.EmptyError, match=f"needs at least 6 complete months of orders; these are {months}."):
        rt.forecast_revenue(orders)


@pytest.mark.parametrize("months", [0, 37])
def test_the_horizon_is_bounded(shop, months):
    with pytest.raises(rt.OptionError, match="Use 1 to 36"):
        rt.forecast_revenue(shop, months)


def test_a_flat_year_has_no_season_and_a_peak_seen_twice_is_believed_more():
    assert (season(np.arange(24), np.random.default_rng(1).poisson(100, 24)) == 1).all()
    peak = np.array([100] * 11 + [300])
    once, thrice = (season(np.arange(12 * years), np.tile(peak, years))[11] for years in (1, 3))
    assert 1.5 < once < thrice < 300 / peak.mean()
    assert thrice == pytest.approx(300 / peak.mean(), rel=0.1)
    assert (season(np.arange(11), np.full(11, 100)) == 1).all()
    assert (season(np.arange(12), peak // 20) == 1).all()  # five a month: chance


def test_who_comes_in_a_month_comes_in_its_middle_and_buys_on_in_the_next():
    one_order_a_day = SimpleNamespace(expected_orders_of_new=lambda days: days)
    later = _of_new(one_order_a_day, np.array([1.0, 2.0]), np.array([0, 30, 60]))
    assert later.tolist() == [15, 30 + 2 * 15]


def test_the_clock_runs_faster_in_season():
    factors = np.ones(12)
    factors[1] = 2
    clock = Clock(factors, day_number(date(2025, 1, 10)), month_number(date(2025, 4, 1)))
    at = [clock.at(day_number(day)) for day in (date(2025, 1, 31), date(2025, 2, 11), date(2025, 3, 2))]
    assert np.diff(at).tolist() == [1 + 20, 36 + 1]


def test_the_range_of_the_orders_is_how_far_those_of_earlier_forecasts_were_off(forecast, shop):
    came = rt.kpi_table(shop, period="month").set_index("period")["orders"]
    missed = []
    for end, months in (("2025-09-30", 3), ("2025-06-30", 6), ("2025-03-31", 9), ("2024-12-31", 12)):
        said = rt.forecast_revenue(shop.filter(end=end), months).totals.set_index("part").loc["total", "orders"]
        missed.append(1 - came[came.index > end].sum() / said)
    whole = forecast.totals.set_index("part").loc["total"]
    reach = t.ppf(0.9, 4) * np.sqrt(np.mean(np.square(missed))) * whole["orders"]
    assert (whole["orders_low"], whole["orders_high"]) == pytest.approx(
        (whole["orders"] - reach, whole["orders"] + reach)
    )
    assert (forecast.table["orders_low"] <= forecast.table["orders"]).all()
    assert (forecast.table["orders"] <= forecast.table["orders_high"]).all()
