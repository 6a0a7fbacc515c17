"""The shop's lines as Etsy's two files: sold order items and sold orders.

Etsy says what every order's goods, discount, shipping and tax are, and by the adjusted total what was given back. It
lists no unpaid orders and no tests, so these are left out, and knows the day of an order but not the time.
"""

from __future__ import annotations

import pandas as pd

from retention.sample.exports import _money, _orders_with_refunds

ITEMS_HEADER = """
Sale Date,Item Name,Buyer,Quantity,Price,Coupon Code,Coupon Details,Discount Amount,Shipping Discount,
Order Shipping,Order Sales Tax,Item Total,Currency,Transaction ID,Listing ID,Date Paid,Date Shipped,Ship Name,
Ship Address1,Ship Address2,Ship City,Ship State,Ship Zipcode,Ship Country,Order ID,Variations,Order Type,
Listings Type,Payment Type,InPerson Discount,InPerson Location,VAT Paid by Buyer,SKU
""".replace("\n", "").split(",")
ORDERS_HEADER = """
Sale Date,Order ID,Buyer User ID,Full Name,First Name,Last Name,Number of Items,Payment Method,Date Shipped,
Street 1,Street 2,Ship City,Ship State,Ship Zipcode,Ship Country,Currency,Order Value,Coupon Code,Coupon Details,
Discount Amount,Shipping Discount,Shipping,Sales Tax,Order Total,Status,Card Processing Fees,Order Net,
Adjusted Order Total,Adjusted Card Processing Fees,Adjusted Net Order Amount,Buyer,Order Type,Payment Type,
InPerson Discount,InPerson Location,SKU
""".replace("\n", "").split(",")
CARRIES = frozenset({"customers", "refunds", "discounts", "net", "cancelled", "products", "shipping", "tax"})


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """EtsySoldOrderItems and EtsySoldOrders of one year, to be dropped together."""
    return {"EtsySoldOrderItems2024.csv": _items(lines), "EtsySoldOrders2024.csv": sold_orders(lines)}


def sold_orders(lines: pd.DataFrame) -> bytes:
    """One row an order; what was given back lowers the adjusted total, which is 0.00 where nothing happened."""
    every = _sold(lines)
    rows = every.drop_duplicates("order_id")
    total = rows["subtotal"] + rows["shipping"] + rows["tax"]
    fee = (total * 0.03).round(2)
    adjusted = rows["refunded"] > 0
    pieces = every.groupby("order_id")["quantity"].sum()
    table = {
        "Sale Date": rows["ordered_at"].dt.strftime("%m/%d/%y"),
        "Order ID": rows["order_id"],
        "Buyer User ID": rows["user"],
        "Full Name": rows["name"],
        "Number of Items": rows["order_id"].map(pieces),
        "Payment Method": "Credit Card",
        "Ship City": rows["city"],
        "Ship Country": rows["country"],
        "Currency": rows["currency"],
        "Order Value": _money(rows["subtotal"] + rows["order_discount"]),
        "Coupon Code": rows["discount_code"],
        "Discount Amount": _money(rows["order_discount"]),
        "Shipping Discount": "0.00",
        "Shipping": _money(rows["shipping"]),
        "Sales Tax": _money(rows["tax"]),
        "Order Total": _money(total),
        "Status": rows["status"].map({"paid": "Shipped", "cancelled": "Canceled"}),
        "Card Processing Fees": _money(fee),
        "Order Net": _money(total - fee),
        "Adjusted Order Total": _money((total - rows["refunded"]).where(adjusted, 0.0)),
        "Adjusted Card Processing Fees": _money(fee.where(adjusted, 0.0)),
        "Adjusted Net Order Amount": _money((total - rows["refunded"] - fee).where(adjusted, 0.0)),
        "Buyer": rows["buyer"],
        "Order Type": "online",
        "Payment Type": "online_cc",
    }
    return pd.DataFrame(table).reindex(columns=ORDERS_HEADER).to_csv(index=False, lineterminator="\n").encode()


def _items(lines: pd.DataFrame) -> bytes:
    rows = _sold(lines)
    day = rows["ordered_at"].dt.strftime("%m/%d/%y")
    table = {
        "Sale Date": day,
        "Item Name": rows["product"],
        "Buyer": rows["buyer"],
        "Quantity": rows["quantity"],
        "Price": _money(rows["unit_price"]),
        "Coupon Code": rows["discount_code"],
        "Discount Amount": _money(rows["discount"]),
        "Shipping Discount": "0.00",
        "Order Shipping": _money(rows["shipping"]),
        "Order Sales Tax": _money(rows["tax"]),
        "Item Total": _money(rows["quantity"] * rows["unit_price"]),
        "Currency": rows["currency"],
        "Transaction ID": [str(4_100_000_000 + number) for number in range(len(rows))],
        "Listing ID": "15000" + rows["product_id"].str[1:],
        "Date Paid": day,
        "Ship Name": rows["name"],
        "Ship City": rows["city"],
        "Ship Country": rows["country"],
        "Order ID": rows["order_id"],
        "Order Type": "online",
        "Listings Type": "listing",
        "Payment Type": "online_cc",
        "SKU": rows["product_id"],
    }
    return pd.DataFrame(table).reindex(columns=ITEMS_HEADER).to_csv(index=False, lineterminator="\n").encode()


def _sold(lines: pd.DataFrame) -> pd.DataFrame:
    """Paid and cancelled orders; the user name is made of what a person is known by."""
    rows = _orders_with_refunds(lines[lines["status"] != "pending"])
    person = rows["email"].str.lower().fillna(rows["phone"]).fillna(rows["customer_id"])
    user = person.str.replace(r"\W", "_", regex=True)
    return rows.assign(user=user, buyer=person.map(rows.groupby(person)["name"].first()) + " (" + user + ")")
