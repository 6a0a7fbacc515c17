"""Squarespace: an order's first row carries everything, further rows only its number and their item.

Test orders are left out, because the file has no sign of them.
"""

from __future__ import annotations

import pandas as pd

from retention.sample.exports import _money, _orders_with_refunds, _payment_method, _shipping_method, _with_offset, _zip

CARRIES = frozenset({"customers", "refunds", "discounts", "net", "cancelled", "pending", "products", "shipping", "tax"})
HEADER = """
Order ID,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Currency,Subtotal,Shipping,Taxes,Amount Refunded,
Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,
Lineitem variant,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Address1,
Billing Address2,Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Address1,
Shipping Address2,Shipping City,Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Cancelled at,Private Notes,
Payment Method,Payment Reference
""".replace("\n", "").split(",")


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """The shop's order lines as Squarespace's orders.csv."""
    rows = _orders_with_refunds(lines)
    paid, created = rows["status"] == "paid", _with_offset(rows["ordered_at"])
    financial = rows["status"].map({"paid": "PAID", "pending": "PENDING", "cancelled": "CANCELED"})
    financial = financial.mask(paid & (rows["refunded"] > 0), "PARTIALLY_REFUNDED")
    fulfilled = rows["status"].map({"paid": "FULFILLED", "pending": "PENDING", "cancelled": "CANCELED"})
    order = {
        "Email": rows["email"],
        "Financial Status": financial.mask(paid & (rows["refunded"] >= rows["subtotal"]), "REFUNDED"),
        "Paid at": created.where(paid),
        "Fulfillment Status": fulfilled,
        "Currency": rows["currency"],
        "Subtotal": _money(rows["subtotal"] + rows["order_discount"]),
        "Shipping": _money(rows["shipping"]),
        "Taxes": _money(rows["tax"]),
        "Amount Refunded": _money(rows["refunded"]),
        "Total": _money(rows["subtotal"] + rows["shipping"] + rows["tax"]),
        "Discount Code": rows["discount_code"],
        "Discount Amount": _money(rows["order_discount"]),
        "Shipping Method": _shipping_method(rows),
        "Created at": created,
        "Cancelled at": created.where(rows["status"] == "cancelled"),
        "Payment Method": _payment_method(rows),
    }
    for side in ("Billing", "Shipping"):
        address = {"Name": rows["name"], "City": rows["city"], "Zip": _zip(rows), "Country": rows["country"]}
        order |= {f"{side} {field}": values for field, values in (address | {"Phone": rows["phone"]}).items()}
    first = ~rows["order_id"].duplicated()
    item = {
        "Order ID": rows["order_id"],
        "Lineitem quantity": rows["quantity"],
        "Lineitem name": rows["product"],
        "Lineitem price": _money(rows["unit_price"]),
        "Lineitem sku": rows["product_id"],
        "Lineitem requires shipping": "TRUE",
        "Lineitem taxable": "TRUE",
        "Lineitem fulfillment status": fulfilled,
    }
    table = pd.DataFrame(item | {name: values.where(first) for name, values in order.items()})
    return {"orders.csv": table.reindex(columns=HEADER).to_csv(index=False, lineterminator="\n").encode()}
