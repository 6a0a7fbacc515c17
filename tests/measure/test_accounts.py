"""Guests and accounts against answers worked out by hand."""

import numpy as np
import pytest

import retention as rt
from tests.measure.shops import CORNER_SHOP, bought
from tests.measure.shops import read as read_rows

HEADER = "order_id,ordered_at,status,email,product,quantity,unit_price,is_guest"
# cyd came as a guest and opened an account later; of dee the orders say nothing.
FOUR = """
1,2025-01-01,paid,ann@example.com,phone,1,100,no
2,2025-02-01,paid,ann@example.com,phone,1,50,no
3,2025-01-10,paid,bob@example.com,phone,1,80,yes
4,2025-01-20,paid,cyd@example.com,phone,1,30,yes
5,2025-05-20,paid,cyd@example.com,phone,1,40,no
6,2025-01-25,paid,dee@example.com,phone,1,70,
7,2025-06-20,paid,eve@example.com,phone,1,10,yes
"""
PEOPLE = "email,name,has_account,joined_on\ndee@example.com,Dee,no,2025-01-25\nbob@example.com,Bob,yes,2025-01-11\n"
MISSING = float("nan")


@pytest.fixture(scope="module")
def orders():
    return rt.read_orders(f"{HEADER}\n{FOUR.strip()}\n".encode())


def check(table, by_hand):
    for name, expected in by_hand.items():
        np.testing.assert_allclose(table[name].astype(float), expected, rtol=1e-12, err_msg=name)


def test_by_hand(orders):
    table = rt.account_table(orders).table
    assert table["customer"].tolist() == ["account", "guest", "unknown"]
    by_hand = {
        "customers": [2, 2, 1],  # ann and cyd; bob and eve; dee
        "second_order_rate_90_n": [2, 1, 1],
        "second_order_rate_90": [1 / 2, 0, 0],  # ann after 31 days, cyd after 120
        "repeat_rate_to_date": [1, 0, 0],
        "first_order_value": [(100 + 30) / 2, (80 + 10) / 2, 70],
        "clv_to_date": [(150 + 70) / 2, (80 + 10) / 2, 70],
    }
    check(table, by_hand)
    assert table["profit_per_customer"].isna().all()


def test_a_customers_file_says_what_the_orders_do_not(tmp_path):
    (tmp_path / "orders.csv").write_text(f"{HEADER}\n{FOUR.strip()}\n")
    (tmp_path / "customers.csv").write_text(PEOPLE)
    table = rt.account_table(rt.read_orders([tmp_path / "orders.csv", tmp_path / "customers.csv"])).table
    assert table["customer"].tolist() == ["account", "guest"]
    assert table["customers"].tolist() == [2, 3]  # dee by the file; bob stays what his order says


def test_a_file_that_does_not_say_names_what_would(tmp_path):
    with pytest.raises(rt.EmptyError, match=r"do not say who bought as a guest.*has_account.*is_guest"):
        rt.account_table(read_rows(CORNER_SHOP))
    with pytest.raises(rt.EmptyError, match="No customer can be told apart"):
        rt.account_table(bought(("", "2025-01-01")))


def test_filters_leave_customers_whose_first_purchase_passes(orders):
    late = rt.account_table(orders.filter(start="2025-01-15")).table.set_index("customer")
    assert late["customers"].to_dict() == {"account": 1, "guest": 1, "unknown": 1}  # cyd; eve; dee
    with pytest.raises(rt.EmptyError, match="No customer's first purchase passes these filters"):
        rt.account_table(orders.filter(start="2025-02-01", end="2025-06-01"))


def test_only_guests_leave_the_other_row_missing(orders):
    table = rt.account_table(orders.filter(start="2025-06-01")).table.set_index("customer")
    assert table["customers"].to_dict() == {"account": 0, "guest": 1}
    assert np.isnan(table.loc["account", "clv_to_date"])


def test_the_sample_adds_up(shop):
    table = rt.account_table(shop.with_margin(0.4)).table
    assert table["customers"].sum() == rt.retention_table(shop).table["customers"].sum()
    np.testing.assert_allclose(table["profit_per_customer"], table["clv_to_date"] * 0.4)
    assert ((table["repeat_rate_to_date_low"] < table["repeat_rate_to_date"]) & (table["customers"] > 900)).all()


def test_the_notes_say_association_and_the_trap_of_guests_who_return(orders):
    notes = rt.account_table(orders).notes
    assert "not what an account causes" in notes[0]
    assert "hold-out" in notes[0]
    assert "a guest who returned and then opened an account" in notes[1]
