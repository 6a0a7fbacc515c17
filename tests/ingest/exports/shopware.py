"""Shopware 6 with the default profile: one row an order, its items as `2x <id>` without names and prices.

The state of an order is an internal number, so orders that were cancelled or not paid are left out, as are test orders; a
refund leaves no trace. The amount has shipping and tax in it, after discounts.
"""

from __future__ import annotations

import hashlib

import pandas as pd

from retention.sample.exports import _orders_with_refunds, _zip

CARRIES = frozenset({"customers"})
HEADER = """
id,order_number,sales_channel_id,customer_firstname,customer_lastname,customer_email,billing_address_street,
billing_address_zipcode,billing_address_city,billing_address_company,billing_address_department,
billing_address_country_id,billing_address_country_state_id,shipping_address_street,shipping_address_zipcode,
shipping_address_city,shipping_address_company,shipping_address_department,shipping_address_country_id,
shipping_address_country_state_id,amount_total,order_state_id,line_items,order_date_time
""".replace("\n", "").split(",")


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """The shop's paid orders as Shopware's default order export: semicolons, ids of 32 digits, milliseconds."""
    rows = _orders_with_refunds(lines).query("status == 'paid'")
    orders = rows.drop_duplicates("order_id").set_index("order_id", drop=False)
    items = rows["quantity"].astype(str) + "x " + _ids(rows["product_id"])
    items = items.mask(rows["discount"] > 0, items + "|1x ")  # a promotion is an item without a product
    parts = orders["name"].str.split(" ", n=1)
    table = {
        "id": _ids(orders["order_id"]),
        "order_number": orders["order_id"],
        "sales_channel_id": _ids(orders["channel"]),
        "customer_firstname": parts.str[0],
        "customer_lastname": parts.str[1],
        "customer_email": _email(orders),
        "amount_total": (orders["subtotal"] + orders["shipping"] + orders["tax"]).map("{:.10g}".format),
        "order_state_id": _ids(orders["status"]),
        "line_items": items.groupby(rows["order_id"]).agg("|".join),
        "order_date_time": orders["ordered_at"].dt.strftime("%Y-%m-%d %H:%M:%S.000"),
    }
    for side in ("billing", "shipping"):
        address = {"zipcode": _zip(orders), "city": orders["city"], "country_id": _ids(orders["country"])}
        table |= {f"{side}_address_{field}": values for field, values in address.items()}
    text = pd.DataFrame(table).reindex(columns=HEADER).to_csv(index=False, sep=";", lineterminator="\n")
    return {"default_order_20250401-0800.csv": text.encode()}


def _ids(words: pd.Series) -> pd.Series:
    return words.map(lambda word: hashlib.md5(word.encode()).hexdigest(), na_action="ignore")


def _email(orders: pd.DataFrame) -> pd.Series:
    """Shopware wants an e-mail of everybody: who left only a phone gets one made of it."""
    return orders["email"].fillna(orders["phone"].str.lstrip("+") + "@example.com")
