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
