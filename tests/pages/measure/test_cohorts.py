"""The cohorts page says what retention_table says."""

from dataclasses import replace

import pytest

import retention as rt
from retention.show import sentences

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
    assert len(page.charts) == 3
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


def test_the_table_can_be_completed_by_a_forecast(page, shop):
    headline, facts = page.headline, page.test.dataframe[0].value
    page.choose("cohorts_forecast", True)
    made = rt.forecast_cohorts(shop)
    shown = page.test.dataframe[0].value
    expected = made.table.set_index(["cohort", "age"]).loc[("2025-11-01", 2), "share"]
    assert shown.loc[22, "2"] == f"~{expected:.1%}" and facts.loc[22, "2"] == "–"
    is_forecast = shown.drop(columns=["First purchase", "Customers"]).map(lambda text: text.startswith("~"))
    assert is_forecast.to_numpy().sum() == made.table["is_forecast"].sum()
    assert (shown.mask(is_forecast) == facts.mask(is_forecast)).where(~is_forecast, True).all(axis=None)
    assert page.headline == headline  # what is forecast enters no average
    assert any(
        f"A cell was missed by {made.error * 100:.1f} of 100 customers on average" in text for text in page.texts
    )
    assert "Cells with ~ have not happened yet: they are forecasts." in page.charts[0].spec
    lines = page.downloads["cohorts_retention.csv"].decode("utf-8-sig").splitlines()
    assert lines[0] == "cohort,age,customers,share,low,high,is_forecast,complete" and len(lines) == 1 + 24 * 24
    page.choose("cohorts_value", "orders")
    assert not [box for box in page.test.toggle if box.key == "cohorts_forecast"]


def test_groups_show_how_many_customers_are_behind_a_cell(page, shop):
    page.choose("cohorts_by", "guest").choose("cohorts_value", "cumulative")
    result = rt.retention_table(shop, by="guest", value="cumulative")
    account, guest = (result.table.loc[name, 11] for name in ("account", "guest"))
    assert page.headline == (
        f"Highest for With an account: of 100 customers, {account * 100:.0f} have bought a second time by month 11 after the "
        f"first purchase. Lowest for Guest: {guest * 100:.0f}. Chance alone hardly explains that."
    )
    shown = page.test.dataframe[0].value
    assert shown["Guest or account"].tolist() == ["With an account", "Guest"]
    assert shown.loc[1, "11"] == f"{guest:.1%} ({result.n.loc['guest', 11]:,.0f})"
    lines = page.downloads["cohorts_cumulative.csv"].decode("utf-8-sig").splitlines()
    assert lines[0].startswith("guest,customers,0,1,") and "n_0,n_1," in lines[0]
    assert len(lines) == 3


def test_two_cohorts_side_by_side(page, shop):
    page.choose("cohorts_value", "cumulative").choose("cohorts_second_period_month", "2024-05-01")
    pair = rt.compare_cohorts(shop, "2024-01-01", "2024-05-01")
    first, second, low, high = pair.table.set_index("age").loc[19, ["first_share", "second_share", "low", "high"]]
    assert (
        f"Jan 2024: of 100 customers, {first * 100:.0f} have bought a second time by month 19 after the first purchase. "
        f"May 2024: {second * 100:.0f}. No difference that chance would not explain: it lies between {low * 100:+.1f} pp and "
        f"{high * 100:+.1f} pp."
    ) in page.texts
    shown = page.test.dataframe[1].value
    assert shown.loc[19, "Jan 2024"] == f"{first:.1%} (132)"
    assert "first_share,first_n" in page.downloads["cohorts_compared.csv"].decode("utf-8-sig")


def test_a_choice_that_another_grouping_does_not_have_is_forgotten(page):
    page.choose("cohorts_by", "channel").choose("cohorts_first_channel_month", "app")
    page.choose("channel", ["web"])
    assert page.test.get_by_key("cohorts_by").value == "channel"
    assert not [box for box in page.test.selectbox if box.label == "First"]  # one cohort has nothing to stand beside


def test_profit_and_payback_are_there_once_the_margin_is_known(page, shop):
    assert "payback" not in page.test.get_by_key("cohorts_value").options
    data = page.test.session_state["data"]
    page.test.session_state["data"] = replace(data, orders=shop.with_margin(0.08))
    page.choose("cohorts_by", "period").choose("cohorts_value", "payback")
    result = rt.retention_table(shop.with_margin(0.08), value="payback")
    cost = result.payback["spend"].sum() / 4000
    paid = result.average.set_index("age")["rate"].ge(1).idxmax()
    assert page.headline == (
        f"A new customer costs €{cost:.2f}; on average that is earned back by month {paid} after the first purchase."
    )
    assert page.test.dataframe[1].value.loc[0, "Cost of a new customer"] == f"€{result.payback['cac'].iloc[0]:.2f}"
    assert "cohorts_cost.csv" in page.downloads
    page.choose("cohorts_by", "country")
    assert page.test.get_by_key("cohorts_value").value == "retention"


@pytest.mark.parametrize("by", ["period", "product", "discount"])
def test_every_value_has_its_sentence_and_its_picture(shop, by):
    said = set()
    for value in rt.measure.cohorts.VALUES:
        if value == "payback" and by != "period":
            continue
        result = rt.retention_table(shop.with_margin(0.3), by=by, value=value)
        said.add(sentences.who_comes_back(result))
        for chart in (rt.charts.retention_heatmap(result), rt.charts.retention_curve(result)):
            assert "nothing to show" not in chart.description
    assert len(said) == (10 if by == "period" else 9)


def test_notebook_of_groups_and_of_a_pair(page, execute):
    page.choose("cohorts_by", "category").choose("cohorts_value", "cumulative")
    printed = execute(page.notebook, "from retention.show.sentences import compared\nprint(compared(pair))")
    assert printed.strip() in page.texts


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
