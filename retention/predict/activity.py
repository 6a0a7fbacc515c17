"""Every customer's purchases in the three numbers that the models of buying read."""

from __future__ import annotations

from functools import lru_cache

import ibis.expr.types as ir
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
    found = orders.frame(_activity(known_purchases(orders)))
    if found.empty:
        raise EmptyError(
            "No order names a customer who can be told apart.", "Export the orders with an e-mail or customer number."
        )
    found = found.sort_values("customer_id", ignore_index=True)
    frequency = (found["days"] - 1).astype("int32")
    repeat = (found["net"] - found["first_net"]) / 100
    return pd.DataFrame(
        {
            "customer_id": found["customer_id"],
            "frequency": frequency,
            "recency": (found["last"] - found["first"]).astype("int32"),
            "T": (day_number(orders.as_of) - found["first"]).astype("int32"),
            "monetary": repeat / frequency.where(frequency > 0),
        }
    )


@lru_cache
def _activity(purchases: ir.Table) -> ir.Table:
    days = purchases.group_by("customer_id", "day").aggregate(net=purchases.net.sum().cast("int64"))
    return days.group_by("customer_id").aggregate(
        days=days.count(),
        first=days.day.min(),
        last=days.day.max(),
        net=days.net.sum().cast("int64"),
        first_net=days.net.argmin(days.day),
    )
