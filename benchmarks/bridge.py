"""The revenue bridge over a million lines, beside DuckDB SQL over the same Parquet file, and over ten million."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.inputs import million

SQL = """
WITH each AS (
    SELECT customer_id, min(first_day) AS first_day, count(*) FILTER (is_purchase AND day >= {begin}) AS orders,
        count(*) FILTER (is_purchase AND day < {begin}) AS orders_against, coalesce(sum(net) FILTER (day >= {begin}), 0) AS net,
        coalesce(sum(net) FILTER (day < {begin}), 0) AS net_against
    FROM '{folder}/orders.parquet' WHERE (is_purchase OR is_return) AND day >= {first} AND day < {finish} GROUP BY customer_id)
SELECT CASE WHEN customer_id IS NULL THEN 'unknown' WHEN orders > 0 AND orders_against > 0 THEN 'retained'
        WHEN orders > 0 AND first_day >= {begin} THEN 'new' WHEN orders > 0 THEN 'reactivated'
        WHEN orders_against > 0 THEN 'lapsed' ELSE 'refunds_only' END AS step,
    count(customer_id) AS customers, sum(orders) AS orders, sum(orders_against) AS orders_against, sum(net) AS net,
    sum(net_against) AS net_against, sum((net - net_against)::DOUBLE * (net - net_against)) AS squares
FROM each GROUP BY ALL"""


def bridge(folder: Path, name: str = "million") -> Callable[[], object]:
    """`revenue_bridge` of the last twelve months against the twelve before, or as many as the data hold."""
    import retention as rt

    orders = million(folder, name)
    start, end = rt.last_months(orders, 11)  # twice eleven fit into what is complete of 24 months
    return lambda: rt.revenue_bridge(orders, start, end)


def sql(folder: Path) -> Callable[[], object]:
    """The sums of `revenue_bridge` in SQL."""
    import duckdb

    import retention as rt
    from retention.measure.windows import steps_back
    from retention.periods import day_number

    start, end = rt.last_months(million(folder), 11)
    days = {"first": steps_back(start, end, 1), "begin": start, "finish": end}
    query = SQL.format(folder=folder / "million", **{name: day_number(day) for name, day in days.items()})
    connection = duckdb.connect()
    return lambda: connection.execute(query).df()


CASES = {
    "revenue_bridge": (bridge, 5),
    "bridge: SQL": (sql, 5),
    "revenue_bridge, ten million lines": (lambda folder: bridge(folder, "ten_million"), 2),
}
COMPARED = (("revenue_bridge", "bridge: SQL", 1.5),)
SECONDS = ()
MEGABYTES = (("revenue_bridge, ten million lines", 1100),)
ROUNDS = 3
