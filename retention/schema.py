"""What an order is: the tables every analysis reads, and the fields a file can fill.

Money is an integer number of hundredths; a day and a month are integers (see periods). Every money column of `orders`
is the sum of the same column of its `lines`, and net = gross − discounts − refunds in both.
"""

from __future__ import annotations

import ibis

LINES = ibis.table(
    {
        "line_id": "int64",  # the data row of the file, counted through all files
        "order_id": "int32",
        "product_id": "string",
        "product": "string",
        "category": "string",
        "quantity": "float64",  # negative on a return
        "unit_price": "float64",  # currency units
        "units": "float64",  # 0 on a return
        "gross": "int64",  # 0 on a return
        "discount": "int64",
        "refund": "int64",
        "net": "int64",
        "is_return": "boolean",
    },
    name="lines",
)

ORDERS = ibis.table(
    {
        "order_id": "int32",  # 1, 2, … in the order of time
        "order_ref": "string",  # the order number as the file has it
        "customer_id": "int32",  # missing when the order names nobody
        "ordered_at": "timestamp",
        "day": "int32",
        "month": "int32",
        "first_day": "int32",  # the customer's first purchase in the whole history
        "first_month": "int32",
        "order_number": "int32",  # 1, 2, … per customer over purchases
        "channel": "string",
        "country": "string",
        "discount_code": "string",
        "status": "string",  # paid, refunded, pending, cancelled, failed, test, returned
        "currency": "string",
        "units": "float64",
        "gross": "int64",
        "discounts": "int64",
        "refunds": "int64",
        "shipping": "int64",
        "tax": "int64",
        "net": "int64",
        "is_purchase": "boolean",
        "is_return": "boolean",  # a refund document of its own: money back, no purchase
    },
    name="orders",
)

CUSTOMERS = ibis.table(
    {
        "customer_id": "int32",
        "customer_ref": "string",  # the e-mail, phone or id that identifies the customer
        "first_order": "timestamp",
        "last_order": "timestamp",
        "purchases": "int32",
        "net": "int64",
        "email": "string",
        "phone": "string",
        "name": "string",
        "country": "string",
        "city": "string",
        "consent": "boolean",
        "is_guest": "boolean",
    },
    name="customers",
)

MONEY = ("gross", "discounts", "refunds", "net")

FIELDS = {
    "order_id": "the order number",
    "ordered_at": "the date of the order",
    "time": "the time of day, where it has a column of its own",
    "status": "the state of the order",
    "cancelled_at": "the date of cancellation",
    "customer_id": "the customer's number",
    "email": "the customer's e-mail address",
    "phone": "the customer's phone number",
    "name": "the customer's name",
    "first_name": "the customer's first name",
    "last_name": "the customer's last name",
    "country": "the customer's country",
    "city": "the customer's city",
    "consent": "whether the customer agreed to marketing",
    "is_guest": "whether the customer bought without an account",
    "channel": "the sales channel",
    "currency": "the currency of the order",
    "product_id": "the product's number or SKU",
    "product": "the product's name",
    "category": "the product's category",
    "quantity": "how many pieces",
    "unit_price": "the price of one piece",
    "line_total": "the price of the whole line",
    "discount": "the discount on this line",
    "discount_code": "the code the customer used",
    "order_discount": "the discount on the whole order",
    "order_subtotal": "the price of all lines of the order",
    "shipping": "what the customer paid for shipping",
    "tax": "the tax of the order",
    "refunded": "what was paid back on the order",
}
ORDER_MONEY = ("order_discount", "order_subtotal", "shipping", "tax", "refunded")
REQUIRED = ("order_id", "ordered_at")
PRICES = ("unit_price", "line_total", "order_subtotal")
IDENTITY = ("email", "phone", "customer_id")
