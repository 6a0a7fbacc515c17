"""The orders as Parquet: lines, orders and customers, with the money of every order shared over its lines to the cent."""

from __future__ import annotations

from pathlib import Path

import duckdb

from retention.ingest.rows import QUICKLY
from retention.ingest.words import relay_sql

WHOLESALE_FENCE = 3  # an order beyond the upper quartile by three times the middle half, on the scale of ratios
ENOUGH_TO_JUDGE = 100  # purchases below which no order is called unusual
SHORT = ("country", "gender", "consent", "is_guest")  # words short enough to be kept while counting
EMAIL = "CASE WHEN contains(ids.customer_ref, '@') THEN ids.customer_ref END"
NET = "gross - line_discount - extra_discount - returned - refund_share"


def write(connection: duckdb.DuckDBPyConnection, fields: set[str], folder: Path) -> None:
    """Write the tables of `retention.schema` from `rows`, `refs` and `ids`; fields: what any of the files holds."""
    held = fields | ({"name"} if {"first_name", "last_name"} & fields else set())
    same = _same_order(connection)
    _share(connection, same)
    connection.execute("""
        CREATE TABLE numbers AS SELECT order_id, CAST(row_number() OVER (PARTITION BY person ORDER BY order_id) AS INTEGER) AS order_number
        FROM refs WHERE is_purchase AND person IS NOT NULL""")

    long = [name for name in ("phone", "name", "city") if name in held]
    short = {name: f"max_by({name}, order_id)" if name in held else "CAST(NULL AS VARCHAR)" for name in SHORT}
    born = (
        "CAST(max_by(birth_year, order_id) AS INTEGER)" if {"age", "birth_date"} & fields else "CAST(NULL AS INTEGER)"
    )

    queries = {
        "lines": f"""
            WITH split AS (
                SELECT rows.rowid + 1 AS line_id, refs.order_id, product_id, product, category, CAST(quantity AS DOUBLE) AS quantity,
                    CAST(unit_price AS DOUBLE) AS unit_price, quantity < 0 AS is_return,
                    CASE WHEN quantity < 0 THEN 0 ELSE amount END AS gross,
                    CASE WHEN quantity < 0 THEN 0 ELSE coalesce(abs(discount), 0) + coalesce(discount_part, 0) END AS all_discount,
                    CASE WHEN quantity < 0 THEN greatest(-amount - coalesce(abs(discount), 0), 0) ELSE coalesce(refund_part, 0) END AS all_refund
                FROM rows JOIN refs ON {same} LEFT JOIN shares ON rows.rowid = shares.row WHERE outcome IS NULL)
            SELECT line_id, order_id, product_id, product, category, quantity, unit_price,
                CASE WHEN is_return THEN 0 ELSE quantity END AS units, CAST(gross AS BIGINT) AS gross,
                CAST(all_discount AS BIGINT) AS discount, CAST(all_refund AS BIGINT) AS refund,
                CAST(gross - all_discount - all_refund AS BIGINT) AS net, is_return
            FROM split""",
        "orders": f"""
            SELECT refs.order_id, order_ref, person AS customer_id, ordered_at, day, month, first_day, first_month, order_number,
                shop, channel, country, discount_code, CASE WHEN is_return THEN 'returned'
                    WHEN is_purchase AND state = 'returned' THEN 'refunded' ELSE state END AS status, currency,
                coalesce(units, 0) AS units, CAST(gross AS BIGINT) AS gross,
                CAST(line_discount + extra_discount AS BIGINT) AS discounts, CAST(returned + refund_share AS BIGINT) AS refunds,
                CAST(shipping AS BIGINT) AS shipping, CAST(tax AS BIGINT) AS tax, CAST({NET} AS BIGINT) AS net,
                is_purchase, is_return, coalesce(has_product, false) AS has_product, {_wholesale(connection)} AS is_wholesale
            FROM refs LEFT JOIN numbers ON refs.order_id = numbers.order_id ORDER BY refs.order_id""",
        "customers": f"""
            WITH known AS (
                SELECT person, min(ordered_at) FILTER (is_purchase) AS first_order,
                    max(ordered_at) FILTER (is_purchase) AS last_order, CAST(count(*) FILTER (is_purchase) AS INTEGER) AS purchases,
                    CAST(coalesce(sum({NET}) FILTER (is_purchase OR is_return), 0) AS BIGINT) AS net,
                    {"".join(f"max(order_id) FILTER ({name} IS NOT NULL) AS {name}_at, " for name in long)}
                    {short["country"]} AS country, {short["gender"]} AS gender, {born} AS birth_year,
                    {short["consent"]} = 'yes' AS consent, {short["is_guest"]} = 'yes' AS is_guest
                FROM refs WHERE person IS NOT NULL GROUP BY person)
            SELECT customer_id, ids.customer_ref, first_order, last_order, purchases, known.net, {EMAIL} AS email,
                {", ".join(f"{name}_of.{name}" if name in long else f"CAST(NULL AS VARCHAR) AS {name}" for name in ("phone", "name"))},
                known.country, {"city_of.city" if "city" in long else "CAST(NULL AS VARCHAR) AS city"}, known.gender,
                known.birth_year, known.consent, known.is_guest,
                coalesce(NOT regexp_matches({EMAIL}, '{relay_sql()}'), false) AS contactable
            FROM known JOIN ids ON person = customer_id
                {" ".join(f"LEFT JOIN refs AS {name}_of ON {name}_of.order_id = {name}_at" for name in long)}
            ORDER BY customer_id""",
    }
    for table, query in queries.items():
        path = str(folder / f"{table}.parquet").replace("'", "''")
        connection.execute(f"COPY ({query}) TO '{path}' ({QUICKLY})")


def _same_order(connection: duckdb.DuckDBPyConnection) -> str:
    """How a row finds its order: by the hash of the number, which is quick, unless two numbers share one."""
    orders, keys = connection.execute("SELECT count(*), count(DISTINCT key) FROM judged").fetchone()
    return "hash(rows.order_id) = refs.key" if orders == keys else "rows.order_id = refs.order_ref"


def _share(connection: duckdb.DuckDBPyConnection, same: str) -> None:
    """`shares`: what of an order's own discount and refund falls on each of its lines.

    A refund falls first on the lines that the file says were given back, the rest of it and the discount on all, in
    proportion to their value.
    """

    def part(amount: str, weight: str) -> str:
        upto = f"sum({weight}) OVER (PARTITION BY order_id ORDER BY product_id, amount, discount, row)"
        total = f"sum({weight}) OVER (PARTITION BY order_id)"
        parts = [f"round({amount} * ({sum_})::DOUBLE / {total})" for sum_ in (upto, f"{upto} - {weight}")]
        return f"CASE WHEN {amount} = 0 OR {total} = 0 THEN 0 ELSE {parts[0]} - {parts[1]} END"

    named = "least(refund_share, sum(back) OVER (PARTITION BY order_id))"
    connection.execute(f"""
        CREATE TABLE shares AS SELECT row, {part("extra_discount", "base")} AS discount_part,
            {part(named, "back")} + {part(f"(refund_share - {named})", "(base - back)")} AS refund_part
        FROM (SELECT *, least(coalesce(money, 0), base) AS back FROM (
            SELECT rows.rowid AS row, refs.order_id, product_id, amount, discount, extra_discount, refund_share, money,
                CASE WHEN quantity < 0 THEN 0 ELSE greatest(amount - coalesce(abs(discount), 0), 0) END AS base
            FROM rows JOIN refs ON {same} LEFT JOIN given_back ON rows.rowid = given_back.row
            WHERE outcome IS NULL AND (extra_discount > 0 OR refund_share > 0)))""")


def _wholesale(connection: duckdb.DuckDBPyConnection) -> str:
    """Whether an order is far beyond the usual: above upper quartile × (upper / lower quartile)³ of the purchases' gross."""
    low, high, purchases = connection.execute("""
        SELECT quantile_cont(gross, 0.25), quantile_cont(gross, 0.75), count(*) FROM judged WHERE is_purchase""").fetchone()
    if not low or purchases < ENOUGH_TO_JUDGE:
        return "false"
    return f"gross > {float(high) * (float(high) / float(low)) ** WHOLESALE_FENCE}"
