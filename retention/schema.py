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
        "shop": "string",  # the shop or platform the order comes from
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
        "has_product": "boolean",  # a line of positive quantity and price, whatever the state
        "is_wholesale": "boolean",  # far beyond the shop's usual order: see ingest.build
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
        "gender": "string",  # female, male or as the file has it
        "birth_year": "int32",
        "consent": "boolean",
        "is_guest": "boolean",
        "contactable": "boolean",  # has an e-mail address, and not one that a marketplace lends for a while
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
    "gender": "the customer's gender",
    "age": "the customer's age",
    "birth_date": "the customer's date of birth",
    "consent": "whether the customer agreed to marketing",
    "is_guest": "whether the customer bought without an account",
    "shop": "the shop, where the file holds several",
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
    "order_total": "what the customer paid for the order, shipping and tax included",
}
ORDER_MONEY = ("order_discount", "order_subtotal", "shipping", "tax", "refunded", "order_total")
REQUIRED = ("order_id", "ordered_at")
PRICES = ("unit_price", "line_total", "order_subtotal")
IDENTITY = ("email", "phone", "customer_id")

# What other files bring. Rows that match no customer, product or order of the orders stay; the match is missing there.

PEOPLE = ibis.table(
    {
        "customer_id": "int32",  # missing for those who never bought
        "person_ref": "string",  # the e-mail, phone or id that identifies the person
        "email": "string",
        "phone": "string",
        "name": "string",
        "birth_date": "date",
        "birth_year": "int32",
        "gender": "string",  # female, male, other or as the file has it
        "city": "string",
        "country": "string",
        "has_account": "boolean",
        "consent": "boolean",
        "referral": "string",
        "tags": "string",
        "created_on": "date",
        "attributes": "string",  # JSON: column → text of the remaining columns
    },
    name="people",
)

EVENTS = ibis.table(
    {
        "event_id": "int64",
        "customer_id": "int32",
        "person_ref": "string",
        "product_id": "string",
        "product": "string",
        "kind": "string",  # view, cart, wishlist, purchase, other
        "happened_at": "timestamp",
        "day": "int32",
        "session": "string",
    },
    name="events",
)

FEEDBACK = ibis.table(
    {
        "feedback_id": "int64",
        "customer_id": "int32",
        "order_id": "int32",
        "product_id": "string",
        "score": "float64",
        "scale_low": "float64",  # the ends of the file's scale: 0–10, 1–5, 1–10, else the scores seen
        "scale_high": "float64",
        "text": "string",
        "given_at": "timestamp",
        "day": "int32",
    },
    name="feedback",
)

TICKETS = ibis.table(
    {
        "ticket_id": "string",
        "customer_id": "int32",
        "person_ref": "string",
        "order_id": "int32",
        "opened_at": "timestamp",
        "replied_at": "timestamp",  # the first reply
        "solved_at": "timestamp",  # missing while it is open
        "topic": "string",
    },
    name="tickets",
)

SPEND = ibis.table(
    {
        "month": "int32",
        "channel": "string",
        "amount": "int64",
        "currency": "string",
    },
    name="spend",
)

PRODUCTS = ibis.table(
    {
        "product_id": "string",
        "product": "string",
        "category": "string",
        "cost": "int64",
        "price": "int64",
        "stock": "float64",  # pieces
        "attributes": "string",  # JSON: column → text of the remaining columns
    },
    name="products",
)

ASSIGNMENTS = ibis.table(
    {
        "person_ref": "string",
        "customer_id": "int32",
        "experiment": "string",
        "variant": "string",
        "assigned_at": "timestamp",
        "metrics": "string",  # JSON: column → number of the remaining numeric columns, yes and no as 1 and 0
    },
    name="assignments",
)

SIDE_TABLES = {
    "customers": PEOPLE,
    "events": EVENTS,
    "feedback": FEEDBACK,
    "tickets": TICKETS,
    "spend": SPEND,
    "products": PRODUCTS,
    "assignments": ASSIGNMENTS,
}  # kind of file → the table it fills
