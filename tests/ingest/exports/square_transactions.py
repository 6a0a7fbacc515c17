"""The shop's orders as Square's transactions file alone: one row a payment or refund.

The file has no products and no column for shipping; orders that were cancelled or never paid are not in it.
"""

from __future__ import annotations

import pandas as pd

HEADER = """
Date,Time,Time Zone,Gross Sales,Discounts,Service Charges,Net Sales,Gift Card Sales,Tax,Tip,Partial Refunds,
Total Collected,Source,Card,Card Entry Methods,Cash,Square Gift Card,Other Tender,Other Tender Type,
Other Tender Note,Fees,Net Total,Transaction ID,Payment ID,Card Brand,PAN Suffix,Device Name,Staff Name,Staff ID,
Details,Description,Event Type,Location,Dining Option,Customer ID,Customer Name,Customer Reference ID
""".replace("\n", "").split(",")
CARRIES = frozenset({"customers", "refunds", "discounts", "net", "tax"})


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """The transactions file."""
    return {"transactions-2024.csv": transactions(lines)}


def transactions(lines: pd.DataFrame) -> bytes:
    """Payments and refunds, each one row with the money of all its items."""
    every = paid_or_returned(lines)
    every["gross"] = every["quantity"] * every["unit_price"]
    sums = every.groupby("order_id")[["gross", "discount"]].sum()
    rows = every.drop_duplicates("order_id").drop(columns=["gross", "discount"]).join(sums, on="order_id")
    total = rows["gross"] - rows["discount"] + rows["tax"]
    table = {
        "Date": rows["ordered_at"].dt.strftime("%Y-%m-%d"),
        "Time": rows["ordered_at"].dt.strftime("%H:%M:%S"),
        "Time Zone": "Eastern Time (US & Canada)",
        "Gross Sales": dollars(rows["gross"]),
        "Discounts": dollars(-rows["discount"]),
        "Service Charges": "$0.00",
        "Net Sales": dollars(rows["gross"] - rows["discount"]),
        "Gift Card Sales": "$0.00",
        "Tax": dollars(rows["tax"]),
        "Tip": "$0.00",
        "Partial Refunds": "$0.00",
        "Total Collected": dollars(total),
        "Source": "Point of Sale",
        "Card": dollars(total),
        "Cash": "$0.00",
        "Fees": "$0.00",
        "Net Total": dollars(total),
        "Transaction ID": rows["order_id"],
        "Payment ID": "pay" + rows["order_id"],
        "Event Type": rows["event"],
        "Location": "Main Street",
        "Customer ID": rows["person"],
        "Customer Name": rows["name"],
    }
    return pd.DataFrame(table).reindex(columns=HEADER).to_csv(index=False, lineterminator="\n").encode()


def paid_or_returned(lines: pd.DataFrame) -> pd.DataFrame:
    """What Square knows of: payments and refunds, with the customer's number."""
    rows = lines[lines["status"].isin(["paid", "returned"])]
    person = rows["email"].str.lower().fillna(rows["phone"]).fillna(rows["customer_id"])
    return rows.assign(
        person=person.str.replace(r"\W", "", regex=True).str.upper(),
        event=rows["status"].map({"paid": "Payment", "returned": "Refund"}),
    )


def dollars(amount: pd.Series) -> pd.Series:
    """Money as Square writes it: -$1,250.00."""
    return (amount + 0.0).map("${:,.2f}".format).str.replace("$-", "-$")
