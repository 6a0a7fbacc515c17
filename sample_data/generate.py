"""Write every file in this folder: `python sample_data/generate.py [folder]`."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from retention.sample.experiments import make_experiments
from retention.sample.exports import to_plain, to_polish, to_shopify, to_woocommerce
from retention.sample.shop import make_shop
from retention.sample.spend import make_spend
from retention.sample.tickets import make_tickets

PLATFORM_FILES_FROM = pd.Timestamp("2025-07-01")


def write_all(folder: Path) -> list[Path]:
    """Write the sample shop's files into the folder and return their paths; equal on every run."""
    shop = make_shop()
    # A platform's file holds the orders of its months and the returns of those orders, not of earlier ones.
    placed = shop.lines["order_id"].str.partition("-")[0]
    recent = placed.isin(shop.lines.loc[shop.lines["ordered_at"] >= PLATFORM_FILES_FROM, "order_id"])
    lines = shop.lines[recent]
    contents = {
        "orders.csv": to_plain(shop.lines),
        "orders_shopify.csv": to_shopify(lines),
        "orders_woocommerce.csv": to_woocommerce(lines),
        "orders_polish.csv": to_polish(lines),
        "customers.csv": _text(shop.customers, "%Y-%m-%d"),
        "products.csv": _text(shop.products),
        "feedback.csv": _text(shop.feedback, "%Y-%m-%d %H:%M:%S"),
        "tickets.csv": _text(make_tickets(shop.lines), "%Y-%m-%d %H:%M:%S"),
        "spend.csv": _text(make_spend(shop)),
        "assignments.csv": _text(make_experiments(shop), "%Y-%m-%d"),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return [folder / name for name in contents]


def _text(table: pd.DataFrame, date_format: str | None = None) -> str:
    words = {True: "true", False: "false"}
    flags = {name: table[name].map(words) for name in ("is_guest", "consent") if name in table}
    return table.assign(**flags).to_csv(index=False, date_format=date_format, float_format="%.2f", lineterminator="\n")


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for path in write_all(target):
        sys.stdout.write(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB\n")
