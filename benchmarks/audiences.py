"""Half a million customers as files of the tools: chosen, normalised, a tenth held back, hashed, written.

Half of the phone numbers lack their country's prefix; everybody has a name of their own, an address and agreed. Choosing and writing
are timed together, as one press of a button takes them. The sheet is beside: a spreadsheet takes longer than a text.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb

from benchmarks.inputs import million

NAME = "half_million_contacts"
CUSTOMERS = 500_000


def _contacts(folder: Path) -> None:
    """The first customers of `million_customers` with names, phone numbers, places and consent."""
    old, new = folder / "million_customers", folder / NAME
    new.mkdir(exist_ok=True)
    connection = duckdb.connect()
    connection.execute(f"""
        COPY (SELECT * REPLACE (
                if(country = 'HU', 'Őri', 'Żółciński') || chr(97 + customer_id % 26) || ' Ádám' || chr(97 + customer_id % 23) AS name,
                CASE WHEN country = 'HU' AND customer_id % 2 = 0 THEN '20 ' || 6000000 + customer_id
                    ELSE '+36 20 ' || 6000000 + customer_id END AS phone,
                ['Łódź', 'Hódmezővásárhely', 'İstanbul', 'Москва'][1 + customer_id % 4] AS city, true AS consent)
            FROM '{old}/customers.parquet' ORDER BY customer_id LIMIT {CUSTOMERS}) TO '{new}/customers.parquet'""")
    for table in ("orders", "lines"):
        chosen = f"SELECT order_id FROM '{old}/orders.parquet' WHERE customer_id IN (SELECT customer_id FROM '{new}/customers.parquet')"
        connection.execute(
            f"COPY (FROM '{old}/{table}.parquet' WHERE order_id IN ({chosen})) TO '{new}/{table}.parquet'"
        )
    shutil.copy(old / "facts.json", new / "facts.json")


def _file(format: str, kind: str = "csv") -> Callable[[Path], Callable[[], object]]:
    def make(folder: Path) -> Callable[[], object]:
        import retention as rt

        if not (folder / NAME / "facts.json").exists():
            _contacts(folder)
        orders = million(folder, NAME)

        def work() -> bytes:
            audience = rt.build_audience(orders, None, format, name="Everybody", seed=1)
            assert sum(audience.counts.values()) == 2 * CUSTOMERS, json.dumps(audience.counts)
            return rt.audience_file(audience, kind)

        return work

    return make


CASES = {
    "klaviyo": (_file("klaviyo"), 3),
    "meta": (_file("meta"), 3),
    "google": (_file("google"), 3),
    "plain, a sheet": (_file("plain", "xlsx"), 2),
}
COMPARED = ()
SECONDS = (("klaviyo", 5), ("meta", 5), ("google", 5), ("plain, a sheet", None))
MEGABYTES = (("klaviyo", 1_500), ("meta", 2_000))
ROUNDS = 1
