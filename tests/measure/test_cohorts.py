"""Cohorts against answers worked out by hand, against plain pandas, and the traps of the definitions."""

import numpy as np
import pandas as pd
import pytest

import retention as rt
from retention.intervals import wilson
from tests.measure.shops import CORNER_SHOP, bought, read

MISSING = float("nan")


@pytest.fixture(scope="module")
def corner():
    return read(CORNER_SHOP)


def test_the_corner_shop(corner):
    result = rt.retention_table(corner)
    assert result.table.index.strftime("%Y-%m-%d").tolist() == ["2025-01-01", "2025-04-01"]
    assert result.table["customers"].tolist() == [2, 1]  # ann and bob; dee
    by_hand = [[1, 0, 0, 1 / 2, 1 / 2], [1, 0, MISSING, MISSING, MISSING]]
    np.testing.assert_array_equal(result.table[range(5)], by_hand)
    np.testing.assert_array_equal(result.counts, [[2, 0, 0, 1, 1], [1, 0, MISSING, MISSING, MISSING]])
    partial = [[False] * 4 + [True], [False, True, False, False, False]]  # May is not over
    np.testing.assert_array_equal(result.partial, partial)
    # Complete cells only: at age 1 dee's May is left out, and age 4 has no complete cell at all.
    assert result.average["age"].tolist() == [0, 1, 2, 3]
    assert result.average["rate"].tolist() == [3 / 3, 0 / 2, 0 / 2, 1 / 2]
    assert result.average["n"].tolist() == [3, 2, 2, 2]
    assert result.average.loc[3, ["low", "high"]].tolist() == pytest.approx(list(map(float, wilson(1, 2))))
    assert len(result.notes) == 2


@pytest.mark.parametrize(
    ("value", "january", "april", "average"),
    [
        ("customers", [2, 0, 0, 1, 1], [1, 0], [3 / 2, 0, 0, 1]),
        ("orders", [3, 0, 0, 1, 1], [2, 0], [5 / 2, 0, 0, 1]),
        ("net", [188, -30, 0, 60, 70], [55, 0], [243 / 2, -30, 0, 60]),
        ("net_per_customer", [94, -15, 0, 30, 35], [55, 0], [243 / 3, -15, 0, 30]),
    ],
)
def test_other_values_of_the_corner_shop(corner, value, january, april, average):
    result = rt.retention_table(corner, value=value)
    grid = [january, april + [MISSING] * 3]
    np.testing.assert_allclose(result.table[range(5)], grid)
    np.testing.assert_allclose(result.average["rate"], average)


def test_the_future_is_missing_and_a_silent_past_is_zero():
    shop = bought(("ann", "2025-01-01"), ("bob", "2025-02-01"), ("cyd", "2025-03-01"), ("cyd", "2025-03-31"))
    grid = rt.retention_table(shop).table[range(3)].to_numpy()
    np.testing.assert_array_equal(grid, [[1, 0, 0], [1, 0, MISSING], [1, MISSING, MISSING]])


def test_the_average_is_weighted_by_size_and_leaves_out_the_partial_month():
    january = [(f"a{n}", "2025-01-01") for n in range(3)] + [("a0", "2025-02-02")]  # 1 of 3 in February
    february = [("b0", "2025-02-01"), ("b0", "2025-03-03")]  # 1 of 1 in March, which is not over
    average = rt.retention_table(bought(*january, *february)).average.set_index("age")
    assert average.loc[1, ["rate", "n"]].tolist() == [1 / 3, 3]  # not 2/4, not (1/3 + 1)/2
    assert 2 not in average.index


def test_a_first_period_that_starts_late_is_marked():
    shop = bought(("ann", "2025-01-15"), ("ann", "2025-02-01"), ("bob", "2025-02-28"))
    result = rt.retention_table(shop)
    np.testing.assert_array_equal(result.partial, [[True, False], [False, False]])
    assert result.average["n"].tolist() == [1, 1]
    filtered = rt.retention_table(shop.filter(start="2025-02-02"))
    np.testing.assert_array_equal(filtered.partial, [[True]])


@pytest.mark.parametrize(("period", "frequency"), [("week", "W-SUN"), ("month", "M"), ("quarter", "Q")])
def test_cdnow_against_plain_pandas(cdnow, cdnow_rows, period, frequency):
    at = cdnow_rows["date"].dt.to_period(frequency).map(lambda one: one.ordinal)
    cohort = at.groupby(cdnow_rows["id"]).transform("min")
    cells = cdnow_rows.assign(cohort=cohort, age=at - cohort).groupby(["cohort", "age"])["id"].nunique().unstack()
    result = rt.retention_table(cdnow, period)
    assert result.table["customers"].tolist() == cells[0].tolist()
    last = at.max()
    for number, (cohort, row) in enumerate(cells.iterrows()):
        seen = range(last - cohort + 1)
        expected = row.reindex(seen).fillna(0).tolist()
        assert result.counts.iloc[number, : len(seen)].tolist() == expected
        assert result.counts.iloc[number, len(seen) :].isna().all()
    month_by_month = result.average.set_index("age").loc[1]
    whole = [
        n for n, cohort in enumerate(cells.index) if cohort + 1 < last or (cohort + 1 == last and period != "week")
    ]
    sums = result.counts[1].iloc[whole].sum() / result.table["customers"].iloc[whole].sum()
    assert month_by_month["rate"] == pytest.approx(sums)


def test_a_filter_keeps_to_customers_whose_first_purchase_passes(corner):
    web = rt.retention_table(corner.filter(channels=["web"]))
    assert web.table["customers"].tolist() == [2, 1]
    np.testing.assert_array_equal(web.counts.iloc[0], [2, 0, 0, 0, 1])  # ann's April was in the store
    phones = rt.retention_table(corner.filter(categories=["phone"]))
    assert phones.table["customers"].tolist() == [2]  # dee's first order holds no phone
    np.testing.assert_array_equal(phones.counts.iloc[0], [2, 0, 0, 1, 1])
    late = rt.retention_table(corner.filter(start="2025-02-01"))
    assert late.table["customers"].tolist() == [1]


def test_a_filter_cannot_bring_more_customers_back_than_there_were():
    shop = read("""
1,2025-01-01,paid,ann,web,phone,1,10,,
2,2025-01-02,paid,bob,store,phone,1,10,,
3,2025-02-01,paid,ann,web,phone,1,10,,
4,2025-02-02,paid,bob,web,phone,1,10,,
5,2025-03-31,paid,ann,store,phone,1,10,,""")
    web = rt.retention_table(shop.filter(channels=["web"]))
    assert web.table[1].tolist() == [1]  # ann alone: bob did not begin on the web


def test_returns_before_the_first_purchase_have_no_place():
    shop = read("1,2025-01-01,paid,ann,web,phone,-1,10,,\n2,2025-02-28,paid,ann,web,phone,1,10,,")
    result = rt.retention_table(shop, value="net")
    assert result.table.index.tolist() == [pd.Timestamp("2025-02-01")]
    assert result.table[0].tolist() == [10]


def test_everyone_bought_once():
    result = rt.retention_table(bought(*((f"c{n}", f"2025-0{n}-28") for n in range(1, 7))))
    assert result.average["rate"].tolist() == [1, 0, 0, 0, 0]
    assert result.table["customers"].tolist() == [1] * 6


@pytest.mark.parametrize("period", ["day", "week", "month", "quarter", "year"])
def test_very_small_shops(period):
    result = rt.retention_table(bought(("ann", "2025-01-01"), ("ann", "2025-01-01"), ("bob", "2025-01-01")), period)
    assert result.table.to_numpy().tolist() == [[2, 1]]
    assert len(result.average) == (period == "day")


@pytest.mark.parametrize("rows", ["1,2025-01-01,paid,,web,phone,1,10,,", "1,2025-01-01,paid,ann,web,phone,-1,10,,"])
def test_nobody_to_follow_is_said_in_words(rows):
    with pytest.raises(rt.EmptyError, match="No customer can be told apart"):
        rt.retention_table(read(rows))


def test_a_filter_that_leaves_nobodys_first_purchase(corner):
    with pytest.raises(rt.EmptyError, match="first purchase passes these filters"):
        rt.retention_table(corner.filter(start="2025-05-01"))


def test_options_that_do_not_exist(corner):
    with pytest.raises(
        rt.OptionError, match="retention, unbounded, cumulative, customers, orders, net, net_per_customer"
    ):
        rt.retention_table(corner, value="profit")
    with pytest.raises(rt.OptionError, match="period, product, category, channel, country, discount, guest"):
        rt.retention_table(corner, by="colour")


@pytest.mark.parametrize(
    ("value", "january", "april", "average"),
    [
        ("cumulative", [1 / 2, 1 / 2, 1 / 2, 1, 1], [1, 1], [2 / 3, 1 / 2, 1 / 2, 1]),
        ("net_to_date", [94, 79, 79, 109, 144], [55, 55], [243 / 3, 79, 79, 109]),
        ("profit_to_date", [47, 39.5, 39.5, 54.5, 72], [27.5, 27.5], [243 / 6, 39.5, 39.5, 54.5]),
    ],
)
def test_values_that_are_added_up_to_date(corner, value, january, april, average):
    result = rt.retention_table(corner.with_margin(0.5), value=value)
    np.testing.assert_allclose(result.table[range(5)], [january, april + [MISSING] * 3])
    np.testing.assert_array_equal(result.n, [[2] * 5, [1, 1] + [MISSING] * 3])
    np.testing.assert_allclose(result.average["rate"], average)


def test_cumulative_counts_who_has_a_second_purchase(corner):
    result = rt.retention_table(corner, value="cumulative")
    np.testing.assert_array_equal(result.counts, [[1, 1, 1, 2, 2], [1, 1, MISSING, MISSING, MISSING]])
    assert result.average.loc[0, ["low", "high"]].tolist() == pytest.approx(list(map(float, wilson(2, 3))))


def test_unbounded_is_then_or_later_and_marks_what_ended_too_recently(corner):
    result = rt.retention_table(corner, value="unbounded")
    np.testing.assert_array_equal(result.table[range(5)], [[1, 1, 1, 1, 1 / 2], [1, 0] + [MISSING] * 3])
    # Purchase days lie 25, 92 and 120 days apart: 120 days after 31 January the data have ended.
    np.testing.assert_array_equal(result.partial, [[False] + [True] * 4, [False, True] + [False] * 3])
    assert result.average["age"].tolist() == [0]
    assert any("still may" in note for note in result.notes)


def test_the_wait_for_unbounded_is_at_least_thirty_days():
    days = ["2025-01-01", "2025-01-03", "2025-02-01", "2025-02-03", "2025-03-02", "2025-04-30"]
    shop = bought(
        *(("ann", day) for day in days[:2]), *(("bob", day) for day in days[2:4]), *(("cyd", days[n]) for n in (4, 5))
    )
    result = rt.retention_table(shop, value="unbounded")  # gaps of 2, 2 and 59 days: 59
    np.testing.assert_array_equal(result.partial.iloc[0], [False, False, True, True])
    shorter = rt.retention_table(bought(*(("ann", day) for day in days[:2]), ("bob", days[5])), value="unbounded")
    np.testing.assert_array_equal(shorter.partial.iloc[0], [False, False, False, True])  # 31 March and 30 days


def test_profit_without_a_margin_says_how_to_give_one(corner):
    for value in ("profit_to_date", "payback"):
        with pytest.raises(rt.OptionError, match=r"gross margin of the shop.*orders\.with_margin\(0\.35\)"):
            rt.retention_table(corner, value=value)
