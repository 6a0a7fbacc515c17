"""The files the cases read, generated once: a shop of a million lines, larger ones made of it, and one of the size of Online Retail."""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from pathlib import Path

import duckdb

import retention as rt
from retention.engine import MEMORY_LIMIT, Dataset
from retention.sample.exports import to_plain

SIZES = {"million": 1_000_000, "retail": 541_909}
OUTCOMES = "outcomes.parquet"
FACTS = ("observed_from", "as_of", "currency", "timezone", "fingerprint")


def prepare(folder: Path) -> None:
    """Write the files that are not there yet, and the dataset."""
    lines = None
    for name, size in SIZES.items():
        path = folder / f"{name}.csv"
        if path.exists():
            continue
        lines = rt.make_shop(customers=290_000, months=24, seed=1).lines if lines is None else lines
        part = path.with_suffix(".part")
        part.write_text(to_plain(lines.head(size)), encoding="utf-8")
        part.rename(path)
    if not (folder / "ten_million.csv").exists():
        _ten_million(folder)
    _keep(folder, "million")  # anew: the package may have changed
    if not (folder / "ten_million" / "facts.json").exists():
        _keep(folder, "ten_million")
    for name, customers in (("million_customers", 1_000_000), ("half_million_customers", 500_000)):
        if not (folder / name / "facts.json").exists():
            _first_customers(folder, name, customers)
    if not (folder / OUTCOMES).exists():
        _outcomes(folder)


def _keep(folder: Path, name: str) -> None:
    orders = rt.read_orders(folder / f"{name}.csv", folder=folder / name)
    (folder / name / "facts.json").write_text(json.dumps({fact: str(getattr(orders, fact)) for fact in FACTS}))


def _ten_million(folder: Path) -> None:
    """The million lines ten times, each time with orders and customers of their own, in twelve columns: 1.3 GB."""
    part = folder / "ten_million.part"
    duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(folder / "spill")}).execute(f"""
        COPY (SELECT order_id || lpad(copy::VARCHAR, 2, '0') AS order_id, ordered_at, status, copy || email AS email, country,
                product_id, product, category, quantity, unit_price, discount, currency
            FROM range(10) AS copies(copy), read_csv('{folder / "million.csv"}', all_varchar = true)) TO '{part}' (HEADER)""")
    part.rename(folder / "ten_million.csv")


def _first_customers(folder: Path, name: str, customers: int) -> None:
    """The first customers of the ten million lines, with their orders."""
    old, new = folder / "ten_million", folder / name
    new.mkdir(exist_ok=True)
    buyers = (
        f"SELECT customer_id FROM '{old}/customers.parquet' WHERE purchases > 0 ORDER BY customer_id LIMIT {customers}"
    )
    orders = f"SELECT order_id FROM '{new}/orders.parquet'"
    connection = duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(folder / "spill")})
    for table, key, kept in (
        ("customers", "customer_id", buyers),
        ("orders", "customer_id", buyers),
        ("lines", "order_id", orders),
    ):
        connection.execute(
            f"COPY (FROM '{old}/{table}.parquet' WHERE {key} IN ({kept}) ORDER BY {key}) TO '{new}/{table}.parquet'"
        )
    (new / "facts.json").write_text((old / "facts.json").read_text())


def _outcomes(folder: Path) -> None:
    """Five million outcome rows of a test: who bought more before buys more, and the treatment adds a twentieth of the buyers."""
    part = folder / "outcomes.part"
    duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(folder / "spill")}).execute(f"""
        COPY (
            WITH drawn AS (
                SELECT unit, if(hash(8 * unit) % 2 = 0, 'control', 'treatment') AS variant,
                    {", ".join(f"(hash(8 * unit + {n}) + 1) / 18446744073709551617.0 AS u{n}" for n in (1, 2, 3, 4))}
                FROM range(5_000_000) AS units(unit)),
            before AS (
                SELECT *, round(exp(3 + 0.8 * sqrt(-2 * ln(u1)) * cos(2 * pi() * u2)), 2) AS revenue_before FROM drawn)
            SELECT unit, variant, CAST(u3 < if(variant = 'control', 0.1, 0.105) AS INTEGER) AS converted,
                CASE WHEN converted = 1 THEN round(20 + revenue_before * (0.5 + u4), 2) ELSE 0 END AS revenue, revenue_before
            FROM before) TO '{part}' (FORMAT parquet)""")
    part.rename(folder / OUTCOMES)


def retail(folder: Path) -> str:
    """Online Retail where RETENTION_ONLINE_RETAIL names the file, else a generated shop with as many lines."""
    return os.environ.get("RETENTION_ONLINE_RETAIL") or str(folder / "retail.csv")


def million(folder: Path, name: str = "million") -> rt.Orders:
    """The dataset made from a million lines, or `ten_million`, `million_customers` or `half_million_customers`."""
    facts = json.loads((folder / name / "facts.json").read_text())
    for day in ("observed_from", "as_of"):
        facts[day] = date.fromisoformat(facts[day])
    return rt.Orders(dataset=Dataset(folder / name), report=None, **facts)


if __name__ == "__main__":
    prepare(Path(sys.argv[1]))
