"""Channels, discounts and accounts over a million lines, beside DuckDB SQL over the same Parquet files, and over ten million.

The SQL finds the same sums; the last arithmetic on a few rows, intervals included, is left to the package.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from benchmarks.inputs import million

BOUGHT = "SELECT * FROM '{folder}/orders.parquet' WHERE (is_purchase OR is_return) AND customer_id IS NOT NULL"
STARTERS = """
each AS (
    SELECT customer_id, min(day) FILTER (is_purchase AND order_number = 1) AS first_day,
        sum(net) FILTER (is_purchase AND order_number = 1) AS first_net,
        min(day) FILTER (is_purchase AND order_number > 1) AS second_day, sum(net)::BIGINT AS net {more}
    FROM bought GROUP BY customer_id HAVING first_day IS NOT NULL)"""
SUMS = """
    count(*) AS customers, count(*) FILTER (first_day <= {as_of} - 90) AS old_enough,
    count(*) FILTER (first_day <= {as_of} - 90 AND second_day - first_day <= 90) AS seconds, count(second_day) AS repeaters,
    sum({as_of} - first_day) AS days, sum(first_net) AS first, sum(first_net::DOUBLE * first_net) AS first_first,
    sum(net) AS net, sum(net::DOUBLE * net) AS net_net"""

NAMES_SQL = """
SELECT channel, count(*) FILTER (customer_id IS NOT NULL) AS known, count(*) FILTER (customer_id IS NULL) AS nobody
FROM '{folder}/orders.parquet' WHERE is_purchase GROUP BY ALL"""
STARTS_SQL = f"""
WITH bought AS ({BOUGHT}), {
    STARTERS.replace(
        "{more}",
        ''',
        max(channel) FILTER (is_purchase AND order_number = 1) AS first_channel,
        max(channel) FILTER (is_purchase AND order_number = 2) AS second_channel,
        count(*) FILTER (is_purchase AND order_number > 1) AS later, count(*) FILTER (is_purchase AND order_number > 2) AS thirds''',
    )
}
SELECT first_channel, second_channel, {SUMS}, sum(later) AS later_orders, sum(later::DOUBLE * later) AS later_later,
    count(*) FILTER (thirds > 0) AS thirds
FROM each GROUP BY ALL"""
USE_SQL = f"""
WITH bought AS ({BOUGHT}),
each AS (
    SELECT channel, customer_id, count(*) FILTER (is_purchase) AS orders, sum(net)::BIGINT AS net FROM bought GROUP BY ALL)
SELECT channel, count(*) FILTER (orders > 0) AS customers, count(*) AS rows, sum(orders) AS orders, sum(net) AS net,
    sum(net::DOUBLE * net) AS net_net, sum(orders::DOUBLE * orders) AS orders_orders, sum(net::DOUBLE * orders) AS net_orders
FROM each GROUP BY ALL"""
SETS_SQL = f"""
WITH bought AS ({BOUGHT}),
used AS (
    SELECT customer_id, channel, count(*) FILTER (is_purchase) AS orders, sum(net) AS net FROM bought GROUP BY ALL),
each AS (
    SELECT customer_id, string_agg(channel, ' + ' ORDER BY channel) FILTER (orders > 0) AS name, sum(orders) AS orders, sum(net) AS net
    FROM used GROUP BY customer_id)
SELECT name, count(*) AS customers, count(*) FILTER (orders > 1) AS repeaters, sum(orders) FILTER (orders > 1) AS orders,
    sum(net) FILTER (orders > 1) AS net, sum(net::DOUBLE * net) FILTER (orders > 1) AS net_net,
    sum(orders::DOUBLE * orders) FILTER (orders > 1) AS orders_orders, sum(net::DOUBLE * orders) FILTER (orders > 1) AS net_orders
FROM each WHERE orders > 0 GROUP BY name"""
FLOW_SQL = f"""
WITH bought AS ({BOUGHT} AND is_purchase),
later AS (SELECT customer_id, channel, count(*) AS orders FROM bought WHERE order_number > 1 GROUP BY ALL),
totals AS (SELECT customer_id, sum(orders) AS total FROM later GROUP BY ALL),
firsts AS (SELECT customer_id, channel AS first_channel FROM bought WHERE order_number = 1)
SELECT first_channel, channel, count(*) AS customers, sum(orders) AS orders, sum(orders::DOUBLE * orders) AS xx,
    sum(orders::DOUBLE * total) AS xy
FROM later JOIN firsts USING (customer_id) JOIN totals USING (customer_id) GROUP BY ALL"""

MARKED = """
SELECT *, nullif(upper(trim(discount_code)), '') AS code, discounts > 0 OR nullif(upper(trim(discount_code)), '') IS NOT NULL AS cheap
FROM '{folder}/orders.parquet' WHERE (is_purchase OR is_return)"""
FIRST_SQL = f"""
WITH bought AS ({MARKED} AND customer_id IS NOT NULL), {
    STARTERS.replace(
        "{more}",
        ''',
        bool_or(cheap) FILTER (is_purchase AND order_number = 1) AS discounted,
        count(*) FILTER (is_purchase AND order_number > 1) AS later, count(*) FILTER (is_purchase AND order_number > 1 AND cheap) AS cheap''',
    )
}
SELECT discounted, {SUMS}, sum(later) AS later_orders, sum(cheap) AS cheap, sum(later::DOUBLE * later) AS later_later,
    sum(cheap::DOUBLE * cheap) AS cheap_cheap, sum(cheap::DOUBLE * later) AS cheap_later, count(*) FILTER (later > 0) AS with_later
FROM each GROUP BY ALL"""
PRICES_SQL = f"""
WITH bought AS ({MARKED} AND is_purchase AND customer_id IS NOT NULL),
each AS (SELECT customer_id, count(*) AS orders, count(*) FILTER (cheap) AS cheap FROM bought GROUP BY ALL)
SELECT CASE WHEN cheap = orders THEN 0 WHEN cheap > 0 THEN 1 ELSE 2 END AS price, orders > 1 AS again, count(*) AS customers
FROM each GROUP BY ALL"""
CODES_SQL = f"""
WITH bought AS ({MARKED} AND is_purchase AND cheap),
largest AS (SELECT code FROM bought WHERE code IS NOT NULL GROUP BY code ORDER BY count(*) DESC, code LIMIT 20),
each AS (
    SELECT CASE WHEN code IS NULL THEN 'no code' WHEN code IN (FROM largest) THEN code ELSE 'others' END AS name,
        coalesce(customer_id, -order_id) AS unit, count(*) AS orders, count(*) FILTER (order_number = 1) AS new, sum(net) AS net,
        sum(gross) AS gross, sum(discounts) AS discounts FROM bought GROUP BY ALL)
SELECT name, count(*) AS units, sum(orders) AS orders, count(*) FILTER (unit > 0) AS customers, sum(new) AS new, sum(net) AS net,
    sum(gross) AS gross, sum(discounts) AS discounts, sum(discounts::DOUBLE * discounts) AS xx, sum(gross::DOUBLE * gross) AS yy,
    sum(discounts::DOUBLE * gross) AS xy FROM each GROUP BY name"""
AFTER_SQL = f"""
WITH bought AS ({MARKED} AND customer_id IS NOT NULL), {
    STARTERS.replace(
        "{more}",
        ''',
        max(coalesce(code, 'no code')) FILTER (is_purchase AND order_number = 1 AND cheap) AS code''',
    )
}
SELECT code, {SUMS} FROM each WHERE code IS NOT NULL GROUP BY ALL"""

ACCOUNTS_SQL = f"""
WITH bought AS ({BOUGHT}), {STARTERS.replace("{more}", "")}
SELECT is_guest, {SUMS.replace("net AS", "each.net AS").replace("sum(net", "sum(each.net").replace("* net)", "* each.net)")}
FROM each LEFT JOIN '{{folder}}/customers.parquet' USING (customer_id) GROUP BY ALL"""


def _function(name: str, dataset: str) -> Callable[[Path], Callable[[], object]]:
    def make(folder: Path) -> Callable[[], object]:
        import retention as rt

        orders = million(folder, dataset)

        def work() -> object:
            with suppress(
                rt.EmptyError
            ):  # the ten million lines do not say who is a guest, which shows after the counting
                return getattr(rt, name)(orders)

        return work

    return make


def _sql(*queries: str) -> Callable[[Path], Callable[[], object]]:
    def make(folder: Path) -> Callable[[], object]:
        import duckdb

        from retention.periods import day_number

        connection = duckdb.connect()
        facts = {"folder": folder / "million", "as_of": day_number(million(folder).as_of)}
        written = [query.format(**facts) for query in queries]
        return lambda: [connection.execute(query).df() for query in written]

    return make


CASES = {
    "channel_table": (_function("channel_table", "million"), 5),
    "channels: SQL": (_sql(NAMES_SQL, STARTS_SQL, USE_SQL, SETS_SQL, FLOW_SQL), 5),
    "discount_table": (_function("discount_table", "million"), 5),
    "discounts: SQL": (_sql(FIRST_SQL, PRICES_SQL, CODES_SQL, AFTER_SQL), 5),
    "account_table": (_function("account_table", "million"), 5),
    "accounts: SQL": (_sql(ACCOUNTS_SQL), 5),
    "channel_table, ten million lines": (_function("channel_table", "ten_million"), 2),
    "discount_table, ten million lines": (_function("discount_table", "ten_million"), 2),
    "account_table, ten million lines": (_function("account_table", "ten_million"), 2),
}
COMPARED = (
    ("channel_table", "channels: SQL", 1.5),
    ("discount_table", "discounts: SQL", 1.5),
    ("account_table", "accounts: SQL", 1.5),
)
SECONDS = ()
MEGABYTES = (
    ("channel_table, ten million lines", 1_100),
    ("discount_table, ten million lines", 1_100),
    ("account_table, ten million lines", 1_100),
)
ROUNDS = 3
