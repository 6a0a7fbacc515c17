"""The quality account against answers worked out by hand; a switch's effect is what the key figures do."""

import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retention as rt
from retention.measure.quality import EFFECTS, FIELDS, SWITCHES
from tests.measure.shops import bought, one_order_a_day, read
from tests.measure.test_laws import few

MISSING = float("nan")
HEADER = "order_id,ordered_at,status,email,phone,country,channel,product,category,quantity,unit_price,discount,discount_code,refunded,order_total"
# Net: ann 120 (a case twice) and 60, nobody 40, a borrowed address 80 less 30. Not counted: a test, an unpaid, a cancelled one.
SHOP = """
1,2025-01-01 10:00,paid,ann@example.com,+48123456789,PL,web,Phone,Phones,1,100,,,,120
1,2025-01-01 10:00,paid,ann@example.com,+48123456789,PL,web,Case,Cases,1,10,,,,120
1,2025-01-01 10:00,paid,ann@example.com,+48123456789,PL,web,Case,Cases,1,10,,,,120
2,2025-01-02 02:00,paid,ann@example.com,+48123456789,PL,web,Phone,,1,70,10,,,
3,2025-01-03 12:00,paid,,,PL,,Case,Cases,1,40,,,,45
4,2025-01-04 13:00,paid,x1@marketplace.amazon.com,,PL,web,Phone,Phones,1,80,,,30,
5,2025-01-05 13:00,test,test@example.com,,PL,web,Phone,Phones,1,50,,,,
6,2025-01-06 13:00,pending,bob@example.com,,PL,web,Phone,Phones,1,20,,,,
7,2025-01-07 13:00,cancelled,bob@example.com,,PL,web,Phone,Phones,1,500,,,,
8,soon,paid,bob@example.com,,PL,web,Phone,Phones,1,30,,,,
"""


def small_shop(**options):
    return rt.read_orders(f"{HEADER}\n{SHOP.strip()}\n".encode(), mapping={"order_total": "order_total"}, **options)


def check(orders, name):
    return rt.quality_table(orders).table.set_index("check").loc[name]


def counted(row):
    return row["found"], row["of"], row["unit"]


def effects(row):
    return row[list(EFFECTS)].astype(float).tolist()


@pytest.fixture(scope="module")
def shop():
    return small_shop()


@pytest.mark.parametrize(
    ("name", "found", "of", "unit"),
    [
        ("unidentified", 1, 4, "orders"),
        ("relay", 1, 4, "orders"),
        ("wholesale", 0, 4, "orders"),
        ("test", 1, 7, "orders"),
        ("pending", 1, 7, "orders"),
        ("cancelled", 1, 7, "orders"),
        ("duplicates", 1, 6, "lines"),
        ("refunds", 1, 4, "orders"),
        ("silence", 0, 7, "days"),
        ("thin_months", 0, 0, "months"),
        ("night", 1, 4, "orders"),
        ("other_currency", 0, 10, "rows"),
        ("totals", 1, 2, "orders"),
        ("set_aside", 1, 10, "rows"),
        ("email", 1, 4, "orders"),
        ("phone", 2, 4, "orders"),
        ("consent", 4, 4, "orders"),
        ("product", 0, 6, "lines"),
        ("category", 1, 6, "lines"),
        ("country", 0, 4, "orders"),
        ("channel", 1, 4, "orders"),
        ("currency", 4, 4, "orders"),
        ("discount_code", 1, 1, "orders"),
    ],
)
def test_what_every_check_finds_in_the_small_shop(shop, name, found, of, unit):
    row = check(shop, name)
    assert counted(row) == (found, of, unit)
    assert row["share"] == found / of if of else math.isnan(row["share"])


@pytest.mark.parametrize(
    ("name", "by_hand"),
    [  # now: net 270, 4 orders, 67.50 each, one of two customers bought twice
        ("unidentified", [230 / 270 - 1, 3 / 4 - 1, 230 / 3 / 67.5 - 1, 0]),
        ("test", [320 / 270 - 1, 5 / 4 - 1, 320 / 5 / 67.5 - 1, 1 / 3 - 1 / 2]),
        ("pending", [290 / 270 - 1, 5 / 4 - 1, 290 / 5 / 67.5 - 1, 1 / 3 - 1 / 2]),
        ("cancelled", [770 / 270 - 1, 5 / 4 - 1, 770 / 5 / 67.5 - 1, 1 / 3 - 1 / 2]),
        ("duplicates", [260 / 270 - 1, 0, 260 / 270 - 1, 0]),
        ("refunds", [300 / 270 - 1, 0, 300 / 270 - 1, 0]),
        ("wholesale", [0, 0, 0, 0]),
        ("relay", [MISSING] * 4),
        ("totals", [MISSING] * 4),
        ("email", [MISSING] * 4),
    ],
)
def test_what_deciding_otherwise_would_change(shop, name, by_hand):
    np.testing.assert_allclose(effects(check(shop, name)), by_hand, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "amount", "share"),
    [
        ("unidentified", 40, 40 / 270),
        ("relay", 50, 50 / 270),
        ("test", 50, 50 / 270),
        ("cancelled", 500, 500 / 270),
        ("duplicates", 10, 10 / 270),
        ("refunds", 30, 30 / 300),
        ("set_aside", 30, 30 / (880 + 30)),
    ],
)
def test_the_money_behind_a_check(shop, name, amount, share):
    row = check(shop, name)
    assert (row["amount"], row["amount_share"]) == pytest.approx((amount, share))


def test_the_switch_that_decides_is_named(shop):
    table = rt.quality_table(shop).table
    named = table.loc[table["switch"] != "", ["check", "switch"]].set_index("check")["switch"].to_dict()
    assert named == {
        "unidentified": "leave_out=unidentified",
        "wholesale": "leave_out=wholesale",
        "test": "count=test",
        "pending": "count=pending",
        "cancelled": "count=cancelled",
        "duplicates": "drop_duplicates",
        "night": "timezone",
        "other_currency": "rates",
    }
    assert not table["active"].any()


def test_a_switch_that_is_on_is_weighed_the_other_way_round(shop):
    result = rt.quality_table(shop.filter(count="test"))
    row = result.table.set_index("check").loc["test"]
    assert (row["active"], *counted(row)) == (True, 1, 7, "orders")
    np.testing.assert_allclose(effects(row), [270 / 320 - 1, 4 / 5 - 1, 67.5 / 64 - 1, 1 / 2 - 1 / 3])
    assert len(result.notes) == 1


def test_identical_lines_counted_once_are_what_reading_them_once_gives(shop):
    once = small_shop(drop_duplicates=True)
    (now,), (then,) = rt.kpi_table(shop, "year")["net"], rt.kpi_table(once, "year")["net"]
    assert check(shop, "duplicates")["net_change"] == pytest.approx(then / now - 1)
    assert check(once, "duplicates")["found"] == 0


def test_lines_with_another_discount_are_not_identical():
    lines = [f"1,2025-01-01,paid,ann,web,phone,1,10,{discount}," for discount in ("", "1", "1")]
    assert check(read("\n".join(lines)), "duplicates")["found"] == 1


def test_wholesale_orders_are_named_the_largest_first():
    usual = [f"{n},2025-01-{n % 28 + 1:02},paid,c{n},web,phone,1,{10 + n % 10},," for n in range(120)]
    large = [f"big{n},2025-01-09,paid,d{n},web,phone,1,{n * 1000},," for n in (1, 4, 2, 3)]
    shop = read("\n".join(usual + large))
    row = check(shop, "wholesale")
    assert counted(row) == (4, 124, "orders")
    assert row["examples"] == "big4, big3, big2"
    assert row["net_change"] == pytest.approx(-10_000 / (120 * 14.5 + 10_000))
    left_out = check(shop.filter(leave_out="wholesale"), "wholesale")
    assert (left_out["active"], left_out["found"], left_out["examples"]) == (True, 4, "big4, big3, big2")


def test_a_silence_is_listed_when_chance_does_not_explain_it():
    shop = one_order_a_day(date(2025, 1, 1), date(2025, 6, 30))
    days = [(date(2025, 1, 1) + timedelta(days=n)).isoformat() for n in range(181)]
    hole = [day for day in days if not "2025-03-01" <= day <= "2025-03-20"]
    row = check(bought(*((f"c{n}", day) for n, day in enumerate(hole))), "silence")
    assert counted(check(shop, "silence")) == (0, 181, "days")
    assert counted(row) == (20, 181, "days")
    assert row["examples"] == "2025-03-01/2025-03-20"
    # One order a day before and after; the weekdays that the hole holds more often are a little lower.
    assert row["orders_change"] == row["net_change"] == pytest.approx(20 / 161, rel=0.02)
    assert row["aov_change"] == 0


def test_five_silent_days_of_a_slow_shop_and_closed_sundays_are_no_silence():
    slow = [(f"c{n}", (date(2025, 1, 1) + timedelta(days=6 * n)).isoformat()) for n in range(30)]
    assert check(bought(*slow), "silence")["found"] == 0
    days = [date(2025, 1, 1) + timedelta(days=n // 12) for n in range(12 * 90)]
    busy = [(f"c{n}", day.isoformat()) for n, day in enumerate(days) if day.weekday() < 6]
    assert check(bought(*busy), "silence")["found"] == 0


def test_a_thin_month_has_under_a_third_of_its_neighbours():
    per_month = {1: 10, 2: 10, 3: 3, 4: 10, 5: 10, 6: 1}  # June is not over
    sales = [(f"c{m}{n}", f"2025-{m:02}-{n + 1:02}") for m, times in per_month.items() for n in range(times)]
    row = check(bought(*sales), "thin_months")
    assert (counted(row), row["examples"]) == ((1, 3, "months"), "2025-03")
    assert row["orders_change"] == pytest.approx(7 / 44)
    sales.append(("more", "2025-03-31"))
    assert check(bought(*sales), "thin_months")["found"] == 0


def test_another_currency_is_set_aside_and_counted():
    rows = "order,date,email,quantity,price,currency\n"
    rows += "1,2025-01-31,a@example.com,1,10,EUR\n2,2025-01-31,a@example.com,1,10,USD\n3,2025-01-31,b@example.com,1,10,EUR\n"
    result = rt.quality_table(rt.read_orders(rows.encode(), currency="EUR"))
    table = result.table.set_index("check")
    assert counted(table.loc["other_currency"]) == (1, 3, "rows")
    assert counted(table.loc["set_aside"]) == (0, 3, "rows")
    assert (result.currency, result.rows, result.rows_used) == ("EUR", 3, 2)


def test_dates_without_a_time_say_nothing_of_the_night():
    assert counted(check(bought(("ann", "2025-01-01")), "night")) == (0, 0, "orders")


@pytest.mark.parametrize(
    "rows",
    [
        "1,2025-01-01,paid,ann,web,phone,1,10,,",
        "1,2025-01-01,paid,,web,phone,1,10,,\n2,2025-01-02,paid,,web,phone,1,10,,",
        "1,2025-01-01,refunded,ann,web,phone,1,10,,\n2,2025-01-02,refunded,bob,web,phone,1,10,,",
        "1,2025-01-01,cancelled,ann,web,phone,1,10,,",
        "1,2025-01-01,paid,ann,web,phone,-1,10,,",
    ],
    ids=["one order", "nobody named", "all refunded", "all cancelled", "a return only"],
)
def test_very_small_shops_give_a_sensible_table(rows):
    table = rt.quality_table(read(rows)).table
    assert len(table) == 14 + len(FIELDS)
    assert (table["found"] <= table["of"]).all()
    assert not np.isinf(table[["share", "amount_share", *EFFECTS]]).any(axis=None)


def test_all_refunded_has_no_revenue_to_compare_with():
    row = check(read("1,2025-01-01,refunded,ann,web,phone,1,10,,"), "refunds")
    assert (row["amount"], row["amount_share"]) == (10, 1)
    np.testing.assert_array_equal(effects(row), [MISSING, 0, MISSING, 0])


ORDER = st.tuples(
    st.integers(0, 200).map(lambda days: (date(2025, 1, 1) + timedelta(days=days)).isoformat()),
    st.sampled_from(["paid", "paid", "test", "pending", "cancelled"]),
    st.sampled_from(["ann", "bob", "cyd", ""]),
    st.sampled_from([1, 2, -1]),
    st.integers(1, 500),
)


@few
@given(st.lists(ORDER, min_size=1, max_size=15), st.sets(st.sampled_from(["test", "pending", "cancelled"])))
def test_the_effect_of_a_switch_is_what_the_key_figures_do(sales, on):
    rows = ["first,2025-01-01,paid,ann,web,phone,1,10,,"]
    rows += [f"{n},{day},{state},{who},web,phone,{q},{p},," for n, (day, state, who, q, p) in enumerate(sales)]
    shop = read("\n".join(rows))
    table = rt.quality_table(shop.filter(count=tuple(on))).table.set_index("check")
    now = rt.kpi_table(shop.filter(count=tuple(on)), "year").iloc[0]
    for name, option in SWITCHES.items():
        counts = on ^ {name} if option == "count" else on
        then = rt.kpi_table(shop.filter(count=tuple(counts), leave_out=() if option == "count" else name), "year").iloc[
            0
        ]
        expected = [
            then[figure] / now[figure] - 1 if now[figure] > 0 else MISSING for figure in ("net", "orders", "aov")
        ]
        expected.append(then["repeat_rate"] - now["repeat_rate"])
        np.testing.assert_allclose(effects(table.loc[name]), expected, atol=1e-9, err_msg=name)
