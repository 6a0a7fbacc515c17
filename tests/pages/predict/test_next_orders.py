"""The page on next orders says what predict_next_orders and replenishment_table say."""

import pytest

import retention as rt
from retention.show import sentences

PAGE = "pages/predict/next_orders.py"


@pytest.fixture(scope="module")
def coming(shop):
    return rt.predict_next_orders(shop)


@pytest.fixture(scope="module")
def again(shop):
    return rt.replenishment_table(shop)


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def test_the_page_says_what_to_expect_whether_it_came_true_and_who_is_due(page, coming, again):
    week = coming.weeks[coming.weeks["part"] == "next"].iloc[0]
    assert page.headline == (
        f"Jan 1, 2026 to Jan 7, 2026: expect about {week['expected']:.0f} orders from customers you know, between "
        f"{week['low']:.0f} and {week['high']:.0f}. {len(coming.due)} customers are due."
    )

    said = " ".join(page.texts)
    past = coming.weeks[coming.weeks["part"] == "past"]
    assert f"{past['expected'].sum():,.0f} orders were expected and {past['observed'].sum():,.0f} came." in said
    rows = coming.backtest.set_index("measure")
    likeliest = rows.loc["chance_week"].iloc[-1]
    assert (
        f"{likeliest['predicted'] * 100:.0f} were expected to order within 7 days and {likeliest['observed'] * 100:.0f} did"
        in said
    )
    season = past.tail(8)[["expected", "observed"]].sum()
    assert (
        f"brought {season['observed']:.0f} orders where {season['expected']:.0f} were expected, as before a holiday"
        in said
    )
    assert f"Of 100 next orders within eight weeks, {rows.loc['interval', 'observed'] * 100:.0f} came" in said
    first = again.table[again.table["enough"]].sort_values("share_again").iloc[-1]
    assert f"{first['product']} is bought again most: so far by {first['share_again'] * 100:.0f} of 100 buyers" in said
    assert f"half do so within {first['median_days']:.0f} days" in said
    assert f"{again.due['customer_id'].nunique():,} customers are due for something" in said
    assert "they do not run out" in said
    assert len(page.charts) == 2

    for name, frame in (
        ("due", coming.due),
        ("due_for", again.due),
        ("replenishment", again.table),
        ("weeks", coming.weeks),
    ):
        lines = page.downloads[f"{name}.csv"].decode("utf-8-sig").splitlines()
        assert len(lines) == 1 + len(frame)
    heads = page.downloads["due.csv"].decode("utf-8-sig").splitlines()[0].split(",")
    assert {"email", "phone", "consent", "chance_week"} <= set(heads)
    shown = next(frame.value for frame in page.test.dataframe if "Why due" in frame.value)
    assert list(shown["Customer"]) == coming.due["customer_ref"].head(100).tolist()


def test_categories_reach_the_text_and_the_notebook(page, shop, coming, execute):
    page.choose("next_by", "category")
    again = rt.replenishment_table(shop, by="category")
    assert sentences.bought_again_most(again) in page.texts
    printed = execute(page.notebook, "print(again.table['intervals'].sum(), coming.table['customer_id'].sum())")
    assert printed == f"{again.table['intervals'].sum()} {coming.table['customer_id'].sum()}\n"


def test_a_shop_to_which_nobody_came_back_is_told_so(visitor):
    rows = "".join(f"{n},2025-01-0{n},c{n}@example.com,1,10\n" for n in (1, 2, 3))
    text = f"order_id,ordered_at,email,quantity,unit_price\n{rows}"
    visitor.open("pages/start/data.py").drop(("orders.csv", text.encode())).open(PAGE)
    assert "Customers who came back on another day: 0." in visitor.test.info[0].value
    assert not visitor.charts


def test_orders_without_products_say_so_below_the_list(visitor):
    days = [(n % 40, f"2025-0{1 + n // 40}-{1 + n % 28:02d}") for n in range(80)]
    rows = "".join(f"{n},{day},c{who}@example.com,1,10\n" for n, (who, day) in enumerate(days, 1))
    text = f"order_id,ordered_at,email,quantity,unit_price\n{rows}"
    visitor.open("pages/start/data.py").drop(("orders.csv", text.encode())).open(PAGE)
    assert "orders from customers you know" in visitor.headline
    assert "No purchase of a customer who can be told apart names what was bought." in visitor.texts
    assert any("too short to compare" in text for text in visitor.texts)
