"""WooCommerce by the plugin of WebToffee: one row an order, and a column for each of its items.

A guest has customer number 0 and only the billing e-mail. Test orders are left out, because the file has no sign of them.
"""

from __future__ import annotations

import pandas as pd

from retention.sample.exports import _money, _orders_with_refunds, _payment_method, _shipping_method, _zip

CARRIES = frozenset({"customers", "refunds", "discounts", "net", "cancelled", "pending", "products", "shipping", "tax"})
HEADER = """
order_id,order_number,order_date,status,shipping_total,shipping_tax_total,fee_total,fee_tax_total,tax_total,cart_discount,
order_discount,discount_total,order_total,order_currency,payment_method,shipping_method,customer_id,customer_user,
customer_email,billing_first_name,billing_last_name,billing_company,billing_email,billing_phone,billing_address_1,
billing_address_2,billing_postcode,billing_city,billing_state,billing_country,shipping_first_name,shipping_last_name,
shipping_company,shipping_address_1,shipping_address_2,shipping_postcode,shipping_city,shipping_state,shipping_country,
customer_note,shipping_items,fee_items,tax_items,coupon_items,refund_items,order_notes,download_permissions,
customer_ip_address,paid_date,completed_date
""".replace("\n", "").split(",")


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """The shop's order lines as the plugin's CSV: with a mark of its encoding."""
    rows = _orders_with_refunds(lines)
    cells = pd.DataFrame({"order_id": rows["order_id"], "item": _items(rows)})
    cells["column"] = "line_item_" + (cells.groupby("order_id").cumcount() + 1).astype(str)
    wide = cells.pivot(index="order_id", columns="column", values="item")
    wide = wide[sorted(wide, key=lambda column: int(column.rpartition("_")[2]))]
    orders = rows.drop_duplicates("order_id")
    table = _orders(orders).reindex(columns=HEADER).join(wide, on="order_number")
    return {"order_export.csv": table.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")}


def _items(rows: pd.DataFrame) -> pd.Series:
    """Cells such as name:Tee|product_id:12|sku:P012|quantity:2|total:45.00|sub_total:50.00|refunded:22.50."""
    price = rows["unit_price"] - rows["discount"] / rows["quantity"]
    refunded = _money(rows["returned_quantity"] * price.round(2))
    total, subtotal = rows["quantity"] * price, rows["quantity"] * rows["unit_price"]
    number = rows["product_id"].str.extract(r"(\d+)", expand=False).str.lstrip("0")
    text = "name:" + rows["product"] + "|product_id:" + number + "|sku:" + rows["product_id"]
    text += "|quantity:" + rows["quantity"].astype(str) + "|total:" + _money(total) + "|sub_total:" + _money(subtotal)
    return text.where(rows["returned_quantity"] == 0, text + "|refunded:" + refunded)


def _orders(orders: pd.DataFrame) -> pd.DataFrame:
    paid = orders["status"] == "paid"
    whole = paid & (orders["refunded"] >= orders["subtotal"])
    known = orders["customer_id"].where(~orders["is_guest"])
    number = known.str.extract(r"(\d+)", expand=False).str.lstrip("0").fillna("0")
    when = orders["ordered_at"].dt.strftime("%Y-%m-%d %H:%M:%S")
    discount = _money(orders["order_discount"])
    parts = orders["name"].str.split(" ", n=1)
    table = {
        "order_id": orders["order_id"],
        "order_number": orders["order_id"],
        "order_date": when,
        "status": orders["status"].replace({"paid": "completed"}).mask(whole, "refunded"),
        "shipping_total": _money(orders["shipping"]),
        "tax_total": _money(orders["tax"]),
        **dict.fromkeys(("cart_discount", "order_discount", "discount_total"), discount),
        "order_total": _money(orders["subtotal"] + orders["shipping"] + orders["tax"]),
        "order_currency": orders["currency"],
        "payment_method": _payment_method(orders),
        "shipping_method": _shipping_method(orders),
        "customer_id": number,
        "customer_user": number,
        "customer_email": orders["email"].where(number != "0"),
        "billing_email": orders["email"],
        "billing_phone": orders["phone"],
        "refund_items": ("amount:" + _money(orders["refunded"]) + "|reason:|date:" + when).where(
            orders["refunded"] > 0
        ),
        "download_permissions": 1,
        "paid_date": when.where(paid),
    }
    for side in ("billing", "shipping"):
        address = {"first_name": parts.str[0], "last_name": parts.str[1], "postcode": _zip(orders)}
        address |= {"city": orders["city"], "country": orders["country"]}
        table |= {f"{side}_{field}": values for field, values in address.items()}
    return pd.DataFrame(table)
