"""WooCommerce Analytics as the server sends it by e-mail: the table of the browser with money also as text.

As there, discounts, shipping, tax, the price of one product of several and the customer cannot be told.
"""

from __future__ import annotations

import pandas as pd

from tests.ingest.exports.woocommerce_analytics import COLUMNS, report

CARRIES = frozenset({"refunds", "net", "cancelled", "pending"})
HEADER = [
    "Date",
    "Order #",
    "N. Revenue (formatted)",
    "Status",
    "Customer",
    "Customer type",
    "Product(s)",
    "Items sold",
    "Coupon(s)",
    "N. Revenue",
]


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """The report as WooCommerce's server writes it: with a mark of its encoding."""
    table = report(lines).rename(columns=COLUMNS | {"net": "N. Revenue"})
    table["N. Revenue (formatted)"] = table["N. Revenue"].astype(float).map("€{:,.2f}".format)
    text = table[HEADER].to_csv(index=False, lineterminator="\n")
    return {"wc-orders-report-export-16236612345.csv": text.encode("utf-8-sig")}
