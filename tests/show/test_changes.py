"""What a further file does to the orders that are there."""

from datetime import date

import retention as rt
from retention.show.changes import compare

HEAD = "order_id,ordered_at,email,status,shop,quantity,unit_price\n"
MAY = f"{HEAD}1,2025-05-20,a@example.com,paid,Graz,1,10\n2,2025-05-31,b@example.com,paid,Graz,2,10\n".encode()


def test_new_renewed_and_changed_orders_are_counted():
    before = rt.read_orders(MAY)
    june = f"{HEAD}2,2025-05-31,b@example.com,paid,Graz,3,10\n3,2025-06-02,c@example.com,paid,Graz,1,5\n".encode()
    change = compare(before, rt.read_orders([MAY, june]))
    assert (change.new, change.changed, change.gone) == (1, 1, 0)
    assert list(change.table.loc["net"]) == [30.0, 45.0]
    assert list(change.table.loc["customers"]) == [2, 3]
    assert list(change.table.loc["last_day"]) == [date(2025, 5, 31), date(2025, 6, 2)]


def test_the_same_number_in_another_shop_is_another_order():
    before = rt.read_orders(MAY, mapping={"shop": "shop"})
    after = rt.read_orders([MAY, MAY.replace(b"Graz", b"Linz")], mapping={"shop": "shop"})
    change = compare(before, after)
    assert (change.new, change.changed, change.gone) == (2, 0, 0)
    assert list(change.table.loc["shops"]) == [1, 2]


def test_the_same_file_twice_changes_nothing():
    before = rt.read_orders(MAY)
    change = compare(before, rt.read_orders([MAY, MAY]))
    assert (change.new, change.changed, change.gone) == (0, 0, 0)
    assert list(change.table.loc["renewed"]) == [0, 2]


def test_an_order_that_is_missing_afterwards_is_gone():
    assert compare(rt.read_orders(MAY), rt.read_orders(MAY.rpartition(b"2,2025")[0])).gone == 1
