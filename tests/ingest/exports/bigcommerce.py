"""BigCommerce: one row an order, its products in one cell of named parts.

A coupon's amount has no column, so sales count before discounts. An order has a date without a time, and test orders are
left out, because the file has no sign of them.
"""

from __future__ import annotations

import pandas as pd

from retention.sample.exports import _money, _orders_with_refunds, _payment_method, _shipping_method, _zip

CARRIES = frozenset({"customers", "refunds", "cancelled", "pending", "products", "shipping", "tax"})
STATUS = {"paid": "Completed", "pending": "Awaiting Payment", "cancelled": "Cancelled"}
HEADER = """
Order ID,Customer ID,Customer Name,Customer Email,Customer Phone,Order Date,Order Status,Subtotal (inc tax),
Subtotal (ex tax),Tax Total,Shipping Cost (inc tax),Shipping Cost (ex tax),Ship Method,Handling Cost (inc tax),
Handling Cost (ex tax),Store Credit Redeemed,Gift Certificate Amount Redeemed,Gift Certificate Code,
Gift Certificate Expiration Date,Coupon Details,Order Total (inc tax),Order Total (ex tax),Payment Method,
Total Quantity,Total Shipped,Date Shipped,Order Currency Code,Exchange Rate,Order Notes,Customer Message,
Billing First Name,Billing Last Name,Billing Company,Billing Street 1,Billing Street 2,Billing Suburb,Billing State,
Billing Zip,Billing Country,Billing Phone,Billing Email,Shipping First Name,Shipping Last Name,Shipping Company,
Shipping Street 1,Shipping Street 2,Shipping Suburb,Shipping State,Shipping Zip,Shipping Country,Shipping Phone,
Shipping Email,Product Details,Refund Amount,Channel ID,Channel Name
""".replace("\n", "").split(",")


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """The shop's order lines as BigCommerce's default template."""
    rows = _orders_with_refunds(lines)
    orders = rows.drop_duplicates("order_id").set_index("order_id", drop=False)
    items = _items(rows).groupby(rows["order_id"]).agg("|".join)
    paid = orders["status"] == "paid"
    status = orders["status"].map(STATUS).mask(paid & (orders["refunded"] > 0), "Partially Refunded")
    gross = orders["subtotal"] + orders["order_discount"]
    total = orders["subtotal"] + orders["shipping"]
    parts = orders["name"].str.split(" ", n=1)
    number = orders["customer_id"].where(~orders["is_guest"]).str.extract(r"(\d+)", expand=False).str.lstrip("0")
    table = {
        "Order ID": orders["order_id"],
        "Customer ID": number.fillna("0"),
        "Customer Name": orders["name"],
        "Customer Email": orders["email"].where(number.notna()),
        "Customer Phone": orders["phone"],
        "Order Date": orders["ordered_at"].dt.strftime("%m/%d/%Y"),
        "Order Status": status.mask(paid & (orders["refunded"] >= orders["subtotal"]), "Refunded"),
        "Subtotal (inc tax)": _money(gross + orders["tax"]),
        "Subtotal (ex tax)": _money(gross),
        "Tax Total": _money(orders["tax"]),
        **dict.fromkeys(("Shipping Cost (inc tax)", "Shipping Cost (ex tax)"), _money(orders["shipping"])),
        "Ship Method": _shipping_method(orders),
        "Order Total (inc tax)": _money(total + orders["tax"]),
        "Order Total (ex tax)": _money(total),
        "Payment Method": _payment_method(orders),
        "Total Quantity": rows.groupby("order_id")["quantity"].sum(),
        "Order Currency Code": orders["currency"],
        "Exchange Rate": "1.0000000000",
        "Product Details": items,
        "Refund Amount": _money(orders["refunded"]),
        "Channel ID": 1,
        "Channel Name": orders["channel"],
    }
    for side in ("Billing", "Shipping"):
        address = {"First Name": parts.str[0], "Last Name": parts.str[1], "Suburb": orders["city"], "Zip": _zip(orders)}
        address |= {"Country": orders["country"], "Phone": orders["phone"], "Email": orders["email"]}
        table |= {f"{side} {field}": values for field, values in address.items()}
    text = pd.DataFrame(table).reindex(columns=HEADER).to_csv(index=False, lineterminator="\n")
    return {"orders-2025-03-14.csv": text.encode()}


def _items(rows: pd.DataFrame) -> pd.Series:
    """Cells such as Product ID: 12, Product Qty: 2, Product SKU: P012, Product Name: Tee, …"""
    number = rows["product_id"].str.extract(r"(\d+)", expand=False).str.lstrip("0")
    parts = {
        "Product ID": number,
        "Product Qty": rows["quantity"].astype(str),
        "Product SKU": rows["product_id"],
        "Product Name": rows["product"],
        "Product Weight": "0.5000",
        "Product Variation Details": "",
        "Product Unit Price": _money(rows["unit_price"]),
        "Product Total Price": _money(rows["quantity"] * rows["unit_price"]),
    }
    return pd.DataFrame({name: f"{name}: " + values for name, values in parts.items()}, rows.index).agg(
        ", ".join, axis=1
    )
