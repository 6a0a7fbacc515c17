"""The page why revenue moved says what revenue_bridge says."""

import io

import pandas as pd
import pytest

import retention as rt
from retention.show import sentences

PAGE = "pages/measure/bridge.py"


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def test_headline_is_the_change_of_the_last_month_and_its_largest_part(page, shop):
    net = rt.kpi_table(shop).set_index("period")["net"]
    change = net["2025-12-01"] - net["2025-11-01"]
    assert page.headline.startswith(
        f"December 2025 brought €{change:,.0f} more than November 2025: more customers added €"
    )
    assert page.headline == sentences.why_revenue_moved(rt.revenue_bridge(shop))


def test_whose_change_comes_first_and_both_pictures_are_drawn(page, shop):
    assert [heading.value for heading in page.test.subheader if heading in list(page.test.main.subheader)] == [
        "Whose change it was",
        "Which part of the sum moved",
    ]
    assert sentences.whose_change(rt.revenue_bridge(shop)) in page.texts
    assert any(text.startswith("The windows have as many months but not as many days") for text in page.texts)
    assert len(page.charts) == 2
    assert '"Whose change it was: November 2025: ' in page.charts[0].spec


@pytest.mark.parametrize(
    ("window", "against", "months", "begins"),
    [
        ("1", "year_before", 1, "December 2025 brought "),
        ("3", "previous", 3, "Oct 1, 2025 to Dec 31, 2025 brought "),
        ("12", "year_before", 12, "Jan 1, 2025 to Dec 31, 2025 brought "),
    ],
)
def test_another_window_and_another_time(page, shop, window, against, months, begins):
    page.choose("revenue_window", window).choose("revenue_against", against)
    expected = rt.revenue_bridge(shop, *rt.last_months(shop, months), against)
    assert page.headline == sentences.why_revenue_moved(expected)
    assert page.headline.startswith(begins)


def test_the_tables_are_those_of_the_result(page, shop):
    customers, factors = (shown.value for shown in page.test.dataframe)
    result = rt.revenue_bridge(shop)
    assert customers["Customers"].iloc[0] == f"{result.table['customers'].iloc[0]:,}"
    assert customers["Change"].iloc[-1] == factors["Change"].iloc[-1] == f"+€{result.change:,.2f}"
    csv = pd.read_csv(io.BytesIO(page.downloads["revenue_customers.csv"]))
    pd.testing.assert_frame_equal(csv, result.table, check_dtype=False)
    csv = pd.read_csv(io.BytesIO(page.downloads["revenue_factors.csv"]))
    pd.testing.assert_frame_equal(csv, result.factors, check_dtype=False)


def test_a_time_that_the_data_do_not_cover_is_said_and_another_choice_helps(page):
    page.choose("revenue_window", "12").choose("revenue_against", "year_before").choose(
        "from", pd.Timestamp("2024-06-01")
    )
    assert "is not all in the data, which run from 2024-06-01" in page.test.info[0].value
    assert not page.charts
    page.choose("revenue_window", "3")
    assert not page.test.info
    assert len(page.charts) == 2


def test_notebook_gives_the_screen_again(page, execute):
    page.choose("revenue_window", "3").choose("revenue_against", "year_before").choose("channel", ["web"])
    printed = execute(
        page.notebook,
        "from retention.show.sentences import why_revenue_moved\nfrom retention.show.files import csv_bytes\n"
        "print(why_revenue_moved(bridge))\nprint(csv_bytes(bridge.factors).decode('utf-8-sig'), end='')",
    )
    sentence, _newline, table = printed.partition("\n")
    assert sentence == page.headline
    assert table == page.downloads["revenue_factors.csv"].decode("utf-8-sig")
