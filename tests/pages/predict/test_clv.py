"""The page on lifetime value says what predict_clv says, and when not to plan with it."""

from datetime import date, timedelta

import pytest

import retention as rt
from retention.show import sentences

PAGE = "pages/predict/clv.py"
HEADER = "order_id,ordered_at,email,quantity,unit_price,refunded"


@pytest.fixture(scope="module")
def result(shop):
    return rt.predict_clv(shop)


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def dropped(visitor, purchases):
    """A visitor with the shop of (customer, day of 2025 from 0, price, refunded), on the page."""
    lines = [
        f"{n},{date(2025, 1, 1) + timedelta(days=day)},{who and who + '@example.com'},1,{price},{refunded}"
        for n, (who, day, price, refunded) in enumerate(purchases)
    ]
    visitor.open("pages/start/data.py").drop(("orders.csv", "\n".join([HEADER, *lines]).encode()))
    return visitor.open(PAGE)


def regulars(price=10, refunded=""):
    """Sixty customers who order every 7, 14 or 28 days for a year, so that going on as before is right."""
    return [(f"c{who}", day, price, refunded) for who in range(60) for day in range(who % 7, 360, (7, 14, 28)[who % 3])]


def test_the_headline_is_what_the_function_says(page, result):
    base, new = result.summary.iloc[0], result.new_customer
    assert page.headline == (
        f"The {len(result.table):,} customers you have should bring €{round(base['value'], -3):,.0f} of net revenue in the next "
        f"twelve months, between €{round(base['low'], -3):,.0f} and €{round(base['high'], -3):,.0f}; a new customer "
        f"€{round(new['first_order']) + round(new['value'])} in the first year: €{new['first_order']:.0f} at once and "
        f"€{new['value']:.0f} later."
    )
    assert not page.test.warning


def test_the_page_says_whether_it_would_have_been_right(page, result):
    model, same = result.backtest.errors.iloc[0], result.backtest.errors.iloc[1]
    more = model["actual"] / model["expected"] - 1
    assert any(text.startswith(f"Tried on your own past, {more:.0%} more orders came") for text in page.texts)
    assert (
        f"Asked on May 3, 2025, the model would have expected {model['expected']:,.0f} orders of the {result.backtest.customers:,} "
        f"customers of that day until Dec 31, 2025; {model['actual']:,.0f} came, {more:.0%} more. “Everybody goes on as before” "
        f"would have expected {same['expected']:,.0f}."
    ) in page.texts
    assert any("That looks like a season" in text for text in page.texts)
    assert len(page.charts) == 3


def test_a_margin_turns_revenue_into_profit(page, result):
    assert any(text.startswith("This is revenue, not profit.") for text in page.texts)
    assert "profit" not in page.headline
    page.choose("margin_from", "one").choose("margin", 35.0)
    base = result.summary.iloc[0]
    assert f"should bring €{round(base['value'] * 0.35, -3):,.0f} of gross profit in the next" in page.headline
    assert not any("This is revenue" in text for text in page.texts)
    assert any(text.startswith("Gross profit is 35% of the net revenue here") for text in page.texts)


def test_what_is_chosen_reaches_the_numbers_and_the_notebook(page, shop, monkeypatch):
    for key, value in (("value_months", "3"), ("value_model", "BG/NBD"), ("value_rate", 0.0)):
        page.test.get_by_key(key).set_value(value)
    page.choose("value_by", "first channel")
    result = rt.predict_clv(shop, months=3, discount_rate=0.0, model="BG/NBD")
    assert page.headline == sentences.worth_ahead(result)
    assert any("the model knows no seasons" in text for text in page.texts)
    groups = page.test.dataframe[0].value["Group"].tolist()
    assert groups == ["All together", "web", "app", "marketplace", "store"]
    monkeypatch.setattr(rt, "load_sample", lambda name: shop)
    made = {}
    exec("\n".join(cell.source for cell in page.notebook.cells if cell.cell_type == "code"), made)
    again = made["clv"]
    assert (again.model.name, again.months, again.discount_rate) == ("BG/NBD", 3, 0.0)
    assert again.table["clv"].sum() == pytest.approx(result.table["clv"].sum(), rel=1e-9)


def test_the_file_holds_every_customer_and_the_screen_the_best(page, result):
    best = page.test.dataframe[-1].value
    assert len(best) == 100
    assert best["Customer"].iloc[0] == result.table.set_index("customer_ref")["clv"].idxmax()
    (who,) = [box for box in page.test.main.selectbox if box.label == "What happened with one of them"]
    assert who.options == best["Customer"].tolist()
    files = page.downloads
    lines = files["customers_by_value.csv"].decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(result.table)
    assert lines[0].startswith("customer_ref,name,clv,low,high,p_alive,expected_orders")
    assert lines[1].startswith(best["Customer"].iloc[0])
    assert {"value_by_group.csv", "backtest.csv", "by_frequency.csv", "parameters.csv"} <= set(files)


def test_a_file_is_written_when_it_is_fetched(at_sample, monkeypatch):
    written = []
    monkeypatch.setattr("retention.show.ui.tables.csv_bytes", lambda table: written.append(len(table)) or b"")
    at_sample.open(PAGE)
    assert written == []
    assert "customers_by_value.csv" in at_sample.downloads
    assert 4000 in written


def test_a_lost_backtest_is_said_before_any_picture(visitor):
    page = dropped(visitor, regulars())
    (warning,) = page.test.warning
    assert warning.value.startswith(
        "Do not plan with these numbers. Tried on your own past, the plain rule “Everybody goes on"
    )
    assert warning.value.endswith("Count on every customer to go on ordering as often as since the first order.")
    said = " ".join(page.texts)
    assert "These orders show no customers who leave for good" in said
    assert "No drop-out detectable" not in said
    assert "see the backtest" not in said
    assert "Tried on your own past" not in said


def test_more_refunds_than_purchases_are_no_value_ahead(visitor):
    page = dropped(visitor, regulars(10, 15))
    assert page.headline == (
        "What these customers bought is outweighed by what they got back: there is no value ahead to reckon with."
    )
    assert not page.errors


@pytest.mark.parametrize(
    "purchases",
    [
        [("", day, 10, "") for day in range(50)],
        [(f"c{day}", day, 10, "") for day in range(50)],
        [("c", day, 10, "") for day in range(50)],
        [(f"c{n}", 0, 10, "") for n in range(50)],
        [("a", 0, 10, ""), ("b", 3, 10, ""), ("a", 9, 10, ""), ("c", 11, 10, "")],
    ],
    ids=["nobody named", "all once", "one customer", "one day", "three customers"],
)
def test_a_shop_too_small_to_tell_gets_a_sentence(visitor, purchases):
    page = dropped(visitor, purchases)
    (info,) = page.test.info
    assert info.value.endswith(("Bring a longer export, or clear a filter.", "with an e-mail or customer number."))
    assert not page.errors
    assert not page.charts
