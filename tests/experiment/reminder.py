"""A shop with three tests in its data whose answers one can work out by hand, and outcomes of every kind."""

from __future__ import annotations

from functools import lru_cache

import retention as rt

COUNTRIES = ("HU", "PL")
BUYERS = {("Reminder", "control"): 60, ("Reminder", "mail"): 96, ("Banner", "control"): 60, ("Banner", "mail"): 60}


def orders_csv() -> bytes:
    """1,200 customers who bought in January for 20; from June on 60 of 300 of a control arm buy again, 96 of the reminder's."""
    lines = ["order_id,ordered_at,customer_id,country,quantity,unit_price"]
    for n, (test, arm, who) in enumerate(people(), 1):
        place = int(who.rpartition("-")[2])
        country = COUNTRIES[place % 2]
        lines.append(f"{n},2025-01-{n % 28 + 1:02d},{who},{country},1,20")
        if place < BUYERS[test, arm]:
            lines.append(f"r{n},2025-06-{place % 28 + 2:02d},{who},{country},1,{40 + place % 5}")
    lines.append("last,2025-09-30,zed,HU,1,20")
    return "\n".join(lines).encode()


def assignments_csv() -> bytes:
    """Reminder and Banner with 300 customers an arm, and Card with those of Reminder, of whose card arm a third is missing."""
    lines = ["customer_id,experiment,variant,assigned_at"]
    for test, arm, who in people():
        lines.append(f"{who},{test},{arm},2025-06-01")
        if test == "Reminder" and (arm == "control" or int(who.rpartition("-")[2]) < 200):
            lines.append(f"{who},Card,{arm},2025-06-01")
    return "\n".join(lines).encode()


def people() -> list[tuple[str, str, str]]:
    """(test, arm, customer)"""
    return [(test, arm, f"{test}-{arm}-{place}") for test, arm in BUYERS for place in range(300)]


@lru_cache
def shop() -> rt.Orders:
    """The orders with the assignments."""
    return rt.read_orders([orders_csv(), assignments_csv()], currency="EUR")


def totals(*arms: tuple[str, int, int] | tuple[str, int, int, float]) -> dict[str, dict[str, float]]:
    """Totals from (arm, visitors, conversions) or (arm, visitors, conversions, revenue)."""
    names = ("visitors", "conversions", "revenue")
    return {arm: dict(zip(names, given, strict=False)) for arm, *given in arms}
