"""PrestaShop's list of orders: one row an order, with one amount.

It holds what was paid with shipping and tax, after discounts and before refunds, and no product. Customers have an initial
and a family name but no e-mail, so nobody is recognised again.
"""

from __future__ import annotations

import pandas as pd

from retention.sample.exports import _orders_with_refunds, _payment_method

CARRIES = frozenset({"cancelled", "pending"})
STATUS = {"paid": "Delivered", "pending": "Awaiting bank wire payment", "cancelled": "Canceled"}


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """The list as PrestaShop exports it: semicolons, the amount with its currency sign."""
    orders = _orders_with_refunds(lines).drop_duplicates("order_id")
    back = (orders["status"] == "paid") & (orders["refunded"] > 0)
    status = orders["status"].map(STATUS).mask(back, "Partial refund")
    parts = orders["name"].str.split(" ", n=1)
    table = {
        "ID": orders["order_id"],
        "Reference": "REF" + orders["order_id"],
        "New client": orders["is_guest"].astype(int),
        "Delivery": orders["country"],
        "Customer": parts.str[0].str[0] + ". " + parts.str[1],
        "Total": (orders["subtotal"] + orders["shipping"] + orders["tax"]).map("€{:,.2f}".format),
        "Payment": _payment_method(orders),
        "Status": status.mask(back & (orders["refunded"] >= orders["subtotal"]), "Refunded"),
        "Date": orders["ordered_at"].dt.strftime("%Y-%m-%d %H:%M:%S"),
    }
    return {
        "order_2025-03-14_110000.csv": pd.DataFrame(table).to_csv(index=False, sep=";", lineterminator="\n").encode()
    }
