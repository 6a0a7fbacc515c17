"""The shop's lines as Olist's five files: items, orders, customers, products and payments.

Every row of the items is one piece. There are no discounts and no refunds, so prices are those before a discount and net
revenue is not told; the order's shipping stands on its first item, as the column belongs to the items. No tests.
"""

from __future__ import annotations

import csv

import pandas as pd

from retention.sample.exports import _money, _orders_with_refunds

ITEMS_HEADER = """
order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value
""".replace("\n", "").split(",")
ORDERS_HEADER = """
order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,order_delivered_carrier_date,
order_delivered_customer_date,order_estimated_delivery_date
""".replace("\n", "").split(",")
CUSTOMERS_HEADER = """
customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state
""".replace("\n", "").split(",")
PRODUCTS_HEADER = """
product_id,product_category_name,product_name_lenght,product_description_lenght,product_photos_qty,product_weight_g,
product_length_cm,product_height_cm,product_width_cm
""".replace("\n", "").split(",")
PAYMENTS_HEADER = """
order_id,payment_sequential,payment_type,payment_installments,payment_value
""".replace("\n", "").split(",")
CARRIES = frozenset({"customers", "cancelled", "pending", "products", "shipping"})
STATUS = {"paid": "delivered", "cancelled": "canceled", "pending": "created"}


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """The five files of the data set that belong together."""
    rows = _orders_with_refunds(lines)
    orders = rows.drop_duplicates("order_id")
    moment = orders["ordered_at"].dt.strftime("%Y-%m-%d %H:%M:%S")
    person = orders["email"].str.lower().fillna(orders["phone"]).fillna(orders["customer_id"])
    products = rows.drop_duplicates("product_id")
    paid = orders["subtotal"] + orders["order_discount"] + orders["shipping"]
    tables = {
        "order_items": (_pieces(rows), ITEMS_HEADER),
        "orders": (
            {
                "order_id": orders["order_id"],
                "customer_id": "of" + orders["order_id"],
                "order_status": orders["status"].map(STATUS),
                "order_purchase_timestamp": moment,
                "order_approved_at": moment.where(orders["status"] == "paid"),
                "order_estimated_delivery_date": moment,
            },
            ORDERS_HEADER,
        ),
        "customers": (
            {
                "customer_id": "of" + orders["order_id"],
                "customer_unique_id": person.str.replace(r"\W", "", regex=True),
                "customer_city": orders["city"].str.lower(),
            },
            CUSTOMERS_HEADER,
        ),
        "products": (
            {"product_id": products["product_id"], "product_category_name": products["category"]},
            PRODUCTS_HEADER,
        ),
        "order_payments": (
            {
                "order_id": orders["order_id"],
                "payment_sequential": "1",
                "payment_type": "credit_card",
                "payment_installments": "1",
                "payment_value": _money(paid),
            },
            PAYMENTS_HEADER,
        ),
    }
    return {f"olist_{name}_dataset.csv": _written(table, header) for name, (table, header) in tables.items()}


def _pieces(rows: pd.DataFrame) -> dict[str, pd.Series]:
    pieces = rows.loc[rows.index.repeat(rows["quantity"])].reset_index(drop=True)
    number = pieces.groupby("order_id").cumcount() + 1
    return {
        "order_id": pieces["order_id"],
        "order_item_id": number,
        "product_id": pieces["product_id"],
        "seller_id": "example",
        "shipping_limit_date": pieces["ordered_at"].dt.strftime("%Y-%m-%d %H:%M:%S"),
        "price": _money(pieces["unit_price"]),
        "freight_value": _money(pieces["shipping"].where(number == 1, 0.0)),
    }


def _written(table: dict[str, pd.Series], header: list[str]) -> bytes:
    frame = pd.DataFrame(table).reindex(columns=header)
    return frame.to_csv(index=False, quoting=csv.QUOTE_ALL, lineterminator="\n").encode()
