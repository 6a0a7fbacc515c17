"""A cohort table completed: facts stay facts, forecasts are what older cohorts did, and the test is honest."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import retention as rt
from tests.measure.shops import bought, read, same


@pytest.fixture(scope="module")
def forecast(shop):
    return rt.forecast_cohorts(shop)


def cohort(month, customers, back):
    """So many who buy in a month; back: how many of them buy again at each later age."""
    name = [f"{month}-{n}" for n in range(customers)]
    first = [(who, f"2025-{month:02}-01") for who in name]
    later = [(who, f"2025-{month + age:02}-15") for age, count in enumerate(back, 1) for who in name[:count]]
    return [*first, *later]


# Of 10 come back 4, then 2, then 1; the last month of the data is June.
ALIKE = [
    *cohort(1, 10, [4, 2, 1, 1, 1]),
    *cohort(2, 10, [4, 2, 1, 1]),
    *cohort(3, 10, [4, 2, 1]),
    *cohort(4, 10, [4, 2]),
    *cohort(5, 10, [4]),
    *cohort(6, 10, []),
    ("last", "2025-06-30"),
]


def test_cohorts_that_are_alike_go_on_alike():
    made = rt.forecast_cohorts(bought(*ALIKE))
    coming = made.table[made.table["is_forecast"]]
    size = coming["customers"].to_numpy()
    assert len(coming) == 15
    wide = coming.pivot(index="cohort", columns="age", values="share").iloc[:-1]  # June has an 11th customer
    expected = {1: 0.4, 2: 0.2, 3: 0.1, 4: 0.1, 5: 0.1}
    for age, column in wide.items():
        np.testing.assert_allclose(column.dropna(), expected[age])
    assert (coming["low"] * size).round(6).isin(range(12)).all()  # a range is a number of customers
    assert made.error == pytest.approx(made.naive_error) == pytest.approx(0)


def test_facts_are_those_of_the_cohort_table(forecast, shop):
    facts = forecast.table[~forecast.table["is_forecast"]]
    wide = facts.pivot(index="cohort", columns="age", values="share")
    expected = rt.retention_table(shop).table.drop(columns="customers")
    np.testing.assert_array_equal(wide.to_numpy(), expected.to_numpy())
    assert facts[["low", "high"]].isna().all(axis=None)
    assert len(forecast.table) == 24 * 24 and forecast.table["is_forecast"].sum() == 23 * 24 / 2


def test_a_month_that_is_not_over_stays_a_fact_that_is_not_complete():
    seen = [purchase for purchase in ALIKE if purchase[1] <= "2025-06-10"]
    made = rt.forecast_cohorts(bought(*seen, ("last", "2025-06-10")))
    june = made.table[(made.table["cohort"] == "2025-05-01") & (made.table["age"] == 1)].iloc[0]
    assert (june["share"], june["complete"], june["is_forecast"]) == (0, False, False)
    april = made.table[(made.table["cohort"] == "2025-04-01") & (made.table["age"] == 3)].iloc[0]
    assert april["is_forecast"] and april["share"] == pytest.approx(0.1)


def test_ranges_hold_the_forecast(forecast):
    coming = forecast.table[forecast.table["is_forecast"]]
    rounding = 1 / coming["customers"]
    assert (coming["low"] <= coming["share"] + rounding).all()
    assert (coming["share"] <= coming["high"] + rounding).all()
    assert coming[["low", "high"]].stack().between(0, 1).all()


def test_the_test_hides_the_last_three_months(forecast, shop):
    """It is the forecast that was possible three months before, beside what came and beside the average by age."""
    then = rt.forecast_cohorts(shop.filter(end="2025-09-30")).table
    seen = forecast.backtest.merge(then, on=["cohort", "age"])
    assert len(seen) == len(forecast.backtest) == 19 * 3 and seen["is_forecast"].all()
    np.testing.assert_allclose(seen["forecast"], seen["share"])
    table = rt.retention_table(shop).table
    came = np.array([table.loc[row.cohort, row.age] for row in seen.itertuples()])
    np.testing.assert_array_equal(seen["actual"], came)
    average = rt.retention_table(shop.filter(end="2025-09-30")).average.set_index("age")["rate"]
    np.testing.assert_allclose(seen["naive"], seen["age"].map(average))
    size = seen["customers_x"]
    assert forecast.error == pytest.approx((size * (came - seen["forecast"]).abs()).sum() / size.sum())
    assert forecast.naive_error == pytest.approx((size * (came - seen["naive"]).abs()).sum() / size.sum())
    assert forecast.error < 0.6 * forecast.naive_error  # December is in it


def test_a_cohort_that_came_back_more_is_expected_to_go_on_so():
    rows = [
        *cohort(1, 40, [8, 8, 8, 8, 8]),
        *cohort(2, 40, [24, 24, 24, 24]),
        *cohort(3, 40, [8, 8, 8]),
        ("last", "2025-06-30"),
    ]
    coming = rt.forecast_cohorts(bought(*rows)).table.query("is_forecast").set_index(["cohort", "age"])["share"]
    assert coming[(pd.Timestamp("2025-02-01"), 5)] > 1.8 * coming[(pd.Timestamp("2025-03-01"), 5)]
    assert coming[(pd.Timestamp("2025-02-01"), 5)] < 0.6  # drawn towards the others


def test_what_loses_to_the_average_says_so():
    lost = rt.forecast_cohorts(rt.load_sample("cdnow"))
    assert lost.error > lost.naive_error
    assert lost.notes == ("The plain average of older cohorts would have come closer than this forecast.",)


def test_orders_after_the_cut_off_change_nothing():
    later = bought(*ALIKE[:-1], ("last", "2025-06-30"), ("1-9", "2025-07-04"), ("new", "2025-08-01"))
    then, short = rt.forecast_cohorts(later.filter(end="2025-06-30")), rt.forecast_cohorts(bought(*ALIKE))
    same(then.table, short.table)


@pytest.mark.parametrize(
    "orders",
    [
        bought(("ann", "2025-01-01"), ("ann", "2025-03-31")),
        bought(("ann", "2025-01-01"), ("bob", "2025-01-01"), ("cyd", "2025-01-01")),
        bought(*((f"c{month}", f"2025-{month:02}-01") for month in range(1, 8))),
        bought(("ann", "2025-01-01"), ("bob", "2025-02-01"), ("ann", "2025-02-28")),
        read("1,2025-01-01,paid,ann,web,phone,1,10,,\n2,2025-01-05,paid,ann,web,phone,-3,10,,\n3,2025-02-28,paid,bob,web,phone,1,5,,"),
    ],
    ids=["one customer", "one day", "everyone once", "two months", "more returned than bought"],
)  # fmt: skip
def test_tiny_shops_have_a_table(orders):
    made = rt.forecast_cohorts(orders)
    assert (made.table["is_forecast"] | made.table["share"].notna()).all()
    assert made.table["share"].between(0, 1).all()
    if not made.table["is_forecast"].any():
        assert made.notes == ("No cohort is old enough yet to say how the younger ones will go on.",)


def test_nobody_named_is_said_as_by_the_cohort_table():
    with pytest.raises(rt.EmptyError, match="No customer can be told apart"):
        rt.forecast_cohorts(bought(("", "2025-01-01")))


def test_row_order_changes_nothing():
    same(rt.forecast_cohorts(bought(*ALIKE[::-1])).table, rt.forecast_cohorts(bought(*ALIKE)).table)
