"""What another file does to the orders that are there, before it is taken over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from retention.engine import workshop
from retention.orders import Orders, purchases_and_returns


@dataclass(frozen=True)
class Change:
    """new: orders that were not there; gone: that are no longer; changed: that have another state or value.

    table: one row a figure (orders, renewed, customers, net, first_day, last_day, shops), before and after.
    """

    new: int
    gone: int
    changed: int
    table: pd.DataFrame


def compare(before: Orders, after: Orders) -> Change:
    """What became of the orders. An order is the same when number and day are, and the shop where both name one."""
    old, new = (str(orders.dataset.folder / "orders.parquet") for orders in (before, after))
    with TemporaryDirectory(prefix="retention-") as folder, workshop(Path(folder)) as connection:
        same, changed = connection.execute(
            """WITH old AS (SELECT *, regexp_replace(order_ref, ' \\([^()]*\\)$', '') AS ref FROM read_parquet($old)),
            new AS (SELECT *, regexp_replace(order_ref, ' \\([^()]*\\)$', '') AS ref FROM read_parquet($new))
            SELECT count(DISTINCT old.order_id), count(DISTINCT old.order_id) FILTER (
                old.status IS DISTINCT FROM new.status OR old.net <> new.net OR old.is_purchase <> new.is_purchase)
            FROM old JOIN new ON old.ref = new.ref AND old.day = new.day
            WHERE old.shop IS NULL OR old.shop IS NOT DISTINCT FROM new.shop""",
            {"old": old, "new": new},
        ).fetchone()
    table = pd.DataFrame({"before": _figures(before), "after": _figures(after)})
    placed = table.loc["orders"]
    return Change(new=placed["after"] - same, gone=placed["before"] - same, changed=changed, table=table)


def _figures(orders: Orders) -> pd.Series:
    counted, facts = purchases_and_returns(orders), orders.report.facts
    sums = orders.frame(counted.aggregate(net=counted.net.sum(), shops=counted.shop.nunique()))
    return pd.Series(
        {
            "orders": facts["orders"],
            "renewed": facts["renewed"],
            "customers": facts["customers"],
            "net": (sums.loc[0, "net"] or 0) / 100,
            "first_day": orders.observed_from,
            "last_day": orders.as_of - timedelta(days=1),
            "shops": max(int(sums.loc[0, "shops"]), 1),
        },
        dtype="object",
    )
