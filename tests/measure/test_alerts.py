"""Alerts: a range worked out by hand, what is left out of it, and how often it is wrong."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t

import retention as rt
from benchmarks.alarms import drawn, raised
from retention.measure.alerts import WATCHED, judged
from tests.measure.shops import bought

WAVE = [100.0, 110.0, 100.0, 121.0]  # changes of the logarithm: 1, −1, 2, −2 times log 1.1


def months(orders, start="2023-01-01", **columns):
    """A kpi_table of complete months with these numbers of orders."""
    periods = pd.date_range(start, periods=len(orders), freq="MS")
    table = pd.DataFrame({"period": periods, "orders": orders, "complete": True})
    return table.assign(customers=table["orders"]).assign(**columns)


def one(table, kpi="orders", period="month"):
    return judged(table, period, (kpi,))[0].iloc[0]


def test_without_a_season_it_is_the_usual_change_and_its_spread():
    found = one(months([*WAVE * 4, 100, 105]))
    changes = np.log(1.1) * np.array([1, -1, 2, -2] * 4)
    half = t.isf(0.025, 15) * changes.std(ddof=1) * np.sqrt(1 + 1 / 16)
    assert (found["n"], found["seasonal"], found["value"]) == (17, False, 105)
    assert found["expected"] == pytest.approx(100)
    assert (found["low"], found["high"]) == pytest.approx((100 * np.exp(-half), 100 * np.exp(half)))
    assert not found["outside"]


def test_with_a_season_it_is_the_change_of_a_year_ago():
    year = [100, 90, 100, 105, 98, 97, 95, 100, 110, 115, 150, 300]
    table = months([*year, *(1.5 * np.array(year) + np.resize([0, 3, -2], 12)).tolist()])
    found = one(table)
    assert (found["n"], found["seasonal"]) == (23, True)
    assert found["expected"] == pytest.approx(table["orders"].iloc[-2] * 300 / 150)
    assert not found["outside"], "a Christmas like the last one is no surprise"
    flat = one(table.assign(orders=[*table["orders"][:-1], table["orders"].iloc[-2]]))
    assert (flat["outside"], flat["direction"]) == (True, "below")


def test_the_level_is_shared_by_all_that_are_judged():
    table = months([*WAVE * 4, 100, 105], net=[*WAVE * 4, 100, 105], units=[*WAVE * 4, 100, 0])
    alone, (first, second) = one(table), judged(table, "month", ("orders", "net"))[0].to_dict("records")
    assert first["low"] == second["low"] < alone["low"]
    assert first["p"] == pytest.approx(min(1, 2 * alone["p"]))
    assert one(table, "units")["direction"] == "below"


def test_a_month_that_is_not_over_is_neither_judged_nor_history():
    table = months([*WAVE * 4, 100, 105, 3])
    table.loc[table.index[-1], "complete"] = False
    pd.testing.assert_series_equal(one(table), one(table.iloc[:-1]))


@pytest.mark.parametrize(
    ("orders", "n"),
    [([*WAVE * 4, 105], 16), ([*WAVE * 4, 100, 29, 100, 105], 1), ([105.0], 0), ([], 0)],
)
def test_too_short_a_history_is_missing_and_says_so(orders, n):
    found = one(months(orders))
    assert found["n"] == n
    assert pd.isna(found["outside"])
    assert found[["expected", "low", "high", "p"]].isna().all()
    assert found["note"] == "too short a history"


def test_only_the_last_four_years_count():
    young = [31, 60, 40, 90, 50, 99]
    years = [*(100, 110, 95, 121, 100) * 9, 100, 90, 110, 99, 105]
    long, short = one(months([*young, *years], "2022-07-01")), one(months(years))
    assert long["n"] == short["n"] == 49
    assert long["low"] == pytest.approx(short["low"])


def test_a_history_that_never_varies_gives_no_range():
    found = one(months([100.0] * 20))
    assert pd.isna(found["outside"])
    assert found["note"] == "a history that never varies"


def test_a_rate_of_fewer_customers_gets_a_wider_range():
    rates = np.resize([0.30, 0.32, 0.29, 0.31], 18)
    many = months([1000] * 18, repeat_rate=rates)
    few = months([1000] * 17 + [100], repeat_rate=rates)
    wide, narrow = one(few, "repeat_rate"), one(many, "repeat_rate")
    assert narrow["low"] - wide["low"] > 0.03
    assert wide["high"] - narrow["high"] > 0.03
    assert one(months([1000] * 17 + [29], repeat_rate=rates), "repeat_rate")["note"] == "too few to tell"
    assert one(many.assign(repeat_rate=[*rates[:-1], 0.0]), "repeat_rate")["direction"] == "below"


def test_what_cannot_be_judged_is_refused(shop):
    with pytest.raises(rt.OptionError, match="quarter"):
        rt.kpi_alerts(shop, period="quarter")
    with pytest.raises(rt.OptionError, match="returning_revenue_share"):
        rt.kpi_alerts(shop, kpis=("net", "returning_revenue_share"))
    with pytest.raises(rt.OptionError, match="No key figure"):
        rt.kpi_alerts(shop, kpis=())


def test_the_sample_shop(shop):
    found = rt.kpi_alerts(shop)
    assert tuple(found.table["kpi"]) == WATCHED
    assert found.table["period"].eq(pd.Timestamp("2025-12-01")).all()
    assert found.table["n"].tolist() == [23] * 6 + [22]
    assert found.table["seasonal"].all()
    assert not found.table["outside"].any()
    values = rt.kpi_table(shop).iloc[-1]
    assert found.table.set_index("kpi")["value"].to_dict() == {kpi: values[kpi] for kpi in WATCHED}
    cut = rt.kpi_alerts(shop.filter(end="2025-12-15"))
    assert cut.table["period"].eq(pd.Timestamp("2025-11-01")).all()


def test_weeks(shop):
    found = rt.kpi_alerts(shop, period="week", kpis=("orders",)).table.iloc[0]
    assert found["period"] == pd.Timestamp("2025-12-22")
    assert found["n"] == 103 - 9  # nine weeks with under 30 orders at the start
    assert not found["seasonal"]


def test_a_shop_that_stops_selling_is_below():
    """18 months of 30 to 40 orders, then a month with one."""
    day, orders = date(2024, 1, 1), []
    for month in range(18):
        orders += [(f"c{month}-{n}", (day + timedelta(days=n % 28)).isoformat()) for n in range(30 + month * 7 % 11)]
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    orders.append(("last", (day + timedelta(days=30)).isoformat()))
    found = rt.kpi_alerts(bought(*orders), kpis=("orders", "aov")).table.set_index("kpi")
    assert (found.loc["orders", "value"], found.loc["orders", "direction"]) == (1, "below")
    assert pd.isna(found.loc["aov", "outside"])


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 100))
def test_money_in_another_currency_is_as_unusual(seed, times):
    table = drawn(np.random.default_rng(seed), "wandering", 26)
    one_way, other = (
        judged(table, "month", ("net",))[0],
        judged(table.assign(net=table["net"] * times), "month", ("net",))[0],
    )
    assert one_way["p"].iloc[0] == pytest.approx(other["p"].iloc[0])
    assert (one_way[["expected", "low", "high"]] * times).to_numpy() == pytest.approx(
        other[["expected", "low", "high"]].to_numpy()
    )


def test_false_alarms_are_rare_and_a_half_is_seen():
    """The measured rate is 3 in 100, and 9 in 10 for a fall by half: python -m benchmarks.alarms"""
    rng = np.random.default_rng(1)
    hits, looks = raised([drawn(rng, kind, 30) for kind in ("steady", "wandering", "rough") for _ in range(40)])
    assert looks == 120
    assert hits <= 12
    hits, looks = raised([drawn(rng, "steady", 30, drop=0.5) for _ in range(30)])
    assert hits >= 24
