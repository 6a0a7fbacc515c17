"""The key figures page says what kpi_table says."""

import io

import pandas as pd
import pytest

import retention as rt

PAGE = "pages/measure/kpis.py"


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def test_headline_is_net_of_the_last_complete_month(page, shop):
    net = rt.kpi_table(shop).set_index("period")["net"]
    now, before, year = net["2025-12-01"], net["2025-11-01"], net["2024-12-01"]
    assert page.headline == (
        f"Net revenue in Dec 2025: €{now:,.2f} (€{before:,.2f} in the period before, €{year:,.2f} a year before)."
    )


def test_another_figure(page, shop):
    page.choose("kpi", "repeat_rate")
    rate = rt.kpi_table(shop).set_index("period")["repeat_rate"]
    assert page.headline.startswith(f"Repeat purchase rate in Dec 2025: {rate['2025-12-01']:.1%} (")


@pytest.mark.parametrize(
    ("period", "last", "label"),
    [
        ("quarter", "2025-10-01", "Q4 2025"),
        ("week", "2025-12-22", "W52 2025"),
        ("day", "2025-12-31", "Dec 31, 2025"),
        ("year", "2025-01-01", "2025"),
    ],
)
def test_another_period(page, shop, period, last, label):
    page.choose("kpis_period", period)
    net = rt.kpi_table(shop, period=period).set_index("period")["net"]
    assert page.headline.startswith(f"Net revenue in {label}: €{net[last]:,.2f}")


def test_the_table_is_the_latest_period_first(page, shop):
    shown = page.test.dataframe[0].value
    table = rt.kpi_table(shop)
    assert list(shown.columns[:3]) == ["Period", "Net revenue", "Orders"]
    assert list(shown.iloc[0][:3]) == ["Dec 2025", f"€{table['net'].iloc[-1]:,.2f}", f"{table['orders'].iloc[-1]:,}"]
    assert len(shown) == len(table) == 24


def test_the_csv_holds_the_exact_figures(page, shop):
    csv = pd.read_csv(io.BytesIO(page.downloads["kpis_month.csv"]), parse_dates=["period"])
    table = rt.kpi_table(shop)
    pd.testing.assert_frame_equal(csv, table, check_dtype=False, check_exact=False, rtol=1e-12)


def test_notebook_gives_the_screen_again(page, execute):
    page.choose("kpis_period", "week").choose("kpi", "aov").choose("channel", ["web", "app"])
    printed = execute(
        page.notebook,
        "from retention.show.sentences import kpi\nfrom retention.show.files import csv_bytes\n"
        "print(kpi(kpis, 'aov', 'week', orders.currency))\nprint(csv_bytes(kpis).decode('utf-8-sig'), end='')",
    )
    sentence, _newline, table = printed.partition("\n")
    assert sentence == page.headline
    assert table == page.downloads["kpis_week.csv"].decode("utf-8-sig")


def test_a_margin_turns_revenue_into_profit_here_and_in_the_notebook(page, shop, execute):
    page.choose("kpi", "profit")
    assert page.headline == "Gross profit: no period is complete yet."
    assert "Set your gross margin under “Margin and lapse”, beside the filters, to see profit." in page.texts
    page.choose("margin_from", "one").choose("margin", 40.0)
    profit = rt.kpi_table(shop.with_margin(0.4)).set_index("period")["profit"]
    assert page.headline.startswith(f"Gross profit in Dec 2025: €{profit['2025-12-01']:,.2f} (")
    assert any(text.endswith("margin 40.0%") for text in page.texts)
    printed = execute(page.notebook, "print(orders.margin.share, round(kpis['profit'].sum(), 2))")
    assert printed == f"0.4 {profit.sum():.2f}\n"


def test_margins_by_category_count_once_all_are_known(page, shop):
    page.choose("kpi", "profit").choose("margin_from", "category")
    shares = {}
    for box in [box for box in page.test.sidebar.number_input if box.label.endswith(", %")]:
        shares[box.label.removesuffix(", %").replace("Without a category", "")] = 0.25
        assert page.headline == "Gross profit: no period is complete yet."
        page.choose(box.key, 25.0)
    profit = rt.kpi_table(shop.with_margin(shares)).set_index("period")["profit"]
    assert page.headline.startswith(f"Gross profit in Dec 2025: €{profit['2025-12-01']:,.2f} (")


def test_the_costs_of_the_products_file(page, shop):
    page.choose("kpi", "profit").choose("margin_from", "costs")
    profit = rt.kpi_table(shop.with_margin("products")).set_index("period")["profit"]
    assert page.headline.startswith(f"Gross profit in Dec 2025: €{profit['2025-12-01']:,.2f} (")
    assert any(
        "margin from the products file, 27" in text or "margin from the products file" in text for text in page.texts
    )


def test_churn_is_shown_with_the_silence_it_rests_on(page, shop):
    page.choose("kpi", "churn_rate")
    days = rt.lapse_threshold(shop).days
    assert (
        f"A customer counts as lapsed after {days} days without a purchase. Set it under “Margin and lapse”."
        in page.texts
    )
    page.choose("lapse_days", 120)
    rate = rt.kpi_table(shop, lapse_days=120).set_index("period")["churn_rate"]
    assert page.headline.startswith(f"Churn rate in Dec 2025: {rate['2025-12-01']:.1%} (")
    assert (
        "A customer counts as lapsed after 120 days without a purchase. Set it under “Margin and lapse”." in page.texts
    )


def test_a_rate_of_new_customers_is_told_for_the_last_month_in_which_enough_are_old_enough(page, shop):
    page.choose("kpi", "second_order_rate_90")
    table = rt.kpi_table(shop).set_index("period")
    assert table.loc["2025-10-01", "second_order_rate_90_n"] < 30
    assert page.headline.startswith(
        f"Second order within 90 days in Sep 2025: {table.loc['2025-09-01', 'second_order_rate_90']:.1%} ("
    )
