"""Segments of a million customers: scores and segments beside the same in pandas, the customers of a rule, and clusters.

pandas reads the columns it needs of the same Parquet file and finds the same scores, segments and sums; intervals are left to
the package.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.inputs import million


def _function(name: str) -> Callable[[Path], Callable[[], object]]:
    def make(folder: Path) -> Callable[[], object]:
        import retention as rt

        orders = million(folder, "million_customers")
        return lambda: getattr(rt, name)(orders)

    return make


def _rule(folder: Path) -> Callable[[], object]:
    """What the segment builder asks after every change of a rule."""
    import retention as rt

    orders = million(folder, "million_customers")
    lost = {"field": "segment", "test": "none of", "value": ["Lost", "Hibernating"]}
    rule = {"all": [{"field": "net", "test": "at least", "value": 50}, lost]}
    return lambda: rt.select_customers(orders, rule, limit=100)


def _pandas(folder: Path) -> Callable[[], object]:
    import pandas as pd

    from retention.periods import day_number
    from retention.segment.schemes import SCHEMES

    path, as_of = (
        folder / "million_customers" / "orders.parquet",
        day_number(million(folder, "million_customers").as_of),
    )
    names = SCHEMES["quintile"].segments

    def work() -> pd.DataFrame:
        orders = pd.read_parquet(path, columns=["order_id", "customer_id", "day", "net", "is_purchase", "is_return"])
        orders = orders[(orders["is_purchase"] | orders["is_return"]) & orders["customer_id"].notna()]
        bought = orders[orders["is_purchase"]].sort_values(["customer_id", "order_id"])
        table = bought.groupby("customer_id")["day"].agg(["max", "size"])
        table = table.join(orders.groupby("customer_id")["net"].sum())
        table["silent"] = as_of - table["max"]
        for score, worth in (("r", table["max"]), ("f", table["size"]), ("m", table["net"])):
            table[score] = 1 + 5 * (worth.rank(method="min").astype(int) - 1) // len(table)
        table["segment"] = (100 * table["r"] + 10 * table["f"] + table["m"]).map({int(c): n for c, n in names.items()})
        gaps = bought.groupby("customer_id")["day"].diff()
        gaps = gaps[gaps > 45].groupby(bought["customer_id"]).agg(["min", "max"])
        yearly = table.index.isin(gaps.index[(gaps["min"] >= 320) & (gaps["max"] <= 410)])
        table.loc[yearly & (table["silent"] <= 410) & (table["r"] < 4), "segment"] = "Seasonal"
        table["again"] = table["size"] > 1
        sums = {"net": "sum", "size": "sum", "again": "mean", "silent": "median"}
        return table.groupby("segment").agg(sums).join(table["segment"].value_counts())

    return work


CASES = {
    "rfm_segments": (_function("rfm_segments"), 3),
    "rfm: pandas": (_pandas, 3),
    "select_customers": (_rule, 4),
    "cluster_segments": (_function("cluster_segments"), 2),
}
COMPARED = (("rfm_segments", "rfm: pandas", None),)
SECONDS = (("rfm_segments", 3), ("select_customers", 3), ("cluster_segments", 20))
MEGABYTES = (("rfm_segments", 1_500), ("select_customers", 900), ("cluster_segments", 1_500))
ROUNDS = 1
