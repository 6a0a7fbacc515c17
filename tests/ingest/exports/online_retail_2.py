"""The shop's lines as the Online Retail II data set.

It can tell the same as the first one, with other column names, year-first dates and customer numbers that end in .0.
"""

from __future__ import annotations

import pandas as pd

from retention.sample.exports import _money
from tests.ingest.exports.online_retail import CARRIES as CARRIES
from tests.ingest.exports.online_retail import invoices

HEADER = """
Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country
""".replace("\n", "").split(",")


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """The data set as CSV."""
    rows = invoices(lines)
    table = [*(rows[name] for name in ("invoice", "product_id", "product", "quantity", "ordered_at"))]
    table = pd.concat([*table, _money(rows["unit_price"]), rows["person"] + ".0", rows["country"]], axis=1, keys=HEADER)
    text = table.to_csv(index=False, date_format="%Y-%m-%d %H:%M:%S", lineterminator="\n")
    return {"online_retail_II.csv": text.encode()}
