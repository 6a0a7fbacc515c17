"""A filter chooses orders; it does not make an old customer new."""

from datetime import date

import pytest

import retention as rt

SHOP = b"""order_id,ordered_at,email,country,channel,category,quantity,unit_price,discount
1,2025-01-10,ann@example.com,PL,web,Phones,1,100,10
1,2025-01-10,ann@example.com,PL,web,Cases,2,5,0
2,2025-02-10,bob@example.com,HU,app,Cases,1,5,0
3,2025-03-10,ann@example.com,PL,app,Cases,4,5,0
4,2025-03-31,,HU,store,Phones,1,80,0
"""


@pytest.fixture(scope="module")
def shop():
    return rt.read_orders(SHOP)


def refs(shop):
    return sorted(shop.frame(shop.orders)["order_ref"])


def test_the_tables_of_the_whole_shop(shop):
    assert (shop.observed_from, shop.as_of) == (date(2025, 1, 10), date(2025, 4, 1))
    assert refs(shop) == ["1", "2", "3", "4"]
    assert len(shop.frame(shop.lines)) == 5
    assert sorted(shop.frame(shop.customers)["email"]) == ["ann@example.com", "bob@example.com"]


@pytest.mark.parametrize(
    ("options", "left"),
    [
        ({"start": "2025-02-10"}, ["2", "3", "4"]),
        ({"end": "2025-02-10"}, ["1", "2"]),
        ({"start": date(2025, 2, 1), "end": date(2025, 3, 10)}, ["2", "3"]),
        ({"countries": ["PL"]}, ["1", "3"]),
        ({"channels": ("app", "store")}, ["2", "3", "4"]),
        ({"categories": ["Phones"]}, ["1", "4"]),
        ({"countries": ["HU"], "categories": ["Phones"]}, ["4"]),
    ],
)
def test_filters_include_both_ends(shop, options, left):
    assert refs(shop.filter(**options)) == left


def test_a_last_day_ends_the_observation(shop):
    assert shop.filter(end="2025-02-28").as_of == date(2025, 3, 1)
    assert shop.filter(end="2030-01-01").as_of == shop.as_of
    assert shop.filter(end="2025-02-28").filter(end="2025-03-31").as_of == date(2025, 3, 1)


def test_a_category_keeps_its_own_money_and_the_history(shop):
    cases = shop.filter(categories=["Cases"])
    table = cases.frame(cases.orders).set_index("order_ref")
    assert table["net"].to_dict() == {"1": 1000, "2": 500, "3": 2000}
    assert table["units"].to_dict() == {"1": 2, "2": 1, "3": 4}
    assert table.loc["3", "order_number"] == 2
    assert len(cases.frame(cases.lines)) == 3


def test_the_second_order_stays_the_second(shop):
    later = shop.filter(start="2025-03-01")
    table = later.frame(later.orders).set_index("order_ref")
    assert (table.loc["3", "order_number"], table.loc["3", "first_month"]) == (2, 2025 * 12)
    assert later.frame(later.customers)["email"].tolist() == ["ann@example.com"]


def test_filters_narrow_each_other(shop):
    assert refs(shop.filter(channels=["app", "web"]).filter(channels=["app", "store"])) == ["2", "3"]
    with pytest.raises(rt.EmptyError, match="No order matches these filters"):
        shop.filter(channels=["web"]).filter(channels=["store"])


def test_what_leaves_nothing_or_is_no_date(shop):
    with pytest.raises(rt.EmptyError, match=r"No order matches these filters\. Widen the dates or clear a filter\."):
        shop.filter(countries=["US"])
    with pytest.raises(rt.OptionError, match=r"start='soon' is not a date\. Write it as 2025-12-31\."):
        shop.filter(start="soon")


def test_the_filtered_shop_leaves_the_whole_one_alone(shop):
    shop.filter(countries=["PL"])
    assert refs(shop) == ["1", "2", "3", "4"]
