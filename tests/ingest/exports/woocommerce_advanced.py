"""WooCommerce by the plugin Advanced Order Export: the order's totals stand on every item row.

Test orders are left out, because the file has no sign of them. The quantity is what is left after refunds, and the pieces
that came back follow from the order's subtotal and refund. Of three cancelled orders one is written as failed at payment.
"""

from __future__ import annotations

import pandas as pd

from retention.sample.exports import to_woocommerce

CARRIES = frozenset({"customers", "refunds", "discounts", "net", "pending", "products", "shipping", "tax"})


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """The shop's order lines as the plugin's CSV."""
    return {"orders-2025-03-14-11-00-00.csv": to_woocommerce(lines).encode()}
