"""The time to the next order over a million and ten million lines, beside DuckDB SQL that counts the same waits.

The SQL finds the same counts by group and day; the curves of a few thousand days are left to the package.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.inputs import million

FIRST_SQL = """
WITH each AS (
    SELECT customer_id, min(day) FILTER (order_number = 1) AS first, min(day) FILTER (order_number > 1) AS next
    FROM '{folder}/orders.parquet' WHERE is_purchase AND order_number IS NOT NULL GROUP BY ALL)
SELECT coalesce(next, (SELECT max(day) FROM '{folder}/orders.parquet')) - first AS days, next IS NOT NULL AS returned, count(*) AS n
FROM each WHERE first IS NOT NULL GROUP BY ALL"""

ANY_SQL = """
WITH each AS (
    SELECT customer_id, day, lead(day) OVER (PARTITION BY customer_id ORDER BY order_number) AS next
    FROM '{folder}/orders.parquet' WHERE is_purchase AND order_number IS NOT NULL)
SELECT customer_id % 50 AS part, coalesce(next, (SELECT max(day) FROM '{folder}/orders.parquet')) - day AS days,
    next IS NOT NULL AS returned, count(*) AS n
FROM each GROUP BY ALL"""

PRODUCT_SQL = """
WITH best AS (
    SELECT order_id, arg_max(product, (gross - discount, product)) AS product
    FROM '{folder}/lines.parquet' WHERE quantity > 0 AND unit_price > 0 GROUP BY ALL),
each AS (
    SELECT customer_id, min(day) FILTER (order_number = 1) AS first, min(day) FILTER (order_number > 1) AS next,
        min(order_id) FILTER (order_number = 1) AS order_id
    FROM '{folder}/orders.parquet' WHERE is_purchase AND order_number IS NOT NULL GROUP BY ALL)
SELECT product, coalesce(next, (SELECT max(day) FROM '{folder}/orders.parquet')) - first AS days, next IS NOT NULL AS returned,
    count(*) AS n
FROM each JOIN best USING (order_id) WHERE first IS NOT NULL GROUP BY ALL"""


def _ours(name: str = "million", **options: object) -> Callable[[Path], Callable[[], object]]:
    def case(folder: Path) -> Callable[[], object]:
        import retention as rt

        orders = million(folder, name)
        return lambda: rt.time_to_next_order(orders, **options)

    return case


def _sql(query: str) -> Callable[[Path], Callable[[], object]]:
    def case(folder: Path) -> Callable[[], object]:
        import duckdb

        connection = duckdb.connect()
        return lambda: connection.execute(query.format(folder=folder / "million")).df()

    return case


def lapse(folder: Path) -> Callable[[], object]:
    """`lapse_threshold` on ten million lines."""
    import retention as rt

    orders = million(folder, "ten_million")
    return lambda: rt.lapse_threshold(orders)


CASES = {
    "first to second order": (_ours(), 5),
    "first to second order: SQL": (_sql(FIRST_SQL), 5),
    "any order to the next": (_ours(after="any"), 5),
    "any order to the next: SQL": (_sql(ANY_SQL), 5),
    "first to second order by product": (_ours(by="product"), 5),
    "first to second order by product: SQL": (_sql(PRODUCT_SQL), 5),
    "any order to the next, ten million lines": (_ours("ten_million", after="any"), 2),
    "any order to the next by product, ten million lines": (_ours("ten_million", after="any", by="product"), 2),
    "lapse_threshold, ten million lines": (lapse, 2),
}
COMPARED = (
    ("first to second order", "first to second order: SQL", 1.5),
    ("any order to the next", "any order to the next: SQL", 1.5),
    ("first to second order by product", "first to second order by product: SQL", 1.5),
)
SECONDS = ()
MEGABYTES = (
    ("any order to the next, ten million lines", 1_100),
    ("any order to the next by product, ten million lines", 1_100),
    ("lapse_threshold, ten million lines", 1_100),
)
ROUNDS = 3
