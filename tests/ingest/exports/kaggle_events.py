"""The shop's lines as a log of events: each piece is looked at once and bought once.

A purchase is a product and its price: no discounts, no refunds, no shipping or tax, and no order that was not paid.
"""

from __future__ import annotations

import pandas as pd

from retention.sample.exports import _money, _orders_with_refunds

HEADER = """
event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session
""".replace("\n", "").split(",")
CARRIES = frozenset({"customers", "products"})


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """One file of events in the order of time."""
    rows = _orders_with_refunds(lines[lines["status"].isin(["paid", "returned"])])
    rows = rows.loc[rows.index.repeat(rows["quantity"])].reset_index(drop=True)
    person = rows["email"].str.lower().fillna(rows["phone"]).fillna(rows["customer_id"])
    bought = pd.DataFrame(
        {
            "event_time": rows["ordered_at"],
            "event_type": "purchase",
            "product_id": rows["product_id"],
            "category_id": "20530135" + rows["product_id"].str[1:],
            "category_code": rows["category"],
            "brand": rows["product"].str.split().str[0].str.lower(),
            "price": _money(rows["unit_price"]),
            "user_id": pd.Series(pd.factorize(person)[0] + 500_000_000, rows.index).astype(str).where(person.notna()),
            "user_session": rows["order_id"].str.zfill(8) + "-1111-4222-8333-444455556666",
        }
    )
    seen = bought.assign(event_type="view", event_time=bought["event_time"] - pd.Timedelta(minutes=4))
    events = pd.concat([seen, bought]).sort_values("event_time", kind="stable").reindex(columns=HEADER)
    text = events.to_csv(index=False, date_format="%Y-%m-%d %H:%M:%S UTC", lineterminator="\n")
    return {"2024-Jan.csv": text.encode()}
