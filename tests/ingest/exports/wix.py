"""Wix: a row an item, with the order's totals on each; date and time in two columns; some column names twice.

A coupon's amount has no column, so sales count before discounts. Test orders are left out, because the file has no sign of
them.
"""

from __future__ import annotations

import csv

import pandas as pd

from retention.sample.exports import _money, _orders_with_refunds, _payment_method, _shipping_method, _zip

CARRIES = frozenset({"customers", "refunds", "cancelled", "pending", "products", "shipping", "tax"})
HEADER = """
Order number,Date created,Time,Fulfill by,Total order quantity,Contact email,Note from customer,Additional checkout info,
Item,Variant,SKU,Qty,Quantity refunded,Price,Weight,Custom text,Deposit amount,Delivery method,Delivery time,
Recipient name,Recipient phone,Recipient company name,Delivery country,Delivery state,Delivery state name,Delivery city,
Delivery address,Delivery zip/postal code,Billing name,Billing phone,Billing company name,Delivery country,Delivery state,
Delivery state name,Delivery city,Delivery address,Delivery zip/postal code,Payment status,Payment method,Coupon code,
Gift card amount,Shipping rate,Total tax,Total,Currency,Refunded amount,Net amount,Additional fees,Fulfillment status,
Tracking number,Fulfillment service,Shipping label
""".replace("\n", "").split(",")


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """The shop's order lines as Wix's orders.csv: a bare header above cells in quotation marks."""
    rows = _orders_with_refunds(lines)
    paid, total = rows["status"] == "paid", rows["subtotal"] + rows["shipping"] + rows["tax"]
    payment = rows["status"].map({"paid": "Paid", "pending": "Unpaid", "cancelled": "Paid"})
    payment = payment.mask(paid & (rows["refunded"] > 0), "Partially refunded")
    cells = {
        "Order number": rows["order_id"],
        "Date created": rows["ordered_at"].dt.strftime("%b %d, %Y").str.replace(" 0", " "),
        "Time": rows["ordered_at"].dt.strftime("%I:%M:%S %p").str.lstrip("0"),
        "Total order quantity": rows.groupby("order_id")["quantity"].transform("sum"),
        "Contact email": rows["email"],
        "Item": rows["product"],
        "SKU": rows["product_id"],
        "Qty": rows["quantity"],
        "Quantity refunded": rows["returned_quantity"],
        "Price": _money(rows["unit_price"]),
        "Delivery method": _shipping_method(rows),
        "Recipient name": rows["name"],
        "Recipient phone": rows["phone"],
        "Delivery country": rows["country"],
        "Delivery city": rows["city"],
        "Delivery zip/postal code": _zip(rows),
        "Billing name": rows["name"],
        "Billing phone": rows["phone"],
        "Payment status": payment.mask(paid & (rows["refunded"] >= rows["subtotal"]), "Refunded"),
        "Payment method": _payment_method(rows),
        "Coupon code": rows["discount_code"],
        "Shipping rate": _money(rows["shipping"]),
        "Total tax": _money(rows["tax"]),
        "Total": _money(total),
        "Currency": rows["currency"],
        "Refunded amount": _money(rows["refunded"]),
        "Net amount": _money(total - rows["refunded"]),
        "Fulfillment status": rows["status"].map(
            {"paid": "Fulfilled", "pending": "Unfulfilled", "cancelled": "Canceled"}
        ),
    }
    empty = pd.Series("", rows.index)
    table = pd.concat([cells.get(name, empty) for name in HEADER], axis=1)
    text = table.to_csv(index=False, header=False, quoting=csv.QUOTE_ALL, lineterminator="\n")
    return {"orders.csv": (",".join(HEADER) + "\n" + text).encode()}
