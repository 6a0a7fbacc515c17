"""Shopify: an order's first row carries its totals, further rows its items, and a return adds to `Refunded Amount`.

Test orders are left out, because the file has no sign of them. A person's number in the shop is not in it either: who gave
neither an e-mail nor a phone is nobody.
"""

from __future__ import annotations

import pandas as pd

from retention.sample.exports import to_shopify

CARRIES = frozenset({"customers", "refunds", "discounts", "net", "cancelled", "pending", "products", "shipping", "tax"})


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """The shop's order lines as Shopify's order export."""
    return {"orders_export_1.csv": to_shopify(lines).encode()}
