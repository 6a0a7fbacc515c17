"""Small shops with answers one can work out by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

import retention as rt

HEADER = "order_id,ordered_at,status,customer_id,channel,category,quantity,unit_price,discount,refunded"

# January: ann and bob, bob twice on one day, one order of nobody, one cancelled, one return. February: a return only.
# March: nothing. April: ann again, dee new and twice. May: bob, and the data end on the 10th.
CORNER_SHOP = """
1,2025-01-01,paid,ann,web,phone,1,100,,
1,2025-01-01,paid,ann,web,case,2,10,2,
2,2025-01-10,paid,bob,web,phone,1,50,,
3,2025-01-10,paid,bob,store,case,1,30,,
4,2025-01-20,paid,,web,case,1,40,,
5,2025-01-25,cancelled,cyd,web,phone,1,500,,
6,2025-01-31,paid,ann,web,case,-1,10,,
7,2025-02-14,paid,bob,store,case,-1,30,,
8,2025-04-03,paid,ann,store,phone,1,60,,
9,2025-04-05,paid,dee,web,case,2,20,,5
10,2025-04-30,paid,dee,web,case,1,20,,
11,2025-05-10,paid,bob,web,phone,1,70,,
"""


def read(rows: str) -> rt.Orders:
    """A shop from lines of text in the columns of HEADER."""
    return rt.read_orders(f"{HEADER}\n{rows.strip()}\n".encode())


def bought(*purchases: tuple[str, str]) -> rt.Orders:
    """A shop from (customer, day): every order is one piece for 10; no name means nobody known."""
    return read("\n".join(f"{n},{day},paid,{who},web,phone,1,10,," for n, (who, day) in enumerate(purchases)))


def one_order_a_day(first: date, last: date) -> rt.Orders:
    """Every day one order for 10 by somebody new."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return bought(*((f"c{n}", day.isoformat()) for n, day in enumerate(days)))


def same(left: pd.DataFrame, right: pd.DataFrame) -> None:
    """Equal, but for the last digit of an interval, which rests on sums of squares."""
    pd.testing.assert_frame_equal(left, right, check_exact=False, rtol=1e-9, atol=1e-9)


def to_the_same_end(rows: pd.DataFrame) -> pd.DataFrame:
    """With one more order on a fixed day, so that every drawn shop ends alike and its expressions are compiled once."""
    last = rows.iloc[[0]].assign(order_id="last", ordered_at="2024-06-30", customer_id="zed")
    return pd.concat([rows, last], ignore_index=True)
