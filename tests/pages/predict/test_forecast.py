"""The page on the forecast says what forecast_revenue says."""

import json

import pytest

import retention as rt
from retention.show.forecast import about

PAGE = "pages/predict/forecast.py"


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


@pytest.fixture(scope="module")
def forecast(shop):
    return rt.forecast_revenue(shop)


def test_headline_says_what_comes_and_from_whom(page, forecast):
    totals = forecast.totals.set_index("part")
    net, low, high = (round(totals.loc["total", end], -3) for end in ("net", "low", "high"))
    assert page.headline == (
        f"The next 12 months should bring €{net:,.0f}, between €{low:,.0f} and €{high:,.0f}; "
        f"{totals.loc['existing', 'share']:.0%} of it from customers you already have."
    )
    assert any("That is how far 4 earlier forecasts of this shop" in text for text in page.texts)


def test_the_text_says_how_the_last_forecast_would_have_done(page, forecast):
    said, before, months = forecast.methods["error"]
    actual = forecast.methods["actual"].iloc[0]
    (text,) = [text for text in page.texts if text.startswith("Made before January 2025")]
    assert f"€{actual:,.0f} came. It missed a month by {said:.0%} on average." in text
    assert f"“Same month a year before” missed it by {before:.0%}." in text
    assert f"“Mean of the 3 months before” missed it by {months:.0%}." in text


def test_pictures_and_tables_hold_the_forecast(page, forecast):
    assert len(page.charts) == 2
    bars = json.loads(page.charts[0].spec)
    assert "then the forecast from Jan 2026 on" in bars["description"]
    months, test = (frame.value for frame in page.test.dataframe)
    total = forecast.table[forecast.table["part"] == "total"]
    assert list(months["Net revenue"]) == [f"€{net:,.0f}" for net in total["net"]]
    assert months.loc[0, "80 % range"] == f"€{total['low'].iloc[0]:,.0f} – €{total['high'].iloc[0]:,.0f}"
    assert list(test["What came"]) == [f"€{net:,.0f}" for net in forecast.backtest["actual"]]
    lines = page.downloads["forecast.csv"].decode("utf-8-sig").splitlines()
    assert lines[0] == "month,part,net,low,high,orders,orders_low,orders_high,new_customers"
    assert len(lines) == 1 + 4 * 12
    assert len(page.downloads["forecast_test.csv"].splitlines()) == 13


def test_the_notebook_gives_the_screen_again(page, execute):
    printed = execute(page.notebook, "from retention.show.sentences import what_comes\nprint(what_comes(forecast))")
    assert printed.strip() == page.headline


def test_a_young_shop_is_told_what_is_missing(visitor):
    rows = "".join(f"{n},2025-0{n}-01,c{n}@example.com,1,10\n" for n in (1, 2, 3))
    text = f"order_id,ordered_at,email,quantity,unit_price\n{rows}"
    visitor.open("pages/start/data.py").drop(("orders.csv", text.encode())).open(PAGE)
    assert "A forecast needs at least 6 complete months of orders; these are 2." in visitor.test.info[0].value
    assert not visitor.charts


def test_amounts_are_as_exact_as_a_forecast():
    assert [about(x, "EUR") for x in (0, 0.4, -12, 12.4, 1234567)] == ["€0", "€0", "-€12", "€12", "€1,230,000"]
