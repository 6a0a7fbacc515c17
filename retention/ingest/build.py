"""Typed rows → lines, orders and customers: identity, purchase, refund and currency rules, and the account of every row."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

from retention.ingest.mapping import plain
from retention.ingest.rows import QUICKLY, change
from retention.ingest.words import words
from retention.schema import ORDER_MONEY

Connection = duckdb.DuckDBPyConnection
KEYS = {"email": "email_key", "phone": "phone_key", "customer_id": "id_key"}
# What of an order is not written down where no file has it.
OF_ORDERS = dict.fromkeys(
    (*KEYS.values(), "phone", "name", "country", "city", "gender", "consent", "is_guest"), "VARCHAR"
)
OF_ORDERS |= dict.fromkeys(("channel", "discount_code", "currency"), "VARCHAR")
OF_ORDERS |= {"birth_year": "INTEGER", "order_total": "BIGINT"}
REASONS = {
    "paid": "purchase",
    "pending": "not paid",
    "cancelled": "cancelled",
    "failed": "payment failed",
    "test": "test order",
    "refunded": "purchase, paid back",
    "returned": "return or refund document",
}


def keep_shops_apart(connection: Connection, shops: list[str]) -> None:
    """Name every row's shop; where two shops gave two orders the same number, the shop's name keeps them two.

    shops: the name of the shop of each file, for the rows that do not name one themselves.
    """
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in shops)
    own = connection.execute("SELECT bool_or(shop IS NOT NULL) FROM rows").fetchone()[0]
    if len(set(shops)) > 1 or own:
        # A further row of an order, and a file without such a column, leave the shop to the order's other rows.
        change(
            connection,
            f"""UPDATE rows SET shop = coalesce(rows.shop, told.shop, [{names}][file + 1]) FROM (
                SELECT order_id, CASE WHEN count(DISTINCT shop) = 1 THEN max(shop) END AS shop FROM rows GROUP BY order_id) AS told
            WHERE rows.order_id = told.order_id""",
        )
        change(
            connection,
            """
            UPDATE rows SET order_id = order_id || CASE WHEN shop <> '' THEN ' (' || shop || ')' ELSE '' END WHERE outcome IS NULL AND order_id IN (
                SELECT order_id FROM rows WHERE outcome IS NULL GROUP BY order_id HAVING count(DISTINCT coalesce(shop, '')) > 1)""",
        )


def clashes(connection: Connection) -> tuple[int, int]:
    """Orders that stand in two files, and how many of them have another date or customer there: a sign of two shops."""
    return connection.execute("""
        SELECT count(*), count(*) FILTER (apart > 2 OR people > 1) FROM (
            SELECT max(day) - min(day) AS apart, count(DISTINCT who) AS people FROM (
                SELECT order_id, file, CAST(min(ordered_at) AS DATE) AS day,
                    coalesce(lower(max(email)), max(phone), max(customer_id)) AS who FROM rows
                WHERE outcome IS NULL AND quantity >= 0 GROUP BY order_id, file)
            GROUP BY order_id HAVING count(*) > 1)""").fetchone()


def merge(connection: Connection, drop_duplicates: bool) -> int:
    """Merge what stands twice: an order that a newer file brings again and, if asked, identical rows.

    The newest file is the one whose last order is the latest; between two of the same end the later in the list. A newer
    file that only holds goods given back on an order adds them to it, unless they stand there already. Returns how many
    orders were taken from the newer file.
    """
    ends = connection.execute(
        "SELECT file FROM rows WHERE outcome IS NULL GROUP BY file ORDER BY max(ordered_at), file"
    ).fetchall()
    renewed = 0
    if len(ends) > 1:
        age = " ".join(f"WHEN {file} THEN {age}" for age, (file,) in enumerate(ends))
        connection.execute(f"""
            CREATE TABLE renewed AS SELECT order_id, coalesce(max(age) FILTER (sold), -1) AS newest FROM (
                SELECT order_id, CASE file {age} END AS age, bool_or(quantity >= 0) AS sold
                FROM rows WHERE outcome IS NULL GROUP BY order_id, file)
            GROUP BY order_id HAVING count(*) > 1""")
        renewed = connection.execute("SELECT count(*) FROM renewed").fetchone()[0]
    if renewed:
        change(
            connection,
            f"""
            UPDATE rows SET outcome = 'merged', problem = 'order_id: the same order stands in a newer file' FROM (
                SELECT row, age < newest OR age > min(age) FILTER (age >= newest) OVER (
                    PARTITION BY order_id, ordered_at, product_id, product, quantity, amount) AS stands
                FROM (SELECT rows.rowid AS row, rows.*, CASE file {age} END AS age, newest
                    FROM rows JOIN renewed USING (order_id) WHERE outcome IS NULL)) AS known
            WHERE rows.rowid = known.row AND known.stands""",
        )
    if drop_duplicates:
        change(
            connection,
            f"""
            UPDATE rows SET outcome = 'merged', problem = 'row: the same order, customer, product, quantity and price as a row before' FROM (
                SELECT rowid AS row, row_number() OVER (PARTITION BY {_identical()} ORDER BY rowid) AS copy
                FROM rows WHERE outcome IS NULL) AS copies
            WHERE copies.copy > 1 AND rows.rowid = copies.row""",
        )
    return renewed


def _identical() -> str:
    return "order_id, ordered_at, status, customer_id, email, phone, product_id, product, category, quantity, amount, discount"


def count_duplicates(connection: Connection) -> int:
    """Rows with the same order, customer, product, quantity and price as an earlier one."""
    query = f"SELECT count(*) - count(DISTINCT hash({_identical()})) FROM rows WHERE outcome IS NULL"
    return connection.execute(query).fetchone()[0]


def currencies(connection: Connection) -> dict[str, int]:
    """Currency → rows, most frequent first; rows without one belong to the order's other rows."""
    query = "SELECT upper(currency), count(*) FROM rows WHERE currency IS NOT NULL AND outcome IS NULL GROUP BY 1 ORDER BY 2 DESC, 1"
    return dict(connection.execute(query).fetchall())


def convert(connection: Connection, found: str, rate: float, currency: str) -> None:
    """Turn the money of the orders in one currency into another: money × rate, rounded to hundredths line by line."""
    money = ("amount", "discount", *ORDER_MONEY)
    changed = ", ".join(f"{name} = round({name} * ?)::BIGINT" for name in money)
    change(
        connection,
        f"""UPDATE rows SET {changed}, unit_price = unit_price * ?, currency = ?
        FROM (SELECT order_id, max(upper(currency)) AS currency FROM rows GROUP BY order_id) AS other
        WHERE rows.order_id = other.order_id AND other.currency = ? AND outcome IS NULL""",
        [*[rate] * (len(money) + 1), currency, found],
    )


def keep_currency(connection: Connection, currency: str) -> None:
    """Set the orders in any other currency aside: money in two currencies is never added."""
    change(
        connection,
        """UPDATE rows SET outcome = 'set aside', problem = 'currency: another currency than the chosen one', found = other.currency
        FROM (SELECT order_id, max(upper(currency)) AS currency FROM rows GROUP BY order_id) AS other
        WHERE rows.order_id = other.order_id AND other.currency <> ? AND outcome IS NULL""",
        [currency],
    )


def unknown_states(connection: Connection) -> list[str]:
    """Order states that are in no list."""
    found = connection.execute(
        "SELECT DISTINCT status FROM rows WHERE status IS NOT NULL AND outcome IS NULL"
    ).fetchall()
    return sorted(state for (state,) in found if plain(state) not in words()["status"])


def restore_refunded(connection: Connection, files: list[int]) -> None:
    """Put pieces back that an export has taken off the quantity because they were refunded.

    Such a file names the order's subtotal and its refund as well. What the lines lack to the subtotal goes to the lines
    left without a piece, else to all, so that gross, discounts and refunds mean the same as in every other file.
    """
    chosen = ", ".join(map(str, files))
    change(
        connection,
        f"""
        UPDATE rows SET amount = amount + missing, quantity = quantity + round(missing / 100 / unit_price) FROM (
            SELECT row, round(lacks * upto / total)::BIGINT - round(lacks * (upto - weight) / total)::BIGINT AS missing
            FROM (SELECT row, lacks, weight, sum(weight) OVER (PARTITION BY order_id) AS total,
                    sum(weight) OVER (PARTITION BY order_id ORDER BY product_id, quantity, row) AS upto
                FROM (SELECT rows.rowid AS row, short.*, product_id, quantity,
                        CASE WHEN quantity > 0 AND emptied THEN 0 ELSE unit_price END AS weight
                    FROM rows JOIN (
                        SELECT order_id, max(order_subtotal) - sum(amount) AS lacks, bool_or(quantity = 0 AND unit_price > 0) AS emptied
                        FROM rows WHERE file IN ({chosen}) AND outcome IS NULL AND quantity >= 0
                        GROUP BY order_id HAVING lacks > 0 AND max(abs(refunded)) > 0) AS short USING (order_id)
                    WHERE file IN ({chosen}) AND outcome IS NULL AND quantity >= 0 AND unit_price > 0))) AS restored
        WHERE rows.rowid = restored.row AND missing > 0""",
    )


def know_states(connection: Connection, statuses: dict[str, str], files_of_lines: list[int]) -> None:
    """Make `states`, word → meaning. In `files_of_lines` the state is that of a line: a cancelled line leaves its order,
    a returned one is money back on it. Makes `given_back` too: row, money, where a file tells which line was paid back."""
    known = words()["status"] | {plain(state): meaning for state, meaning in statuses.items()}
    _lookup(connection, "states", "status", known)
    connection.execute("CREATE TABLE given_back (row BIGINT, money BIGINT)")
    if not files_of_lines:
        return
    chosen = f"file IN ({', '.join(map(str, files_of_lines))}) AND outcome IS NULL"
    connection.execute(f"""
        CREATE TABLE mixed AS SELECT order_id, CASE WHEN bool_or(meaning = 'paid') THEN
            sum(amount - coalesce(abs(discount), 0)) FILTER (meaning IN ('returned', 'refunded')) END AS back
        FROM (SELECT rows.*, CASE WHEN status IS NOT NULL THEN coalesce(meaning, 'paid') END AS meaning
            FROM rows LEFT JOIN states ON status = word WHERE {chosen})
        GROUP BY order_id HAVING count(DISTINCT meaning) > 1""")
    if not connection.execute("SELECT count(*) FROM mixed").fetchone()[0]:
        return
    change(
        connection,
        f"""
        UPDATE rows SET order_id = order_id || ' (' || meaning || ')' FROM states
        WHERE {chosen} AND status = word AND meaning IN ('cancelled', 'failed', 'pending') AND order_id IN (SELECT order_id FROM mixed)""",
    )
    connection.execute(f"""
        INSERT INTO given_back SELECT rows.rowid, amount - coalesce(abs(discount), 0) FROM rows JOIN mixed USING (order_id)
            JOIN states ON status = word WHERE {chosen} AND back > 0 AND meaning IN ('returned', 'refunded')""")
    change(
        connection,
        f"""
        UPDATE rows SET refunded = back, status = (SELECT min(word) FROM states WHERE meaning = 'paid')
        FROM mixed WHERE {chosen} AND rows.order_id = mixed.order_id AND back > 0""",
    )


def sum_of_lines(connection: Connection, money: dict[int, tuple[str, ...]]) -> None:
    """Add up money of the order of which every row has its own part; money: file → its columns of that kind."""
    for file, names in money.items():
        if "refunded" in names:
            connection.execute(
                "INSERT INTO given_back SELECT rowid, abs(refunded) FROM rows WHERE file = ? AND refunded <> 0 AND outcome IS NULL",
                [file],
            )
        for name in names:
            change(
                connection,
                f"""UPDATE rows SET {name} = summed.total FROM (
                    SELECT order_id, sum({name})::BIGINT AS total FROM rows WHERE file = $1 AND outcome IS NULL GROUP BY order_id) AS summed
                WHERE file = $1 AND rows.order_id = summed.order_id""",
                [file],
            )


def build_orders(
    connection: Connection, fields: set[str], shops: list[str], phones: dict[tuple, str], place: Path
) -> None:
    """Make `judged`, one row an order with everything about it, `refs`, the same with its place in time and its customer, and
    `ids`, one row a customer.

    fields: what any of the files holds; nothing else is looked at. shops: as in keep_shops_apart.
    """

    def most(field: str, value: str = "", kind: str = "VARCHAR", by: str = "") -> str:
        if field not in fields:
            return f"CAST(NULL AS {kind})"
        # By a number where it is a long text: numbers are compared quicker.
        return f"max_by({field}, {by})" if by else f"max({value or field})"

    judged, placed = (str(place / f"text_{name}.parquet").replace("'", "''") for name in ("judged", "placed"))
    shop = "max(shop)" if "shop" in fields or len(set(shops)) > 1 else "'" + shops[0].replace("'", "''") + "'"
    named = {"name", "first_name", "last_name"} & fields
    _lookup(connection, "yes_no", "consent, is_guest", words()["yes_no"])
    nobody = ", ".join(f"'{word}'" for word in words()["nobody"])
    connection.execute("CREATE TABLE national (phone VARCHAR, country VARCHAR, e164 VARCHAR)")
    if phones:
        frame = pd.DataFrame(
            [(phone, country, e164) for (phone, country), e164 in phones.items()], columns=["p", "c", "e"]
        )
        connection.register("frame", frame)
        connection.execute("INSERT INTO national SELECT p, c, e FROM frame")
        connection.unregister("frame")
    known = fields | ({"name"} if named else set()) | ({"birth_year"} if {"age", "birth_date"} & fields else set())
    known |= {key for field, key in KEYS.items() if field in fields}
    absent = {name: kind for name, kind in OF_ORDERS.items() if name not in known}
    without = "".join(f", {name}" for name in absent)
    empty = "".join(f", CAST(NULL AS {kind}) AS {name}" for name, kind in absent.items())
    connection.execute(f"""
        COPY (WITH summed AS (
            SELECT order_id AS order_ref, min(ordered_at) AS ordered_at, {most("status", "state.meaning")} AS state,
                {"bool_or(cancelled_at IS NOT NULL)" if "cancelled_at" in fields else "false"} AS cancelled,
                {most("customer_id")} AS customer, lower({most("email", by="hash(email)")}) AS email, {most("phone")} AS phone,
                {"max(name)" if named else "CAST(NULL AS VARCHAR)"} AS name, {most("country")} AS country, {most("city")} AS city,
                {most("gender")} AS gender, {"max(birth_year)" if {"age", "birth_date"} & fields else "CAST(NULL AS INTEGER)"} AS birth_year,
                {most("consent", "yes.meaning")} AS consent, {most("is_guest", "guest.meaning")} AS is_guest,
                nullif({shop}, '') AS shop, {most("channel")} AS channel, {most("discount_code")} AS discount_code,
                upper({most("currency")}) AS currency,
                CAST(sum(quantity) FILTER (quantity > 0) AS DOUBLE) AS units,
                CAST(coalesce(sum(amount) FILTER (quantity >= 0), 0) AS BIGINT) AS gross,
                CAST(coalesce(sum(abs(discount)) FILTER (quantity >= 0), 0) AS BIGINT) AS line_discount,
                CAST(coalesce(sum(greatest(-amount - coalesce(abs(discount), 0), 0)) FILTER (quantity < 0), 0) AS BIGINT) AS returned,
                coalesce({most("order_discount", "abs(order_discount)", "BIGINT")}, 0) AS order_discount,
                coalesce({most("shipping", kind="BIGINT")}, 0) AS shipping, coalesce({most("tax", kind="BIGINT")}, 0) AS tax,
                coalesce(max(abs(refunded)), 0) AS refunded, {most("order_total", kind="BIGINT")} AS order_total,
                bool_or(quantity > 0 AND unit_price > 0) AS has_product
            FROM rows LEFT JOIN states AS state ON rows.status = state.word
                LEFT JOIN yes_no AS yes ON rows.consent = yes.word LEFT JOIN yes_no AS guest ON rows.is_guest = guest.word
            WHERE outcome IS NULL GROUP BY order_id),
        told AS (
            SELECT summed.* EXCLUDE (state, customer, email), CASE WHEN cancelled THEN 'cancelled' ELSE coalesce(state, 'paid') END AS state,
                least(greatest(order_discount - line_discount, 0), greatest(gross - line_discount, 0)) AS extra_discount,
                CASE WHEN contains(email, '@') THEN CASE WHEN contains(email, ' ') OR contains(email, '\u00a0') OR contains(email, '\t')
                    THEN translate(email, ' \t\u00a0\u202f', '') ELSE email END END AS email_key,
                {e164_sql("summed.phone", "national.e164")} AS phone_key,
                CASE WHEN lower(customer) NOT IN ({nobody}) AND NOT regexp_matches(customer, '^\\d([.,]\\d+)?[eE]\\+\\d+$')
                    THEN customer END AS id_key
            FROM summed LEFT JOIN national ON summed.phone = national.phone AND summed.country IS NOT DISTINCT FROM national.country),
        kinds AS (
            SELECT *, state IN ('paid', 'refunded', 'returned') AND has_product AS is_purchase,
                state IN ('paid', 'refunded', 'returned') AND NOT has_product AND returned > 0 AS is_return,
                greatest(gross - line_discount - extra_discount, 0) AS products,
                CASE WHEN state IN ('refunded', 'returned') AND refunded = 0 AND returned = 0 THEN products
                    ELSE least(greatest(refunded - returned, 0), products) END AS refund_share
            FROM told)
        SELECT * EXCLUDE (cancelled, order_discount, refunded, products{without}), hash(order_ref) AS key, CAST(CAST(ordered_at AS DATE) - DATE '1970-01-01' AS INTEGER) AS day,
            CAST(year(ordered_at) * 12 + month(ordered_at) - 1 AS INTEGER) AS month
        FROM kinds) TO '{judged}' ({QUICKLY})""")
    connection.execute(f"""
        CREATE VIEW judged AS SELECT *, coalesce(email_key, phone_key, id_key) AS customer_ref
        FROM (SELECT *{empty} FROM read_parquet('{judged}', file_row_number = true))""")
    connection.execute("""
        CREATE TABLE ids AS SELECT customer_ref, CAST(row_number() OVER (ORDER BY customer_ref) AS INTEGER) AS customer_id,
            min(day) FILTER (is_purchase) AS first_day, min(month) FILTER (is_purchase) AS first_month
        FROM judged WHERE customer_ref IS NOT NULL GROUP BY customer_ref""")
    connection.execute("""
        CREATE TABLE places AS SELECT file_row_number AS row,
            CAST(row_number() OVER (ORDER BY ordered_at, order_ref) AS INTEGER) AS order_id FROM judged""")
    connection.execute(f"""
        COPY (SELECT order_id, judged.* EXCLUDE (file_row_number, customer_ref{without}), customer_id AS person, first_day, first_month
            FROM judged JOIN places ON file_row_number = row LEFT JOIN ids USING (customer_ref))
        TO '{placed}' ({QUICKLY})""")
    connection.execute("DROP TABLE places")
    connection.execute(f"""
        CREATE VIEW refs AS SELECT *, coalesce(email_key, phone_key, id_key) AS customer_ref
        FROM (SELECT *{empty} FROM read_parquet('{placed}'))""")


def national_phones(connection: Connection) -> list[tuple[str, str | None]]:
    """Phone numbers that identify somebody but lack a country prefix, with the order's country."""
    query = rf"""
        SELECT DISTINCT phone, country FROM (SELECT max(phone) AS phone, max(country) AS country, max(email) AS email
            FROM rows WHERE outcome IS NULL AND order_id IN (SELECT order_id FROM rows WHERE NOT prefix(phone, '+')) GROUP BY order_id)
        WHERE phone IS NOT NULL AND (email IS NULL OR NOT contains(email, '@')) AND NOT regexp_matches({_digits("phone")}, '^(\+|00)')"""
    return connection.execute(query).fetchall()


def _digits(column: str) -> str:
    return rf"regexp_replace({column}, '[^\d+]', '', 'g')"


def e164_sql(phone: str, national: str) -> str:
    digits = _digits(phone)
    return rf"""coalesce({national}, CASE WHEN regexp_matches({digits}, '^(\+|00)\d{{8,15}}$')
        THEN regexp_replace({digits}, '^(\+|00)', '+') WHEN length({digits}) >= 6 THEN 'tel ' || {digits} END)"""


def _lookup(connection: Connection, table: str, columns: str, known: dict[str, str]) -> None:
    """A small table word → meaning for the spellings that really occur."""
    union = " UNION ".join(
        f"SELECT DISTINCT {column.strip()} AS word FROM rows WHERE {column.strip()} IS NOT NULL"
        for column in columns.split(",")
    )
    found = [(word, known[plain(word)]) for (word,) in connection.execute(union).fetchall() if plain(word) in known]
    connection.execute(f"CREATE TABLE {table} (word VARCHAR, meaning VARCHAR)")
    if found:
        connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", found[:10_000])


def order_account(connection: Connection) -> pd.DataFrame:
    """Which orders are purchases and why the others are not: reason, orders, net (currency units)."""
    reasons = " ".join(f"WHEN '{state}' THEN '{reason}'" for state, reason in REASONS.items())
    return connection.execute(f"""
        SELECT CASE WHEN is_purchase AND customer_ref IS NULL THEN 'purchase by nobody known'
                WHEN is_return THEN 'return or refund document'
                WHEN is_purchase AND state = 'returned' THEN '{REASONS["refunded"]}'
                WHEN NOT is_purchase AND state IN ('paid', 'refunded', 'returned') THEN 'no product with a positive quantity and price'
                ELSE CASE state {reasons} END END AS reason,
            count(*) AS orders, sum(gross - line_discount - extra_discount - returned - refund_share) / 100 AS net
        FROM judged GROUP BY 1 ORDER BY orders DESC, reason""").df()


def row_account(connection: Connection) -> pd.DataFrame:
    """What became of the rows that could be cut into cells: outcome, reason, rows, amount (currency units)."""
    return (
        connection.execute("""
        SELECT coalesce(outcome, 'used') AS fate,
            CASE WHEN outcome IS NOT NULL THEN problem WHEN quantity < 0 THEN 'pieces given back'
                WHEN amount = 0 THEN 'lines without value' ELSE 'order lines' END AS reason,
            count(*) FILTER (item = 1) AS rows, sum(amount) / 100 AS amount
        FROM rows GROUP BY 1, 2 ORDER BY fate <> 'used', fate, 3 DESC, reason""")
        .df()
        .rename(columns={"fate": "outcome"})
    )


def totals(connection: Connection) -> tuple[int, int]:
    """Orders whose file names a total, and how many of them do not add up: goods − discounts + shipping (+ tax)."""
    return connection.execute("""
        SELECT count(*), count(*) FILTER (least(abs(goods + shipping - order_total), abs(goods + shipping + tax - order_total),
            abs(goods - order_total)) > 2 + units) FROM (
            SELECT gross - line_discount - extra_discount AS goods, shipping, tax, order_total, coalesce(units, 0) AS units
            FROM refs WHERE order_total IS NOT NULL AND NOT is_return)""").fetchone()
