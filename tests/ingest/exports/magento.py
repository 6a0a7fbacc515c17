"""Magento's grid of orders: one row an order, no products.

The subtotal is what the goods cost before discounts, and neither the discount nor the tax has a column: sales count before
discounts. Test orders are left out, because the grid has no sign of them.
"""

from __future__ import annotations

import pandas as pd

from retention.sample.exports import _orders_with_refunds, _payment_method, _shipping_method

CARRIES = frozenset({"customers", "refunds", "cancelled", "pending", "shipping"})
STATUS = {"paid": "Complete", "pending": "Pending", "cancelled": "Canceled"}
HEADER = """
ID,Purchase Point,Purchase Date,Bill-to Name,Ship-to Name,Grand Total (Base),Grand Total (Purchased),Status,
Billing Address,Shipping Address,Shipping Information,Customer Email,Customer Group,Subtotal,Shipping and Handling,
Customer Name,Payment Method,Total Refunded
""".replace("\n", "").split(",")


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """The grid as Magento 2 exports it: four decimals, ids of nine digits, a clock of 24 hours with AM and PM."""
    orders = _orders_with_refunds(lines).drop_duplicates("order_id")
    total = _four(orders["subtotal"] + orders["shipping"] + orders["tax"])
    whole = (orders["status"] == "paid") & (orders["refunded"] >= orders["subtotal"])
    address = orders["city"] + "," + orders["country"]
    table = {
        "ID": orders["order_id"].str.zfill(9),
        "Purchase Point": "Main Website\n   Main Website Store\n      Default Store View",
        "Purchase Date": orders["ordered_at"]
        .dt.strftime("%b %d, %Y %H:%M:%S %p")
        .str.replace(r"^(\w+) 0", r"\1 ", regex=True),
        **dict.fromkeys(("Bill-to Name", "Ship-to Name", "Customer Name"), orders["name"]),
        **dict.fromkeys(("Grand Total (Base)", "Grand Total (Purchased)"), total),
        "Status": orders["status"].map(STATUS).mask(whole, "Closed"),
        **dict.fromkeys(("Billing Address", "Shipping Address"), address),
        "Shipping Information": _shipping_method(orders),
        "Customer Email": _email(orders),
        "Customer Group": orders["is_guest"].map({True: "NOT LOGGED IN", False: "General"}),
        "Subtotal": _four(orders["subtotal"] + orders["order_discount"]),
        "Shipping and Handling": _four(orders["shipping"]),
        "Payment Method": _payment_method(orders),
        "Total Refunded": _four(orders["refunded"]),
    }
    return {"export.csv": pd.DataFrame(table)[HEADER].to_csv(index=False, lineterminator="\n").encode()}


def _email(orders: pd.DataFrame) -> pd.Series:
    """Magento wants an e-mail of everybody: who left only a phone gets one made of it."""
    return orders["email"].fillna(orders["phone"].str.lstrip("+") + "@example.com")


def _four(amount: pd.Series) -> pd.Series:
    return amount.map("{:,.4f}".format)
