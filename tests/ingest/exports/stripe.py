"""The shop's orders as Stripe's list of payments: one row an order.

The amount is everything that was paid, shipping and tax included, so neither net revenue nor discounts can be told, and
there are no products. Refunds are of goods and therefore exact.
"""

from __future__ import annotations

import pandas as pd

from retention.sample.exports import _orders_with_refunds

HEADER = """
id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Converted Amount,Converted Amount Refunded,
Converted Currency,Fee,Is Link,Mode,Payment Source Type,Status,Taxes On Fee,Application Fee,Application ID,
Description,Customer ID,Customer Email,Customer Description,Invoice ID,Transfer
""".replace("\n", "").split(",")
CARRIES = frozenset({"customers", "refunds", "cancelled", "pending", "test"})
STATUS = {"paid": "Paid", "pending": "Uncaptured", "cancelled": "Canceled", "test payment": "Paid"}


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """The payments with the columns Stripe offers first."""
    rows = _orders_with_refunds(lines.replace({"status": {"test": "test payment"}})).drop_duplicates("order_id")
    person = rows["email"].str.lower().fillna(rows["phone"]).fillna(rows["customer_id"])
    paid = (rows["subtotal"] + rows["shipping"] + rows["tax"]).round(2)
    amount = _amount(paid)
    status = rows["status"].map(STATUS).mask(rows["refunded"] > 0, "Partially refunded")
    charged = rows["status"].isin(["paid", "test payment"])
    table = {
        "id": "ch_" + rows["order_id"],
        "Created date (UTC)": rows["ordered_at"].dt.strftime("%Y-%m-%d %H:%M:%S"),
        "Amount": amount,
        "Amount Refunded": _amount(rows["refunded"]),
        "Currency": rows["currency"].str.lower(),
        "Captured": charged.map({True: "true", False: "false"}),
        "Converted Amount": amount,
        "Converted Amount Refunded": _amount(rows["refunded"]),
        "Converted Currency": rows["currency"].str.lower(),
        "Fee": "0.25",
        "Is Link": "false",
        "Mode": (rows["status"] == "test payment").map({True: "Test", False: "Live"}),
        "Payment Source Type": "card",
        "Status": status.mask(rows["refunded"] >= paid, "Refunded"),
        "Taxes On Fee": "0.00",
        "Customer ID": "cus_" + person.str.replace(r"\W", "", regex=True),
        "Customer Email": rows["email"],
    }
    text = pd.DataFrame(table).reindex(columns=HEADER).to_csv(index=False, lineterminator="\n")
    return {"unified_payments.csv": text.encode()}


def _amount(amount: pd.Series) -> pd.Series:
    return amount.map("{:,.2f}".format)
