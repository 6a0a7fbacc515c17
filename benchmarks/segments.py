"""Segments of a million customers: scores beside the same in pandas, and clusters.

pandas reads the same Parquet file, the columns it needs, and finds the same scores; names and intervals are left to the package.
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


def _pandas(folder: Path) -> Callable[[], object]:
    import pandas as pd

    from retention.periods import day_number

    path, as_of = (
        folder / "million_customers" / "orders.parquet",
        day_number(million(folder, "million_customers").as_of),
    )

    def work() -> pd.DataFrame:
        columns = ["customer_id", "day", "net", "is_purchase", "is_return"]
        orders = pd.read_parquet(path, columns=columns)
        orders = orders[(orders["is_purchase"] | orders["is_return"]) & orders["customer_id"].notna()]
        bought = orders[orders["is_purchase"]].groupby("customer_id")["day"].agg(["max", "size"])
        table = bought.join(orders.groupby("customer_id")["net"].sum())
        scores = pd.DataFrame({"recency_days": as_of - table["max"]})
        for score, worth in (("r", table["max"]), ("f", table["size"]), ("m", table["net"])):
            scores[score] = 1 + 5 * (worth.rank(method="min").astype(int) - 1) // len(table)
        scores["code"] = scores["r"].astype(str) + scores["f"].astype(str) + scores["m"].astype(str)
        return scores

    return work


CASES = {
    "rfm_segments": (_function("rfm_segments"), 3),
    "rfm: pandas": (_pandas, 3),
    "cluster_segments": (_function("cluster_segments"), 2),
}
COMPARED = (("rfm_segments", "rfm: pandas", None),)
SECONDS = (("rfm_segments", 3), ("cluster_segments", 20))
MEGABYTES = (("rfm_segments", 1_500), ("cluster_segments", 1_500))
ROUNDS = 1
