"""The shop's lines as the Online Retail data set: invoices, and C-invoices for what came back.

It has paid invoices and returns only. There is no column for a discount, and the price paid after one would not be whole
cents, so prices are those before it and net revenue is not told.
"""

from __future__ import annotations

import pandas as pd

from retention.sample.exports import _money

HEADER = """
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
""".replace("\n", "").split(",")
CARRIES = frozenset({"customers", "refunds", "products"})


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """The data set as CSV with the months first."""
    rows = invoices(lines)
    moment = rows["ordered_at"]
    clock = moment.dt.hour.astype(str) + moment.dt.strftime(":%M")
    day = moment.dt.month.astype(str) + "/" + moment.dt.day.astype(str) + moment.dt.strftime("/%Y")
    table = [*(rows[name] for name in ("invoice", "product_id", "product", "quantity")), day + " " + clock]
    table = pd.concat([*table, _money(rows["unit_price"]), rows["person"], rows["country"]], axis=1, keys=HEADER)
    return {"online_retail.csv": table.to_csv(index=False, lineterminator="\n").encode()}


def invoices(lines: pd.DataFrame) -> pd.DataFrame:
    """Paid lines and returned ones, with a number for the customer and for the invoice."""
    rows = lines[lines["status"].isin(["paid", "returned"])]
    person = rows["email"].str.lower().fillna(rows["phone"]).fillna(rows["customer_id"])
    number = pd.Series(pd.factorize(person)[0] + 12346, rows.index).astype(str)
    back = rows["order_id"].str.extract(r"^(\d+)-R(\d+)$")
    return rows.assign(invoice=("C" + back[1] + back[0]).fillna(rows["order_id"]), person=number.where(person.notna()))
