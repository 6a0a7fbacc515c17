"""The shop's orders as Etsy's file of sold orders alone: one row an order.

The file has no products. Unpaid orders and tests are left out, as Etsy lists neither.
"""

from __future__ import annotations

import pandas as pd

from tests.ingest.exports.etsy_items import sold_orders

CARRIES = frozenset({"customers", "refunds", "discounts", "net", "cancelled", "shipping", "tax"})


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """EtsySoldOrders of one year."""
    return {"EtsySoldOrders2024.csv": sold_orders(lines)}
