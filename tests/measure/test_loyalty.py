"""Second orders, lapses and lifetime value so far, worked out by hand."""

import io
from datetime import date

import numpy as np
import pandas as pd
import pytest

import retention as rt
from retention.measure.loyalty import SECOND_DAYS, churn_rates, second_order_rates
from tests.measure.shops import CORNER_SHOP, bought, read

MISSING = float("nan")
# L = 30. ann buys every 20 days until 2 March and lapses on 2 April; bob once on 1 January, lapsed on 1 February, comes back on
# 1 March and stays silent; dee buys from 15 April on; the data end on 30 April.
SPELLS = bought(
    ("ann", "2025-01-01"), ("ann", "2025-01-21"), ("ann", "2025-02-10"), ("ann", "2025-03-02"),
    ("bob", "2025-01-01"), ("bob", "2025-03-01"),
    ("dee", "2025-04-15"), ("dee", "2025-04-30"),
)  # fmt: skip


def figures(summary, column="value"):
    return summary.set_index("kpi")[column].to_dict()


def test_churn_by_month():
    table = rt.kpi_table(SPELLS, lapse_days=30)
    # Active on 1 February (30 days after 31 January at the latest): ann; bob's last day is 31 January. On 1 March ann; on
    # 1 April ann (2 March + 30) and not bob (1 March + 30 = 31 March).
    np.testing.assert_array_equal(table["churn_rate_n"], [MISSING, 1, 1, 1])
    np.testing.assert_array_equal(table["churn_rate"], [MISSING, 0, 0, 1])
    assert table.attrs["lapse_days"] == 30


@pytest.mark.parametrize(
    ("start", "end", "active", "lapsed"),
    [
        ("2025-01-31", "2025-02-01", 2, 1),  # bob's thirtieth day of silence is 31 January
        ("2025-02-01", "2025-03-01", 1, 0),
        ("2025-01-31", "2025-05-01", 2, 2),  # ann on 1 April; bob counts once although he lapses twice
        ("2025-03-02", "2025-05-01", 2, 2),
        ("2025-04-16", "2025-05-01", 1, 0),
        ("2025-01-15", "2025-03-01", MISSING, MISSING),  # who was active on that day is not in the data
    ],
)
def test_churn_of_a_window(start, end, active, lapsed):
    window = [(date.fromisoformat(start), date.fromisoformat(end))]
    row = churn_rates(SPELLS, window, 30).iloc[0]
    np.testing.assert_allclose(row[["churn_rate_n", "churn_rate"]].astype(float), [active, lapsed / active])


def test_silence_of_exactly_the_threshold_is_no_lapse():
    shop = bought(
        ("ann", "2025-01-01"),
        ("ann", "2025-01-31"),
        ("bob", "2025-01-01"),
        ("bob", "2025-02-01"),
        ("cyd", "2025-03-31"),
    )
    row = rt.kpi_table(shop, lapse_days=30).iloc[1]
    assert (row["churn_rate_n"], row["churn_rate"]) == (1, 0)  # ann, active until 2 March; bob had lapsed on 31 January


def test_nobody_has_lapsed_before_the_silence_is_over():
    shop = bought(("ann", "2025-01-01"), ("bob", "2025-01-01"), ("bob", "2025-02-15"))
    window = [(date(2025, 1, 31), date(2025, 2, 16))]
    assert churn_rates(shop, window, 30)["churn_rate"].iloc[0] == 1  # ann, and bob who came back later
    assert (
        churn_rates(shop.filter(end="2025-01-30"), [(date(2025, 1, 31), date(2025, 2, 1))], 30)["churn_rate"].iloc[0]
        == 0
    )


def test_churn_takes_the_shops_own_threshold():
    table = rt.kpi_table(SPELLS)
    assert table.attrs["lapse_days"] == rt.lapse_threshold(SPELLS).days
    with pytest.raises(rt.OptionError, match="lapse_days=0 is no number of days"):
        rt.kpi_table(SPELLS, lapse_days=0)


def test_second_orders_count_only_customers_old_enough():
    shop = bought(
        ("ann", "2025-01-01"), ("ann", "2025-01-31"), ("bob", "2025-01-01"), ("bob", "2025-02-01"),
        ("cyd", "2025-02-20"), ("cyd", "2025-02-25"), ("dee", "2025-03-31"),
    )  # fmt: skip
    windows = [
        (date(2025, 1, 1), date(2025, 2, 1)),
        (date(2025, 2, 1), date(2025, 3, 1)),
        (date(2025, 3, 1), date(2025, 4, 1)),
    ]
    rates = second_order_rates(shop, windows)
    np.testing.assert_array_equal(rates["second_order_rate_30"], [1 / 2, 1, MISSING])  # ann on the thirtieth day
    np.testing.assert_array_equal(rates["second_order_rate_30_n"], [2, 1, 0])
    np.testing.assert_array_equal(rates["second_order_rate_60"], [1, MISSING, MISSING])
    np.testing.assert_array_equal(rates["second_order_rate_90_n"], [2, 0, 0])  # 90 days before 1 April is 1 January
    np.testing.assert_array_equal(rates["second_order_rate_180_n"], [0, 0, 0])


def test_cdnow_against_plain_pandas(cdnow, cdnow_rows):
    days = cdnow_rows.sort_values("date").groupby("id")["date"]
    first, second = days.nth(0), days.nth(1)
    first.index, second.index = cdnow_rows.loc[first.index, "id"], cdnow_rows.loc[second.index, "id"]
    gap = (second.reindex(first.index) - first).dt.days
    end = pd.Timestamp(cdnow.as_of)
    table = rt.kpi_table(cdnow, "quarter").iloc[0]
    for within in SECOND_DAYS:
        old = first <= end - pd.Timedelta(days=within)
        assert table[f"second_order_rate_{within}"] == pytest.approx((gap[old] <= within).mean())
        assert table[f"second_order_rate_{within}_n"] == old.sum()
    active = cdnow_rows[cdnow_rows["date"].between("1997-07-01", "1997-09-30")]["id"].unique()  # 92 days before October
    later = cdnow_rows[cdnow_rows["id"].isin(active)].groupby("id")["date"].apply(sorted)
    lapsed = sum(
        any((pd.Timestamp("1997-10-01") - day).days <= 92 < (after - day).days and day + pd.Timedelta(days=92) < pd.Timestamp("1998-01-01")
            for day, after in zip(dates, [*dates[1:], pd.Timestamp("2100-01-01")], strict=True) if day < pd.Timestamp("1997-10-01"))
        for dates in later
    )  # fmt: skip
    churn = rt.kpi_table(cdnow, "quarter", lapse_days=92).iloc[3]
    assert (churn["churn_rate_n"], churn["churn_rate"]) == (len(active), pytest.approx(lapsed / len(active)))


def test_profit_and_lifetime_value():
    shop = read(CORNER_SHOP)
    assert rt.kpi_table(shop)["profit"].isna().all()
    table = rt.kpi_table(shop.with_margin(0.4))
    assert table["profit"].tolist() == pytest.approx([91.2, -12, 0, 46, 28])
    april = rt.kpi_summary(shop.with_margin(0.4), "2025-04-01", "2025-05-01")
    # ann 108 + 60, bob 80 − 30, dee 55; by the end of March ann 108, bob 50
    assert figures(april)["historic_clv"] == pytest.approx(0.4 * (168 + 50 + 55) / 3)
    assert figures(april, "previous")["historic_clv"] == pytest.approx(0.4 * (108 + 50) / 2)
    assert figures(april, "n")["historic_clv"] == 3
    assert np.isnan(figures(april)["simple_clv"])  # less than twelve months


def test_the_rule_of_thumb_for_lifetime_value():
    days = pd.date_range("2023-12-01", "2025-01-31", freq="20D").strftime("%Y-%m-%d")
    shop = bought(*(("ann", day) for day in days), ("bob", "2024-01-05"), ("bob", "2024-01-06"), ("cyd", "2025-01-31"))
    summary = rt.kpi_summary(shop.with_margin(0.5), "2024-12-01", "2025-01-01", lapse_days=30)
    # Of ann and nobody else active on 1 January 2024 (bob came later) none lapsed: without churn there is no lifetime.
    assert np.isnan(figures(summary)["simple_clv"])
    shop = bought(("eve", "2023-12-20"), *(("ann", day) for day in days), ("cyd", "2025-01-31"))
    summary = rt.kpi_summary(shop.with_margin(0.5), "2024-12-01", "2025-01-01", lapse_days=30)
    orders = sum("2024-01-01" <= day < "2025-01-01" for day in days)
    assert figures(summary)["simple_clv"] == pytest.approx(10 * orders * 0.5 / (1 / 2))
    assert figures(summary, "n")["simple_clv"] == 1


def test_the_median_wait_is_that_of_all_purchases_up_to_the_end_of_the_window(cdnow, cdnow_rows):
    summary = rt.kpi_summary(cdnow, "1997-07-01", "1997-10-01")
    for column, day in (("value", "1997-09-30"), ("previous", "1997-06-30")):
        known = rt.time_to_next_order(cdnow.filter(end=day), after="any").overall
        assert figures(summary, column)["days_to_next_order"] == known["median"]
    assert figures(summary, "n")["days_to_next_order"] == (cdnow_rows["date"] < "1997-10-01").sum()
    assert np.isnan(figures(rt.kpi_summary(bought(("", "2025-01-01"))))["days_to_next_order"])


def test_a_margin_by_category_and_from_costs():
    shop = read(CORNER_SHOP).with_margin({"phone": 0.1, "case": 0.5, "": 0})
    # January: phones 150, cases 18 + 30 + 40 − 10
    assert rt.kpi_table(shop)["profit"].iloc[0] == pytest.approx(15 + 39)
    with pytest.raises(rt.OptionError, match="margin has no share for 'phone'"):
        read(CORNER_SHOP).with_margin({"case": 0.5})
    with pytest.raises(rt.OptionError, match="margin=35 is no share of the revenue"):
        shop.with_margin(35)
    with pytest.raises(rt.OptionError, match="No product that was sold has a cost"):
        shop.with_margin("products")


def test_costs_of_a_products_file():
    lines = b"order_id,ordered_at,email,product_id,product,quantity,unit_price\n1,2025-01-01,a@example.com,P1,Mug,2,10\n1,2025-01-01,a@example.com,P2,Cap,1,30\n2,2025-01-31,b@example.com,,Mug,1,10\n3,2025-01-31,b@example.com,P1,Mug,-1,10\n"
    products = b"product_id,product,category,price,cost\nP1,Mug,Kitchen,10,4\nP9,Pen,Desk,2,1\n"
    shop = rt.read_orders([_file("orders.csv", lines), _file("products.csv", products)]).with_margin("products")
    assert shop.margin.share == pytest.approx(1 - 8 / 20)  # mugs: 20 + 10 − 10 of revenue, 4 × (2 + 1 − 1) of cost
    assert rt.kpi_table(shop)["profit"].iloc[0] == pytest.approx(20 - 8 + 0.6 * 30)  # the cap has the mugs' margin


def _file(name, content):
    file = io.BytesIO(content)
    file.name = name
    return file
