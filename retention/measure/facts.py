"""The sums of periods and windows over customers, and the rates and ratios made of them."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.intervals import ratio_of_sums, wilson

COUNTS = ("customers", "new_customers", "returning_customers", "orders")
MONEY = ("gross", "discounts", "refunds", "net")
RATES = ("repeat_rate", "returning_customer_rate", "retention_rate", "returning_revenue_share")
RATIOS = ("aov", "purchase_frequency", "revenue_per_customer")


def facts_by(table: ir.Table, key: ir.IntegerValue, first_key: ir.IntegerValue) -> ir.Table:
    """Sums by key over customers; an order of nobody is a unit of its own and no customer."""
    units = table.mutate(key=key, first_key=first_key, unit=ibis.coalesce(table.customer_id, -table.order_id))
    each = units.group_by("key", "unit").aggregate(
        orders=units.count(where=units.is_purchase),
        net=units.net.sum().cast("int64"),
        first_key=units.first_key.min(),
    )
    each = each.mutate(x=each.net.cast("float64"), y=each.orders.cast("float64"))
    known = each.unit > 0
    buyer = known & (each.orders > 0)
    is_new, is_old = each.first_key == each.key, each.first_key < each.key
    facts = each.group_by("key").aggregate(
        rows=each.count(),
        customers=each.count(where=buyer),
        new_customers=each.count(where=buyer & is_new),
        returning_customers=each.count(where=buyer & is_old),
        repeaters=each.count(where=buyer & (each.orders > 1)),
        orders=each.orders.sum(),
        known_orders=each.orders.sum(where=known),
        net=each.net.sum(),
        known_net=each.net.sum(where=known),
        new_net=each.net.sum(where=known & is_new),
        returning_net=each.net.sum(where=known & is_old),
        net_net=(each.x * each.x).sum(),
        net_orders=(each.x * each.y).sum(),
        orders_orders=(each.y * each.y).sum(),
        known_rows=each.count(where=known),
        known_net_net=(each.x * each.x).sum(where=known),
        known_orders_orders=(each.y * each.y).sum(where=known),
        counted_net=each.x.sum(where=buyer),
        old_net_net=(each.x * each.x).sum(where=known & is_old),
    )
    plain = {name: units[name].sum() for name in ("units", "gross", "discounts", "refunds", "profit")}
    sums = units.group_by(plain_key="key").aggregate(**plain)
    bought = units.filter(units.is_purchase, units.customer_id.notnull())
    again = bought.filter(bought.order_number > 1).select("key", "customer_id").distinct()
    again = again.semi_join(bought.select("customer_id", key=bought.key + 1), ["key", "customer_id"])
    retained = again.group_by(again_key="key").aggregate(retained=again.count())
    facts = facts.left_join(sums, facts.key == sums.plain_key)
    return facts.left_join(retained, facts.key == retained.again_key).drop("plain_key", "again_key")


def by_key(facts: pd.DataFrame, keys: Sequence[int]) -> pd.DataFrame:
    """One row a key; what has no orders was observed all the same and sums to 0."""
    return facts.set_index("key").reindex(keys).fillna(0)


def rates(facts: pd.DataFrame, has_profit: bool) -> pd.DataFrame:
    """Counts and money as they are, rates and ratios with their intervals; missing where there is no denominator."""
    facts = facts.assign(one=facts["customers"])
    columns = {name: facts[name].astype("int64") for name in COUNTS} | {"units": facts["units"]}
    columns |= {name: facts[name] / 100 for name in MONEY}
    columns["profit"] = facts["profit"] / 1_000_000 if has_profit else np.nan
    columns |= _ratio("aov", facts, "rows", "net", "orders", "net_net", "orders_orders", "net_orders", 100)
    known = ("known_rows", "known_orders", "one", "known_orders_orders", "one", "known_orders")
    columns |= _ratio("purchase_frequency", facts, *known, 1)
    known = ("known_rows", "known_net", "one", "known_net_net", "one", "counted_net")
    columns |= _ratio("revenue_per_customer", facts, *known, 100)
    customers = facts["customers"].where(facts["customers"] > 0)
    for name, part in (("repeat_rate", "repeaters"), ("returning_customer_rate", "returning_customers")):
        columns[name] = facts[part] / customers
        columns[f"{name}_low"], columns[f"{name}_high"] = wilson(facts[part], facts["customers"])
    old = ("rows", "returning_net", "net", "old_net_net", "net_net", "old_net_net")
    columns |= _ratio("returning_revenue_share", facts, *old, 1)
    columns |= {name: facts[name] / 100 for name in ("new_net", "returning_net")}
    return pd.DataFrame(columns, index=facts.index)


def _ratio(
    name: str, facts: pd.DataFrame, n: str, x: str, y: str, xx: str, yy: str, xy: str, scale: int
) -> dict[str, pd.Series]:
    below = facts[y].where(facts[y] > 0)
    low, high = ratio_of_sums(facts[n], facts[x], below, facts[xx], facts[yy], facts[xy])
    return {name: facts[x] / below / scale, f"{name}_low": low / scale, f"{name}_high": high / scale}


def with_retention(result: pd.DataFrame, retained: pd.Series, before: pd.Series) -> pd.DataFrame:
    """The same with the retention rate: of the customers of the period before, where it was observed."""
    observed = before.where(before > 0)
    result["retention_rate"] = retained / observed
    result["retention_rate_low"], result["retention_rate_high"] = wilson(retained, observed.fillna(0))
    result["retention_rate_n"] = before
    return result
