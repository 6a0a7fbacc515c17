"""Key figures against answers worked out by hand, against plain pandas, and the traps of the definitions."""

import os
from datetime import date

import numpy as np
import pandas as pd
import pytest

import retention as rt
from retention.intervals import wilson
from retention.measure.facts import RATIOS
from retention.measure.kpis import BOUNDED, KINDS, KPIS, OWN_N, TO_DATE
from tests.measure.shops import CORNER_SHOP, bought, one_order_a_day, read

ONLINE_RETAIL = os.environ.get("RETENTION_ONLINE_RETAIL")
MISSING = float("nan")


@pytest.fixture(scope="module")
def corner():
    return read(CORNER_SHOP)


def figures(summary, column="value"):
    return summary.set_index("kpi")[column].to_dict()


def window(summary):
    return summary.attrs["start"], summary.attrs["end"]


def test_every_kpi_of_the_corner_shop(corner):
    by_hand = {  # January, February, March, April, May
        "customers": [2, 0, 0, 2, 1],
        "new_customers": [2, 0, 0, 1, 0],
        "returning_customers": [0, 0, 0, 1, 1],
        "orders": [4, 0, 0, 3, 1],  # order 4 of nobody counts, 5 was cancelled, 6 and 7 are returns
        "units": [6, 0, 0, 4, 1],
        "gross": [240, 0, 0, 120, 70],
        "discounts": [2, 0, 0, 0, 0],
        "refunds": [10, 30, 0, 5, 0],
        "net": [228, -30, 0, 115, 70],
        "aov": [228 / 4, MISSING, MISSING, 115 / 3, 70],
        "purchase_frequency": [3 / 2, MISSING, MISSING, 3 / 2, 1],
        "revenue_per_customer": [(118 - 10 + 80) / 2, MISSING, MISSING, 115 / 2, 70],
        "repeat_rate": [1 / 2, MISSING, MISSING, 1 / 2, 0],
        "returning_customer_rate": [0, MISSING, MISSING, 1 / 2, 1],
        "retention_rate": [MISSING, 0 / 2, MISSING, MISSING, 0 / 2],
        "returning_revenue_share": [0, MISSING, MISSING, 60 / 115, 1],
        "new_net": [188, 0, 0, 55, 0],
        "returning_net": [0, -30, 0, 60, 70],
        "retention_rate_n": [MISSING, 2, 0, 0, 2],
        "complete": [True, True, True, True, False],
    }
    table = rt.kpi_table(corner)
    assert table["period"].dt.strftime("%Y-%m-%d").tolist() == [f"2025-0{month}-01" for month in range(1, 6)]
    for name, expected in by_hand.items():
        np.testing.assert_allclose(table[name].astype(float), expected, rtol=1e-12, err_msg=name)


def test_the_columns_are_the_promised_ones(corner):
    table = rt.kpi_table(corner)
    bounds = [f"{name}_{end}" for name in BOUNDED for end in ("low", "high")]
    sizes = [f"{name}_n" for name in OWN_N]
    assert list(table) == ["period", *KPIS, "new_net", "returning_net", *sizes, *bounds, "complete"]
    assert (table.dtypes[["customers", "new_customers", "returning_customers", "orders"]] == "int64").all()
    assert table.attrs["period"] == "month"


@pytest.mark.parametrize(
    ("period", "first", "rows"),
    [("day", "2025-01-01", 130), ("week", "2024-12-30", 19), ("quarter", "2025-01-01", 2), ("year", "2025-01-01", 1)],
)
def test_other_periods(corner, period, first, rows):
    table = rt.kpi_table(corner, period)
    assert (table["period"].iloc[0], len(table)) == (pd.Timestamp(first), rows)
    assert table[["orders", "net"]].sum().tolist() == [8, 383]
    assert table["complete"].iloc[0] == (period in ("day", "quarter"))
    assert table["complete"].iloc[-1] == (period == "day")


def test_an_interval_of_the_corner_shop(corner):
    january = rt.kpi_table(corner).iloc[0]
    # Units that carry orders: ann 118−10 in 1, bob 80 in 2, nobody 40 in 1; AOV 57, residuals 51, −34 and −17.
    half = 1.959964 * np.sqrt((51**2 + 34**2 + 17**2) * 3 / 2) / 4
    assert (january["aov_low"], january["aov_high"]) == pytest.approx((57 - half, 57 + half), rel=1e-6)
    assert (january["repeat_rate_low"], january["repeat_rate_high"]) == pytest.approx(tuple(map(float, wilson(1, 2))))


def test_a_month_beside_the_month_before(corner):
    summary = rt.kpi_summary(corner, "2025-04-01", "2025-05-01")
    assert summary["kpi"].tolist() == [*KPIS, *TO_DATE]
    assert set(summary["kpi"]) == set(KINDS)
    value, before, n = figures(summary), figures(summary, "previous"), figures(summary, "n")
    assert (value["orders"], value["net"], value["repeat_rate"]) == (3, 115, 0.5)
    # March was observed and empty: counts are 0, rates are missing, and so is every relative change.
    assert (before["orders"], before["net"], before["customers"]) == (0, 0, 0)
    assert np.isnan([before[name] for name in (*RATIOS, "repeat_rate", "retention_rate")]).all()
    change = figures(summary, "change")
    assert change.pop("repeat_rate_to_date") == 0.5
    assert np.isnan(list(change.values())).all()
    # ann, bob and dee have a second purchase by the end of April; by the end of March bob alone of two.
    assert (value["repeat_rate_to_date"], before["repeat_rate_to_date"]) == (1, 0.5)
    assert (n["aov"], n["repeat_rate"], n["retention_rate"], n["repeat_rate_to_date"]) == (3, 2, 0, 3)
    assert summary["year_before"].isna().all()
    assert not summary["enough"].any()


def test_the_default_window_is_the_last_complete_month(corner):
    assert window(rt.kpi_summary(corner)) == (date(2025, 4, 1), date(2025, 5, 1))


def test_an_open_window_beyond_the_data_is_cut_to_them(corner):
    summary = rt.kpi_summary(corner, "2024-01-01", "2026-01-01")
    assert window(summary) == (date(2025, 1, 1), date(2025, 5, 11))
    assert figures(summary)["orders"] == 8
    assert summary["previous"].isna().all()


def test_a_window_before_that_is_covered_only_in_part_is_missing(corner):
    value, before = (
        figures(rt.kpi_summary(corner, "2025-01-06", "2025-01-13"), name) for name in ("value", "previous")
    )
    assert (value["orders"], value["customers"]) == (2, 1)
    assert np.isnan(list(before.values())).all()  # 30 December is before the first order
    assert np.isnan(value["retention_rate"])


def test_a_window_of_days_is_compared_with_as_many_days(corner):
    summary = rt.kpi_summary(corner, "2025-04-04", "2025-04-07")
    value, before = figures(summary), figures(summary, "previous")
    assert (value["orders"], before["orders"]) == (1, 1)  # dee on the 5th; ann on the 3rd
    assert (value["new_customers"], value["retention_rate"]) == (1, 0)
    assert figures(summary, "change")["net"] == pytest.approx(35 / 60 - 1)


@pytest.mark.parametrize(
    ("start", "end", "value", "previous", "year_before"),
    [
        ("2024-02-01", "2024-03-01", 29, 31, 28),  # months: February has a day more in a leap year
        ("2024-02-01", "2024-02-29", 28, 28, 28),  # days: as many a year before
        ("2024-02-29", "2024-03-07", 7, 7, 7),  # a day that the year before does not have
        ("2024-01-01", "2025-01-01", 366, 365, 365),
        ("2024-01-01", "2024-04-01", 91, 92, 90),
        ("2024-12-01", "2025-01-01", 31, 30, 31),
    ],
)
def test_february_and_leap_years(days, start, end, value, previous, year_before):
    row = rt.kpi_summary(days, start, end).set_index("kpi").loc["orders"]
    assert (row["value"], row["previous"], row["year_before"]) == (value, previous, year_before)
    assert row["change"] == pytest.approx(value / previous - 1)
    assert row["change_year"] == pytest.approx(value / year_before - 1)


@pytest.fixture(scope="module")
def days():
    return one_order_a_day(date(2023, 1, 1), date(2024, 12, 31))


def test_rates_are_sums_over_sums():
    shop = bought(*[("ann", "2025-01-01")] * 3, ("bob", "2025-01-02"), ("bob", "2025-02-01"), ("cyd", "2025-03-31"))
    year = rt.kpi_table(shop, "year").iloc[0]
    assert year["aov"] == 60 / 6
    assert year["purchase_frequency"] == 6 / 3
    assert year["repeat_rate"] == 2 / 3  # not the mean of the months' 1/2, 0 and 0


def test_the_first_period_has_no_retention_and_an_incomplete_one_passes_none_on():
    shop = bought(("ann", "2025-01-02"), ("ann", "2025-02-01"), ("ann", "2025-03-01"), ("ann", "2025-03-31"))
    table = rt.kpi_table(shop)
    assert table["complete"].tolist() == [False, True, True]
    np.testing.assert_array_equal(table["retention_rate"], [MISSING, MISSING, 1])
    february = rt.kpi_summary(shop, "2025-02-01", "2025-03-01")
    assert np.isnan(figures(february)["retention_rate"])
    assert february["previous"].isna().all()


def test_nobody_came_back_is_zero_and_not_missing():
    table = rt.kpi_table(bought(("ann", "2025-01-01"), ("bob", "2025-02-01")))
    np.testing.assert_array_equal(table["retention_rate"], [MISSING, 0])


def test_a_first_day_inside_a_month(corner):
    table = rt.kpi_table(corner.filter(start="2025-01-10"))
    assert table["complete"].tolist() == [False, True, True, True, False]
    assert table["orders"].tolist() == [3, 0, 0, 3, 1]
    assert np.isnan(table["retention_rate"].iloc[0])
    later = rt.kpi_table(corner.filter(start="2025-04-04"))
    assert (later["period"].iloc[0], later["new_customers"].iloc[0]) == (pd.Timestamp("2025-04-01"), 1)


def test_who_bought_before_the_first_day_is_not_new_after_it():
    shop = bought(("ann", "2025-01-01"), ("ann", "2025-01-20"), ("bob", "2025-01-21"), ("bob", "2025-01-31"))
    first = rt.kpi_table(shop.filter(start="2025-01-15")).iloc[0]
    assert (first["new_customers"], first["returning_customers"], first["returning_net"]) == (1, 1, 10)


def test_a_last_day_ends_the_observation(corner):
    cut = corner.filter(end="2025-03-31")
    table = rt.kpi_table(cut)
    assert table["complete"].tolist() == [True] * 3
    assert table["orders"].tolist() == [4, 0, 0]
    assert window(rt.kpi_summary(cut)) == (date(2025, 3, 1), date(2025, 4, 1))
    assert not rt.kpi_table(corner.filter(end="2025-03-30"))["complete"].iloc[-1]


def test_the_default_window_inside_a_filter(corner):
    summary = rt.kpi_summary(corner.filter(start="2025-04-04", end="2025-04-30"))
    assert window(summary) == (date(2025, 4, 4), date(2025, 5, 1))
    assert figures(summary)["orders"] == 2


def test_repeat_rate_to_date_with_a_filter_keeps_to_customers_whose_first_purchase_passes(corner):
    april = rt.kpi_summary(corner.filter(start="2025-02-01"), "2025-04-01", "2025-05-01")
    assert figures(april)["repeat_rate_to_date"] == 1  # dee; ann's first purchase lies before
    assert figures(april, "n")["repeat_rate_to_date"] == 1
    store = rt.kpi_summary(corner.filter(channels=["store"]), "2025-04-01", "2025-05-01")
    assert np.isnan(figures(store)["repeat_rate_to_date"])  # nobody's first purchase was in the store


def test_a_category_has_its_own_orders_lines_and_customers(corner):
    cases = corner.filter(categories=["case"])
    january = rt.kpi_table(cases).iloc[0]
    assert (january["orders"], january["units"], january["gross"], january["net"]) == (3, 4, 90, 78)
    lines, orders = cases.frame(cases.lines), cases.frame(cases.orders)
    assert lines["net"].sum() == orders["net"].sum()
    assert set(lines["order_id"]) == set(orders["order_id"])
    assert set(cases.frame(cases.customers)["customer_id"]) == set(orders["customer_id"].dropna())


def test_an_order_is_no_purchase_of_a_category_it_only_returned():
    shop = read("""
1,2025-01-01,paid,ann,web,phone,1,100,,
1,2025-01-01,paid,ann,web,case,-1,10,,
1,2025-01-01,paid,ann,web,gift,1,0,,
2,2025-01-31,paid,bob,web,case,1,10,,""")
    cases = rt.kpi_table(shop.filter(categories=["case"])).iloc[0]
    assert (cases["orders"], cases["customers"], cases["refunds"], cases["net"]) == (1, 1, 10, 0)
    gifts = rt.kpi_table(shop.filter(categories=["gift"])).iloc[0]
    assert (gifts["orders"], gifts["net"]) == (0, 0)


@pytest.mark.parametrize(
    ("purchases", "customers", "repeat_rate"),
    [
        ([("ann", "2025-01-01")], 1, 0),
        ([("ann", "2025-01-01"), ("bob", "2025-01-02"), ("cyd", "2025-01-03")], 3, 0),
        ([("ann", "2025-01-01")] * 2 + [("bob", "2025-01-01")], 2, 0.5),  # all on one day
    ],
)
def test_very_small_shops(purchases, customers, repeat_rate):
    shop = bought(*purchases)
    for period in ("day", "week", "month", "quarter", "year"):
        assert rt.kpi_table(shop, period)["new_customers"].sum() == customers
    summary = rt.kpi_summary(shop)
    assert figures(summary)["repeat_rate"] == repeat_rate
    assert not summary["enough"].any()


def test_a_shop_that_knows_nobody():
    table = rt.kpi_table(bought(("", "2025-01-01"), ("guest", "2025-01-31"))).iloc[0]
    assert (table["orders"], table["net"], table["aov"], table["customers"]) == (2, 20, 10, 0)
    assert table[["repeat_rate", "purchase_frequency", "revenue_per_customer", "repeat_rate_high"]].isna().all()


def test_a_shop_of_returns_only():
    shop = read("1,2025-01-01,paid,ann,web,phone,-1,10,,\n2,2025-02-28,returned,bob,web,phone,-2,10,,")
    table = rt.kpi_table(shop)
    assert table["net"].tolist() == [-10, -20]
    assert table[["customers", "orders", "gross"]].to_numpy().sum() == 0
    assert figures(rt.kpi_summary(shop))["net"] == -20


@pytest.mark.parametrize(
    ("start", "end"), [("2025-03-01", "2025-03-01"), ("2025-03-02", "2025-03-01"), ("2030-01-01", None)]
)
def test_a_window_without_a_day_is_refused(corner, start, end):
    with pytest.raises(rt.OptionError, match="The data run from 2025-01-01 to 2025-05-10"):
        rt.kpi_summary(corner, start, end)


def test_options_that_cannot_be_read(corner):
    with pytest.raises(rt.OptionError, match="day, week, month, quarter, year"):
        rt.kpi_table(corner, period="fortnight")
    with pytest.raises(rt.OptionError, match="start='soon' is not a date"):
        rt.kpi_summary(corner, "soon")


@pytest.mark.parametrize(("period", "frequency"), [("week", "W-SUN"), ("month", "M"), ("quarter", "Q"), ("year", "Y")])
def test_cdnow_against_plain_pandas(cdnow, cdnow_rows, period, frequency):
    rows = cdnow_rows.assign(at=cdnow_rows["date"].dt.to_period(frequency))
    rows["first"] = rows.groupby("id")["at"].transform("min")
    buyers = {at: set(part["id"]) for at, part in rows.groupby("at")}
    table = rt.kpi_table(cdnow, period)
    assert table["period"].tolist() == [at.start_time for at in buyers]
    for (at, part), (_, row) in zip(rows.groupby("at"), table.iterrows(), strict=True):
        each = part.groupby("id")["value"].agg(["size", "sum"])
        assert row["customers"] == len(each)
        assert row["new_customers"] == part.loc[part["first"] == at, "id"].nunique()
        assert row["orders"] == len(part)
        assert row["units"] == part["count"].sum()
        assert row["net"] == pytest.approx(part["value"].sum())
        assert row["aov"] == pytest.approx(part["value"].sum() / len(part))
        assert row["repeat_rate"] == pytest.approx((each["size"] > 1).mean())
        assert row["returning_net"] == pytest.approx(part.loc[part["first"] < at, "value"].sum())
        if row["period"] > table["period"].iloc[0] and table["complete"].iloc[0]:
            assert row["retention_rate"] == pytest.approx(len(buyers[at] & buyers[at - 1]) / len(buyers[at - 1]))


def test_cdnow_intervals_of_ratios_against_a_bootstrap(cdnow, cdnow_rows):
    """The delta method's half width, beside the spread of 2,000 resamples of customers."""
    rows = cdnow_rows[cdnow_rows["date"] < "1997-04-01"]
    each = rows.groupby("id")["value"].agg(["size", "sum"]).to_numpy()
    weights = np.random.default_rng(1).multinomial(len(each), np.full(len(each), 1 / len(each)), size=2000)
    orders, net = (weights @ each).T
    row = rt.kpi_table(cdnow, "quarter").iloc[0]
    for name, spread in (
        ("aov", (net / orders).std()),
        ("purchase_frequency", orders.std() / len(each)),
        ("revenue_per_customer", net.std() / len(each)),
    ):
        assert (row[f"{name}_high"] - row[f"{name}_low"]) / 2 == pytest.approx(1.96 * spread, rel=0.08), name


@pytest.mark.skipif(not ONLINE_RETAIL, reason="RETENTION_ONLINE_RETAIL does not name the file")
def test_online_retail():
    """Online Retail (UCI 352): purchases of customers with an id, positive quantity and price."""
    orders = rt.read_orders(ONLINE_RETAIL)
    assert orders.report.rows_in_files == 541_909 == orders.report.rows["rows"].sum()
    known = orders.orders.filter(lambda table: table.is_purchase & table.customer_id.notnull())
    assert len(orders.frame(known)) == 18_532
    assert orders.frame(known)["customer_id"].nunique() == 4_338
    assert orders.frame(known)["gross"].sum() / 100 == pytest.approx(8_911_407.90, abs=0.005)
    result = rt.retention_table(orders)
    december = [885, 324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445]
    assert result.counts.iloc[0].tolist()[:12] == december
    assert result.partial.iloc[0].tolist() == [False] * 12 + [True]
    assert result.average.set_index("age").loc[1, "rate"] == pytest.approx(0.2365, abs=5e-5)
    assert rt.kpi_table(orders)["new_customers"].sum() == 4_338
