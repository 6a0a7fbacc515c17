"""Every customer's purchases in the three numbers that the models of buying read."""

from __future__ import annotations

from functools import lru_cache

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.errors import EmptyError
from retention.orders import Orders, known_purchases
from retention.periods import day_number


def activity(orders: Orders) -> pd.DataFrame:
    """Frequency, recency, age and mean spend of every customer with a purchase.

    frequency = days with a purchase after the first; recency = days from the first purchase to the last; T = days from the
    first purchase to the end of observation; monetary = net revenue of the repeat days ÷ their number, missing for who never
    came back. Orders of one day are one.

    Returns a frame sorted by customer_id: customer_id, frequency, recency, T (days), monetary (currency units). Raises EmptyError
    when no purchase names a customer.

    With filters, it takes the purchases that pass them; a first day makes older customers look new.

    >>> import retention as rt
    >>> activity(rt.load_sample("cdnow")).iloc[0].tolist()
    [1.0, 3.0, 345.0, 546.0, 23.723333333333333]
    """
    found = orders.frame(_purchases(known_purchases(orders)))
    if found.empty:
        raise EmptyError(
            "No order names a customer who can be told apart.", "Export the orders with an e-mail or customer number."
        )
    # The days of each customer one after the other, every day once: quicker than grouping twice in the engine.
    customer, day, net = (found[name].to_numpy() for name in ("customer_id", "day", "net"))
    days = np.sort(customer.astype("int64") << 32 | day)
    days = days[np.diff(days, prepend=-1) != 0]
    who, day_of_who = days >> 32, days & 0xFFFFFFFF
    begins = np.flatnonzero(np.diff(who, prepend=-1))
    ends = np.append(begins[1:], len(who)) - 1
    first = np.zeros(who[-1] + 1, dtype="int64")
    first[who[begins]] = day_of_who[begins]
    repeat = np.bincount(customer, net * (day > first[customer]), len(first))[who[begins]] / 100
    frequency = ends - begins
    return pd.DataFrame(
        {
            "customer_id": who[begins].astype("int32"),
            "frequency": frequency.astype("int32"),
            "recency": (day_of_who[ends] - day_of_who[begins]).astype("int32"),
            "T": (day_number(orders.as_of) - day_of_who[begins]).astype("int32"),
            "monetary": repeat / np.where(frequency, frequency, np.nan),
        }
    )


@lru_cache
def _purchases(purchases: ir.Table) -> ir.Table:
    return purchases.select("customer_id", "day", "net")
