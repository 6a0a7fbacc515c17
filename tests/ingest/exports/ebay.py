"""The shop's lines as eBay's orders report, with its decoration above and below.

The report has no refunds and no discounts, and cancelled orders are not in it; an order nobody paid has no payment date.
An order of several items is a row with its money and buyer and then a row for each item.
"""

from __future__ import annotations

import pandas as pd

from retention.sample.exports import _orders_with_refunds

HEADER = """
Sales Record Number,Order Number,Buyer Username,Buyer Name,Buyer Email,Buyer Note,Buyer Address 1,Buyer Address 2,
Buyer City,Buyer State,Buyer Zip,Buyer Country,Ship To Name,Ship To Phone,Ship To Address 1,Ship To Address 2,
Ship To City,Ship To State,Ship To Zip,Ship To Country,Item Number,Item Title,Custom Label,
Sold Via Promoted Listings,Quantity,Sold For,Shipping And Handling,Seller Collected Tax,eBay Collected Tax,
Total Price,eBay Collected Tax Included in Total,Payment Method,Sale Date,Paid On Date,Ship By Date,
Minimum Estimated Delivery Date,Maximum Estimated Delivery Date,Shipped On Date,Feedback Left,Feedback Received,
My Item Note,PayPal Transaction ID,Shipping Service,Tracking Number,Transaction ID,Variation Details,
Global Shipping Program,Global Shipping Reference ID,Click And Collect,Click And Collect Reference Number,eBay Plus
""".replace("\n", "").split(",")
CARRIES = frozenset({"customers", "pending", "products", "shipping", "tax"})


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """The orders report."""
    rows = _orders_with_refunds(lines[lines["status"] != "cancelled"]).reset_index(drop=True)
    rows["person"] = rows["email"].str.lower().fillna(rows["phone"]).fillna(rows["customer_id"])
    first = ~rows["order_id"].duplicated()
    alone = ~rows["order_id"].duplicated(keep=False)
    items = _items(rows) | _order(rows, alone)
    several = rows[first & ~alone]
    rows["gross"] = rows["quantity"] * rows["unit_price"]
    sums = rows.groupby("order_id")[["quantity", "gross"]].sum()
    summary = _order(several, several["order_id"].notna())
    summary |= {
        "Quantity": several["order_id"].map(sums["quantity"]),
        "Sold For": _dollars(several["order_id"].map(sums["gross"])),
    }
    table = pd.concat([pd.DataFrame(summary).set_index(several.index - 0.5), pd.DataFrame(items)]).sort_index()
    body = table.reindex(columns=HEADER).to_csv(index=False, lineterminator="\n")
    head, _, data = body.partition("\n")
    blank = "," * (len(HEADER) - 1)
    days = rows["ordered_at"].agg(["min", "max"]).dt.strftime("%b-%d-%y %H:%M:%S")
    foot = f"{first.sum()},record(s) downloaded,from {' to '.join(days)}\nSeller ID : example_seller\n"
    return {"eBay-OrdersReport.csv": "\n".join([blank, head, blank, data, foot]).encode()}


def _order(rows: pd.DataFrame, filled: pd.Series) -> dict[str, pd.Series]:
    """What stands once an order, on its only row or on its summary row; number, buyer and day stand on every row."""
    day = rows["ordered_at"].dt.strftime("%b-%d-%y")
    once = {
        "Buyer Name": rows["name"],
        "Ship To Name": rows["name"],
        "Ship To City": rows["city"],
        "Ship To Country": rows["country"],
        "Shipping And Handling": _dollars(rows["shipping"]),
        "Seller Collected Tax": "$0.00",
        "eBay Collected Tax": _dollars(rows["tax"]),
        "Total Price": _dollars(rows["subtotal"] + rows["order_discount"] + rows["shipping"] + rows["tax"]),
        "eBay Collected Tax Included in Total": "Yes",
        "Paid On Date": day.where(rows["status"] == "paid"),
    }
    number = "25-" + rows["order_id"].str[:3] + "-" + rows["order_id"].str[3:]
    every = {
        "Sales Record Number": rows["order_id"],
        "Order Number": number.where(rows["status"] == "paid"),
        "Buyer Username": rows["person"].str.replace("@", "_at_"),
        "Sale Date": day,
    }
    return every | {name: pd.Series(values, rows.index).where(filled) for name, values in once.items()}


def _items(rows: pd.DataFrame) -> dict[str, pd.Series]:
    return {
        "Item Number": "3355000" + rows["product_id"].str[1:],
        "Item Title": rows["product"],
        "Custom Label": rows["product_id"],
        "Sold Via Promoted Listings": "No",
        "Quantity": rows["quantity"],
        "Sold For": _dollars(rows["unit_price"]),
        "Transaction ID": (rows.index + 1_000_001).astype(str),
    }


def _dollars(amount: pd.Series) -> pd.Series:
    return amount.map("${:,.2f}".format)
