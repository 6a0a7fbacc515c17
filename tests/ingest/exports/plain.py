"""The shop's lines in the plain layout, which can say everything.

Returns are documents of their own.
"""

from __future__ import annotations

import pandas as pd

from retention.sample.exports import to_plain

CARRIES = frozenset(
    {"customers", "refunds", "discounts", "net", "cancelled", "pending", "test", "products", "shipping", "tax"}
)


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """One file."""
    return {"orders.csv": to_plain(lines).encode()}
