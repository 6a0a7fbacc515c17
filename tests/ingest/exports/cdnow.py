"""The shop's orders as the CDNOW data set: customer, day, pieces and money of one purchase a row.

It holds purchases alone, with what was paid for the goods: no refunds, no discounts, no products, and no order that was
not paid. Purchases of nobody known have no number.
"""

from __future__ import annotations

import pandas as pd

from retention.sample.exports import _money, _orders_with_refunds

CARRIES = frozenset({"customers"})


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """One row a purchase."""
    every = _orders_with_refunds(lines[lines["status"].isin(["paid", "returned"])])
    rows = every.drop_duplicates("order_id")
    person = rows["email"].str.lower().fillna(rows["phone"]).fillna(rows["customer_id"])
    number = pd.Series(pd.factorize(person)[0] + 1, rows.index).astype(str).str.zfill(5)
    table = {
        "master_id": number.where(person.notna()),
        "date": rows["ordered_at"].dt.strftime("%Y%m%d"),
        "count": rows["order_id"].map(every.groupby("order_id")["quantity"].sum()),
        "value": _money(rows["subtotal"]),
    }
    return {"cdnow.csv": pd.DataFrame(table).to_csv(index=False, lineterminator="\n").encode()}
