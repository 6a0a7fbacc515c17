"""Whom each kind of opportunity chooses, on shops worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

import retention as rt
from retention.act.due import replenishment, second_order
from retention.act.habits import full_price, habits, one_channel
from retention.act.moments import look_at
from retention.act.products import losers, losing_products
from retention.act.ratings import unanswered_ratings
from retention.act.silent import lapsed_valuable, slipping_best
from retention.intervals import wilson
from tests.measure.shops import bought, read

END = date(2025, 6, 30)  # the last day of every shop; its as_of is the day after


def ago(days: int) -> str:
    """The day so many days before as_of."""
    return (END + timedelta(days=1 - days)).isoformat()


def chosen(choose, orders, earlier=0, lapse_days=None):
    """The names of those chosen, and what was noted."""
    notes = []
    shop = look_at(orders, 30, lapse_days)
    kind = choose(shop, notes)
    if kind is None:
        return notes[0]
    known = orders.frame(orders.customers.select("customer_id", "customer_ref")).set_index("customer_id")
    return sorted(known.loc[shop.customers[kind.members[earlier]], "customer_ref"])


def test_a_moment_knows_what_was_known_then():
    orders = read(
        f"1,{ago(100)},paid,ann,web,phone,1,100,10,\n"
        f"2,{ago(100)},paid,ann,web,phone,1,50,,\n"
        f"3,{ago(31)},paid,ann,web,phone,1,40,,\n"
        f"4,{ago(30)},paid,bob,web,phone,1,30,,\n"
        f"5,{ago(10)},paid,ann,web,phone,-1,50,,\n"
        f"6,{ago(1)},paid,,web,phone,1,5,,\n"
    )
    now, month, two, three = (look_at(orders, 30, 99).moments[n] for n in range(4))
    assert [moment.orders.tolist() for moment in (now, month, two, three)] == [[3, 1], [3, 0], [2, 0], [2, 0]]
    assert [moment.net[0] for moment in (now, month, two)] == [13000, 18000, 14000]
    assert now.days.tolist() == [2, 1]  # two orders on one day
    assert now.discounted.tolist() == [1, 0]
    assert now.silent.tolist() == [31, 30]
    np.testing.assert_array_equal(month.silent, [1, np.nan])
    np.testing.assert_array_equal(now.usual_gap, [69, np.nan])


def a_shop_with_a_rhythm(*more):
    """Of 35, ten came back after 10 days, ten after 20, ten after 30, five never; long ago."""
    first = END - timedelta(days=150)
    back = [
        (f"r{n}", (first + timedelta(days=day)).isoformat()) for n in range(30) for day in (0, (10, 20, 30)[n // 10])
    ]
    gone = [(f"gone{n}", first.isoformat()) for n in range(5)]
    return bought(*back, *gone, *more, ("", END.isoformat()))


def test_second_order_is_due_from_the_first_to_the_third_quarter_of_those_who_come_back():
    firsts = [(f"day{days}", ago(days)) for days in (9, 10, 20, 30, 31)]
    orders = a_shop_with_a_rhythm(*firsts, ("twice", ago(20)), ("twice", ago(15)))
    assert chosen(second_order, orders) == ["day10", "day20", "day30"]
    assert second_order(look_at(orders, 30), []).facts == {"first": 10, "last": 30}


def test_the_same_rule_chooses_on_earlier_days():
    orders = a_shop_with_a_rhythm(("before", ago(50)), ("since", ago(50)), ("since", ago(25)), ("later", ago(20)))
    assert chosen(second_order, orders, earlier=1) == ["before", "since"]


def test_where_few_come_back_nobody_is_called_due():
    orders = bought(*((f"c{n}", ago(20)) for n in range(40)), ("c1", ago(3)), ("", END.isoformat()))
    assert chosen(second_order, orders).startswith("Due for a second order: fewer than 30 customers came back")


def test_slipping_are_the_best_who_are_silent_for_more_than_twice_their_usual_gap():
    once = [(f"once{n}", ago(100 + n)) for n in range(20)]

    def regular(name, gap, silent):
        return [(name, ago(silent + gap * n)) for n in range(5)]

    orders = bought(
        *once, *regular("late", 10, 21), *regular("edge", 10, 20), *regular("slow", 20, 21), *regular("prompt", 10, 5),
        ("", END.isoformat()),
    )  # fmt: skip
    assert chosen(slipping_best, orders) == ["late"]
    assert chosen(slipping_best, bought(("ann", ago(9)), ("bob", ago(3)))).startswith("Best customers slipping away:")


def test_lapsed_valuable_are_silent_for_longer_than_the_threshold_and_in_the_top_fifth():
    spent = [("ann", 60, 500), ("bob", 61, 500), ("cyd", 10, 400), *((f"c{n}", 90, 100 + n) for n in range(12))]
    rows = "\n".join(f"{n},{ago(days)},paid,{who},web,phone,1,{net},," for n, (who, days, net) in enumerate(spent))
    orders = read(f"{rows}\nend,{END.isoformat()},paid,,web,phone,1,1,,")
    assert chosen(lapsed_valuable, orders, lapse_days=60) == ["bob"]
    assert chosen(lapsed_valuable, orders, lapse_days=59) == ["ann", "bob"]
    assert look_at(orders, 30).lapse_days == 30  # nobody came back: the floor
    everybody_alike = bought(*((f"c{n}", ago(90)) for n in range(9)), ("", END.isoformat()))
    assert chosen(lapsed_valuable, everybody_alike).startswith("Lapsed but valuable: everybody spent much the same")


DISCOUNTS = f"""
1,{ago(50)},paid,full,web,phone,1,10,,
2,{ago(40)},paid,full,web,phone,1,10,,
3,{ago(30)},paid,full,web,phone,1,10,,
4,{ago(50)},paid,seldom,web,phone,1,10,,
5,{ago(40)},paid,seldom,web,phone,1,10,,
6,{ago(50)},paid,once_cheap,web,phone,1,10,,
7,{ago(40)},paid,once_cheap,web,phone,1,10,2,
8,{ago(30)},paid,once_cheap,web,phone,1,10,,
9,{ago(35)},paid,waits,web,phone,1,10,2,
10,{ago(15)},paid,waits,web,phone,1,10,2,
11,{ago(40)},paid,due,web,phone,1,10,2,
12,{ago(20)},paid,due,web,phone,1,10,2,
13,{ago(95)},paid,lapsed,web,phone,1,10,2,
14,{ago(90)},paid,lapsed,web,phone,1,10,2,
15,{ago(20)},paid,one,web,phone,1,10,2,
16,{ago(1)},paid,,web,phone,1,10,,
"""


def test_full_price_never_had_a_discount_in_three_orders():
    assert chosen(full_price, read(DISCOUNTS), lapse_days=60) == ["full"]
    assert chosen(full_price, read(DISCOUNTS), lapse_days=29) == []


def test_who_always_had_a_discount_is_due_once_the_usual_gap_is_over():
    # waits: silent 15 of 20; due: 20 of 20
    assert chosen(habits, read(DISCOUNTS), lapse_days=60) == ["due"]


def orders_through(*purchases):
    """(name, days ago, channel) each; mo's orders make the web the largest channel."""
    rows = [*purchases, *(("mo", days, "web") for days in range(20, 80, 4)), ("", 1, "")]
    return read("\n".join(f"{n},{ago(days)},paid,{who},{way},phone,1,10,," for n, (who, days, way) in enumerate(rows)))


def twice(who, way, second="", days=(50, 20)):
    return (who, days[0], way), (who, days[1], second or way)


def test_one_channel_is_a_smaller_one_that_somebody_due_has_never_left():
    orders = orders_through(
        *twice("app", "app", days=(40, 20)), *twice("soon", "app"), *twice("lapsed", "app", days=(95, 90)),
        *twice("both", "app", "web", days=(40, 20)), *twice("no name", "app", " ", days=(40, 20)), ("once", 40, "app"),
        ("one day", 40, "app"), ("one day", 40, "app"), *twice("store", "store", days=(40, 20)),
    )  # fmt: skip
    # soon: silent 20 of 30; store: fewer people than through the app
    assert chosen(one_channel, orders, lapse_days=60) == ["app"]
    assert one_channel(look_at(orders, 30), []).facts == {"channel": "app", "main": "web"}


def test_whoever_uses_another_channel_today_had_one_habit_before():
    orders = orders_through(
        *twice("left", "app", days=(60, 50)), ("left", 25, "web"), *twice("stays", "app", days=(60, 50))
    )
    assert chosen(one_channel, orders, lapse_days=60) == ["stays"]
    assert chosen(one_channel, orders, earlier=1, lapse_days=60) == ["left", "stays"]


def test_a_channel_whose_people_cannot_be_written_to_is_nobody_s_habit():
    rows = "".join(
        f"{who}{days},{ago(days)},{who}@{at},{way},1,10\n"
        for who, at, way in (("ann", "example.org", "app"), ("bob", "marketplace.example.com", "amazon"), ("cyd", "example.org", "web"))
        for days in ((40, 20) if who != "cyd" else (40, 30, 20))
    )  # fmt: skip
    header = "order_id,ordered_at,email,channel,quantity,unit_price\n"
    found = rt.opportunity_customers(rt.read_orders(f"{header}{rows}end,{ago(1)},,web,1,10\n".encode()), "one_channel")
    assert found["email"].tolist() == ["ann@example.org"]


def test_without_a_second_channel_or_a_habit_in_it_the_note_says_so():
    assert chosen(one_channel, bought(("ann", ago(30)), ("ann", ago(15)))).startswith("Channel habits: all orders")
    orders = orders_through(("ann", 40, "app"), ("ann", 20, "web"))
    assert chosen(one_channel, orders).startswith("Channel habits: nobody")


def test_without_any_discount_there_are_no_discount_habits():
    for choose in (full_price, habits):
        assert "no order had a discount or a code" in chosen(choose, bought(("ann", ago(9)), ("ann", ago(3))))


def products(*orders: tuple[str, str, str]):
    """A shop from (customer, day, product): one piece for 10 each; a product with a minus comes back."""
    rows = [
        f"{n},{day},{who},{product.strip('-')},{'-1' if product.startswith('-') else 1},10"
        for n, (who, day, product) in enumerate(orders)
    ]
    rows = "\n".join([*rows, f"end,{END.isoformat()},,other,1,10"])
    return rt.read_orders(f"order_id,ordered_at,customer_id,product,quantity,unit_price\n{rows}\n".encode())


def test_replenishment_is_due_between_the_quartiles_of_the_product():
    back = [(f"r{n}", ago(150 - day), "milk") for n in range(30) for day in (0, (10, 20, 30)[n // 10])]
    # Those thirty were due on earlier days; today they are 100 and more days beyond.
    people = [(f"day{days}", ago(days), "milk") for days in (9, 10, 30, 31)]
    orders = products(*back, *people, ("tea", ago(20), "tea"), ("again", ago(20), "milk"), ("again", ago(5), "milk"))
    assert chosen(replenishment, orders) == ["day10", "day30"]
    kind = replenishment(look_at(orders, 30), [])
    assert (kind.products, kind.product.tolist()) == (("milk",), ["milk", "milk"])
    few = products(*back[:20])
    assert chosen(replenishment, few).startswith("Due for a product: nothing was bought again by 30 customers")


def test_the_product_is_the_one_most_bought_again_of_those_that_are_due_today():
    def again(product):
        return [(f"{product}{n}", ago(150 - day), product) for n in range(30) for day in (0, (10, 20, 30)[n // 10])]

    once = [(f"once{n}", ago(150), "tea") for n in range(10)]  # tea is bought again less than milk
    both = [("both", ago(20), "milk"), ("both", ago(20), "tea"), ("tea", ago(40), "milk"), ("tea", ago(20), "tea")]
    orders = products(*again("milk"), *again("tea"), *once, *both)
    assert chosen(replenishment, orders) == ["both", "tea"]
    kind = replenishment(look_at(orders, 30), [])
    assert sorted(kind.product) == ["milk", "tea"]
    assert kind.products == ("milk", "tea")


@pytest.fixture(scope="module")
def bad_product():
    """Of 60 who began with good, 30 came back within 90 days; of 60 who began with bad, two. Of both, some are new."""
    firsts = [(f"{what}{n}", ago(200), what) for what in ("good", "bad") for n in range(60)]
    back = [(f"good{n}", ago(150), "good") for n in range(30)] + [(f"bad{n}", ago(150), "good") for n in range(2)]
    new = [("new", ago(20), "bad"), ("glad", ago(20), "good"), ("twice", ago(20), "bad"), ("twice", ago(10), "good")]
    return products(*firsts, *back, *new, ("late", ago(61), "bad"))


def test_a_product_loses_customers_if_fewer_come_back_than_chance_explains(bad_product):
    (row,) = losers(bad_product).to_dict("records")
    assert (row["product"], row["n"], row["why"]) == ("bad", 60, "second_order")
    assert row["rate"] == pytest.approx(2 / 60)
    assert row["shop_rate"] == pytest.approx(32 / 120)
    assert chosen(losing_products, bad_product, lapse_days=60) == ["new"]


def test_a_product_that_comes_back_more_often_loses_customers():
    firsts = [(f"{what}{n}", ago(200), what) for what in ("good", "bad") for n in range(40)]
    orders = products(*firsts, *((f"bad{n}", ago(190), "-bad") for n in range(20)))
    (row,) = losers(orders).to_dict("records")
    assert (row["product"], row["why"], row["return_rate"]) == ("bad", "returns", 0.5)
    assert row["shop_return_rate"] == pytest.approx(20 / 81)


def test_of_many_products_the_unluckiest_is_not_blamed():
    backs = [12] * 20 + [6]
    firsts = [(f"p{what}-{n}", ago(200), f"p{what}") for what in range(21) for n in range(40)]
    back = [(f"p{what}-{n}", ago(150), f"p{what}") for what in range(21) for n in range(backs[what])]
    assert wilson(6, 40)[1] < sum(backs) / (21 * 40)  # alone it would be
    assert losers(products(*firsts, *back)).empty


def test_chance_blames_no_product():
    firsts = [(f"{what}{n}", ago(200), what) for what in ("good", "other") for n in range(40)]
    back = [(f"good{n}", ago(150), "good") for n in range(12)] + [(f"other{n}", ago(150), "other") for n in range(9)]
    assert losers(products(*firsts, *back)).empty
    assert "after none of them fewer customers come back" in chosen(losing_products, products(*firsts, *back))
    assert "no product has 30 first-time buyers" in chosen(losing_products, products(*firsts[:20]))


RATED = {"low": (5, 1), "old": (61, 1), "high": (5, 5), "answered": (5, 1), "bought": (20, 1), "edge": (60, 2)}


def test_unanswered_are_low_ratings_of_sixty_days_without_a_ticket_or_an_order_since(tmp_path):
    orders = [f"{n},{ago(90)},{who},1,10" for n, who in enumerate(RATED)]
    files = {
        "orders": ["order_id,ordered_at,customer_id,quantity,unit_price", *orders, f"b,{ago(10)},bought,1,10", f"end,{END},,1,10"],
        "feedback": ["customer_id,rated_at,score", *(f"{who},{ago(days)},{stars}" for who, (days, stars) in RATED.items())],
        "tickets": ["ticket_id,customer_id,opened_at", f"1,answered,{ago(4)}", f"2,low,{ago(30)}"],
    }  # fmt: skip
    paths = [tmp_path / f"{name}.csv" for name in files]
    for path, lines in zip(paths, files.values(), strict=True):
        path.write_text("\n".join(lines) + "\n")
    assert chosen(unanswered_ratings, rt.read_orders(paths)) == ["edge", "low"]
    assert chosen(unanswered_ratings, rt.read_orders(paths[:2])) == ["answered", "edge", "low"]
    notes = []
    unanswered_ratings(look_at(rt.read_orders(paths[:2]), 30), notes)
    assert "no file of support tickets was added" in notes[0]
    assert "no file of ratings" in chosen(unanswered_ratings, bought(("ann", ago(3))))
