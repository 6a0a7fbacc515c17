"""The rows of other files and the orders: whose they are, the Parquet files they become, and what they fill in."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

from retention.engine import sql_type
from retention.ingest.kinds import Kind, kinds
from retention.ingest.mapping import plain
from retention.ingest.tables import SideFile
from retention.ingest.words import relay_sql
from retention.schema import SIDE_TABLES

Connection = duckdb.DuckDBPyConnection
DAY = "CAST({} AS DATE) - DATE '1970-01-01'"
# What a column of a table is, where it is not the field of the same name.
COLUMNS = {
    "customers": {
        "email": "email_key",
        "name": "coalesce(name, nullif(concat_ws(' ', first_name, last_name), ''))",
        "birth_year": "coalesce(year(birth_date), CASE WHEN birth_year BETWEEN 1900 AND 2100 THEN birth_year END)",
        "has_account": "coalesce(has_account, NOT is_guest)",
        "attributes": "rest",
    },
    "events": {
        "event_id": "row_number() OVER (ORDER BY file, line)",
        "kind": "CASE WHEN kind IN ('view', 'cart', 'wishlist', 'purchase') THEN kind ELSE 'other' END",
        "day": DAY.format("happened_at"),
    },
    "feedback": {"feedback_id": "row_number() OVER (ORDER BY file, line)", "day": DAY.format("given_at")},
    "spend": {"amount": "sum(amount)", "currency": "upper(currency)"},
    "products": {"attributes": "rest"},
    "assignments": {"metrics": "rest"},
}  # fmt: skip


def write_tables(connection: Connection, sides: list[SideFile], folder: Path) -> pd.DataFrame:
    """Match the rows of all files with the orders and write one Parquet file a table; fill customers and lines from them.

    A person is found by e-mail, else phone, else customer number, as they stand in any order; not by the phone of somebody
    with another e-mail, for families share one. A feedback or ticket is also found by its order number, where only one order has it. Of two rows with
    one key the later counts. Returns one row a file: kind, file, rows, used, set_aside, merged, matched (rows used that name
    a customer, product or order of the orders; missing for spend), share.
    """
    for table in SIDE_TABLES.values():
        (folder / f"{table.get_name()}.parquet").unlink(missing_ok=True)
    if sides:
        _known_people(connection)
    accounts = {}
    for kind in kinds().values():
        chosen = [side for side in sides if side.kind == kind.name]
        if chosen:
            matched = _match(connection, kind, chosen, folder)
            query = f"SELECT file, count(*), count(*) FILTER ({matched}) FROM found_{kind.name} GROUP BY file"
            accounts |= {file: counts for file, *counts in connection.execute(query).fetchall()}
            _write(connection, kind, folder)
    if any(side.kind == "customers" for side in sides):
        _fill_customers(connection, folder)
    if any(side.kind == "products" for side in sides):
        _fill_lines(connection, folder)
    return pd.DataFrame([_account(side, *accounts.get(side.number, (0, 0))) for side in sides])


def _account(side: SideFile, used: int, matched: int) -> dict[str, object]:
    is_matched = side.kind != "spend"
    return {
        "kind": side.kind,
        "file": side.text.name,
        "rows": side.rows,
        "used": used,
        "set_aside": len(side.broken),
        "merged": side.rows - len(side.broken) - used,
        "matched": matched if is_matched else None,
        "share": matched / used if is_matched and used else None,
    }


def _known_people(connection: Connection) -> None:
    """Make `known_people`: every e-mail, phone and number in the orders and whose it is, the last one to use it."""
    names = " UNION ALL ".join(
        f"SELECT '{key}' AS name, {key} AS key, customer_ref, order_id FROM refs WHERE {key} IS NOT NULL"
        for key in ("email_key", "phone_key", "id_key")
    )
    connection.execute(f"""
        CREATE OR REPLACE TABLE known_people AS SELECT name, key, max_by(customer_id, order_id) AS customer_id,
            contains(max_by(customer_ref, order_id), '@') AS has_email FROM ({names}) JOIN ids USING (customer_ref) GROUP BY name, key""")


def _match(connection: Connection, kind: Kind, sides: list[SideFile], folder: Path) -> str:
    """Make `found_<kind>`: the rows of all its files that count, with customer and order; return the test of a match."""
    scales = {side.number: _scale(connection, side) for side in sides} if kind.name == "feedback" else {}
    every = " UNION ALL BY NAME ".join(
        f"SELECT {side.number} AS file, *{scales.get(side.number, '')} FROM side_{side.number}" for side in sides
    )
    columns, joins, tests = ["every.*"], "", []
    if "customer_id" in kind.fields:
        columns = ["every.* EXCLUDE (customer_id)"]
        alone = {"phone_key": " AND (every.email_key IS NULL OR NOT by_phone_key.has_email)"}
        joins = "".join(
            f" LEFT JOIN known_people AS by_{key} ON by_{key}.name = '{key}' AND by_{key}.key = every.{key}{alone.get(key, '')}"
            for key in ("email_key", "phone_key", "id_key")
        )
        matches = [f"by_{key}.customer_id" for key in ("email_key", "phone_key", "id_key")]
        ranks = " ".join(f"WHEN {match} IS NOT NULL THEN {rank}" for rank, match in enumerate(matches))
        columns.append(f"CASE {ranks} END AS match_rank")
        tests = ["customer_id IS NOT NULL"]
        if "order_id" in kind.fields:
            columns[0] = "every.* EXCLUDE (customer_id, order_id)"
            columns.append("placed.order_id")
            matches.append("placed.customer_id")
            tests.append("order_id IS NOT NULL")
            joins += """ LEFT JOIN (
                SELECT ltrim(order_ref, '#') AS ref, max(order_id) AS order_id, max(customer_id) AS customer_id
                FROM refs LEFT JOIN ids USING (customer_ref) GROUP BY ref HAVING count(*) = 1) AS placed ON placed.ref = ltrim(every.order_id, '#')"""
        columns.append(f"coalesce({', '.join(matches)}) AS customer_id")
    if kind.name == "products":
        lines = _path(folder, "lines")
        sold = [f"{key} IN (SELECT {key} FROM {lines} WHERE {key} IS NOT NULL)" for key in ("product_id", "product")]
        columns.append(f"coalesce({sold[0]}, false) OR coalesce({sold[1]}, false) AS is_sold")
        tests = ["is_sold"]
    latest = f"{kind.key} IS NULL OR row_number() OVER (PARTITION BY {kind.key} ORDER BY file DESC, line DESC) = 1"
    if kind.name == "spend":
        latest = f"file = max(file) OVER (PARTITION BY {kind.key})"
    connection.execute(f"""
        CREATE OR REPLACE TABLE found_{kind.name} AS SELECT {", ".join(columns)} FROM ({every}) AS every {joins}
        {f"QUALIFY {latest}" if kind.key else ""}""")
    return " OR ".join(tests) or "false"


def _scale(connection: Connection, side: SideFile) -> str:
    """The ends of a file's scale, as two more columns: by its name where that says NPS, else by the scores in it."""
    low, high = connection.execute(f"SELECT min(score), max(score) FROM side_{side.number}").fetchone()
    if low is not None and low >= 0 and high <= 10:
        name = plain(side.mapping["score"])
        if "nps" in name.split() or "recommend" in name or (low < 1 and high > 5):
            low, high = 0, 10
        elif low >= 1:
            low, high = 1, 5 if high <= 5 else 10
    return "".join(
        f", CAST({'NULL' if end is None else end} AS DOUBLE) AS {name}"
        for end, name in ((low, "scale_low"), (high, "scale_high"))
    )


def _path(folder: Path, table: str) -> str:
    return "'" + str(folder / f"{table}.parquet").replace("'", "''") + "'"


def _write(connection: Connection, kind: Kind, folder: Path) -> None:
    table = SIDE_TABLES[kind.name]
    made = COLUMNS.get(kind.name, {})
    columns = ", ".join(
        f"CAST({made.get(name, name)} AS {sql_type(holds)}) AS {name}" for name, holds in table.schema().items()
    )
    order = f"GROUP BY {kind.key} ORDER BY {kind.key}" if kind.name == "spend" else "ORDER BY file, line"
    connection.execute(
        f"COPY (SELECT {columns} FROM found_{kind.name} {order}) TO {_path(folder, table.get_name())} (FORMAT parquet)"
    )


def _fill_customers(connection: Connection, folder: Path) -> None:
    """Give customers what the orders do not say; for consent, gender and birth year the customers file is right."""
    _rewrite(connection, folder, "customers", f"""
        SELECT customers.* REPLACE (
            coalesce(customers.name, person.name) AS name, coalesce(customers.phone, person.phone) AS phone,
            coalesce(customers.email, person.email) AS email, coalesce(customers.country, person.country) AS country,
            coalesce(customers.city, person.city) AS city, coalesce(customers.is_guest, NOT person.has_account) AS is_guest,
            coalesce(person.consent, customers.consent) AS consent, coalesce(person.gender, customers.gender) AS gender,
            coalesce(person.birth_year, customers.birth_year) AS birth_year,
            coalesce(customers.contactable, false) OR coalesce(customers.email IS NULL
                AND NOT regexp_matches(person.email, '{relay_sql()}'), false) AS contactable)
        FROM {_path(folder, "customers")} AS customers LEFT JOIN (
            SELECT * REPLACE ({", ".join(f"CAST({value} AS {sql_type(SIDE_TABLES['customers'].schema()[name])}) AS {name}" for name, value in COLUMNS["customers"].items() if name != "attributes")})
            FROM found_customers WHERE customer_id IS NOT NULL
            QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY match_rank, file DESC, line DESC) = 1) AS person
            USING (customer_id)
        ORDER BY customer_id""")  # fmt: skip


def _fill_lines(connection: Connection, folder: Path) -> None:
    """Give lines the product's name and category where they have none."""
    by_id, by_name = (
        f"(SELECT {key}, max_by(category, (file, line)) AS category, max_by(product, (file, line)) AS title "
        f"FROM found_products WHERE {key} IS NOT NULL GROUP BY {key})"
        for key in ("product_id", "product")
    )
    _rewrite(connection, folder, "lines", f"""
        SELECT lines.* REPLACE (coalesce(lines.product, numbered.title) AS product,
            coalesce(lines.category, numbered.category, named.category) AS category)
        FROM {_path(folder, "lines")} AS lines LEFT JOIN {by_id} AS numbered USING (product_id)
            LEFT JOIN {by_name} AS named ON named.product = lines.product
        ORDER BY line_id""")  # fmt: skip


def _rewrite(connection: Connection, folder: Path, table: str, query: str) -> None:
    part = folder / f"{table}_filled.parquet"
    connection.execute(f"COPY ({query}) TO {_path(folder, part.stem)} (FORMAT parquet)")
    part.replace(folder / f"{table}.parquet")
