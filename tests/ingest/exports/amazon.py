"""The shop's lines as Amazon's report of all orders: tab separated, a row an item.

Amazon names no buyer and no refunds, so customers and net revenue cannot be told. The order's shipping and tax stand on
its first item, as the columns belong to the items. Tests do not exist there and are left out.
"""

from __future__ import annotations

import pandas as pd

from retention.sample.exports import _money, _orders_with_refunds

HEADER = """
amazon-order-id,merchant-order-id,purchase-date,last-updated-date,order-status,fulfillment-channel,sales-channel,
order-channel,url,ship-service-level,product-name,sku,asin,item-status,quantity,currency,item-price,item-tax,
shipping-price,shipping-tax,gift-wrap-price,gift-wrap-tax,item-promotion-discount,ship-promotion-discount,ship-city,
ship-state,ship-postal-code,ship-country,promotion-ids,is-business-order,purchase-order-number,price-designation
""".replace("\n", "").split(",")
CARRIES = frozenset({"discounts", "cancelled", "pending", "products", "shipping", "tax"})


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """The report as one text file."""
    rows = _orders_with_refunds(lines)
    number = "111-" + rows["order_id"].str.zfill(7) + "-1000000"
    moment = rows["ordered_at"].dt.strftime("%Y-%m-%dT%H:%M:%S+00:00")
    first = ~rows["order_id"].duplicated()
    state = rows["status"].map({"paid": "Shipped", "cancelled": "Cancelled", "pending": "Pending"})
    table = {
        "amazon-order-id": number,
        "merchant-order-id": number,
        "purchase-date": moment,
        "last-updated-date": moment,
        "order-status": state,
        "fulfillment-channel": "Merchant",
        "sales-channel": "Amazon.com",
        "ship-service-level": "Standard",
        "product-name": rows["product"],
        "sku": rows["product_id"],
        "asin": "B0EXAMPL" + rows["product_id"].str[-2:],
        "item-status": state.replace("Pending", "Unshipped"),
        "quantity": rows["quantity"],
        "currency": rows["currency"],
        "item-price": _money(rows["quantity"] * rows["unit_price"]),
        "item-tax": _money(rows["tax"].where(first, 0.0)),
        "shipping-price": _money(rows["shipping"].where(first, 0.0)),
        "item-promotion-discount": _money(rows["discount"]),
        "ship-city": rows["city"],
        "ship-country": rows["country"],
        "promotion-ids": rows["discount_code"],
        "is-business-order": "false",
    }
    text = pd.DataFrame(table).reindex(columns=HEADER).to_csv(index=False, sep="\t", lineterminator="\r\n")
    return {"all-orders.txt": text.encode()}
