"""The shop's lines as Square's items file, with the transactions file of the same days.

Square lists what was paid and what was given back, each as a payment or refund of its own: orders that were cancelled or
never paid are not there. Shipping has no column.
"""

from __future__ import annotations

import pandas as pd

from tests.ingest.exports.square_transactions import dollars, paid_or_returned, transactions

HEADER = """
Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Modifiers Applied,Gross Sales,Discounts,Net Sales,Tax,
Transaction ID,Payment ID,Device Name,Notes,Details,Event Type,Location,Dining Option,Customer ID,Customer Name,
Customer Reference ID,Unit,Count,GTIN,Itemization Type,Commission,Employee,Fulfillment Note,Channel,Token,
Card Brand,PAN Suffix
""".replace("\n", "").split(",")
CARRIES = frozenset({"customers", "refunds", "discounts", "net", "products", "tax"})


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """The items file and the transactions file."""
    rows = paid_or_returned(lines)
    gross = rows["quantity"] * rows["unit_price"]
    first = ~rows["order_id"].duplicated()
    table = {
        "Date": rows["ordered_at"].dt.strftime("%Y-%m-%d"),
        "Time": rows["ordered_at"].dt.strftime("%H:%M:%S"),
        "Time Zone": "Eastern Time (US & Canada)",
        "Category": rows["category"],
        "Item": rows["product"],
        "Qty": rows["quantity"].map("{:.1f}".format),
        "Price Point Name": "Regular",
        "SKU": rows["product_id"],
        "Gross Sales": dollars(gross),
        "Discounts": dollars(-rows["discount"]),
        "Net Sales": dollars(gross - rows["discount"]),
        "Tax": dollars(rows["tax"].where(first, 0.0)),
        "Transaction ID": rows["order_id"],
        "Payment ID": "pay" + rows["order_id"],
        "Event Type": rows["event"],
        "Location": "Main Street",
        "Customer ID": rows["person"],
        "Customer Name": rows["name"],
        "Unit": "ea",
        "Count": rows["quantity"],
        "Itemization Type": "Physical Good",
        "Channel": rows["channel"],
    }
    text = pd.DataFrame(table).reindex(columns=HEADER).to_csv(index=False, lineterminator="\n")
    return {"items-2024.csv": text.encode(), "transactions-2024.csv": transactions(lines)}
