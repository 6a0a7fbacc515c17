"""Discounts and codes against answers worked out by hand, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import retention as rt
from retention.measure.discounts import ALL, CODES, REPEATERS
from tests.measure.shops import bought, same, to_the_same_end
from tests.measure.test_laws import few, read, shops

HEADER = "order_id,ordered_at,status,customer_id,product,quantity,unit_price,discount,discount_code"
# Observed to 30 June: who began before 2 April is old enough. cyd has a discount without a code; nobody uses one too.
SIX = """
1,2025-01-01,paid,ann,phone,1,100,10,WELCOME10
2,2025-02-01,paid,ann,phone,1,50,,
3,2025-03-01,paid,ann,phone,1,40,4,spring
4,2025-01-10,paid,bob,phone,1,80,,
5,2025-06-01,paid,bob,phone,1,20,,
6,2025-01-15,paid,cyd,phone,1,60,,
7,2025-01-20,paid,cyd,phone,1,30,3,
8,2025-01-20,paid,dee,phone,1,70,7,welcome10
9,2025-06-20,paid,eve,phone,1,90,9,SPRING
10,2025-06-30,paid,,phone,1,10,1,SPRING
"""
MISSING = float("nan")


def read_codes(rows):
    return rt.read_orders(f"{HEADER}\n{rows.strip()}\n".encode())


@pytest.fixture(scope="module")
def orders():
    return read_codes(SIX)


@pytest.fixture(scope="module")
def result(orders):
    return rt.discount_table(orders)


def check(table, by_hand):
    for name, expected in by_hand.items():
        np.testing.assert_allclose(table[name].astype(float), expected, rtol=1e-12, err_msg=name)


def test_first_orders_by_hand(result):
    assert result.table["first_order"].tolist() == ["full price", "discounted"]
    by_hand = {
        "customers": [2, 3],
        "second_order_rate_90_n": [2, 2],  # eve came ten days before the end
        "second_order_rate_90": [1 / 2, 1 / 2],  # bob came back after 142 days
        "repeat_rate_to_date": [1, 1 / 3],
        "first_order_value": [(80 + 60) / 2, (90 + 63 + 81) / 3],
        "clv_to_date": [(100 + 87) / 2, (176 + 63 + 81) / 3],
        "later_orders": [2, 2],
        "discount_dependence": [1 / 2, 1 / 2],
        "discount_dependence_n": [2, 1],
        "days_observed": [(172 + 167) / 2, (181 + 162 + 11) / 3],
    }
    check(result.table, by_hand)
    full = result.table.iloc[0]
    half = 1.959964 * np.sqrt((0.5**2 + 0.5**2) * 2) / 2  # bob 0 of 1, cyd 1 of 1
    assert full["discount_dependence_low"] == 0 == max(0.5 - half, 0)
    assert full["discount_dependence_high"] == min(0.5 + half, 1)
    half = 1.959964 * np.sqrt((10**2 + 10**2) * 2) / 2
    assert full[["first_order_value_low", "first_order_value_high"]].tolist() == pytest.approx([70 - half, 70 + half])


def test_who_pays_full_price_by_hand(result):
    rows = result.customers.set_index(["base", "price"])
    everybody = {"never full price": 2, "sometimes": 2, "always full price": 1}  # dee and eve; ann and cyd; bob
    assert rows.loc[ALL, "customers"].to_dict() == everybody
    assert rows.loc[REPEATERS, "customers"].to_dict() == {"never full price": 0, "sometimes": 2, "always full price": 1}
    assert rows.loc[(REPEATERS, "sometimes"), ["share", "n"]].tolist() == [2 / 3, 3]
    assert rows.loc[(REPEATERS, "never full price"), "high"] > 0.5


def test_codes_by_hand(result):
    codes = result.codes
    assert codes["code"].tolist() == ["SPRING", "WELCOME10", "no code"]
    assert codes["kind"].tolist() == ["code", "code", "none"]
    by_hand = {
        "codes": [1, 1, 0],
        "orders": [3, 2, 1],
        "customers": [2, 2, 1],
        "new_customers": [1, 2, 0],
        "gross": [140, 170, 30],
        "discounts": [14, 17, 3],
        "net": [126, 153, 27],
        "discount_share": [0.1, 0.1, 0.1],
        "second_order_rate_90_n": [0, 2, 0],
        "second_order_rate_90": [MISSING, 1 / 2, MISSING],
        "repeat_rate_to_date": [0, 1 / 2, MISSING],
    }
    check(codes, by_hand)


def test_rare_codes_are_taken_together():
    rows = [f"{n},2025-01-01,paid,c{n},phone,1,10,1,K{n % 22:02}" for n in range(44)] + [
        "90,2025-01-02,paid,z,phone,1,10,1,K21"
    ]
    codes = rt.discount_table(read_codes("\n".join(rows))).codes
    assert codes["code"].tolist() == ["K21", *(f"K{n:02}" for n in range(CODES - 1)), "others"]  # ties by name
    assert codes.iloc[-1][["kind", "codes", "orders", "customers", "new_customers"]].tolist() == ["others", 2, 4, 4, 4]
    assert codes["orders"].sum() == 45


def test_a_margin_turns_value_into_profit(orders, result):
    assert result.table["profit_per_customer"].isna().all()
    table = rt.discount_table(orders.with_margin(0.5)).table
    np.testing.assert_allclose(table["profit_per_customer"], table["clv_to_date"] / 2)


def test_a_shop_without_discounts():
    result = rt.discount_table(bought(("ann", "2025-01-01"), ("ann", "2025-01-05"), ("bob", "2025-01-09")))
    assert result.codes.empty
    assert result.table["customers"].tolist() == [2, 0]
    assert np.isnan(result.table.loc[1, "repeat_rate_to_date"])  # missing, not 0
    assert np.isnan(result.table.loc[1, "discount_dependence"])
    assert np.isnan(result.table.loc[1, "clv_to_date"])
    assert result.table["second_order_rate_90"].isna().all()  # nobody is old enough


def test_nobody_to_tell_apart_and_no_first_purchase(orders):
    with pytest.raises(rt.EmptyError, match="No customer can be told apart"):
        rt.discount_table(bought(("", "2025-01-01")))
    with pytest.raises(rt.EmptyError, match="No customer's first purchase passes these filters"):
        rt.discount_table(orders.filter(start="2025-02-01", end="2025-06-10"))


def test_the_note_says_association_and_what_would_show_the_effect(result):
    assert "not what a discount causes" in result.notes[0]
    assert "hold-out" in result.notes[0]


@settings(few, max_examples=6)
@given(shops(), st.randoms(use_true_random=False))
def test_parts_add_up_and_agree_with_plain_pandas(rows, random):
    rows = to_the_same_end(rows)
    orders = read(rows)
    result = rt.discount_table(orders)
    frame = orders.frame(orders.orders.filter(lambda t: t.is_purchase | t.is_return))
    bought = frame[frame["is_purchase"]].assign(cheap=lambda f: f["discounts"] > 0)
    people = bought.groupby("customer_id")
    assert result.table["customers"].sum() == people.ngroups
    assert result.customers.groupby("base")["customers"].sum().to_dict() == {
        ALL: people.ngroups,
        REPEATERS: (people.size() > 1).sum(),
    }
    later = bought[bought["order_number"] > 1]
    assert result.table["later_orders"].sum() == len(later)
    began = bought[bought["order_number"] == 1].set_index("customer_id")["cheap"]
    for row, cheap in zip(result.table.itertuples(), (False, True), strict=True):
        own = began.index[began == cheap]
        if len(own):
            value = frame.loc[frame["customer_id"].isin(own), "net"].sum() / 100 / len(own)
            assert row.clv_to_date == pytest.approx(value)
        if row.later_orders:
            assert row.discount_dependence == pytest.approx(later.loc[later["customer_id"].isin(own), "cheap"].mean())
    assert result.codes["orders"].sum() == bought["cheap"].sum()
    assert result.codes["discounts"].sum() == pytest.approx(bought["discounts"].sum() / 100)
    other = rt.discount_table(read(rows.iloc[random.sample(range(len(rows)), len(rows))]))
    for part in ("table", "customers", "codes"):
        same(getattr(result, part), getattr(other, part))
