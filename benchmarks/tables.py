"""Key figures and cohorts over a million lines, beside DuckDB SQL over the same Parquet files and pandas on loaded frames.

The SQL and the pandas code find the same sums; the last arithmetic on 24 rows, intervals included, is left to the package.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.inputs import million

KPI_SQL = """
WITH each AS (
    SELECT month, coalesce(customer_id, -order_id) AS unit, count(*) FILTER (is_purchase) AS orders, sum(units) AS units,
        sum(gross) AS gross, sum(discounts) AS discounts, sum(refunds) AS refunds, sum(net) AS net, min(first_month) AS first
    FROM '{folder}/orders.parquet' WHERE is_purchase OR is_return GROUP BY ALL),
beside AS (
    SELECT *, lag(month) OVER past AS before, lag(orders) OVER past AS orders_before, unit > 0 AS known,
        unit > 0 AND orders > 0 AS buyer, net::DOUBLE AS x
    FROM each WINDOW past AS (PARTITION BY unit ORDER BY month))
SELECT month, count(*) AS rows, count(*) FILTER (buyer) AS customers, count(*) FILTER (buyer AND first = month) AS new_customers,
    count(*) FILTER (buyer AND first < month) AS returning_customers, count(*) FILTER (buyer AND orders > 1) AS repeaters,
    count(*) FILTER (buyer AND before = month - 1 AND orders_before > 0) AS retained, sum(orders) AS orders,
    sum(orders) FILTER (known) AS known_orders, sum(units) AS units, sum(gross) AS gross, sum(discounts) AS discounts,
    sum(refunds) AS refunds, sum(net) AS net, sum(net) FILTER (known) AS known_net, count(*) FILTER (known) AS known_rows,
    sum(net) FILTER (known AND first = month) AS new_net, sum(net) FILTER (known AND first < month) AS returning_net,
    sum(x * x) AS net_net, sum(x * orders) AS net_orders, sum(orders::DOUBLE * orders) AS orders_orders,
    sum(x * x) FILTER (known) AS known_net_net, sum(orders::DOUBLE * orders) FILTER (known) AS known_orders_orders,
    sum(x) FILTER (buyer) AS counted_net, sum(x * x) FILTER (known AND first < month) AS old_old
FROM beside GROUP BY month ORDER BY month"""

SECOND_SQL = """
WITH each AS (
    SELECT min(day) FILTER (order_number = 1) AS first, min(day) FILTER (order_number > 1) AS second
    FROM '{folder}/orders.parquet' WHERE is_purchase AND customer_id IS NOT NULL GROUP BY customer_id)
SELECT first, count(*) AS customers, count(*) FILTER (second - first <= 30) AS within_30, count(*) FILTER (second - first <= 60) AS within_60,
    count(*) FILTER (second - first <= 90) AS within_90, count(*) FILTER (second - first <= 180) AS within_180,
    count(*) FILTER (second - first <= 365) AS within_365
FROM each WHERE first IS NOT NULL GROUP BY first"""

GAPS_SQL = """
SELECT gap, count(*) FROM (
    SELECT lead(day) OVER (PARTITION BY customer_id ORDER BY order_number) - day AS gap
    FROM '{folder}/orders.parquet' WHERE is_purchase AND customer_id IS NOT NULL)
WHERE gap > 0 GROUP BY gap"""

SPELLS_SQL = """
WITH told AS (
    SELECT customer_id, day, order_id, coalesce(day - lag(day) OVER (PARTITION BY customer_id ORDER BY order_id) > 90, true) AS begins
    FROM '{folder}/orders.parquet' WHERE is_purchase AND customer_id IS NOT NULL),
numbered AS (SELECT *, sum(begins::INTEGER) OVER (PARTITION BY customer_id ORDER BY order_id) AS spell FROM told),
spells AS (SELECT min(day) AS first, max(day) + 90 AS last FROM numbered GROUP BY customer_id, spell)
SELECT true AS is_end, last AS day, CASE WHEN last - first < 366 THEN first ELSE -1 END AS near, count(*) AS spells FROM spells GROUP BY ALL
UNION ALL SELECT false, first, first, count(*) FROM spells GROUP BY ALL"""

COHORT_SQL = """
WITH each AS (
    SELECT first_month AS cohort, month - first_month AS age, customer_id, count(*) FILTER (is_purchase) AS orders,
        count(*) FILTER (order_number = 1) AS firsts, sum(net) AS net
    FROM '{folder}/orders.parquet'
    WHERE (is_purchase OR is_return) AND customer_id IS NOT NULL AND first_month IS NOT NULL GROUP BY ALL)
SELECT cohort, age, count(*) FILTER (orders > 0) AS customers, sum(firsts) AS size, sum(orders) AS orders, sum(net) AS net
FROM each GROUP BY ALL ORDER BY ALL"""

PRODUCT_SQL = """
WITH each AS (
    SELECT first_month AS cohort, month - first_month AS age, customer_id, count(*) FILTER (is_purchase) AS orders,
        count(*) FILTER (order_number = 1) AS firsts
    FROM '{folder}/orders.parquet'
    WHERE (is_purchase OR is_return) AND customer_id IS NOT NULL AND first_month IS NOT NULL GROUP BY ALL),
best AS (
    SELECT customer_id, product FROM '{folder}/lines.parquet' JOIN (
        SELECT order_id, customer_id FROM '{folder}/orders.parquet' WHERE is_purchase AND order_number = 1) USING (order_id)
    WHERE quantity > 0 AND unit_price > 0
    QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY gross - discount DESC, product, line_id) = 1)
SELECT product, cohort, age, count(*) FILTER (orders > 0) AS customers, sum(firsts) AS size
FROM each JOIN best USING (customer_id) GROUP BY ALL ORDER BY ALL"""

CUMULATIVE_SQL = """
WITH each AS (
    SELECT first_month AS cohort, customer_id, min(month) FILTER (order_number > 1) AS second
    FROM '{folder}/orders.parquet' WHERE is_purchase AND customer_id IS NOT NULL AND first_month IS NOT NULL GROUP BY ALL)
SELECT cohort, coalesce(second - cohort, 0) AS age, count(second) AS customers, count(*) AS size FROM each GROUP BY ALL ORDER BY ALL"""

TEN = "ten million lines: retention_table by product"


def kpis(folder: Path) -> Callable[[], object]:
    """`kpi_table`."""
    import retention as rt

    orders = million(folder)
    return lambda: rt.kpi_table(orders)


def cohorts(folder: Path) -> Callable[[], object]:
    """`retention_table`."""
    import retention as rt

    orders = million(folder)
    return lambda: rt.retention_table(orders)


def products(folder: Path) -> Callable[[], object]:
    """`retention_table` by the first product."""
    import retention as rt

    orders = million(folder)
    return lambda: rt.retention_table(orders, by="product")


def cumulative(folder: Path) -> Callable[[], object]:
    """`retention_table` of the share with a second purchase."""
    import retention as rt

    orders = million(folder)
    return lambda: rt.retention_table(orders, value="cumulative")


def ten_products(folder: Path) -> Callable[[], object]:
    """`retention_table` by the first product, of ten million lines."""
    import retention as rt

    orders = million(folder, "ten_million")
    return lambda: rt.retention_table(orders, by="product")


def products_sql(folder: Path) -> Callable[[], object]:
    """The cells of `retention_table` by product in SQL."""
    return _sql(PRODUCT_SQL, folder)


def cumulative_sql(folder: Path) -> Callable[[], object]:
    """The cells of the cumulative `retention_table` in SQL."""
    return _sql(CUMULATIVE_SQL, folder)


def kpis_sql(folder: Path) -> Callable[[], object]:
    """The sums of `kpi_table` in SQL."""
    queries = [_sql(query, folder) for query in (KPI_SQL, SECOND_SQL, GAPS_SQL, SPELLS_SQL)]
    return lambda: [query() for query in queries]


def cohorts_sql(folder: Path) -> Callable[[], object]:
    """The cells of `retention_table` in SQL."""
    return _sql(COHORT_SQL, folder)


def _sql(query: str, folder: Path) -> Callable[[], object]:
    import duckdb

    connection = duckdb.connect()
    return lambda: connection.execute(query.format(folder=folder / "million")).df()


def _frame(folder: Path):
    import pandas as pd

    frame = pd.read_parquet(folder / "million" / "orders.parquet")
    return frame[frame["is_purchase"] | frame["is_return"]]


def kpis_pandas(folder: Path) -> Callable[[], object]:
    """The sums of `kpi_table` in pandas."""
    frame = _frame(folder)

    def work() -> object:
        unit = frame["customer_id"].fillna(-frame["order_id"])
        each = frame.assign(unit=unit, orders=frame["is_purchase"].astype(int)).groupby(
            ["month", "unit"], as_index=False
        )
        each = each.agg(
            dict.fromkeys(("orders", "units", "gross", "discounts", "refunds", "net"), "sum") | {"first_month": "min"}
        ).sort_values(["unit", "month"])
        past = each.groupby("unit")[["month", "orders"]].shift(1)
        known, x, y = each["unit"] > 0, each["net"].astype(float), each["orders"].astype(float)
        buyer, is_new, is_old = (
            known & (y > 0),
            each["first_month"] == each["month"],
            each["first_month"] < each["month"],
        )
        sums = each.assign(
            rows=1,
            customers=buyer,
            new_customers=buyer & is_new,
            returning_customers=buyer & is_old,
            repeaters=buyer & (y > 1),
            retained=buyer & (past["month"] == each["month"] - 1) & (past["orders"] > 0),
            known_orders=y.where(known),
            known_net=x.where(known),
            known_rows=known,
            new_net=x.where(known & is_new),
            returning_net=x.where(known & is_old),
            net_net=x * x,
            net_orders=x * y,
            orders_orders=y * y,
            known_net_net=(x * x).where(known),
            known_orders_orders=(y * y).where(known),
            counted_net=x.where(buyer),
            old_old=(x * x).where(known & is_old),
        )
        return sums.drop(columns=["unit", "first_month"]).groupby("month").sum(), *_second_orders_and_spells(frame)

    return work


def _second_orders_and_spells(frame: object) -> tuple[object, ...]:
    """What SECOND_SQL, GAPS_SQL and SPELLS_SQL find."""
    import pandas as pd

    bought = frame[frame["is_purchase"] & frame["customer_id"].notna()]
    bought = bought[["customer_id", "order_number", "order_id", "day"]].sort_values(["customer_id", "order_id"])
    days = {
        name: bought[which].groupby("customer_id")["day"].min()
        for name, which in (("first", bought["order_number"] == 1), ("second", bought["order_number"] > 1))
    }
    each = pd.DataFrame(days).dropna(subset=["first"])
    within = {f"within_{most}": each["second"] - each["first"] <= most for most in (30, 60, 90, 180, 365)}
    seconds = pd.DataFrame(within).assign(customers=1).groupby(each["first"]).sum()
    gap = bought.groupby("customer_id")["day"].diff()
    gaps = gap[gap > 0].value_counts()
    spell = (gap.isna() | (gap > 90)).cumsum()
    spells = bought.groupby(spell)["day"].agg(["min", "max"])
    near = spells["min"].where(spells["max"] + 90 - spells["min"] < 366, -1)
    ends = spells.groupby([spells["max"] + 90, near]).size()
    return seconds, gaps, ends, spells.groupby("min").size()


def cohorts_pandas(folder: Path) -> Callable[[], object]:
    """The cells of `retention_table` in pandas."""
    frame = _frame(folder)

    def work() -> object:
        known = frame[frame["customer_id"].notna() & frame["first_month"].notna()]
        known = known.assign(
            age=known["month"] - known["first_month"],
            orders=known["is_purchase"].astype(int),
            firsts=(known["order_number"] == 1).astype(int),
        )
        each = known.groupby(["first_month", "age", "customer_id"], as_index=False)[["orders", "firsts", "net"]].sum()
        each["customers"] = each["orders"] > 0
        return each.groupby(["first_month", "age"])[["customers", "firsts", "orders", "net"]].sum()

    return work


CASES = {
    "kpi_table": (kpis, 5),
    "key figures: SQL": (kpis_sql, 5),
    "key figures: pandas": (kpis_pandas, 4),
    "retention_table": (cohorts, 5),
    "cohorts: SQL": (cohorts_sql, 5),
    "cohorts: pandas": (cohorts_pandas, 4),
    "retention_table by product": (products, 5),
    "cohorts by product: SQL": (products_sql, 5),
    "retention_table, cumulative": (cumulative, 5),
    "cumulative: SQL": (cumulative_sql, 5),
    TEN: (ten_products, 1),
}
COMPARED = (
    ("kpi_table", "key figures: SQL", 1.5),
    ("kpi_table", "key figures: pandas", 1),
    ("retention_table", "cohorts: SQL", 1.5),
    ("retention_table", "cohorts: pandas", 1),
    ("retention_table by product", "cohorts by product: SQL", 1.5),
    ("retention_table, cumulative", "cumulative: SQL", 1.5),
)
SECONDS = ()
MEGABYTES = ((TEN, 1100),)
ROUNDS = 3
