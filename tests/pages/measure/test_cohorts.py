"""The cohorts page says what retention_table says."""

import pytest

import retention as rt

PAGE = "pages/measure/cohorts.py"


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def first_period(orders, **options):
    return rt.retention_table(orders, **options).average.set_index("age").loc[1]


def test_headline_is_the_average_of_complete_cells(page, shop):
    first = first_period(shop)
    assert page.headline == (
        f"Of 100 new customers, {first['rate'] * 100:.0f} buy again in the next month "
        f"(between {first['low'] * 100:.0f} and {first['high'] * 100:.0f}; {first['n']:,.0f} customers)."
    )


@pytest.mark.parametrize("period", ["quarter", "week"])
def test_another_period(page, shop, period):
    page.choose("cohorts_period", period)
    first = first_period(shop, period=period)
    assert page.headline.startswith(f"Of 100 new customers, {first['rate'] * 100:.0f} buy again in the next {period}")


def test_another_value_has_no_curve_of_retention(page, shop):
    assert len(page.charts) == 2
    page.choose("cohorts_value", "net")
    rate = first_period(shop, value="net")["rate"]
    assert (
        page.headline
        == f"Net revenue in the first month after the first purchase, average of all cohorts: €{rate:,.2f}."
    )
    assert len(page.charts) == 1


def test_the_table_leaves_what_is_not_observed_empty(page, shop):
    shown = page.test.dataframe[0].value
    result = rt.retention_table(shop)
    assert list(shown["Customers"]) == [f"{size:,}" for size in result.table["customers"]]
    assert shown.loc[0, "1"] == f"{result.table.iloc[0][1]:.1%}"
    assert shown.iloc[-1]["1"] == "–"


def test_notebook_gives_the_screen_again(page, execute):
    page.choose("cohorts_period", "quarter").choose("cohorts_value", "net_per_customer").choose("country", ["HU"])
    printed = execute(
        page.notebook,
        "from retention.show.sentences import who_comes_back as words\nfrom retention.show.files import csv_bytes\n"
        "print(words(cohorts))\nprint(csv_bytes(cohorts.table.reset_index()).decode('utf-8-sig'), end='')",
    )
    sentence, _newline, table = printed.partition("\n")
    assert sentence == page.headline
    assert table == page.downloads["cohorts_net_per_customer.csv"].decode("utf-8-sig")
