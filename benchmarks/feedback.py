"""Definitions compared and feedback: over a million lines, beside DuckDB SQL over the same Parquet files, and over ten million.

The feedback is made up: a million ratings of a million lines' customers, a rating an order, and as many of ten million.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.inputs import million

VENDOR_SQL = """
WITH each AS (
    SELECT customer_id, min(first_month) AS first_month, count(*) FILTER (order_number = 1) AS firsts,
        count(*) FILTER (order_number > 1) AS later, count(*) FILTER (day >= {month} AND day < {last}) AS in_month,
        count(*) FILTER (day >= {month} AND day < {last} AND order_number > 1) AS again_in_month,
        count(*) FILTER (day >= {year} AND day < {last}) AS in_year,
        count(*) FILTER (day >= {year} AND day < {last} AND order_number > 1) AS again_in_year,
        count(*) FILTER (day >= {before} AND day < {month}) AS before,
        count(*) FILTER (day >= {end} - 730 AND day < {end} - 365) AS was_old, count(*) FILTER (day >= {end} - 180) AS lately,
        count(*) FILTER (month - first_month = 3) AS at_age, count(*) FILTER (month - first_month >= 3) AS from_age
    FROM '{folder}/orders.parquet' WHERE is_purchase AND customer_id IS NOT NULL GROUP BY customer_id)
SELECT count(*) FILTER (in_month > 0), count(*) FILTER (in_month > 1), count(*) FILTER (firsts > 0),
    count(*) FILTER (firsts > 0 AND later > 0), count(*) FILTER (before > 0), count(*) FILTER (before > 0 AND in_month > 0),
    count(*) FILTER (in_month > 0 AND again_in_month > 0), count(*) FILTER (in_year > 0),
    count(*) FILTER (in_year > 0 AND again_in_year > 0), count(*) FILTER (was_old > 0),
    count(*) FILTER (was_old > 0 AND lately > 0), count(*) FILTER (firsts > 0 AND first_month + 3 < {end_month}),
    count(*) FILTER (firsts > 0 AND first_month + 3 < {end_month} AND from_age > 0),
    count(*) FILTER (firsts > 0 AND first_month + 3 < {end_month} AND at_age > 0)
FROM each"""

RATINGS_SQL = """
COPY (SELECT row_number() OVER (ORDER BY order_id) AS feedback_id, customer_id, order_id, NULL::VARCHAR AS product_id,
        (1 + hash(order_id) % 5)::DOUBLE AS score, 1.0::DOUBLE AS scale_low, 5.0::DOUBLE AS scale_high,
        CASE WHEN order_id % 3 = 0 THEN 'words' END AS text, ordered_at + INTERVAL 3 DAY AS given_at, day + 3 AS day
    FROM '{orders}' WHERE is_purchase ORDER BY order_id LIMIT {most}) TO '{path}' (FORMAT parquet)"""

AFTER_SQL = """
WITH rated AS (
    SELECT customer_id, day, score <= 2 AS low, score >= 4 AS high FROM '{folder}/feedback.parquet'
    WHERE customer_id IS NOT NULL QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY given_at, score) = 1),
each AS (
    SELECT rated.low, rated.high, rated.customer_id, rated.day, count(*) FILTER (bought.day <= rated.day) AS earlier,
        count(*) FILTER (bought.day > rated.day AND bought.day <= rated.day + 90) AS later,
        sum(net) FILTER (bought.day > rated.day AND bought.day <= rated.day + 90) AS spend
    FROM rated JOIN '{folder}/orders.parquet' AS bought USING (customer_id) WHERE is_purchase GROUP BY ALL)
SELECT low, high, count(*), count(*) FILTER (day + 90 < {end}), count(*) FILTER (day + 90 < {end} AND later > 0),
    sum(spend) FILTER (day + 90 < {end}), sum(spend::DOUBLE * spend) FILTER (day + 90 < {end})
FROM each WHERE earlier > 0 GROUP BY ALL"""

SCORES_SQL = "SELECT scale_low, scale_high, score, count(*), sum(score), sum(score * score) FROM '{folder}/feedback.parquet' GROUP BY ALL"

PRODUCTS_SQL = """
WITH held AS (
    SELECT DISTINCT order_id, coalesce(product_id, product) AS key FROM '{folder}/lines.parquet'
    WHERE NOT is_return AND order_id IN (SELECT order_id FROM '{folder}/feedback.parquet')),
sold AS (
    SELECT coalesce(product_id, product) AS key, min(product) AS product, sum(refund) AS refunds, sum(gross) - sum(discount) AS value
    FROM '{folder}/lines.parquet' WHERE order_id IN (SELECT order_id FROM '{folder}/orders.parquet' WHERE is_purchase OR is_return)
    GROUP BY ALL)
SELECT key, any_value(product), any_value(refunds), any_value(value), count(*) AS n, avg(score), count(*) FILTER (score <= 2) AS low,
    count(*) FILTER (score <= 2 AND text IS NOT NULL)
FROM '{folder}/feedback.parquet' JOIN held USING (order_id) JOIN sold USING (key) GROUP BY key HAVING n >= 5 ORDER BY low / n DESC LIMIT 20"""

PEOPLE_SQL = """
WITH last AS (
    SELECT customer_id, score, given_at, text FROM '{folder}/feedback.parquet' WHERE customer_id IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY given_at DESC, score, text) = 1),
paid AS (
    SELECT customer_id, sum(net) AS net, max(day) FILTER (is_purchase) AS last_day FROM '{folder}/orders.parquet'
    WHERE is_purchase OR is_return GROUP BY customer_id)
SELECT customer_ref, contactable, consent, score, given_at, text, paid.net, last_day
FROM last JOIN '{folder}/customers.parquet' AS people USING (customer_id) JOIN paid USING (customer_id)
WHERE score <= 2 ORDER BY paid.net DESC, customer_ref LIMIT 100"""

RATERS_SQL = """
SELECT count(DISTINCT customer_id), count(DISTINCT customer_id) FILTER (customer_id IN (SELECT customer_id FROM '{folder}/feedback.parquet'))
FROM '{folder}/orders.parquet' WHERE is_purchase"""


def vendors(folder: Path) -> Callable[[], object]:
    """`vendor_rates`."""
    return _vendors(folder, "million")


def vendors_of_ten_million(folder: Path) -> Callable[[], object]:
    """`vendor_rates` over ten million lines."""
    return _vendors(folder, "ten_million")


def _vendors(folder: Path, name: str) -> Callable[[], object]:
    import retention as rt

    orders = million(folder, name)
    return lambda: rt.vendor_rates(orders)


def vendors_sql(folder: Path) -> Callable[[], object]:
    """The counts of `vendor_rates` in SQL."""
    import duckdb

    from retention.measure.vendors import _windows
    from retention.periods import day_number, month_number

    orders = million(folder)
    windows = _windows(orders)
    month, last = (day_number(day) for day in windows["shopify_month"][:2])
    query = VENDOR_SQL.format(
        folder=folder / "million",
        month=month,
        last=last,
        year=day_number(windows["shopify_year"][0]),
        before=day_number(windows["retention"][0]),
        end=day_number(orders.as_of),
        end_month=month_number(windows["lifetimely"][1]),
    )
    connection = duckdb.connect()
    return lambda: connection.execute(query).df()


def feedback(folder: Path) -> Callable[[], object]:
    """`feedback_table` with a rating an order."""
    return _feedback(folder, "million")


def feedback_of_ten_million(folder: Path) -> Callable[[], object]:
    """`feedback_table` over ten million lines and a million ratings."""
    return _feedback(folder, "ten_million")


def _feedback(folder: Path, name: str) -> Callable[[], object]:
    import retention as rt
    from retention.engine import Dataset

    rated = _rated(folder, name)
    orders = replace(million(folder, name), dataset=Dataset(rated))
    return lambda: rt.feedback_table(orders)


def feedback_sql(folder: Path) -> Callable[[], object]:
    """What `feedback_table` finds of ratings, in SQL."""
    import duckdb

    from retention.periods import day_number

    rated, end = _rated(folder, "million"), day_number(million(folder).as_of)
    queries = [SCORES_SQL, AFTER_SQL, PRODUCTS_SQL, PEOPLE_SQL, RATERS_SQL]
    connection = duckdb.connect()
    return lambda: [connection.execute(query.format(folder=rated, end=end)).df() for query in queries]


def _rated(folder: Path, name: str) -> Path:
    """A folder with the tables of a dataset and a made-up million of ratings beside them."""
    import duckdb

    rated = folder / f"{name}_rated"
    rated.mkdir(exist_ok=True)
    for table in ("lines", "orders", "customers"):
        source, link = folder / name / f"{table}.parquet", rated / f"{table}.parquet"
        if not link.exists() or not link.samefile(source):  # the dataset may have been made anew
            link.unlink(missing_ok=True)
            os.link(source, link)
            (rated / "feedback.parquet").unlink(missing_ok=True)
    if not (rated / "feedback.parquet").exists():
        query = RATINGS_SQL.format(orders=rated / "orders.parquet", path=rated / "feedback.part", most=1_000_000)
        duckdb.connect().execute(query)
        (rated / "feedback.part").rename(rated / "feedback.parquet")
    return rated


CASES = {
    "vendor_rates": (vendors, 5),
    "definitions: SQL": (vendors_sql, 5),
    "vendor_rates, ten million lines": (vendors_of_ten_million, 2),
    "feedback_table": (feedback, 4),
    "feedback: SQL": (feedback_sql, 4),
    "feedback_table, ten million lines": (feedback_of_ten_million, 2),
}
COMPARED = (("vendor_rates", "definitions: SQL", 1.5), ("feedback_table", "feedback: SQL", 1.5))
SECONDS = ()
MEGABYTES = (("vendor_rates, ten million lines", 1_100), ("feedback_table, ten million lines", 1_100))
ROUNDS = 3
