"""WooCommerce Analytics: one row an order, its products in one cell, and a row of its own for every refund.

Net sales are what was paid for the goods, so discounts, shipping and tax cannot be told, nor what one product of several
cost. Customers have a name but no e-mail, so nobody is recognised again.
"""

from __future__ import annotations

import pandas as pd

from retention.sample.exports import _orders_with_refunds, _payment_method

CARRIES = frozenset({"refunds", "net", "cancelled", "pending"})
STATUS = {"paid": "completed", "pending": "pending", "cancelled": "cancelled"}
COLUMNS = {
    "ordered_at": "Date",
    "order_id": "Order #",
    "status": "Status",
    "name": "Customer",
    "type": "Customer type",
    "payment": "Payment method",
    "products": "Product(s)",
    "quantity": "Items sold",
    "discount_code": "Coupon(s)",
    "net": "Net sales",
    "origin": "Attribution",
}


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """The table of orders as the browser saves it."""
    table = report(lines)[list(COLUMNS)].rename(columns=COLUMNS)
    return {"orders_2025-03-14.csv": table.to_csv(index=False, lineterminator="\n").encode()}


def report(lines: pd.DataFrame) -> pd.DataFrame:
    """Orders and their refunds, the newest first; a refund has its order's number and state."""
    sold = _orders_with_refunds(lines)
    back = lines[lines["status"] == "returned"].assign(
        order_id=lambda rows: rows["order_id"].str.replace(r"-R\d+$", "", regex=True), discount_code=None
    )
    whole = sold["refunded"] >= sold["subtotal"]
    status = sold["status"].map(STATUS).mask(whole & (sold["status"] == "paid"), "refunded")
    states = pd.Series(status.to_numpy(), sold["order_id"]).groupby(level=0).first()
    rows = pd.concat([sold, back], ignore_index=True).sort_values("quantity", ascending=False, kind="stable")
    rows = rows.assign(
        status=rows["order_id"].map(states),
        net=rows["quantity"] * rows["unit_price"] - rows["discount"],
        products=rows["quantity"].astype(str) + "× " + rows["product"],
        payment=_payment_method(rows),
        type=rows["is_guest"].map({True: "new", False: "returning"}),
        origin="Direct",
    )
    orders = rows.groupby(["order_id", "ordered_at"], as_index=False).agg(
        {
            **dict.fromkeys(("status", "name", "type", "payment", "discount_code", "origin"), "first"),
            **dict.fromkeys(("quantity", "net"), "sum"),
            "products": ", ".join,
        }
    )
    orders["products"] = orders["products"].str.replace("^-", "'-", regex=True)
    orders["net"] = orders["net"].map("{:.10g}".format)
    return orders.sort_values("ordered_at", ascending=False, kind="stable")
